"""What is used, by how many customers, and what these pay: figures for those who make the product."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from aloft.facts.store import FactStore

DAYS = 28
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Used:
    """An event that customers' systems told, within the window. `before`: accounts within the window before it.

    `returned` are the accounts that did it on more than one day; `users` None: whoever did it is not told. `mrr` is
    that of `accounts`, None where none of theirs is known.
    """

    event: str
    sources: str
    accounts: int
    before: int
    returned: int
    users: int | None
    events: int
    mrr: Decimal | None


@dataclass(frozen=True)
class Usage:
    """`active`: accounts of which anything at all was told within the window; the most used comes first."""

    active: int
    mrr: Decimal
    rows: tuple[Used, ...]


def usage(
    store: FactStore, day: date, paying: Mapping[str, Decimal | None], only: Collection[str] | None = None
) -> Usage:
    """Of the `DAYS` local days that end with `day`, and as many before. `paying` is MRR by external id of the
    account; `only`: of these accounts alone."""
    _load(store, paying, only)
    last = (day - _EPOCH).days
    asked = {"last": last, "since": last - DAYS + 1, "before": last - 2 * DAYS + 1}
    rows = store.run(f"{_TOLD}{_BY_EVENT}", asked)
    active, mrr = store.run(f"{_TOLD}{_ACTIVE}", {**asked, "before": asked["since"]})[0]
    return Usage(active, mrr, tuple(Used(*row) for row in rows))


@dataclass(frozen=True)
class Habit:
    """How far the product is part of the work. `segment` None: all of them. A user counts once for each account.

    `days`: how many of the `DAYS` a user was active on, in the mean; `stickiness`: who is active on a day, of all who
    were within the window; `every_week`: the share of users who were in each of its weeks.
    """

    segment: str | None
    accounts: int
    users: int
    days: float
    stickiness: float
    every_week: float


def habits(
    store: FactStore, day: date, segments: Mapping[str, str], only: Collection[str] | None = None
) -> tuple[Habit, ...]:
    """Of the `DAYS` local days that end with `day`; `segments` by external id of the account. Events of which nobody
    knows who did them are left out."""
    kept = _accounts(store, only)
    table = {"external": kept, "segment": [segments.get(name, "") for name in kept]}
    store.load("product_segment", pa.table(table, schema=_SEGMENTS))
    last = (day - _EPOCH).days
    asked = {"last": last, "since": last - DAYS + 1, "length": DAYS}
    return tuple(Habit(*row) for row in store.run(_HABITS, asked))


def _load(store: FactStore, paying: Mapping[str, Decimal | None], only: Collection[str] | None) -> None:
    """Of accounts that pay nothing nothing is known either: they count, and bring none."""
    kept = _accounts(store, only)
    store.load(
        "product_account",
        pa.table(
            {
                "external": pa.array(kept, pa.string()),
                "mrr": pa.array([paying.get(name) for name in kept], pa.decimal128(14, 2)),
            }
        ),
    )


def _accounts(store: FactStore, only: Collection[str] | None) -> list[str]:
    """The external ids of whole accounts; `only`: of these alone."""
    named = [name for (name,) in store.run("select external from account where whole is null")]
    return [name for name in named if only is None or name in only]


_SEGMENTS = pa.schema([("external", pa.string()), ("segment", pa.string())])
_HABITS = """with active as (
  select distinct p.segment, e.account, e.app_user, e.day
  from event e join account a on a.id = e.account join product_segment p on p.external = a.external
  where e.stream = 0 and e.name is not null and e.app_user is not null and e.day between $since and $last
), by_user as (
  select segment, account, app_user, count(*) as days, count(distinct (day - $since) // 7) as weeks
  from active group by all
)
select segment, count(distinct account)::BIGINT, count(*)::BIGINT, avg(days), avg(days) / $length,
  avg((weeks = $length // 7)::INTEGER)
from by_user group by grouping sets ((), (segment))
order by grouping(segment) desc, segment
"""
_TOLD = """with told as (
  select e.name, e.account, e.app_user, e.day, e.times, e.source, p.mrr, e.day >= $since as now
  from event e
  join account a on a.id = e.account
  join product_account p on p.external = a.external
  where e.stream = 0 and e.name is not null and e.day between $before and $last
) """
_BY_EVENT = """, by_account as (
  select name, account, any_value(mrr) as mrr, bool_or(now) as now, bool_or(not now) as earlier,
    count(distinct day) filter (where now) as days, sum(times) filter (where now) as times
  from told group by name, account
), by_name as (
  select name, count(distinct app_user) filter (where now) as users,
    string_agg(distinct source, ', ' order by source) as sources
  from told group by name
)
select n.name, any_value(b.sources), count(*) filter (where now)::BIGINT, count(*) filter (where earlier)::BIGINT,
  count(*) filter (where days > 1)::BIGINT,
  case when bool_or(now) then nullif(any_value(b.users), 0) else 0 end::BIGINT,
  coalesce(sum(times), 0)::BIGINT, case when bool_or(now) then sum(mrr) filter (where now) else 0 end
from by_account c join by_name b on b.name = c.name join event_name n on n.id = c.name
group by n.name
order by 3 desc, 4 desc, 1
"""
_ACTIVE = """select count(*)::BIGINT, coalesce(sum(mrr), 0)
from (select account, any_value(mrr) as mrr from told where now group by account)
"""
