"""What of an account is meant for the customer: the plan, meetings to come, and who is there for them.

Nothing else is read here: no health, no money, no reasons, nothing that the team does on its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from aloft.act.models import Occurrence, OccurrenceState
from aloft.measures.models import AccountProjection
from aloft.portal.customer import Customer
from aloft.records.models import Account, Consent, PlanStep, RecordedFact
from aloft.ui.words import humanised

MEETINGS = ("video", "onsite", "meeting", "webinar")
"""The channels on which both sides sit together."""
SHOWN = 5
FEEDBACK = "feedback_given"
MARKETING = "marketing"
ROLES = {"csm": "Customer success", "scale": "Customer success"}


@dataclass(frozen=True)
class Meeting:
    """By its title alone: what we mean to achieve with it, and why it is due, stays with us."""

    title: str
    occurrence: Occurrence

    @property
    def who(self) -> str:
        return self.occurrence.owner.name if self.occurrence.owner else ""


def meetings(customer: Customer) -> list[Meeting]:
    """Those that the calendar brings, on a channel on which both sides meet, and that lie ahead.

    What an event, a condition or a missed deadline opens is ours to work on, whatever its channel.
    """
    whole = customer.account
    rows = Occurrence.objects.filter(
        account__in=Account.objects.filter(Q(pk=whole.pk) | Q(whole=whole)).order_by().values("pk"),
        trigger="schedule",
        channel__in=MEETINGS,
        contact=None,
        state__in=[OccurrenceState.PLANNED, OccurrenceState.OPEN, OccurrenceState.STARTED],
        due_at__gt=customer.now,
    )
    ahead = rows.select_related("owner").order_by("due_at", "pk")[:SHOWN]
    return [Meeting(row.title, row) for row in ahead]


@dataclass(frozen=True)
class Colleague:
    """One of ours."""

    name: str
    email: str
    does: str


def team(customer: Customer, ahead: list[Meeting]) -> list[Colleague]:
    """Who holds the account, then whom the customer is to meet."""
    held = AccountProjection.objects.filter(account=customer.account).select_related("owner").first()
    people = [held.owner if held else None, *(one.occurrence.owner for one in ahead)]
    named = {person.pk: person for person in people if person is not None}
    return [
        Colleague(person.name, person.email, ROLES.get(person.role, humanised(person.role)))
        for person in named.values()
    ]


def step_of(customer: Customer, step_id: int) -> PlanStep | None:
    return PlanStep.objects.filter(pk=step_id, plan__account=customer.account).first()


def told_by(customer: Customer) -> list[RecordedFact]:
    """What the contact has told us here, the newest first."""
    mine = RecordedFact.objects.filter(
        account=customer.account, contact=customer.contact, fact=FEEDBACK, withdrawn_at=None
    )
    return list(mine.order_by("-occurred_at", "-pk")[:SHOWN]) if customer.contact else []


def allows_marketing(customer: Customer) -> bool:
    """By the newest word; without one, no."""
    newest = Consent.objects.filter(contact=customer.contact, purpose=MARKETING) if customer.contact else None
    last = newest.order_by("captured_at", "pk").last() if newest is not None else None
    return last is not None and last.granted
