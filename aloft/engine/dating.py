"""When moments are due at accounts, as schedules and expectations say.

Accounts that count from the same day on the same calendar share the answer: it is worked out once for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from aloft.act.due import DueRow
from aloft.act.models import DueKind
from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add
from aloft.decide.recurrence import Due as Instant
from aloft.decide.recurrence import counts_days, due_instants, next_after, next_after_change, opens_at
from aloft.engagement.model import (
    Anchor,
    AnswerTrigger,
    Duration,
    Every,
    ExpectTrigger,
    Moment,
    Offsets,
    OnDate,
    ScheduleTrigger,
)
from aloft.engine import pauses, warning
from aloft.engine.anchors import Anchored, anchored
from aloft.engine.diary import Deferral
from aloft.engine.directory import Known
from aloft.engine.planned import FAR
from aloft.engine.turn import Row, Turn
from aloft.measures.frame import aware

EVER = (datetime(1900, 1, 1, tzinfo=UTC), FAR)

# Asked again with every turn of facts, and the same until the one found has passed.
REMEMBERED = 20_000
_first_after = lru_cache(REMEMBERED)(next_after)
_first_after_change = lru_cache(REMEMBERED)(next_after_change)
_all_due = lru_cache(REMEMBERED)(due_instants)


@dataclass(frozen=True, slots=True)
class Standing:
    """An account as its due rows rest on it: its row of a frame, and the pause that began last, if any.

    `place` is a number for its calendar. For the time before `phase_start` no schedule opens anything here, before
    `segment_since` none of a moment that is for some segments or levels of touch.
    """

    known: Known
    row: Row
    calendar: WorkCalendar
    place: int
    phase_start: datetime
    segment_since: datetime
    pause: pauses.Pause | None


class Subject(NamedTuple):
    """An account and a moment that meets it now. Nothing is judged of the time before `live`; nothing is due before
    `floor`, which is never before that."""

    of: Standing
    moment: Moment
    live: datetime
    floor: datetime

    @property
    def known(self) -> Known:
        return self.of.known


@dataclass(frozen=True)
class History:
    """What was decided on the accounts in question: keys that are done with, and the last due that opened."""

    keys: AbstractSet[tuple[int, str, str, int]]
    last_due: Mapping[tuple[int, str], datetime]
    put_off: Mapping[tuple[int, str, str, int], Deferral]

    def knows(self, subject: Subject, anchor: Anchored, n: int) -> bool:
        return (subject.of.known.row, subject.moment.name, anchor.name, n) in self.keys


class Ahead(NamedTuple):
    """Due rows to be; and what was due when nobody knew, of which only the latest opens: its anchor and instant.

    `until`: when what is next passes, and the same facts say something else.
    """

    due: Sequence[DueRow] = ()
    passed_over: Sequence[tuple[Anchored, Instant]] = ()
    until: datetime = FAR


NOTHING = Ahead()


def ahead(
    turn: Turn,
    rows: Mapping[int, Row],
    history: History,
    met: Mapping[str, Sequence[int]],
    asked: Mapping[str, Mapping[int, Sequence[Anchored]]],
) -> Iterator[tuple[Subject, Ahead]]:
    """What the schedules and expectations that meet these accounts say, by subject.

    `met`: the accounts by moment. `asked`: the events that ask for an answer, by moment and account.
    """
    standings = {one.known.store: one for one in _standings(turn, rows)}
    anchors: defaultdict[Anchor, _Found] = defaultdict(dict)
    for name, accounts in met.items():
        moment = turn.program.model.moments[name]
        say = _saying(turn, moment, history, anchors, asked[name])
        if say is not None:
            for subject in _subjects(turn, moment, map(standings.__getitem__, accounts)):
                yield subject, say(subject)


def _standings(turn: Turn, rows: Mapping[int, Row]) -> Iterator[Standing]:
    places: dict[WorkCalendar, int] = {}
    clock = turn.program.model.clock
    for account, row in rows.items():
        known = turn.directory[account]
        calendar = known.calendar(clock)
        phase_start = aware(row["phase_start"]) or EVER[0]
        segment_since = max(phase_start, aware(row["segment_since"]) or phase_start)
        place = places.setdefault(calendar, len(places))
        yield Standing(known, row, calendar, place, phase_start, segment_since, pauses.last_pause(row))


def _subjects(turn: Turn, moment: Moment, standings: Iterable[Standing]) -> Iterator[Subject]:
    joined, for_some = bool(turn.joined), bool(moment.segments or moment.touch)
    since = turn.running.since[moment.name]
    for one in standings:
        live = turn.live_from(one.known.store, moment.name) if joined else since
        yield Subject(one, moment, live, max(live, one.segment_since if for_some else one.phase_start))


_Found = dict[int, Anchored | None]
"""By account, what an anchor is there."""


def _saying(
    turn: Turn,
    moment: Moment,
    history: History,
    anchors: Mapping[Anchor, _Found],
    asked: Mapping[int, Sequence[Anchored]],
) -> Callable[[Subject], Ahead] | None:
    """Who says what is ahead by a moment; None where neither a schedule nor an expectation does."""
    trigger = moment.trigger
    if isinstance(trigger, ScheduleTrigger):
        schedule = trigger.schedule
        found = {} if isinstance(schedule, OnDate) else anchors[schedule.anchor]
        return _Scheduled(turn.at, trigger, history, found)
    if isinstance(trigger, ExpectTrigger):
        return _Expected(turn, trigger, history, anchors[trigger.of])
    if isinstance(trigger, AnswerTrigger):
        return _Answered(turn, trigger, history, asked)
    return None


def _anchored(anchor: Anchor, subject: Subject, found: _Found) -> Anchored | None:
    one = subject.of
    account = one.known.store
    if account not in found:
        found[account] = anchored(anchor, one.row, one.calendar)
    return found[account]


class _Expected:
    """When it is judged whether what a moment expects has come."""

    def __init__(self, turn: Turn, trigger: ExpectTrigger, history: History, anchors: _Found) -> None:
        self._now, self._trigger, self._history, self._anchors = turn.at, trigger, history, anchors
        self._rests = pauses.rests_on_usage(turn.program.model, trigger.condition)
        self._deadlines = _Deadlines(trigger.within, turn.program.model.clock.lateness)

    def __call__(self, subject: Subject) -> Ahead:
        anchor = _anchored(self._trigger.of, subject, self._anchors)
        if anchor is None or self._history.knows(subject, anchor, 1):
            return NOTHING
        pause = subject.of.pause if self._rests else None
        row = self._deadlines.judged(subject, anchor, subject.live, pause)
        if row is None:
            return NOTHING
        return Ahead([row, *warning.rows(row, self._trigger, self._now)])


class _Answered:
    """One row for each event that is not settled yet; of the time before the moment met the account, none."""

    def __init__(
        self,
        turn: Turn,
        trigger: AnswerTrigger,
        history: History,
        asked: Mapping[int, Sequence[Anchored]],
    ) -> None:
        self._history, self._asked = history, asked
        self._deadlines = _Deadlines(trigger.within, turn.program.model.clock.lateness)

    def __call__(self, subject: Subject) -> Ahead:
        asked = self._asked.get(subject.known.store, ())
        waiting = (one for one in asked if not self._history.knows(subject, one, 1))
        found = (self._deadlines.judged(subject, one, subject.floor) for one in waiting)
        return Ahead([row for row in found if row])


class _Deadline(NamedTuple):
    """When something is to be there, and when it is judged whether it was."""

    ends: datetime
    judged: datetime
    details: Mapping[str, str]


class _Deadlines:
    def __init__(self, within: Duration, lateness: Duration) -> None:
        self._within, self._lateness = within, lateness
        self._known: dict[tuple[datetime, int], _Deadline] = {}

    def judged(
        self, subject: Subject, anchor: Anchored, floor: datetime, pause: pauses.Pause | None = None
    ) -> DueRow | None:
        """When it is judged whether what was expected came in time; None where that was over by `floor`."""
        found = self._after(subject.of, anchor, pause) if pause else self._shared(subject.of, anchor)
        if found is None or found.ends <= floor:
            return None
        row, moment = subject.of.known.row, subject.moment.name
        return DueRow(found.judged, row, DueKind.DEADLINE, moment, anchor.name, 1, found.details)

    def _shared(self, one: Standing, anchor: Anchored) -> _Deadline | None:
        """The same for all that count from the same instant, on the same calendar."""
        key = (anchor.at, one.place)
        if key not in self._known:
            self._known[key] = self._told(add(anchor.at, self._within, one.calendar), one, anchor)
        return self._known[key]

    def _after(self, one: Standing, anchor: Anchored, pause: pauses.Pause) -> _Deadline | None:
        ends = pauses.later(pause, anchor.at, add(anchor.at, self._within, one.calendar), one.calendar)
        return None if ends is None else self._told(ends, one, anchor)

    def _told(self, ends: datetime, one: Standing, anchor: Anchored) -> _Deadline:
        judged = add(ends, self._lateness, one.calendar)
        return _Deadline(ends, judged, {"deadline": ends.isoformat(), "anchor": anchor.written})


class _Opening(NamedTuple):
    """An instant of a schedule, and the instant at which it opens."""

    instant: Instant
    opens: datetime
    details: Mapping[str, str]


class _Dates(NamedTuple):
    """What was due from the floor up to now, and what comes: of a recurrence the next one; and when this changes."""

    past: Sequence[_Opening]
    coming: Sequence[_Opening]
    until: datetime
    nothing: Ahead


_Counted = tuple[Sequence[tuple[Instant, datetime]], Sequence[tuple[Instant, datetime]], datetime]
"""The same of instants, each with its lead before, however late the anchor is."""


class _Scheduled:
    """When a moment opens by its schedule."""

    def __init__(self, now: datetime, trigger: ScheduleTrigger, history: History, anchors: _Found) -> None:
        self._now, self._trigger, self._history, self._anchors = now, trigger, history, anchors
        schedule = trigger.schedule
        self._recurs = isinstance(schedule, Every)
        self._by_day = counts_days(schedule)
        self._after_anchor = isinstance(schedule, Offsets) and schedule.direction == "after"
        self._days: dict[datetime, Anchored] = {}
        self._counted: dict[tuple[object, ...], _Counted] = {}
        self._known: dict[tuple[object, ...], _Dates] = {}

    def __call__(self, subject: Subject) -> Ahead:
        anchor = self._anchor(subject)
        if anchor is None:
            return NOTHING
        dates, history = self._dates(subject, anchor), self._history
        past, coming = dates.past, dates.coming
        if history.keys:
            past = [one for one in past if not history.knows(subject, anchor, one.instant.n)]
            coming = [one for one in coming if not history.knows(subject, anchor, one.instant.n)]
        if not past:
            return Ahead(self._rows(subject, anchor, coming), (), dates.until) if coming else dates.nothing
        opening = self._rows(subject, anchor, [past[-1], *coming])
        return Ahead(opening, [(anchor, one.instant) for one in past[:-1]], dates.until)

    def _anchor(self, subject: Subject) -> Anchored | None:
        schedule = self._trigger.schedule
        if not isinstance(schedule, OnDate):
            return _anchored(schedule.anchor, subject, self._anchors)
        if subject.floor not in self._days:
            self._days[subject.floor] = Anchored(f"date:{schedule.date.isoformat()}", subject.floor)
        return self._days[subject.floor]

    def _dates(self, subject: Subject, anchor: Anchored) -> _Dates:
        """The same for all that count from the same, on the same calendar."""
        one = subject.of
        last = self._history.last_due.get((one.known.row, subject.moment.name)) if self._recurs else None
        key = (anchor.at, one.place, subject.floor, last)
        found = self._known.get(key)
        if found is None:
            past, coming, until = self._instants(one, anchor.at, subject.floor, last)
            openings = self._openings(past, anchor), self._openings(coming, anchor)
            found = self._known[key] = _Dates(*openings, until, Ahead(until=until))
        return found

    def _instants(self, one: Standing, anchor: datetime, floor: datetime, last: datetime | None) -> _Counted:
        """The same for all that count from the same day, where the schedule counts days."""
        start = None if isinstance(self._trigger.schedule, OnDate) else anchor
        counted = one.calendar.local_date(start) if start and self._by_day else start
        key = (counted, one.place, floor, last)
        found = self._counted.get(key)
        if found is None:
            past, coming, until = _instants(self._trigger, counted, one.calendar, floor, last, self._now)
            found = self._counted[key] = (self._led(past, one), self._led(coming, one), until)
        return found

    def _led(self, instants: Iterable[Instant], one: Standing) -> list[tuple[Instant, datetime]]:
        return [(found, opens_at(found.at, self._trigger.lead, None, one.calendar)) for found in instants]

    def _openings(self, led: Iterable[tuple[Instant, datetime]], anchor: Anchored) -> list[_Opening]:
        return [
            _Opening(
                instant,
                max(opens, anchor.at) if self._after_anchor else opens,
                {"due": instant.at.isoformat(), "anchor": anchor.written},
            )
            for instant, opens in led
        ]

    def _rows(self, subject: Subject, anchor: Anchored, opening: Sequence[_Opening]) -> list[DueRow]:
        account, moment, name = subject.of.known.row, subject.moment.name, anchor.name
        put_off, pause = self._history.put_off, subject.of.pause
        rows = []
        for one in opening:
            n, opens, details = one.instant.n, one.opens, one.details
            waits = put_off.get((account, moment, name, n)) if put_off else None
            if waits is not None and waits.was == one.instant.at:
                opens = waits.opens
                details = {**details, "due": waits.until.isoformat(), "was": waits.was.isoformat()}
            rows.append(DueRow(opens, account, DueKind.OPEN, moment, name, n, details))
        if pause is None:
            return rows
        after = (pauses.after(pause, row, self._trigger, subject.of.calendar, self._now) for row in rows)
        return [row for row in after if row]


def _instants(
    trigger: ScheduleTrigger,
    start: datetime | date | None,
    calendar: WorkCalendar,
    floor: datetime,
    last: datetime | None,
    now: datetime,
) -> tuple[list[Instant], list[Instant], datetime]:
    """As `_Dates` says. `last`: when the last one that opened was due."""
    schedule, roll = trigger.schedule, trigger.roll
    if isinstance(schedule, Every):
        after = max(floor - datetime.resolution, last or EVER[0])
        past, following = [], _first_after(schedule, start, calendar, roll, after)
        if following is not None and following.at <= now:
            window = (after + datetime.resolution, now + datetime.resolution)
            past = due_instants(schedule, start, calendar, roll=roll, window=window)
            following = next_after(schedule, start, calendar, roll, now)
        coming = [following] if following else []
        until = following.at if following else FAR
        if last is not None:
            # A rule that was changed gives no second one right after the last of the old rule.
            changed = _first_after_change(schedule, start, calendar, roll, last)
            coming += [changed] if changed else []
        return past, [max(coming, key=lambda one: one.at)] if coming else [], until
    listed = _all_due(schedule, start, calendar, roll=roll, window=EVER)
    past = [one for one in listed if floor <= one.at <= now]
    ahead = [one for one in listed if one.at > max(now, floor)]
    return past, ahead, ahead[0].at if ahead else FAR
