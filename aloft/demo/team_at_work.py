"""The simulated team: it works through its list as people do, most of it in time.

What becomes of an occurrence is drawn from its key, so the same history gives the same work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from aloft.act.models import Occurrence
from aloft.act.selectors import IN_WORK
from aloft.act.services import finish, record, skip, snooze, start
from aloft.demo.cast import AWAY, leave_of
from aloft.demo.customers import SEED
from aloft.records.models import Contact, Person
from aloft.records.services import agree_plan

Habit = Literal["timely", "late", "snoozed", "missed"]
HABITS: tuple[Habit, ...] = ("timely", "late", "snoozed", "missed")
SHARES = (78, 10, 6, 6)
PAUSE = timedelta(seconds=40)
"""Between two acts of the team."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATELY = timedelta(days=2)
UNATTENDED = {
    "redfern-castings", "tidewater-clinics", "atelier-fontaine", "quayside-seafoods", "wexford-timber",
    "harvest-moon-farms", "kestrel-audio", "fulton-print-works", "halloway-freight",
}  # fmt: skip
"""Customers whom nobody has got round to in the last weeks."""
FOR_WEEKS = timedelta(days=40)
CAUSES = ("no time", "champion left", "missing feature", "price", "other")

Deed = Callable[[Occurrence, Person, datetime], object]


@dataclass(frozen=True)
class Step:
    """To be done at the first look at the list that is not before `at`."""

    at: datetime
    deed: Deed


class Team:
    def __init__(self, now: datetime) -> None:
        self._now = now
        self._plans: dict[int, deque[Step]] = {}

    def work(self, at: datetime) -> None:
        """Everybody who is here looks at their list, and does what they meant to do by now."""
        rows = Occurrence.objects.filter(state__in=IN_WORK, owner__isnull=False)
        for occurrence in rows.select_related("account", "owner").order_by("pk"):
            owner = occurrence.owner
            if owner is None or self._is_away(owner, at) or self._unattended(occurrence, at):
                continue
            steps = self._plans.setdefault(occurrence.pk, deque(planned(occurrence)))
            while steps and steps[0].at <= at:
                steps.popleft().deed(occurrence, owner, at)
                occurrence.refresh_from_db()
                at += PAUSE

    def _is_away(self, owner: Person, at: datetime) -> bool:
        first, last = leave_of(self._now.date())
        return owner.handle == AWAY and first <= at.date() <= last

    def _unattended(self, occurrence: Occurrence, at: datetime) -> bool:
        if occurrence.called == "urgent_ticket":
            return at > self._now - LATELY
        return occurrence.account.external_id in UNATTENDED and at > self._now - FOR_WEEKS


def planned(occurrence: Occurrence) -> list[Step]:
    """What its owner means to do with it, in order."""
    key = f"{SEED}:{occurrence.account.external_id}:{occurrence.called}:{occurrence.due_at}"
    chance = Random(key)  # noqa: S311
    habit = chance.choices(HABITS, SHARES)[0]
    steps = WORK[occurrence.called](occurrence, habit, chance)
    return sorted(steps, key=lambda step: step.at)


def _kickoff(one: Occurrence, habit: Habit, chance: Random) -> Iterator[Step]:
    yield Step(one.due_at - 2 * DAY, _start)
    met = one.due_at + HOUR
    if habit in ("late", "missed"):
        yield Step(met, _note("no_show", "exec_sponsor"))
        met += 4 * DAY
    sponsor = habit != "missed"
    yield Step(met, _note("attended", "exec_sponsor" if sponsor else "champion"))
    yield Step(met + timedelta(seconds=1), _agree if sponsor else _finish)


def _gate(one: Occurrence, habit: Habit, chance: Random) -> Iterator[Step]:
    begins = one.opened_at + (5 * DAY if habit == "late" else HOUR)
    yield Step(begins, _start)
    yield Step(begins + DAY, _note("contacted", "champion"))
    yield Step(begins + DAY, _note("cause", "", chance.choice(CAUSES)))
    yield _ending(begins + 3 * DAY, habit)


def _ending(at: datetime, habit: Habit) -> Step:
    if habit == "missed":
        return Step(at + 18 * DAY, _skip("They mean to come back to us in the new quarter"))
    return Step(at, _finish)


def _review(one: Occurrence, habit: Habit, chance: Random) -> Iterator[Step]:
    if habit == "missed":
        yield Step(one.due_at + 9 * DAY, _skip("They asked to take it with the next one"))
        return
    if habit == "snoozed":
        yield Step(one.opened_at + HOUR, _snooze(one.due_at - HOUR, "They are closing their books"))
    yield Step(one.due_at - DAY, _start)
    held = one.due_at + (3 * DAY if habit == "late" else HOUR)
    yield Step(held, _note("attended", chance.choice(("champion", "exec_sponsor"))))


def _ticket(one: Occurrence, habit: Habit, chance: Random) -> Iterator[Step]:
    in_time = habit in ("timely", "snoozed")
    called = one.opened_at + timedelta(minutes=30 if in_time else 60 * 20)
    yield Step(called, _start)
    yield Step(called, _note("contacted", chance.choice(("champion", "admin"))))
    if not in_time:
        yield Step(called, _finish)


def _usage(one: Occurrence, habit: Habit, chance: Random) -> Iterator[Step]:
    begins = one.opened_at + (6 * DAY if habit == "late" else DAY)
    yield Step(begins, _start)
    yield Step(begins + HOUR, _note("contacted", "champion"))
    yield Step(begins + HOUR, _note("cause", "", chance.choice(CAUSES)))
    yield _ending(begins + 4 * DAY, habit)


def _visit(one: Occurrence, habit: Habit, chance: Random) -> Iterator[Step]:
    yield Step(one.opened_at + 8 * DAY, _start)
    yield Step(one.opened_at + 13 * DAY, _note("contacted", "exec_sponsor"))


WORK: dict[str, Callable[[Occurrence, Habit, Random], Iterator[Step]]] = {
    "kickoff": _kickoff,
    "adoption_gate": _gate,
    "monthly_review": _review,
    "urgent_ticket": _ticket,
    "usage_low": _usage,
    "executive_visit": _visit,
}


def _start(one: Occurrence, owner: Person, at: datetime) -> None:
    if one.state == "open":
        start(occurrence=one, actor=owner, at=at)


def _finish(one: Occurrence, owner: Person, at: datetime) -> None:
    finish(occurrence=one, actor=owner, at=at)


def _agree(one: Occurrence, owner: Person, at: datetime) -> None:
    sponsor = _someone(one, "exec_sponsor")
    agree_plan(account=one.account, agreed_by=sponsor, actor=owner.handle, at=at)


def _note(fact: str, persona: str, value: str = "") -> Deed:
    def deed(one: Occurrence, owner: Person, at: datetime) -> None:
        contact = _someone(one, persona) if persona else None
        record(occurrence=one, actor=owner, at=at, fact=fact, contact=contact, value=value)

    return deed


def _skip(reason: str) -> Deed:
    def deed(one: Occurrence, owner: Person, at: datetime) -> None:
        skip(occurrence=one, actor=owner, at=at, reason=reason)

    return deed


def _snooze(until: datetime, reason: str) -> Deed:
    def deed(one: Occurrence, owner: Person, at: datetime) -> None:
        if until > at:
            snooze(occurrence=one, actor=owner, at=at, until=until, reason=reason)

    return deed


def _someone(one: Occurrence, persona: str) -> Contact | None:
    """The contact of that persona; where the account has none, whoever there is."""
    there = one.account.contacts.order_by("pk")
    return there.filter(persona=persona).first() or there.first()
