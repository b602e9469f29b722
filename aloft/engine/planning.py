"""Due rows: for each account and moment the next instant at which the engine must look again.

They are made anew where an account's facts or position have changed what they rest on, or the model has; what they
rest on is checked once more when they fire.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from aloft.act.models import Due, DueKind, Verdict
from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add
from aloft.decide.recurrence import Due as Instant
from aloft.decide.recurrence import due_instants, next_after, next_after_change, opens_at
from aloft.decide.values import Reason
from aloft.engagement.model import (
    AnswerTrigger,
    Duration,
    Every,
    ExpectTrigger,
    Moment,
    Offsets,
    OnDate,
    ScheduleTrigger,
)
from aloft.engagement.words import schedule
from aloft.engine import experiments, pauses, warning, words
from aloft.engine.absences import passed_over
from aloft.engine.anchors import BEGINS, ENDS, Anchored, anchored
from aloft.engine.diary import Deferral, deferrals
from aloft.engine.directory import Known
from aloft.engine.ground import Ground, asked_of, places, read
from aloft.engine.opening import Candidate, open_all
from aloft.engine.planned import FAR, PLANNED, RESOLVED, last_due
from aloft.engine.turn import Row, Turn
from aloft.measures.frame import aware
from aloft.records.rows import insert

EVER = (datetime(1900, 1, 1, tzinfo=UTC), FAR)

# Asked again with every turn of facts, and the same until the one found has passed.
REMEMBERED = 20_000
_first_after = lru_cache(REMEMBERED)(next_after)
_first_after_change = lru_cache(REMEMBERED)(next_after_change)
_all_due = lru_cache(REMEMBERED)(due_instants)


@dataclass(frozen=True)
class Subject:
    """An account and a moment that meets it now. Nothing is due before `floor`."""

    known: Known
    moment: Moment
    row: Row
    calendar: WorkCalendar
    floor: datetime


@dataclass(frozen=True)
class History:
    """What was decided on the accounts in question: keys that are done with, and the last due that opened."""

    keys: AbstractSet[tuple[int, str, str, int]]
    last_due: Mapping[tuple[int, str], datetime]
    put_off: Mapping[tuple[int, str, str, int], Deferral]

    def knows(self, subject: Subject, anchor: Anchored, n: int) -> bool:
        return (subject.known.row, subject.moment.name, anchor.name, n) in self.keys


@dataclass(frozen=True)
class Ahead:
    """Due rows to be; and what was due when nobody knew, of which only the latest opens: its anchor and instant.

    `until`: when what is next passes, and the same facts say something else.
    """

    due: Sequence[Due] = ()
    passed_over: Sequence[tuple[Anchored, Instant]] = ()
    until: datetime = FAR


def plan(turn: Turn, accounts: Iterable[int]) -> None:
    """Make the due rows of these accounts anew, unless they stand (`planned`)."""
    asked = [account for account in accounts if account in turn.directory]
    if not asked:
        return
    ground = read(turn, asked)
    said = {turn.directory[account].row: digest for account, digest in ground.said.items()}
    standing = turn.running.plans.standing(turn.at, said)
    rows = turn.rows(account for account in asked if turn.directory[account].row not in standing)
    if rows:
        made, until = _plan(turn, rows, ground)
        changed = {row: digest for row, digest in said.items() if row not in standing}
        turn.running.plans.keep(changed, made, until)


def _plan(turn: Turn, rows: Mapping[int, Row], ground: Ground) -> tuple[Counter[int], dict[int, datetime]]:
    """By row of the account: how many due rows it has got, and when what is next passes."""
    known = {account: turn.directory[account] for account in rows}
    ours = [one.row for one in known.values()]
    Due.objects.filter(account__in=ours, kind__in=PLANNED).delete()
    Due.objects.filter(account__in=ours, kind=DueKind.WARN, at__gt=turn.at).delete()
    planned = [due for account, row in rows.items() for due in _dates_ahead(known[account], row, turn.at)]
    until: dict[int, datetime] = {}
    met = {name: [one for one in found if one in rows] for name, found in ground.met.items()}
    for subject, found in _ahead(turn, rows, history_of(ours), met, ground.asked):
        for one in found.passed_over:
            _pass_over(turn, subject, one)
        if subject.known.store in ground.unmet.get(subject.moment.name, ()):
            _mark_unmet(found.due)
        if subject.known.store in ground.held_out.get(subject.moment.name, ()):
            _mark_unmet(experiments.from_the_day(turn, subject.moment.name, subject.calendar, found.due))
        planned += found.due
        until[subject.known.row] = min(until.get(subject.known.row, FAR), found.until)
    warning.make_room(planned)
    insert(planned)
    return Counter(one.account_id for one in planned), until


def moments_ahead(
    turn: Turn, rows: Mapping[int, Row], history: History, only: Collection[str] | None = None
) -> Iterator[tuple[Subject, Ahead]]:
    """What the schedules and expectations that meet these accounts say, by subject; nothing is written."""
    met = turn.frames.each(places(turn, only), rows)
    yield from _ahead(turn, rows, history, met, asked_of(turn, met))


def _ahead(
    turn: Turn,
    rows: Mapping[int, Row],
    history: History,
    met: Mapping[str, Sequence[int]],
    asked: Mapping[str, Mapping[int, Sequence[Anchored]]],
) -> Iterator[tuple[Subject, Ahead]]:
    for name, accounts in met.items():
        moment = turn.program.model.moments[name]
        for account in accounts:
            subject = _subject(turn, turn.directory[account], moment, rows[account])
            yield subject, _of(turn, subject, history, asked[name].get(account, ()))


def _mark_unmet(planned: Iterable[Due]) -> None:
    """What will probably not open absorbs nothing meanwhile."""
    for row in planned:
        row.details["unmet"] = True


def fire(turn: Turn, due: Sequence[Due]) -> None:
    """Due rows of kind OPEN: the moment opens where its `if` holds now; else it is passed over, for good."""
    for compiled in turn.program.moments.values():
        ours = [row for row in due if row.moment == compiled.moment.name]
        stores = [known.store for row in ours if (known := turn.directory.of_row(row.account_id))]
        if stores:
            met = set(turn.meets(compiled, stores))
            rows = turn.rows(stores)
            ready = [row for row in ours if _store(turn, row) in met]
            spared = passed_over(turn, compiled.moment, ready)
            wanted = [row for row in ready if row.pk not in spared]
            still = {row.pk for row in wanted if _waits(turn, compiled.moment, row, rows[_store(turn, row)])}
            open_all(
                turn, [_candidate(turn, compiled.moment, row) for row in wanted if row.pk not in still], rows
            )
            for row in ours:
                if _store(turn, row) not in met:
                    _not_met(turn, compiled.moment, row, rows[_store(turn, row)])


def _waits(turn: Turn, moment: Moment, due: Due, row: Row) -> bool:
    """Whether the account is paused: it opens once that is over, which `_open_row` sees to."""
    pause = pauses.paused(row)
    if pause is None:
        return False
    known = turn.directory[_store(turn, due)]
    was = datetime.fromisoformat(due.details["due"])
    calendar = known.calendar(turn.program.model.clock)
    told = [pauses.reason(pause)]
    if pause.resumes is None:
        turn.say("deferred", known, moment.name, due.anchor, due.n, told, was=was.isoformat())
    else:
        until = max(was, pauses.first_working(pause.resumes, was, calendar)).isoformat()
        turn.say("deferred", known, moment.name, due.anchor, due.n, told, was=was.isoformat(), until=until)
    return True


def _store(turn: Turn, due: Due) -> int:
    known = turn.directory.of_row(due.account_id)
    assert known is not None
    return known.store


def _candidate(turn: Turn, moment: Moment, due: Due) -> Candidate:
    at, anchor = (datetime.fromisoformat(due.details[name]) for name in ("due", "anchor"))
    written = _written(moment)
    was = datetime.fromisoformat(due.details["was"]) if "was" in due.details else None
    put_off = f", put off from {words.instant(was)}" if was else ""
    found = f"due {words.instant(at)}{put_off}; counted from {words.instant(anchor)}"
    reason = Reason("schedule", True, written, found, moment.line)
    because = f"{_in_words(moment)}: due {words.instant(at)}"
    return Candidate(
        _store(turn, due),
        moment.name,
        due.anchor,
        due.n,
        turn.at,
        reason,
        because,
        due=at,
        was=was,
        anchored_at=anchor,
    )


def _not_met(turn: Turn, moment: Moment, due: Due, row: Row) -> None:
    known = turn.directory[_store(turn, due)]
    key = {"account": known.row, "moment": due.moment, "anchor": due.anchor, "n": due.n}
    if not Verdict.objects.filter(verdict__in=RESOLVED, **key).exists():
        turn.say("skipped", known, due.moment, due.anchor, due.n, words.place_reasons(moment, row, turn))


def _written(moment: Moment) -> str:
    return moment.trigger.text if isinstance(moment.trigger, ScheduleTrigger) else ""


def _in_words(moment: Moment) -> str:
    said = schedule(moment.trigger.schedule) if isinstance(moment.trigger, ScheduleTrigger) else ""
    return f"{said[:1].upper()}{said[1:]}"


def _subject(turn: Turn, known: Known, moment: Moment, row: Row) -> Subject:
    floors = [turn.live_from(known.store), aware(row["phase_start"])]
    if moment.segments or moment.touch:
        floors.append(aware(row["segment_since"]))
    floor = max(instant for instant in floors if instant is not None)
    return Subject(known, moment, row, known.calendar(turn.program.model.clock), floor)


def history_of(accounts: Sequence[int], at: datetime = EVER[1]) -> History:
    """Of what was decided up to `at`."""
    until = Verdict.objects.filter(account__in=accounts, at__lte=at)
    resolved = until.filter(verdict__in=RESOLVED)
    keys = frozenset(resolved.values_list("account", "moment", "anchor", "n"))
    waits = until.filter(verdict="deferred", occurrence=None, details__has_key="opens")
    told = waits.order_by("at", "id").values_list("account", "moment", "anchor", "n", "details")
    return History(keys, last_due(accounts, at), deferrals(told))


def _dates_ahead(known: Known, row: Row, now: datetime) -> list[Due]:
    """Dates in the account's life at which its status, and so its phase, may change by themselves."""
    instants = {at for name in BEGINS | ENDS if (at := aware(row[name])) is not None and at > now}
    return [
        Due(at=at, account_id=known.row, kind=DueKind.PHASE, n=n) for n, at in enumerate(sorted(instants), 1)
    ]


