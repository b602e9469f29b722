"""Why did it open?"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.act.models import Occurrence
from aloft.engine.explained import of_occurrence
from aloft.workspace import selectors
from aloft.workspace.context import Crumb, above
from aloft.workspace.pages import frame
from aloft.workspace.playbook import steps_on
from aloft.workspace.reader import Reader, reader_of
from aloft.workspace.rows import row


@require_safe
def why(request: HttpRequest, occurrence_id: UUID) -> HttpResponse:
    reader = reader_of(request)
    return frame.whole(request, main(reader, selectors.occurrence_or_404(reader.person, occurrence_id)))


def main(reader: Reader, occurrence: Occurrence) -> frame.Main:
    explanation = of_occurrence(occurrence)
    account = occurrence.account
    context: dict[str, object] = {
        "crumbs": [
            *above(account),
            Crumb(account.name, reverse("account", args=[account.public_id])),
            Crumb(occurrence.title),
        ],
        "row": row(occurrence, reader.now),
        "why": explanation,
        "inputs": [entry for reason in explanation.reasons for entry in reason.inputs],
        "facts": selectors.facts_on(occurrence),
        "steps": steps_on(occurrence),
    }
    return frame.Main("why", f"{occurrence.title} · {account.name}", context)
