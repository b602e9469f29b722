"""Meetings that are booked at accounts: whether one more has room, and what gives way (domain.md 3.7, T12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aloft.act.models import Occurrence, OccurrenceState
from aloft.act.states import check
from aloft.decide.calendar import WorkCalendar
from aloft.decide.policy.channels import MEETINGS
from aloft.decide.policy.load import (
    Allowance,
    Meeting,
    allowance,
    booked_around,
    first_with_room,
    has_room,
    making_room,
    minutes_of,
)
from aloft.decide.priority import priority_of
from aloft.decide.values import Reason
from aloft.engagement.leaves import PRIORITIES
from aloft.engagement.model import Moment, ScheduleTrigger, Touch
from aloft.engine import words
from aloft.engine.directory import Known
from aloft.engine.merging import AT_ONCE, GONE
from aloft.engine.turn import Turn
from aloft.records.rows import batched

LOOKED_BACK = timedelta(days=366)
"""A cap on meetings counts no longer than this."""


@dataclass(frozen=True)
class Placed:
    """When a meeting takes place; None: not now. `reason` and `until` where that is not when it was due."""

    due: datetime | None
    reason: Reason | None = None
    until: datetime | None = None


@dataclass
class Diary:
    """By account: the meetings that count. What opens is entered, so that the next one sees it."""

    booked: defaultdict[int, list[Meeting]] = field(default_factory=lambda: defaultdict(list))

    def enter(self, account: int, moment: Moment, occurrence: Occurrence) -> None:
        if occurrence.channel in MEETINGS and moment.length is not None:
            self.booked[account].append(_meeting(moment, occurrence))


def open_diary(turn: Turn, asked: Iterable[tuple[int, Moment]]) -> Diary:
    """What is booked at the accounts of these candidates, where one of them is a meeting under a cap."""
    policy = turn.program.model.contact_policy
    capped = policy is not None and any(not isinstance(cap.most, int) for cap in policy.caps)
    accounts = sorted({account for account, moment in asked if capped and _is_booked(moment)})
    diary = Diary()
    for some in batched(accounts, AT_ONCE):
        rows = Occurrence.objects.filter(account__in=some, channel__in=sorted(MEETINGS))
        for one in rows.filter(due_at__gte=turn.at - LOOKED_BACK).exclude(closed_as__in=GONE):
            moment = turn.versions.get(one.model_version_id).program.model.moments[one.called]
            diary.enter(one.account_id, moment, one)
    return diary


def _is_booked(moment: Moment) -> bool:
    """A scheduled meeting whose length is known. What answers an event is not put off."""
    met = bool(moment.channel) and moment.channel[0] in MEETINGS and moment.length is not None
    return met and isinstance(moment.trigger, ScheduleTrigger)


def _meeting(moment: Moment, one: Occurrence) -> Meeting:
    """A session is not moved for one of its accounts."""
    assert moment.length is not None
    untouched = one.state in (OccurrenceState.PLANNED, OccurrenceState.OPEN) and one.trigger == "schedule"
    movable = untouched and not one.group
    return Meeting(one.due_at, minutes_of(moment.length), PRIORITIES[one.rank], one.pk, movable)


def place(
    turn: Turn, diary: Diary, moment: Moment, known: Known, due: datetime, touch: Sequence[Touch]
) -> Placed:
    """When a meeting that is due at `due` takes place. What it displaces has moved by then."""
    allowed = _allowed(turn, moment, touch)
    if allowed is None or moment.length is None:
        return Placed(due)
    calendar = known.calendar(turn.program.model.clock)
    booked = diary.booked[known.row]
    meeting = Meeting(due, minutes_of(moment.length), priority_of(moment))
    if has_room(meeting, booked, allowed, calendar):
        return Placed(due)
    leaving = making_room(meeting, booked, allowed, calendar)
    if leaving is not None:
        _displace(turn, diary, meeting, leaving, moment, known, allowed)
        return Placed(due)
    later = None if moment.group else first_with_room(meeting, booked, allowed, calendar)
    return Placed(None, _full(meeting, booked, allowed, calendar, later), later)


def _allowed(turn: Turn, moment: Moment, touch: Sequence[Touch]) -> Allowance | None:
    if not _is_booked(moment):
        return None
    return allowance(turn.program.model.contact_policy, moment.channel[0], touch)


def _full(
    meeting: Meeting,
    booked: Sequence[Meeting],
    allowed: Allowance,
    calendar: WorkCalendar,
    later: datetime | None,
) -> Reason:
    taken = booked_around(meeting.due, booked, allowed, calendar)
    first = f"the first day with room is {calendar.local_date(later)}" if later else "no day has room for it"
    found = (
        f"{taken} min are booked around {words.instant(meeting.due)}, and it takes {meeting.minutes}; {first}"
    )
    return Reason("cap", False, f"at most {allowed}", found)


def _displace(
    turn: Turn,
    diary: Diary,
    meeting: Meeting,
    leaving: Sequence[Meeting],
    moment: Moment,
    known: Known,
    allowed: Allowance,
) -> None:
    calendar = known.calendar(turn.program.model.clock)
    staying = [one for one in diary.booked[known.row] if one not in leaving]
    for one in leaving:
        due = first_with_room(one, [*staying, meeting], allowed, calendar) or one.due
        staying.append(replace(one, due=due))
        _put_off(turn, one, due, moment, known, allowed)
    diary.booked[known.row] = staying


def _put_off(turn: Turn, one: Meeting, due: datetime, by: Moment, known: Known, allowed: Allowance) -> None:
    occurrence = Occurrence.objects.get(pk=one.key or 0)
    check(occurrence, "move")
    shift = due - occurrence.due_at
    occurrence.due_at, occurrence.outcome_until = due, occurrence.outcome_until + shift
    occurrence.save(update_fields=["due_at", "outcome_until"])
    for row in occurrence.dues.all():
        row.at += shift
        row.save(update_fields=["at"])
    found = f"“{by.title}” must not wait, and is more important"
    reason = Reason("cap", False, f"at most {allowed}", found)
    turn.say(
        "deferred", known, occurrence.moment, occurrence.anchor, occurrence.n, [reason], occurrence.pk,
        by=turn.versions.get(occurrence.model_version_id), until=due.isoformat(), due=due.isoformat(),
    )  # fmt: skip


@dataclass(frozen=True)
class Deferral:
    """A meeting that waits: when it was due, when it opens, and when it is due then."""

    was: datetime
    opens: datetime
    until: datetime


def deferrals(
    told: Iterable[tuple[int, str, str, int, Mapping[str, str]]],
) -> dict[tuple[int, str, str, int], Deferral]:
    """By key, from verdicts in order: the last one counts."""
    return {
        (account, moment, anchor, n): Deferral(
            *(datetime.fromisoformat(details[name]) for name in ("was", "opens", "until"))
        )
        for account, moment, anchor, n, details in told
    }