def _of(turn: Turn, subject: Subject, history: History, asked: Sequence[Anchored]) -> Ahead:
    """`asked`: the events that ask for an answer."""
    trigger = subject.moment.trigger
    if isinstance(trigger, AnswerTrigger):
        return Ahead(_to_answer(turn, subject, trigger, asked, history))
    if isinstance(trigger, ExpectTrigger):
        return Ahead(_deadline(turn, subject, trigger, history))
    if isinstance(trigger, ScheduleTrigger):
        return _scheduled(turn, subject, trigger, history)
    return Ahead()


def _deadline(turn: Turn, subject: Subject, trigger: ExpectTrigger, history: History) -> list[Due]:
    anchor = anchored(trigger.of, subject.row, subject.calendar)
    if anchor is None or history.knows(subject, anchor, 1):
        return []
    pause = pauses.last_pause(subject.row)
    resting = pause if pause and pauses.rests_on_usage(turn.program.model, trigger.condition) else None
    floor = turn.live_from(subject.known.store)
    row = _judged(turn, subject, anchor, trigger.within, floor, resting)
    return [row, *warning.rows(row, trigger, turn.at)] if row else []


def _to_answer(
    turn: Turn, subject: Subject, trigger: AnswerTrigger, asked: Sequence[Anchored], history: History
) -> list[Due]:
    """One row for each event that is not settled yet; of the time before the moment met the account, none."""
    waiting = (one for one in asked if not history.knows(subject, one, 1))
    found = (_judged(turn, subject, one, trigger.within, subject.floor) for one in waiting)
    return [row for row in found if row]


