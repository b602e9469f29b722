"""A company of any size, made by SQL straight into the fact store: the same for the same numbers.

180 days to 2026-06-30, or to another day; accounts use it as a Zipf-like curve says, one in eight goes silent half
way. 40 event names; exports carry rows and a format, tickets an id and a priority, answers a score.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

from aloft.engagement.load import load
from aloft.engagement.model import Model
from aloft.facts import schema, state
from aloft.facts.store import FactStore

HERE = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 6, 29, 23, 59, 59, tzinfo=UTC)
DAYS = 180
FIRST = 20454  # 2026-01-01, as days since 1970-01-01
NAMES = [
    *("Signed In", "User Created", "Report Exported", "Ticket Opened", "Ticket Solved", "Survey Answered"),
    *(f"Feature {n} Used" for n in range(34)),
]

_EVENTS = """
insert into event by name
with thrown as (
  select i as seq, hash(i) as a, hash(i, 1) as b, hash(i, 2) as c, hash(i, 3) as d from range($first, $upto) t(i)),
placed as (
  select *, 1 + floor($accounts * pow((a % 1000003) / 1000003.0, 3))::integer as account,
    $day + floor($days * (seq / $events::double))::integer as day,
    (case when b % 100 < 30 then 1 when b % 100 < 33 then 2 when b % 100 < 41 then 3 when b % 100 < 44 then 4
      when b % 100 < 47 then 5 when b % 100 < 48 then 6 else 7 + b % 34 end)::integer as name from thrown)
select 0::tinyint as stream, seq, 'product' as source, seq::text as message_id, account,
  account * 64 + floor(16 * pow((c % 1009) / 1009.0, 2))::integer as app_user, name,
  timestamp '1970-01-01' + to_days(day) + to_seconds((d % 86400)::bigint) as occurred, occurred as received, day,
  1 as times,
  case name
    when 1 then '{"rows": ' || (d % 60) || '}'
    when 3 then '{"rows": ' || (d % 1000) || ', "format": "'
      || (case when c % 3 = 0 then 'csv' else 'pdf' end) || '"}'
    when 4 then '{"ticket_id": "t' || (seq // 40) || '", "priority": "'
      || (case when c % 4 = 0 then 'urgent' else 'low' end) || '"}'
    when 5 then '{"ticket_id": "t' || (seq // 40) || '"}'
    when 6 then '{"score": ' || (d % 11) || ', "kind": "nps"}'
    else '{}' end as properties,
  true as named_account, 'track' as kind
from placed where not (account % 8 = 0 and day > $day + $days / 2)
"""

SLICE = 2_000_000


def model() -> Model:
    return load((HERE / "model.yaml").read_text(), "benchmarks/model.yaml")


@contextmanager
def company(accounts: int, events: int, folder: str | None = None, first: int = FIRST) -> Iterator[FactStore]:
    """A store of one's own with such a company in it; what is made is kept in `folder`, and found there again.

    `first`: the day of its first event, counted from 1970-01-01.
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "facts.duckdb"
        days = "" if first == FIRST else f"-{first}"
        made = Path(folder or scratch) / f"company-{schema.VERSION}-{accounts}-{events}{days}.duckdb"
        if not made.exists():
            made.parent.mkdir(parents=True, exist_ok=True)
            part = made.with_suffix(".part")
            with FactStore.open(part) as store:
                fill(store, accounts, events, first)
            part.rename(made)
        copyfile(made, path)
        with FactStore.open(path) as store:
            yield store


def fill(store: FactStore, accounts: int, events: int, day: int = FIRST) -> None:
    """Everything but the state of a model's own: events, the common state, contracts and attributes."""
    store.run(
        """insert into account by name
        select i as id, 'account-' || i as external, '' as zone from range(1, $n + 1) t(i)""",
        {"n": accounts},
    )
    for i, name in enumerate(NAMES, 1):
        store.run("insert into event_name values (?, ?)", [i, name])
    for first in range(0, events, SLICE):
        upto = min(first + SLICE, events)
        numbers = {"accounts": accounts, "events": events, "day": day, "days": DAYS}
        store.run(_EVENTS, {**numbers, "first": first, "upto": upto})
        state.add(store, f"(select * from event where seq >= {first} and seq < {upto})")
    _records(store, accounts)


def _records(store: FactStore, accounts: int) -> None:
    store.run(
        """insert into attribute by name select i as account, unnest(['seats', 'country', 'name']) as field,
          unnest([(1 + i % 20)::text, '"DE"', '"Account ' || i || '"']) as value, timestamp '2025-12-01' as valid,
          valid as recorded, 1::tinyint as rank, 1::tinyint as stream, i as seq, 'records' as source
        from range(1, $n + 1) t(i)""",
        {"n": accounts},
    )
    store.run(
        """insert into contract by name select i as account, 'c' || i as contract, null::date as signed,
          date '2026-01-01' + (i % 150)::integer as starts, starts + 365 as ends, timestamp '2025-12-01' as recorded,
          i as seq from range(1, $n + 1) t(i)""",
        {"n": accounts},
    )
    store.run(
        """insert into contract_line by name select i as account, 'c' || i as contract, 'l' as line, 'p' as product,
          'x' as plan, 5 as seats, 200 + 1000000.0 / (i + 50) as mrr, 'USD' as currency,
          date '2026-01-01' + (i % 150)::integer as starts, starts + 365 as ends, timestamp '2025-12-01' as recorded,
          i as seq from range(1, $n + 1) t(i)""",
        {"n": accounts},
    )
