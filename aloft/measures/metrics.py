"""SQL of a metric: the days that are over are read from state, the days at the edges from raw events.

Each statement reads `asked` (see `measures.frame`) and gives `_key, value` for the keys that have any; the
frame makes the rest 0, so that an account that went silent is not lost.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from aloft.engagement.model import Anchor, Duration, Metric
from aloft.facts.keep import Kept
from aloft.measures.compile import EVENT, sql

_WHOLE_DAYS = {"d": 1, "w": 7}
_ELAPSED = {"min": "minute", "h": "hour"}
_CALENDAR = {"mo": "month", "y": "year"}


@dataclass(frozen=True)
class Window:
    """From when a metric counts, as SQL over a row of `asked`: an instant, its day, is that day a part only."""

    start: str
    day: str
    partial: str


def window(metric: Metric) -> Window:
    if metric.over is not None:
        return _trailing(metric.over)
    if metric.since is not None:
        return _since(metric.since)
    return Window("timestamp '1970-01-01'", "0", "false")


def _trailing(over: Duration) -> Window:
    if over.unit in _ELAPSED:
        start = f"_at - interval {over.number} {_ELAPSED[over.unit]}"
        return Window(start, f"aloft_day({start}, _zone)", "true")
    if over.unit in _CALENDAR:
        first = f"(_date - interval {over.number} {_CALENDAR[over.unit]} + interval 1 day)::date"
        return Window(f"aloft_instant({first}, _zone)", f"aloft_days({first})", "false")
    first = f"_date - {over.number * _WHOLE_DAYS[over.unit] - 1}"
    return Window(f"aloft_instant({first}, _zone)", f"aloft_days({first})", "false")


def _since(since: Anchor) -> Window:
    written = f"aloft_instant(date '{since.date.isoformat()}', _zone)" if since.date else ""
    start = written or f'"{since.name}"'
    return Window(start, f"aloft_day({start}, _zone)", f"not aloft_is_midnight({start}, _zone)")


def kept(metric: Metric) -> Kept | None:
    """The state of its own that a metric needs, if the common state does not serve it."""
    if metric.where is None and (metric.verb == "count" or not metric.events):
        return None
    condition = sql(metric.where.expression, EVENT) if metric.where else None
    text = "\x1f".join([metric.verb, *sorted(metric.events), condition or ""])
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Kept(digest=digest, verb=metric.verb, names=tuple(sorted(metric.events)), where_sql=condition)


def metric_sql(metric: Metric, asked: str) -> str:
    """`_key, value` of a metric for the rows of the relation `asked`."""
    span = window(metric)
    bounded = (
        f"bounded as (select _key, _account, _at, _day, {span.start} as lo, {span.day} as lo_day, "
        f"{span.partial} as lo_partial from {asked})"
    )
    parts = _counted(metric) if metric.verb == "count" else _seen(metric)
    value = "sum(n)" if metric.verb == "count" else "count(distinct app_user)"
    return f"with {bounded} select _key, {value} as value from ({' union all '.join(parts)}) group by _key"


def _counted(metric: Metric) -> list[str]:
    state = kept(metric)
    source, mine = (
        ("kept_count", f"and s.digest = '{state.digest}'") if state else ("day_count", _named(metric, "s"))
    )
    closed_days = (
        f"select b._key, s.n from bounded b join {source} s on s.account = b._account "
        f"where s.day >= b.lo_day + b.lo_partial::int and s.day < b._day {mine}"
    )
    return [closed_days, *_edges(metric, "e.times as n")]


def _seen(metric: Metric) -> list[str]:
    state = kept(metric)
    source, mine = ("kept_word", f"and s.digest = '{state.digest}'") if state else ("user_word", "")
    first = "greatest(b.lo_day + b.lo_partial::int - s.block * 64, 0)"
    last = "least(b._day - 1 - s.block * 64, 63)"
    closed_days = (
        f"select b._key, s.app_user from bounded b join {source} s on s.account = b._account "
        f"join day_bit f on f.bit = {first} join day_bit u on u.bit = {last} "
        f"where (s.word & f.onwards & u.upto) <> 0 {mine}"
    )
    return [closed_days, *_edges(metric, "e.app_user", "and e.app_user is not null")]


def _edges(metric: Metric, column: str, only: str = "") -> list[str]:
    """The running day, and the day on which the window begins where that is a part of a day."""
    where = f"and ({sql(metric.where.expression, EVENT)})" if metric.where else ""
    named = _named(metric, "e") or "and e.name is not null"
    whole = window(metric).partial == "false"
    since = "" if whole else "and e.occurred >= b.lo"
    inside = f"e.occurred <= b._at {since} {named} {where} {only}"
    running = (
        f"select b._key, {column} from bounded b join event e on e.account = b._account and e.day = b._day "
        f"where {inside}"
    )
    beginning = (
        f"select b._key, {column} from bounded b join event e on e.account = b._account and e.day = b.lo_day "
        f"where b.lo_partial and b.lo_day < b._day and {inside}"
    )
    return [running] if whole else [running, beginning]


def _named(metric: Metric, alias: str) -> str:
    if not metric.events:
        return ""
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in metric.events)
    return f"and {alias}.name in (select id from event_name where name in ({names}))"