def _judged(
    turn: Turn,
    subject: Subject,
    anchor: Anchored,
    within: Duration,
    floor: datetime,
    pause: pauses.Pause | None = None,
) -> Due | None:
    """When it is judged whether what was expected came in time; None where that was over by `floor`."""
    ends = add(anchor.at, within, subject.calendar)
    deadline = pauses.later(pause, anchor.at, ends, subject.calendar)
    if deadline is None or deadline <= floor:
        return None
    judged = add(deadline, turn.program.model.clock.lateness, subject.calendar)
    row = _due(subject, DueKind.DEADLINE, anchor.name, 1, judged)
    row.details = {"deadline": deadline.isoformat(), "anchor": anchor.at.isoformat()}
    return row


def _scheduled(turn: Turn, subject: Subject, trigger: ScheduleTrigger, history: History) -> Ahead:
    anchor = _anchor(trigger, subject)
    if anchor is None:
        return Ahead()
    past, coming, until = _instants(turn, subject, trigger, anchor, history)
    missed = [one for one in past if not history.knows(subject, anchor, one.n)]
    ahead = [one for one in coming if not history.knows(subject, anchor, one.n)]
    pause = pauses.last_pause(subject.row)
    due = [
        pauses.after(
            pause, _open_row(subject, trigger, anchor, one, history), trigger, subject.calendar, turn.at
        )
        for one in [*missed[-1:], *ahead]
    ]
    return Ahead([row for row in due if row], [(anchor, one) for one in missed[:-1]], until)


