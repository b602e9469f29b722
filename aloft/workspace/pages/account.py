"""How is this customer?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from aloft.act.models import Occurrence, OccurrenceState
from aloft.engine import client
from aloft.records.models import Account
from aloft.ui.words import humanised
from aloft.workspace import selectors, sentences
from aloft.workspace.context import Crumb, above
from aloft.workspace.forms import PulseForm
from aloft.workspace.model_in_force import manual_moments
from aloft.workspace.pages import frame
from aloft.workspace.pages.health import health_of, pulses_at, signals_at
from aloft.workspace.pages.questions import three_questions
from aloft.workspace.reader import Reader, reader_of
from aloft.workspace.rows import projection_of, state_of


@dataclass(frozen=True)
class Line:
    """A moment in the account's table."""

    occurrence: Occurrence
    state: str


@dataclass(frozen=True)
class NotOpen:
    """A moment that is not open, and why."""

    moment: str
    verdict: str
    because: str
    change: str


@require_safe
def account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    reader = reader_of(request)
    return frame.whole(request, main(reader, selectors.account_or_404(reader.person, account_id)))


def main(reader: Reader, account: Account, form: PulseForm | None = None) -> frame.Main:
    """`form` is what somebody said and has to mend."""
    moments = selectors.moments_at(account)
    waiting = selectors.waiting_at(account)
    people = selectors.people_at(account)
    asked = why_not(account)
    context: dict[str, object] = {
        "crumbs": [*above(account), Crumb(account.name)],
        "account": account,
        "projection": projection_of(account),
        "relationships": selectors.relationships_of(account),
        "sentence": sentences.account_stands(
            account.name, waiting.count(), waiting.filter(due_at__lt=reader.now).count()
        ),
        "questions": three_questions(account, reader.now),
        "open": [line(moment, reader.now) for moment in moments if not is_past(moment)],
        "past": [line(moment, reader.now) for moment in moments if is_past(moment)],
        "people": people,
        "health": health_of(account),
        "signals": signals_at(account),
        "pulses": pulses_at(account),
        "pulse_form": form or PulseForm(),
        "lines": selectors.lines_in_force(account, reader.now),
        "answered": asked is not None,
        "not_open": asked or [],
        "by_hand": manual_moments(account, reader.now),
    }
    return frame.Main("account", account.name, context)


def line(occurrence: Occurrence, now: datetime) -> Line:
    late = occurrence.state in selectors.WAITING and occurrence.due_at < now
    return Line(occurrence, state_of(occurrence, now) or ("late" if late else occurrence.state))


def is_past(occurrence: Occurrence) -> bool:
    return occurrence.state in {OccurrenceState.DONE, OccurrenceState.CLOSED}


def why_not(account: Account) -> list[NotOpen] | None:
    """Asked of the engine; None when it is busy or does not run."""
    answer = client.ask("why_not", account=account.external_id)
    if answer is None or "explanations" not in answer:
        return None
    return [
        NotOpen(
            humanised(told["moment"]), told["verdict"], told["headline"].partition(": ")[2], told["change"]
        )
        for told in answer["explanations"]
    ]
