"""What the contracts of each account say, as stretches of days over which they say the same.

`standing`: account, opens, closes (exclusive), mrr, status, contract, contract_term, contract_signed, contract_start,
contract_end. An account without contracts has none; of one that has, every day lies in one stretch. `mrr` is
committed MRR, in the currency of the first line ever recorded.

The stretches are found by asking `revenue.lines` about the days on which anything may change, once for the
accounts whose contracts did, and kept: to know a day is then to look it up.
"""

from __future__ import annotations

from typing import Any

import duckdb

from aloft.revenue import rates, spans
from aloft.revenue.lines import CONTRACTS, committed_stages, contract_facts, contract_status

_TABLES = """
create temp table if not exists standing (account integer, opens date, closes date, mrr decimal(18, 2),
  status text, contract text, contract_term text, contract_signed date, contract_start date, contract_end date);
create temp table if not exists standing_mark (account integer, mark ubigint);
"""

_TOLD = ("contract", "contract_line", "line_pause")

_MARKS = " union all ".join(f"select t.account, hash('{name}', t) as mark from {name} t" for name in _TOLD)

_RESTATED = """
    select account from (
      select account, mark from newly_marked union all select account, mark from standing_mark)
    group by account, mark having count(*) = 1"""

_EDGES = f"""
    select account, unnest([date '0001-01-01', opens, closes]) as day from span
    union select account, unnest([date '0001-01-01', made, signed, starts, ends]) from restated_contract
    union select account, unnest([stops, resumes]) from line_standing
    union select s.account, r.starts from span s join rate r on r.currency = s.currency and r.starts > {rates.ALWAYS}"""

_STRETCHES = f"""
    select e.account, e.day as opens, lead(e.day, 1, {spans.FAR}) over (partition by e.account order by e.day)
      as closes, m.mrr, s.status, c.contract, c.contract_term, c.contract_signed, c.contract_start, c.contract_end
    from standing_edge e
    left join mrr_then m on m.account = e.account and m.day = e.day
    left join terms_then c on c.account = e.account and c.day = e.day
    left join status_then s on s.account = e.account and s.day = e.day"""


class Standing:
    """The stretches of one connection to the fact store."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._known: tuple[Any, ...] | None = None
        connection.execute(_TABLES)

    def refresh(self) -> None:
        """Make anew what contracts, pauses or exchange rates have changed since; and `contracts_known`."""
        newest = ", ".join(f"(select bit_xor(hash(t)) from {name} t)" for name in (*_TOLD, "exchange_rate"))
        found = self.connection.execute(f"select {newest}, {rates.FIRST_CURRENCY}").fetchone()
        if found == self._known or found is None:
            return
        self._make("contracts_known", CONTRACTS)
        self._make("newly_marked", f"select account, bit_xor(mark) as mark from ({_MARKS}) group by account")
        worth_changed = self._known is None or found[-2:] != self._known[-2:]
        everyone = "select account from newly_marked union select account from standing"
        self._make("restated", everyone if worth_changed else _RESTATED)
        self._restate(rates.quoted(found[-1]))
        self._make("standing_mark", "select * from newly_marked")
        self._known = found

    def _restate(self, currency: str) -> None:
        for name, query in spans.stages(only="restated"):
            self._make(name, query)
        self._make("rate", rates.table(currency))
        self._make("restated_contract", "select * from contracts_known semi join restated using (account)")
        edges = f"select distinct account, day from ({_EDGES}) where day is not null and day < {spans.FAR}"
        self._make("standing_edge", edges)
        for name, query in committed_stages("standing_edge", "contracts_known", currency):
            self._make(name, query)
        self._make("terms_then", contract_facts("standing_edge", "contracts_known"))
        self._make("status_then", contract_status("standing_edge", "contracts_known"))
        self.connection.execute("delete from standing where account in (select account from restated)")
        self.connection.execute(f"insert into standing {_STRETCHES}")

    def _make(self, name: str, query: str) -> None:
        self.connection.execute(f"create or replace temp table {name} as {query}")
