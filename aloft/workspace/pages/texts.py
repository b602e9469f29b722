"""What do our messages say?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.act import filling
from aloft.act.models import Text
from aloft.act.rendering import Renderer, Unrenderable
from aloft.engagement.model import Model
from aloft.engagement.templates import templates_of
from aloft.records.models import Account, Person
from aloft.records.policies import may_publish
from aloft.ui.words import counted
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of

LETTERS = "Hello {{ contact.first_name }},\n\n"


@dataclass(frozen=True)
class Line:
    """A template: what of it may be sent, what waits to be approved, and which moments send it."""

    name: str
    approved: tuple[str, ...]
    drafts: tuple[str, ...]
    moments: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """With the values of `account`; `refused` says why there is none."""

    account: Account | None
    subject: str = ""
    body: str = ""
    refused: str = ""


def writer_or_404(reader: Reader) -> Person:
    if reader.person is None or not may_publish(reader.person):
        raise Http404
    return reader.person


@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    writer_or_404(reader)
    lines = listed(reader.models)
    context: dict[str, object] = {
        "crumbs": [Crumb("Data", reverse("data")), Crumb("Templates")],
        "sentence": sentence(lines),
        "lines": lines,
        "operates": True,
    }
    return frame.whole(request, frame.Main("texts", "Templates", context))


def sentence(lines: Sequence[Line]) -> str:
    """“2 templates lack an approved text”."""
    sent = [line for line in lines if line.moments]
    lacking = sum(1 for line in sent if not line.approved)
    if lacking:
        return f"{counted(lacking, 'template')} {'lacks' if lacking == 1 else 'lack'} an approved text"
    return "Every message has an approved text" if sent else "No model in force sends a message"


def listed(models: Iterable[Model]) -> list[Line]:
    """Those that the models in force send, and those that have a text."""
    sending: dict[str, tuple[str, ...]] = {}
    for model in models:
        for name, moments in templates_of(model).items():
            sending[name] = (*sending.get(name, ()), *moments)
    newest = {(row.name, row.language): row for row in Text.objects.order_by("pk")}
    approved = set(Text.objects.filter(approved_at__isnull=False).values_list("name", "language"))
    names = sorted({*sending, *(name for name, _ in newest)})
    return [
        Line(
            name,
            tuple(language for one, language in sorted(approved) if one == name),
            tuple(
                language
                for (one, language), row in sorted(newest.items())
                if one == name and not row.approved_at
            ),
            sending.get(name, ()),
        )
        for name in names
    ]


def editor(
    name: str,
    language: str,
    subject: str,
    body: str,
    models: Iterable[Model],
    *,
    preview: Preview | None = None,
    refused: str = "",
) -> frame.Main:
    rows = list(Text.objects.filter(name=name, language=language).order_by("-pk")[:10])
    moments = next((line.moments for line in listed(models) if line.name == name), ())
    context: dict[str, object] = {
        "crumbs": [Crumb("Data", reverse("data")), Crumb("Templates", reverse("texts")), Crumb(name)],
        "name": name,
        "language": language,
        "subject": subject,
        "body": body,
        "rows": rows,
        "newest": rows[0] if rows else None,
        "moments": moments,
        "languages": sorted({language, *Text.objects.filter(name=name).values_list("language", flat=True)}),
        "preview": preview,
        "refused": refused,
        "values": VALUES,
    }
    return frame.Main("text", name, context)


def preview_of(subject: str, body: str, account: Account | None) -> Preview:
    """As it would read for the first contact of an account."""
    if account is None:
        return Preview(None, refused="there is no account to show it with")
    whole = account.whole or account
    values = filling.of_account(account, whole.contacts.order_by("pk").first())
    renderer = Renderer()
    try:
        shown_subject, shown_body = renderer.render([subject, body], values)
    except Unrenderable as error:
        return Preview(account, refused=str(error))
    finally:
        renderer.close()
    return Preview(account, shown_subject, shown_body)


VALUES: Mapping[str, str] = {
    "contact.first_name": "whom it goes to; also `name`, `email`",
    "account.name": "the customer; also `phase`, `segment`, `mrr`, `country` and the fields of the model",
    "owner.name": "who looks after it; also `email`",
    "moment.title": "what it is about; also `objective`, `because`, `due`",
    "event.PROPERTY": "of the event that opened it",
    "metrics.NAME": "a metric of the model",
    "links.answer": "where a survey is answered",
}
