"""What people do with a draft of a model: begin, save as they type, change a part, take back, discard, count."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from aloft.engagement.conditions import misfits
from aloft.engagement.library import preset, presets
from aloft.engagement.naming import called
from aloft.engagement.problems import Path
from aloft.engagement.splicing import Unspliced, amended, removed, reordered
from aloft.engagement.tree import Unreadable, read_tree
from aloft.engine.client import ask
from aloft.records import services
from aloft.records.models import ModelDraft, ModelVersion, Person
from aloft.records.policies import may_publish
from aloft.records.refusals import Refused
from aloft.records.services import Overtaken
from aloft.workspace.pages import draft as page
from aloft.workspace.pages import frame
from aloft.workspace.parts import SECTIONS, PartForm
from aloft.workspace.reader import Reader, Request, reader_of
from aloft.workspace.selectors import names_of_the_team


def editor_or_404(reader: Reader) -> Person:
    if reader.person is None or not may_publish(reader.person):
        raise Http404
    return reader.person


def draft_or_404(reader: Reader, draft_id: UUID) -> ModelDraft:
    editor_or_404(reader)
    found = ModelDraft.objects.select_related("base").filter(public_id=draft_id, published=None).first()
    if found is None:
        raise Http404
    return found


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """From the version that is named (`name`, `version`), or from a preset."""
    reader = reader_of(request)
    person = editor_or_404(reader)
    name, number, chosen = (request.POST.get(key, "") for key in ("name", "version", "preset"))
    version = ModelVersion.objects.filter(name=name, version=number).first() if number.isdecimal() else None
    found = preset(chosen) if chosen in presets() else None
    if version is None and found is None:
        raise Http404
    draft = services.begin_draft(
        name=version.name if version else chosen.replace("-", "_"),
        text=version.document if version else found.text if found else "",
        begun_from=f"version {version.version}" if version else f"the preset {chosen}",
        base=version,
        actor=person.handle,
        at=reader.now,
    )
    return redirect("draft", draft.public_id)


@require_safe
def draft(request: Request, draft_id: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = draft_or_404(reader, draft_id)
    chosen = request.GET.get("part", "")
    if request.htmx and request.htmx.target == "draft-side":
        told = {"draft": found, **page.side(reader, found, chosen)}
        return render(request, "workspace/_draft_side.html", told)
    return frame.whole(request, page.main(reader, found, chosen))


@require_POST
def save(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The whole text. Somebody else's words are never written over unseen."""
    reader = reader_of(request)
    found, person = draft_or_404(reader, draft_id), editor_or_404(reader)
    text = request.POST.get("document", "").replace("\r\n", "\n")
    try:
        found = services.save_draft(
            draft=found, text=text, revision=_revision(request), actor=person.handle, at=reader.now
        )
    except Overtaken as overtaken:
        return _overtaken(request, overtaken.draft, text)
    except Refused as refused:
        return _shown(request, found, "", status=409, refused=_said(refused))
    if not frame.is_partial(request):
        return redirect("draft", found.public_id)
    side = page.side(reader, found, request.POST.get("part", ""))
    return render(request, "workspace/_draft_told.html", {**page.told(found), **side, "saved": True})


def _overtaken(request: HttpRequest, newest: ModelDraft, text: str) -> HttpResponse:
    name = names_of_the_team().get(newest.saved_by, newest.saved_by)
    told = page.overtaken(newest, text, name)
    if frame.is_partial(request):
        return render(request, "workspace/_draft_told.html", told, status=409)
    main = page.main(reader_of(request), newest)
    return frame.whole(
        request, frame.Main(main.name, main.title, {**main.context, **told, "text": text}), 409
    )


