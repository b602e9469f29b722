"""The simulated team: it works through its list as people do, most of it in time.

What becomes of an occurrence is drawn from its key, so the same history gives the same work.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Literal

from django.contrib.sessions.models import Session

from aloft.act.models import Occurrence
from aloft.act.selectors import IN_WORK
from aloft.act.services import finish, record, skip, snooze, start
from aloft.demo.cast import AWAY, leave_of
from aloft.demo.chance import chance
from aloft.records.models import Contact, Person
from aloft.records.services import agree_plan

Habit = Literal["timely", "late", "snoozed", "missed", "left"]
HABITS: tuple[Habit, ...] = ("timely", "late", "snoozed", "missed", "left")
SHARES = (72, 11, 5, 6, 6)
"""`left`: nobody gets round to it."""
PAUSE = timedelta(seconds=20)
"""Between two acts of the team."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CAUSES = ("no time", "champion left", "missing feature", "price", "poor support", "other")
INTENTS = ("renews", "renews", "renews", "unsure", "leaves")

Deed = Callable[[Occurrence, Person, datetime], object]


@dataclass(frozen=True)
class Step:
    """To be done at the first look at the list that is not before `at`."""

    at: datetime
    deed: Deed


class Team:
    """`absent` are the people (handles) who are not simulated: somebody has signed in as them.

    `pause` passes between two of its acts.
    """

    def __init__(self, first_day: date, absent: Collection[str] = (), pause: timedelta = PAUSE) -> None:
        self._leave, self._absent, self._pause = leave_of(first_day), set(absent), pause

    def work(self, since: datetime, at: datetime) -> None:
        """Everybody who is here looks at their list, and does what they meant to do since the last look."""
        rows = Occurrence.objects.filter(state__in=IN_WORK, owner__isnull=False)
        for occurrence in rows.select_related("account", "owner").order_by("pk"):
            owner = occurrence.owner
            if owner is None or self._is_away(owner, at):
                continue
            for step in planned(occurrence):
                if since < step.at <= at and not _taken_up(occurrence, owner):
                    step.deed(occurrence, owner, at)
                    occurrence.refresh_from_db()
                    at += self._pause

    def _is_away(self, owner: Person, at: datetime) -> bool:
        first, last = self._leave
        return owner.handle in self._absent or (owner.handle == AWAY and first <= at.date() <= last)


def _taken_up(occurrence: Occurrence, owner: Person) -> bool:
    """By somebody else, to whom it is left."""
    told = occurrence.verdicts.values_list("details", flat=True)
    return any(said.get("by", owner.handle) != owner.handle for said in told)


def signed_in(now: datetime) -> set[str]:
    """The handles of those as whom somebody is signed in."""
    open_ = Session.objects.filter(expire_date__gt=now)
    users = {str(session.get_decoded().get("_auth_user_id", "")) for session in open_} - {""}
    return set(Person.objects.filter(user_id__in=users).values_list("handle", flat=True))


def planned(occurrence: Occurrence) -> list[Step]:
    """What its owner means to do with it, in order."""
    key = (occurrence.account.external_id, occurrence.called, occurrence.anchor, occurrence.n)
    drawn = chance("work", *key)
    habit = drawn.choices(HABITS, SHARES)[0]
    if habit == "left":
        return []
    steps = WORK.get(occurrence.called, _call)(occurrence, habit, drawn)
    return sorted(steps, key=lambda step: step.at)


def _kickoff(one: Occurrence, habit: Habit, drawn: Random) -> Iterator[Step]:
    yield Step(one.due_at - 2 * DAY, _start)
    met = one.due_at + HOUR
    if habit in ("late", "missed"):
        yield Step(met, _note("no_show", "exec_sponsor"))
        met += 4 * DAY
    sponsor = habit != "missed"
    yield Step(met, _note("attended", "exec_sponsor" if sponsor else "champion"))
    yield Step(met + timedelta(seconds=1), _agree if sponsor else _finish)


def _review(one: Occurrence, habit: Habit, drawn: Random) -> Iterator[Step]:
    if habit == "missed":
        yield Step(one.due_at + 6 * DAY, _skip("They asked to take it with the next one"))
        return
    if habit == "snoozed":
        yield Step(one.opened_at + HOUR, _snooze(one.due_at - HOUR, "They are closing their books"))
    held = one.due_at + (3 * DAY if habit == "late" else HOUR)
    sponsor = one.called == "business_review" or drawn.random() < 0.3
    yield Step(held, _note("attended", "exec_sponsor" if sponsor else "champion"))


def _renewal(one: Occurrence, habit: Habit, drawn: Random) -> Iterator[Step]:
    called = one.due_at + (8 * DAY if habit == "late" else HOUR)
    yield Step(called, _note("contacted", "exec_sponsor"))
    if habit != "missed":
        yield Step(called + timedelta(seconds=1), _note("renewal_intent", "", drawn.choice(INTENTS)))


def _ticket(one: Occurrence, habit: Habit, drawn: Random) -> Iterator[Step]:
    """What comes in between two looks was called back meanwhile, as soon as it was seen."""
    in_time = habit in ("timely", "snoozed")
    called = one.opened_at + timedelta(minutes=30 if in_time else 60 * 20)
    yield Step(called, _note("contacted", drawn.choice(("champion", "admin"))))
    if not in_time:
        yield Step(called + timedelta(seconds=1), _finish)


def _call(one: Occurrence, habit: Habit, drawn: Random) -> Iterator[Step]:
    """A call after which its owner knows more."""
    begins = one.opened_at + (6 * DAY if habit == "late" else DAY)
    if habit == "snoozed":
        yield Step(one.opened_at + HOUR, _snooze(begins, "Their champion is on leave until then"))
    yield Step(begins, _start)
    yield Step(begins + HOUR, _note("contacted", "champion"))
    yield Step(begins + HOUR + timedelta(seconds=1), _note("cause", "", drawn.choice(CAUSES)))
    if habit == "missed":
        yield Step(begins + 12 * DAY, _skip("They mean to come back to us in the new quarter"))
    else:
        yield Step(begins + 4 * DAY, _finish)


WORK: dict[str, Callable[[Occurrence, Habit, Random], Iterator[Step]]] = {
    "kickoff": _kickoff,
    "monthly_review": _review,
    "business_review": _review,
    "half_year_review": _review,
    "renewal_talk": _renewal,
    "urgent_ticket": _ticket,
}


def _start(one: Occurrence, owner: Person, at: datetime) -> None:
    if one.state == "open":
        start(occurrence=one, actor=owner, at=at)


def _finish(one: Occurrence, owner: Person, at: datetime) -> None:
    if one.state in IN_WORK:
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
        if one.state in IN_WORK:
            skip(occurrence=one, actor=owner, at=at, reason=reason)

    return deed


def _snooze(until: datetime, reason: str) -> Deed:
    def deed(one: Occurrence, owner: Person, at: datetime) -> None:
        if until > at and one.state in IN_WORK:
            snooze(occurrence=one, actor=owner, at=at, until=until, reason=reason)

    return deed


def _someone(one: Occurrence, persona: str) -> Contact | None:
    """The contact of that persona who came last; where the account has none, whoever there is."""
    there = one.account.contacts.order_by("-pk")
    return there.filter(persona=persona).first() or there.first()
