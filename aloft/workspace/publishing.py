"""What a reader does with a model as text: have it looked at, and publish it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aloft.act import text_files
from aloft.engagement.load import Reading, read_model
from aloft.engagement.problems import InvalidModel, Problem
from aloft.engagement.templates import templates_of
from aloft.engine.publishing import NotPublished, publish_from
from aloft.records.models import ModelDraft, ModelVersion, Person
from aloft.records.policies import may_publish
from aloft.records.refusals import Refused
from aloft.records.services import close_draft
from aloft.workspace.pages import frame
from aloft.workspace.pages import publish as page
from aloft.workspace.pages.publish import FILE, Judged
from aloft.workspace.reader import Reader, reader_of

LONGEST = 500_000  # characters: hundreds of moments


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    person = publisher_or_404(reader)
    draft = draft_of(request)
    if request.method != "POST" and draft:
        return frame.whole(request, page.main(judge(draft.text), draft=draft))
    if request.method != "POST":
        newest = newest_of(request.GET.get("model", ""))
        return frame.whole(request, page.main(text=newest.document if newest else ""))
    judged = judge(draft.text if draft else text_of(request))
    if judged.reading is None:
        return frame.whole(request, page.main(judged, draft=draft), 422)
    if request.POST.get("act") != "publish" or judged.is_same:
        return frame.whole(request, page.main(judged, draft=draft))
    if draft and request.POST.get("revision") != str(draft.revision):
        said = "The draft was saved since you looked at it: look at what it changes now"
        return frame.whole(request, page.main(judged, refused=said, draft=draft), 409)
    try:
        version = put_in_force(judged.reading, reader, person)
    except (NotPublished, Refused) as refused:
        return frame.whole(request, page.main(judged, refused=str(refused), draft=draft), 422)
    if draft:
        close_draft(draft=draft, version=version, actor=person.handle, at=reader.now)
    messages.success(request, f"Published version {version.version} of {version.name}")
    return redirect(f"{reverse('model')}?model={version.name}")


def publisher_or_404(reader: Reader) -> Person:
    if reader.person is None or not may_publish(reader.person):
        raise Http404
    return reader.person


def draft_of(request: HttpRequest) -> ModelDraft | None:
    """The draft that is to be published, if one is named."""
    named = request.POST.get("draft") or request.GET.get("draft")
    if not named:
        return None
    try:
        found = ModelDraft.objects.filter(public_id=UUID(named), discarded_at=None, published=None).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def text_of(request: HttpRequest) -> str:
    """Of the file that was sent, else of the form; browsers end lines with two characters."""
    sent = request.FILES.get("file")
    text = sent.read().decode("utf-8-sig", "replace") if sent else request.POST.get("document", "")
    return text.replace("\r\n", "\n")


def judge(text: str) -> Judged:
    """Nothing is stored. What a model extends is a preset: a page has no folder to look in."""
    if len(text) > LONGEST:
        said = f"a model of more than {LONGEST:,} characters: publish it with `aloft apply`"
        return Judged("", problems=(Problem(FILE, 1, 1, "", said),))
    try:
        reading = read_model(text, FILE)
    except InvalidModel as invalid:
        return Judged(text, problems=invalid.problems)
    name = reading.model.name
    return Judged(text, reading, newest=newest_of(name), beside=others_than(name))


def others_than(name: str) -> tuple[str, ...]:
    names = ModelVersion.objects.exclude(name=name).order_by("name").values_list("name", flat=True)
    return tuple(names.distinct())


def newest_of(name: str) -> ModelVersion | None:
    return ModelVersion.objects.filter(name=name).order_by("version").last()


def put_in_force(reading: Reading, reader: Reader, person: Person) -> ModelVersion:
    """Live from now on. The engine may be running, so nothing is taken back. What presets say comes in as drafts."""
    version = publish_from(
        reading.model,
        reading.document,
        live_from=reader.now,
        now=reader.now,
        actor=person.handle,
        running=True,
    )
    text_files.bring_drafts(templates_of(reading.model), at=reader.now)
    return version
