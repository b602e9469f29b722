"""What is to be sent, and what could not be?"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.act.models import Delivery, DeliveryState, Message, MessageState
from aloft.records.policies import may_publish
from aloft.ui.words import counted
from aloft.workspace import playbook
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of

SHOWN = 100
WAITING = (DeliveryState.WAITING, DeliveryState.CLAIMED, DeliveryState.HANDING_OVER)
ENDED = (DeliveryState.SENT, DeliveryState.ARRIVED, DeliveryState.WITHDRAWN)


@dataclass(frozen=True)
class Part:
    """A stretch of the outbox; `acts` are what may be done with what stands in it."""

    title: str
    note: str
    count: int
    rows: list[Delivery]
    acts: tuple[tuple[str, str], ...] = ()


AGAIN, ARRIVED, GIVE_UP = ("again", "Send again"), ("arrived", "It arrived"), ("give_up", "Give up")


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    return frame.whole(request, main(reader_of(request)))


def main(reader: Reader) -> frame.Main:
    person = reader.person
    stopped = playbook.stopped_messages(person, (MessageState.BLOCKED, MessageState.HELD))
    parts = [part for part in _parts(reader) if part.count]
    context: dict[str, object] = {
        "crumbs": [Crumb("Data", reverse("data")), Crumb("Outbox")],
        "sentence": sentence({part.title: part.count for part in parts}, stopped.count()),
        "parts": parts,
        "stopped": [playbook.sent(one) for one in stopped.order_by("-planned_at")[:SHOWN]],
        "reasons": _reasons(stopped.filter(state=MessageState.BLOCKED)),
        "kept": playbook.stopped_messages(person, (MessageState.KEPT,)).count(),
        "has_server": bool(settings.ALOFT_SMTP),
        "is_demo": settings.ALOFT_DEMO,
        "operates": may_publish(person),
    }
    return frame.Main("outbox", "Outbox", context)


def _parts(reader: Reader) -> list[Part]:
    def part(title: str, note: str, states: tuple[DeliveryState, ...], *acts: tuple[str, str]) -> Part:
        rows = playbook.deliveries_of(reader.person).filter(state__in=states)
        newest = rows.order_by("-created_at", "-pk")[:SHOWN]
        return Part(title, note, rows.count(), list(newest), acts)

    unknown = "handed over, and no answer was heard: look whether it arrived"
    return [
        part("Unknown", unknown, (DeliveryState.UNKNOWN,), ARRIVED, AGAIN, GIVE_UP),
        part("Failed", "refused for good, or tried for three days", (DeliveryState.FAILED,), AGAIN, GIVE_UP),
        part("Waiting", "for its turn, or to be tried again", WAITING, GIVE_UP),
        part("Gone", "sent, known to have arrived, or withdrawn", ENDED),
    ]


def sentence(counts: dict[str, int], stopped: int) -> str:
    if counts.get("Unknown"):
        return f"{counted(counts['Unknown'], 'message')} may have arrived: somebody has to look"
    if counts.get("Failed"):
        return f"{counted(counts['Failed'], 'message')} could not be sent"
    if stopped:
        return f"{counted(stopped, 'message')} cannot leave yet"
    waiting = counts.get("Waiting", 0)
    return f"{counted(waiting, 'message')} on the way" if waiting else "Nothing waits to be sent"


def _reasons(blocked: QuerySet[Message]) -> list[tuple[str, int]]:
    """What stands in the way, the most frequent first."""
    rows = blocked.values("reason").order_by().annotate(n=Count("pk")).order_by("-n")
    return [(row["reason"], row["n"]) for row in rows[:8]]
