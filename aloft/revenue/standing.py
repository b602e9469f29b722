"""What the contracts of each account say, as stretches of days over which they say the same.

`standing`: account, opens, closes (exclusive), mrr, status, contract, contract_term, contract_signed, contract_start,
contract_end, paused, resumes. An account without contracts has none; of one that has, every day lies in one stretch.
`mrr` is committed MRR, in the currency of the first line ever recorded. `paused` is the first day of the last pause
that began, `resumes` the day on which the account goes on, or FAR: it is paused while each of its lines stands still.

The stretches are found by asking `revenue.lines` about the days on which anything may change, once for the
accounts whose contracts did, and kept: to know a day is then to look it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from aloft.revenue import rates, spans
from aloft.revenue.lines import CONTRACTS, committed_stages, contract_facts, contract_status

_TABLES = """
create temp table if not exists standing (account integer, opens date, closes date, mrr decimal(18, 2),
  status text, contract text, contract_term text, contract_signed date, contract_start date, contract_end date,
  paused date, resumes date);
create temp table if not exists standing_mark (account integer, mark ubigint);
"""

_TOLD = ("contract", "contract_line", "line_pause")

# Whether anything was told or taken back since: names of contracts are long to read, and follow from the other columns.
_NEWEST = (
    "select bit_xor(hash(*columns(* exclude (contract)))) from contract",
    "select bit_xor(hash(*columns(* exclude (contract)))) from contract_line",
    "select bit_xor(hash(t)) from line_pause t",
    "select bit_xor(hash(t)) from exchange_rate t",
)

_MARKS = " union all ".join(f"select t.account, hash('{name}', t) as mark from {name} t" for name in _TOLD)

_RESTATED = """
    select account from (
      select account, mark from newly_marked union all select account, mark from standing_mark)
    group by account, mark having count(*) = 1"""

# Each line stands still from `paused` up to `resumes`; of an account, the days on which its last line stops.
_LINE_PAUSED = f"""
    select account, contract, line, starts as paused, coalesce(ends, {spans.FAR}) as resumes from (
      select t.* from line_pause t semi join restated o on o.account = t.account
      qualify row_number() over (partition by t.account, contract, line, starts order by seq desc) = 1)
    where coalesce(ends, {spans.FAR}) > starts"""

_PAUSED = """
    select p.account, p.paused, min(q.resumes) as resumes
    from (select distinct account, paused from line_paused) p
    join line_whole w on w.account = p.account and w.opens <= p.paused and p.paused < w.closes
    left join line_paused q on q.account = w.account and q.contract = w.contract and q.line = w.line
      and q.paused <= p.paused and p.paused < q.resumes
    group by p.account, p.paused having count(*) = count(q.resumes)"""

_EDGES = f"""
    select account, unnest([date '0001-01-01', opens, closes]) as day from span
    union select account, unnest([date '0001-01-01', made, signed, starts, ends]) from restated_contract
    union select account, unnest([stops, resumes]) from line_standing
    union select account, paused from account_paused
    union select s.account, r.starts from span s join rate r on r.currency = s.currency and r.starts > {rates.ALWAYS}"""

_STRETCHES = f"""
    select e.account, e.day as opens, lead(e.day, 1, {spans.FAR}) over (partition by e.account order by e.day)
      as closes, m.mrr, s.status, c.contract, c.contract_term, c.contract_signed, c.contract_start, c.contract_end,
      p.paused, p.resumes
    from standing_edge e
    left join mrr_then m on m.account = e.account and m.day = e.day
    left join terms_then c on c.account = e.account and c.day = e.day
    left join status_then s on s.account = e.account and s.day = e.day
    asof left join account_paused p on p.account = e.account and e.day >= p.paused"""


@dataclass(frozen=True)
class Found:
    """What one connection knows of the contracts, for another to begin with. `worth`: by which rates."""

    standing: pa.Table
    marks: pa.Table
    worth: tuple[Any, ...]


class Standing:
    """The stretches of one connection to the fact store. `found`: what another had found, of which only the accounts
    are asked again whose contracts have changed since."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, found: Found | None = None) -> None:
        self.connection = connection
        self._known: tuple[Any, ...] | None = None
        self._begins_with = found
        connection.execute(_TABLES)

    def found(self) -> Found | None:
        """None before anything was asked."""
        if self._known is None:
            return None
        standing, marks = (
            self.connection.execute(f"select * from {name}").to_arrow_table()
            for name in ("standing", "standing_mark")
        )
        return Found(standing, marks, self._known[-2:])

    def refresh(self) -> None:
        """Make anew what contracts, pauses or exchange rates have changed since; and `contracts_known`."""
        self._begin()
        newest = ", ".join(f"({one})" for one in _NEWEST)
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

    def _begin(self) -> None:
        if self._begins_with is None:
            return
        for name, table in (
            ("standing", self._begins_with.standing),
            ("standing_mark", self._begins_with.marks),
        ):
            self.connection.register("found", table)
            self.connection.execute(f"insert into {name} select * from found")
            self.connection.unregister("found")
        self._known, self._begins_with = self._begins_with.worth, None

    def _restate(self, currency: str) -> None:
        for name, query in spans.stages(only="restated"):
            self._make(name, query)
        self._make("line_paused", _LINE_PAUSED)
        self._make("account_paused", _PAUSED)
        self._make("rate", rates.table(currency))
        self._make("restated_contract", "select * from contracts_known semi join restated using (account)")
        edges = f"select distinct account, day from ({_EDGES}) where day is not null and day < {spans.FAR}"
        self._make("standing_edge", edges)
        for name, query in committed_stages("standing_edge", "contracts_known"):
            self._make(name, query)
        self._make("terms_then", contract_facts("standing_edge", "contracts_known"))
        self._make("status_then", contract_status("standing_edge", "contracts_known"))
        self.connection.execute("delete from standing where account in (select account from restated)")
        self.connection.execute(f"insert into standing {_STRETCHES}")

    def _make(self, name: str, query: str) -> None:
        self.connection.execute(f"create or replace temp table {name} as {query}")
