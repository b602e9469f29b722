"""What comes next: facts, the daily reading of a zone, or an instant at which the engine must look again.

The instants of turns come from the data, never from how the data was batched: facts are taken tick by tick
of their arrival, and never past a reading or a due instant. So the same log gives the same decisions however
it was drained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from aloft.decide.calendar import WorkCalendar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LIVE_TICK = timedelta(milliseconds=200)
SETTLE = timedelta(milliseconds=50)
"""How long after its end a tick is left to the writers that were stamped within it."""
HISTORY_AFTER = timedelta(days=2)
TICKS = (
    (HISTORY_AFTER, timedelta(days=1)),
    (timedelta(hours=1), timedelta(minutes=1)),
    (2 * LIVE_TICK, timedelta(seconds=5)),
)
"""How far behind the engine is, and the tick that it takes then. However little a turn is about, it takes some tenths
of a second: who is behind by more than a tick gains by taking all that waits."""


@dataclass(frozen=True)
class Next:
    """A turn to make: `at` is its instant, at most; facts are taken up to it."""

    kind: Literal["facts", "golive", "late", "reading", "due"]
    at: datetime
    zones: tuple[str, ...] = ()


def tick_end(instant: datetime, tick: timedelta) -> datetime:
    """The end of the tick that holds `instant`; ticks are counted from 1970."""
    return EPOCH + ((instant - EPOCH) // tick + 1) * tick - datetime.resolution


def next_midnight(zone: str, after: datetime) -> datetime:
    """The first local 00:00 in `zone` after an instant."""
    calendar = WorkCalendar(zone=zone)
    return calendar.start_of_day(calendar.local_date(after) + timedelta(days=1))


def next_turn(
    *,
    decided: datetime,
    until: datetime,
    arrived: datetime | None,
    golive: datetime | None,
    due: datetime | None,
    readings: Mapping[str, datetime],
    now: datetime,
    late: datetime | None = None,
    undecided: datetime | None = None,
    published: datetime | None = None,
) -> Next | None:
    """The earliest of what waits, at most at `until`; None when nothing does.

    `arrived` is when the first undrained fact did; `readings` the next one of each zone; `late` when a source
    will be, unless something arrives by then. Of what falls on one instant, facts come first, then a model going
    live, then sources that are late, then readings, then what is due. Before `undecided` no model can be live:
    nothing is decided, and facts are taken however much time they span. `published` is when the next version was
    that is not drained yet: what comes after it may be that version's to decide, so facts are taken up to there.
    """
    reading = min(readings.values(), default=None)
    if late is not None and arrived is not None and arrived <= late:
        late = None
    stops = [max(instant, decided) for instant in (golive, reading, due, late) if instant is not None]
    stop = min(stops, default=None)
    if arrived is not None and arrived <= until and (stop is None or arrived <= stop):
        if undecided is not None and max(arrived, decided) < undecided:
            return Next("facts", min(until, stop or until, undecided))
        if published is not None:
            until = min(until, max(published, arrived, decided))
        return _facts(max(arrived, decided), stop, until, now)
    if stop is None or stop > until:
        return None
    if golive is not None and max(golive, decided) == stop:
        return Next("golive", stop)
    if late is not None and max(late, decided) == stop:
        return Next("late", stop)
    if reading is not None and max(reading, decided) == stop:
        return Next("reading", stop, tuple(zone for zone, at in readings.items() if at <= stop))
    return Next("due", stop)


def _facts(arrived: datetime, stop: datetime | None, until: datetime, now: datetime) -> Next:
    return Next("facts", min(tick_end(arrived, tick_for(now - arrived)), until, stop or until))


def tick_for(lag: timedelta) -> timedelta:
    """The further behind, the more is taken at a time, so that a day's silence is caught up with in minutes."""
    return next((tick for behind, tick in TICKS if lag > behind), LIVE_TICK)


def settled(now: datetime) -> datetime:
    """The last instant by which every writer's facts are in: the end of the last tick that is over."""
    return tick_end(now - SETTLE, LIVE_TICK) - LIVE_TICK
