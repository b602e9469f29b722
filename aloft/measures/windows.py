"""From when a metric counts, as SQL over a row of a question: its instant `_at`, its local `_date` and `_day`."""

from __future__ import annotations

from dataclasses import dataclass

from aloft.engagement.model import Anchor, Duration, Metric
from aloft.measures import working

_WHOLE_DAYS = {"d": 1, "w": 7}
_ELAPSED = {"min": "minute", "h": "hour"}
_CALENDAR = {"mo": "month", "y": "year"}


@dataclass(frozen=True)
class Window:
    """`start` is an instant, `day` the local day it lies in, `partial` whether only a part of that day counts."""

    start: str
    day: str
    partial: str = "false"
    own: bool = False
    """Whether it begins with something of the account: of others, all of one zone begin at one instant."""

    @property
    def whole(self) -> bool:
        """Whether it always begins with a whole day."""
        return self.partial == "false"


EVER = Window("timestamp '1970-01-01'", "-1000000")


def window(metric: Metric) -> Window:
    if metric.over is not None:
        return trailing(metric.over)
    return _since(metric.since) if metric.since is not None else EVER


def trailing(over: Duration) -> Window:
    """`28d` is today and the 27 local days before; months and years keep the day of the month; business time is
    beside the question (`measures.working`)."""
    if over.unit in working.UNITS:
        return _of_business(over)
    if over.unit in _ELAPSED:
        start = f"_at - interval {over.number} {_ELAPSED[over.unit]}"
        return Window(start, f"aloft_day({start}, _zone)", "true")
    if over.unit in _CALENDAR:
        first = f"(_date - interval {over.number} {_CALENDAR[over.unit]} + interval 1 day)::date"
    else:
        first = f"(_date - {over.number * _WHOLE_DAYS[over.unit] - 1})"
    return Window(f"aloft_instant({first}, _zone)", f"aloft_days({first})")


def _of_business(over: Duration) -> Window:
    start = working.windows_from(over)
    if over.unit == "bh":
        return Window(start, f"aloft_day({start}, _zone)", "true", own=True)
    return Window(f"aloft_instant({start}, _zone)", f"aloft_days({start})", own=True)


def _since(since: Anchor) -> Window:
    if since.date:
        first = f"date '{since.date.isoformat()}'"
        return Window(f"aloft_instant({first}, _zone)", f"aloft_days({first})")
    start = f'"{since.name}"'
    local = f"aloft_local({start}, _zone)"
    return Window(start, f"aloft_days({local}::date)", f"{local} <> date_trunc('day', {local})", own=True)