@require_POST
def change(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """One part by its form, or by a button beside it: `act` is change, remove, up or down."""
    reader = reader_of(request)
    found, person = draft_or_404(reader, draft_id), editor_or_404(reader)
    part, act = request.POST.get("part", ""), request.POST.get("act", "change")
    form = page.form_of(found, part, request.POST if act == "change" else None)
    if form is None:
        raise Http404
    if act == "change" and not form.is_valid():
        return _shown(request, found, part, form, status=422)
    try:
        text, chosen = _changed(found, part, act, form)
        says = f"{act}: {chosen or part}"
        found = services.save_draft(
            draft=found, text=text, revision=_revision(request), actor=person.handle, at=reader.now, says=says
        )
    except Overtaken as overtaken:
        name = names_of_the_team().get(overtaken.draft.saved_by, overtaken.draft.saved_by)
        refused = (
            f"{name} has changed the draft since, and the text shows it. Look, then make your change again."
        )
        return _shown(request, overtaken.draft, part, form, status=409, refused=refused)
    except (Unspliced, Unreadable, KeyError) as unspliced:
        return _shown(request, found, part, form, status=422, refused=f"{unspliced}")
    except Refused as refused_:
        return _shown(request, found, part, form, status=409, refused=_said(refused_))
    return _shown(request, found, chosen)


def _changed(draft: ModelDraft, part: str, act: str, form: PartForm) -> tuple[str, str]:
    """The text after it, and the part that is chosen then."""
    section, _, entry = part.partition(".")
    if act == "remove":
        return removed(draft.text, (section, entry)), ""
    if act in ("up", "down"):
        return _moved(draft.text, section, entry, -1 if act == "up" else 1), part
    name = form.cleaned_data["name"]
    text = draft.text
    if entry and name != entry:
        text = called(text, section, entry, name, draft.base.document if draft.base else "")
    path: Path = (section, name)
    if not entry and name in read_tree(text).keys((section,)):
        raise Unspliced(f"there is a {SECTIONS[section]} {name} already: give it a name of its own")
    text = amended(text, path, {**_former_name(text, path), **form.amended()})
    return (text if entry else _before_the_rest(text, section, name)), f"{section}.{name}"


def _former_name(text: str, path: Path) -> dict[str, Any]:
    """What renaming wrote into the part stays."""
    was = page.value_of(text, (*path, "was"))
    return {"was": was} if was else {}


def _moved(text: str, section: str, entry: str, by: int) -> str:
    order = list(read_tree(text).keys((section,)))
    at = order.index(entry)
    order.insert(max(0, at + by), order.pop(at))
    return reordered(text, (section,), order)


def _before_the_rest(text: str, section: str, name: str) -> str:
    """A new segment stands before the one that takes everybody else."""
    tree = read_tree(text)
    order = list(tree.keys((section,)))
    rest = [one for one in order if one != name and "when" not in tree.keys((section, one))]
    if section != "segments" or not rest or "when" not in tree.keys((section, name)):
        return text
    order.remove(name)
    order.insert(order.index(rest[-1]), name)
    return reordered(text, (section,), order)


@require_POST
def undo(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    reader = reader_of(request)
    found, person = draft_or_404(reader, draft_id), editor_or_404(reader)
    try:
        found = services.undo_draft(
            draft=found, revision=_revision(request), actor=person.handle, at=reader.now
        )
    except Refused as refused:
        return _shown(request, ModelDraft.objects.get(pk=found.pk), "", status=409, refused=_said(refused))
    messages.success(request, "The last change is taken back")
    return _shown(request, found, request.POST.get("part", ""))


@require_POST
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    reader = reader_of(request)
    found, person = draft_or_404(reader, draft_id), editor_or_404(reader)
    if found.discarded_at is None:
        services.discard_draft(draft=found, actor=person.handle, at=reader.now)
    undo = reverse("restore_draft", args=[found.public_id])
    messages.success(request, f"Discarded the draft of {found.name}", extra_tags=undo)
    return redirect("model")


@require_POST
def restore(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    reader = reader_of(request)
    found, person = draft_or_404(reader, draft_id), editor_or_404(reader)
    services.restore_draft(draft=found, actor=person.handle, at=reader.now)
    return _shown(request, ModelDraft.objects.get(pk=found.pk), "")


@require_safe
def counts(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What a condition takes, as it is typed: `field` says which one, `part` where it stands."""
    found = draft_or_404(reader_of(request), draft_id)
    part, field = request.GET.get("part", ""), request.GET.get("field", "")
    section, _, entry = part.partition(".")
    condition = request.GET.get(field, "").strip()
    place = "outcome" if field == "outcome" else "position" if section != "moments" else "moment"
    wrong = misfits(condition, found.text, place) if condition else ()
    asked = condition and not wrong and field not in ("outcome", "where")
    told = _counted(found, section, entry, field, condition) if asked else {}
    return render(request, "workspace/_draft_counts.html", {"wrong": wrong, "asked": asked, "told": told})


def _counted(draft: ModelDraft, section: str, entry: str, field: str, condition: str) -> dict[str, Any]:
    above = _above(draft.text, entry) if section == "segments" and field == "when" else []
    model = draft.base.name if draft.base else draft.name
    told = ask("sift", model=model, when=condition, above=above) or {}
    return {**told, "ranked": bool(above)}


def _above(text: str, entry: str) -> list[str]:
    """The conditions of the segments before it; a new one stands before the rest."""
    found: list[str] = []
    for name in read_tree(text).keys(("segments",)):
        if name == entry:
            break
        when = page.value_of(text, ("segments", name, "when"))
        found += [when] if isinstance(when, str) else []
    return found


def _revision(request: HttpRequest) -> int:
    said = request.POST.get("revision", "")
    return int(said) if said.isdecimal() and len(said) < 10 else 0


def _said(refused: Refused) -> str:
    return f"{refused.problem[:1].upper()}{refused.problem[1:]}. {refused.mend}"


def _shown(
    request: HttpRequest,
    draft: ModelDraft,
    chosen: str,
    form: PartForm | None = None,
    status: int = 200,
    refused: str = "",
) -> HttpResponse:
    if status == 200 and not frame.is_partial(request):
        return redirect(f"{reverse('draft', args=[draft.public_id])}?{urlencode({'part': chosen})}")
    main = page.main(reader_of(request), draft, chosen, form, refused)
    return (frame.only if frame.is_partial(request) else frame.whole)(request, main, status)
