"""The steps and the messages of what is open, as pages show them; who may see them follows from the account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from aloft.act.models import (
    Delivery,
    DeliveryState,
    Message,
    MessageState,
    Occurrence,
    Step,
    StepKind,
    StepState,
)
from aloft.act.policies import accounts_of
from aloft.records.models import Account, Person

ICONS = {
    StepKind.MESSAGE: "mail",
    StepKind.SURVEY: "message-square",
    StepKind.WEBHOOK: "zap",
    StepKind.TASK: "list-todo",
    StepKind.WAIT: "hourglass",
    StepKind.SPLIT: "route",
    StepKind.BRANCH: "route",
    StepKind.GOAL: "flag",
}


@dataclass(frozen=True)
class Sent:
    """A message with where it stands, in one word, and why."""

    message: Message
    state: str
    because: str


@dataclass(frozen=True)
class Taken:
    step: Step
    icon: str
    messages: tuple[Sent, ...] = ()
    calls: tuple[Delivery, ...] = ()

    @property
    def is_to_do(self) -> bool:
        return self.step.kind == StepKind.TASK and self.step.state == StepState.WAITING


def steps_on(occurrence: Occurrence) -> list[Taken]:
    """In the order in which they were begun, each with what it sent."""
    told = [sent(one) for one in messages().filter(occurrence=occurrence)]
    return [
        Taken(
            step,
            ICONS[StepKind(step.kind)],
            tuple(one for one in told if one.message.path == step.path),
            tuple(step.deliveries.all()),
        )
        for step in occurrence.steps.select_related("owner").prefetch_related("deliveries")
    ]


def messages() -> QuerySet[Message]:
    return Message.objects.select_related("contact", "delivery", "account", "occurrence")


def sent(message: Message) -> Sent:
    """What was queued stands where its delivery does."""
    delivery = getattr(message, "delivery", None)
    if message.state == MessageState.QUEUED and delivery is not None:
        return Sent(
            message, _of_delivery(delivery), delivery.answer if delivery.state != DeliveryState.SENT else ""
        )
    return Sent(message, str(message.get_state_display()), message.reason)


def _of_delivery(delivery: Delivery) -> str:
    if delivery.state == DeliveryState.WAITING:
        return "to be tried again" if delivery.attempts else "in the outbox"
    return str(delivery.get_state_display())


def tasks_of(person: Person | None) -> QuerySet[Step]:
    """What waits for a person to do; for who sees everything, what waits for the team."""
    waiting = Step.objects.filter(kind=StepKind.TASK, state=StepState.WAITING)
    full = waiting.select_related("occurrence__account", "owner").order_by("until", "pk")
    if person is not None and person.sees_everything:
        return full
    return full.filter(owner=person) if person else full.none()


def tasks_at(account: Account) -> QuerySet[Step]:
    there = Q(occurrence__account=account) | Q(occurrence__account__whole=account)
    waiting = Step.objects.filter(there, kind=StepKind.TASK, state=StepState.WAITING)
    return waiting.select_related("occurrence__account", "owner").order_by("until", "pk")


def seen_steps(person: Person | None) -> QuerySet[Step]:
    """Those of the accounts that the person may see, and those that they are to do."""
    theirs = Q(occurrence__account__in=accounts_of(person).order_by().values("pk"))
    return Step.objects.filter(theirs | Q(owner=person) if person else theirs)


def is_late(step: Step, now: datetime) -> bool:
    return step.until is not None and step.until < now


def deliveries_of(person: Person | None) -> QuerySet[Delivery]:
    """At the accounts that the person may see; what goes to no account is for who sees everything."""
    full = Delivery.objects.select_related(
        "message__contact", "message__account", "message__occurrence", "step__occurrence__account"
    )
    if person is not None and person.sees_everything:
        return full
    seen = accounts_of(person).order_by().values("pk")
    return full.filter(Q(message__account__in=seen) | Q(step__occurrence__account__in=seen))


def stopped_messages(person: Person | None, states: Sequence[MessageState]) -> QuerySet[Message]:
    seen = accounts_of(person).order_by().values("pk")
    return messages().filter(account__in=seen, state__in=states)