def _anchor(trigger: ScheduleTrigger, subject: Subject) -> Anchored | None:
    if isinstance(trigger.schedule, OnDate):
        return Anchored(f"date:{trigger.schedule.date.isoformat()}", subject.floor)
    return anchored(trigger.schedule.anchor, subject.row, subject.calendar)


def _instants(
    turn: Turn, subject: Subject, trigger: ScheduleTrigger, anchor: Anchored, history: History
) -> tuple[list[Instant], list[Instant], datetime]:
    """What was due from the floor up to now, and what comes: of a recurrence the next one; and when this changes."""
    schedule, calendar, roll = trigger.schedule, subject.calendar, trigger.roll
    start = None if isinstance(schedule, OnDate) else anchor.at
    last = history.last_due.get((subject.known.row, subject.moment.name))
    if isinstance(schedule, Every):
        after = max(subject.floor - datetime.resolution, last or EVER[0])
        past, following = [], _first_after(schedule, start, calendar, roll, after)
        if following is not None and following.at <= turn.at:
            window = (after + datetime.resolution, turn.at + datetime.resolution)
            past = due_instants(schedule, start, calendar, roll=roll, window=window)
            following = next_after(schedule, start, calendar, roll, turn.at)
        coming = [following] if following else []
        until = following.at if following else FAR
        if last is not None:
            # A rule that was changed gives no second one right after the last of the old rule.
            changed = _first_after_change(schedule, start, calendar, roll, last)
            coming += [changed] if changed else []
        return past, [max(coming, key=lambda one: one.at)] if coming else [], until
    listed = _all_due(schedule, start, calendar, roll=roll, window=EVER)
    past = [one for one in listed if subject.floor <= one.at <= turn.at]
    ahead = [one for one in listed if one.at > max(turn.at, subject.floor)]
    return past, ahead, ahead[0].at if ahead else FAR


def _open_row(
    subject: Subject, trigger: ScheduleTrigger, anchor: Anchored, one: Instant, history: History
) -> Due:
    schedule = trigger.schedule
    after = anchor.at if isinstance(schedule, Offsets) and schedule.direction == "after" else None
    opens = opens_at(one.at, trigger.lead, after, subject.calendar)
    row = _due(subject, DueKind.OPEN, anchor.name, one.n, opens)
    row.details = {"due": one.at.isoformat(), "anchor": anchor.at.isoformat()}
    waits = history.put_off.get((subject.known.row, subject.moment.name, anchor.name, one.n))
    if waits is not None and waits.was == one.at:
        row.at = waits.opens
        row.details |= {"due": waits.until.isoformat(), "was": waits.was.isoformat()}
    return row


def _due(subject: Subject, kind: DueKind, anchor: str, n: int, at: datetime) -> Due:
    return Due(at=at, account_id=subject.known.row, kind=kind, moment=subject.moment.name, anchor=anchor, n=n)


def _pass_over(turn: Turn, subject: Subject, passed_over: tuple[Anchored, Instant]) -> None:
    anchor, one = passed_over
    found = f"due {words.instant(one.at)}, past when it became known; only the latest opens"
    reason = Reason("schedule", False, _written(subject.moment), found, subject.moment.line)
    turn.say("skipped", subject.known, subject.moment.name, anchor.name, one.n, [reason])
