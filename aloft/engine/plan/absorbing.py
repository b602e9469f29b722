"""What goes into a larger one that is due close to it: the larger is counted, the smaller takes nobody's time.

By the rule by which it is decided as something opens (`decide/merging.py`), at all accounts at once: each day that
something is due on is asked once, with the calendar of each country, up to which day a larger one is close.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import datetime, time, timedelta
from functools import lru_cache

import pyarrow as pa

from aloft.decide.calendar import WorkCalendar, for_account
from aloft.decide.durations import ELAPSED_UNITS, add, day_after
from aloft.decide.merging import absorbers, within
from aloft.engagement.model import Duration, Model
from aloft.engine.plan.history import History
from aloft.facts.store import FactStore

NOTHING = timedelta(0)
TAKEN = "create or replace temp table {name} (model text, moment text, account integer, due timestamp)"
SPARED = "create or replace temp table {name} (occurrence bigint)"
_DAYS = {"min": 1, "h": 1, "bh": 1, "d": 1, "bd": 4, "w": 7, "mo": 31, "y": 366}
_REST = 14  # days on which nobody works, at the most
_PAIRS = pa.schema([("small", pa.string()), ("larger", pa.string())])
_REACH = pa.schema(
    [
        ("first", pa.timestamp("us")),
        ("zone", pa.string()),
        ("country", pa.string()),
        ("subdivision", pa.string()),
        ("until", pa.timestamp("us")),
    ]
)


def beyond(model: Model) -> Mapping[str, timedelta]:
    """Moments that take others in, and how long after the end of the weeks one of them may be due and still do so."""
    return dict.fromkeys(_larger(model), _longest(within(model)))


def _larger(model: Model) -> Set[str]:
    return frozenset[str]().union(*absorbers(model.moments).values())


def _longest(duration: Duration) -> timedelta:
    return timedelta(days=duration.number * _DAYS[duration.unit] + _REST)


def take_in(
    store: FactStore, model: Model, laid: str, history: History, taken: str, spared: str, *, renamed: bool
) -> None:
    """Add to `taken` what of the table `laid` goes into a larger one, and to `spared` what of it stands open already,
    untouched, and closes as a larger one opens. `renamed`: occurrences are known by the names of the text."""
    by = absorbers(model.moments)
    if not by:
        return
    pairs = [(small, larger) for small, all_larger in by.items() for larger in all_larger]
    columns = list(zip(*pairs, strict=True))
    store.load("absorbs", pa.table(dict(zip(_PAIRS.names, map(list, columns), strict=True)), schema=_PAIRS))
    moments = by.keys() | _larger(model)
    history.load_near(store, model, moments, _longest(within(model)), renamed=renamed)
    _draw_near(store, model, laid)
    _reach(store, model)
    _pair(store)
    store.run(f"insert into {taken} select $model, moment, account, due from goes", {"model": model.name})
    store.run(
        f"""insert into {spared} select distinct occurrence from close c
        where untouched and larger_planned and not exists (select 1 from goes g
          where g.account = c.account and g.moment = c.larger and g.due = c.larger_due)"""
    )


def _draw_near(store: FactStore, model: Model, laid: str) -> None:
    """Make `near`: what is planned and what stands at each account, of moments that absorb or are absorbed; `first` is
    what of its due instant is counted from."""
    counted, zone, country = _counted(within(model))
    store.run(
        f"""create or replace temp table near as
        with both_kinds as (
          select l.account, l.moment, l.due, true as planned, false as untouched, null::bigint as occurrence
          from {laid} l where l.model = $model
            and l.moment in (select small from absorbs union select larger from absorbs)
          union all select account, moment, due, false, untouched, occurrence from standing_near
            where account in (select account from {laid} where model = $model))
        select b.*, {counted} as first, {zone} as zone, {country}
        from both_kinds b join concerned c using (account)""",
        {"model": model.name},
    )


def _counted(duration: Duration) -> tuple[str, str, str]:
    """SQL of what of an instant matters, of the zone, and of the country with its subdivision."""
    elapsed = duration.unit in ELAPSED_UNITS
    works = duration.unit in ("bd", "bh")
    country = "c.country, c.subdivision" if works else "'' as country, '' as subdivision"
    return "b.due" if elapsed else "date_trunc('day', b.due)", "c.zone" if elapsed else "''", country


def _reach(store: FactStore, model: Model) -> None:
    """Make `reach`: up to when what is due later is close to what is due first."""
    asked = store.run("select distinct first, zone, country, subdivision from near")
    rows = list(_answers(model, asked))
    columns = list(zip(*rows, strict=True)) or [()] * len(_REACH.names)
    store.load("reach", pa.table(dict(zip(_REACH.names, map(list, columns), strict=True)), schema=_REACH))


def _answers(model: Model, asked: list[tuple[datetime, str, str, str]]) -> Iterator[tuple[object, ...]]:
    for first, zone, country, subdivision in asked:
        calendar = for_account(model.clock, zone or "UTC", country, subdivision or None)
        yield first, zone, country, subdivision, _until(first, within(model), calendar)


@lru_cache(maxsize=65_536)
def _until(first: datetime, duration: Duration, calendar: WorkCalendar) -> datetime:
    """On the calendar's clock; where days are counted, the end of the last of them."""
    if duration.unit in ELAPSED_UNITS:
        instant = calendar.at(first.date(), first.time())
        return calendar.local(add(instant, duration, calendar)).replace(tzinfo=None)
    return datetime.combine(day_after(first.date(), duration, calendar), time.max)


def _pair(store: FactStore) -> None:
    """Make `close`, of each two that are close, and `goes`: what is planned and goes into a larger one.

    A larger one that is planned, and close to one larger still, takes nothing in: it will not take place.
    """
    store.run(
        """create or replace temp table close as
        select s.account, s.moment, s.due, s.planned, s.untouched, s.occurrence, l.moment as larger,
          l.due as larger_due, l.planned as larger_planned
        from near s join absorbs a on a.small = s.moment join near l on l.account = s.account and l.moment = a.larger
        join reach r on r.first = least(s.first, l.first) and r.zone = s.zone and r.country = s.country
          and r.subdivision = s.subdivision
        where greatest(s.due, l.due) <= r.until"""
    )
    store.run(
        """create or replace temp table goes as
        select distinct account, moment, due from close c where planned and not (larger_planned and exists (
          select 1 from close g where g.planned and g.account = c.account and g.moment = c.larger
            and g.due = c.larger_due))"""
    )
