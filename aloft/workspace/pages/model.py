"""What do we do, for whom? The engagement model in force, with the accounts that stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aloft.engagement.library import preset, presets, title_of
from aloft.engagement.load import Reading
from aloft.engagement.model import Model
from aloft.engagement.problems import InvalidModel
from aloft.engagement.words import metric as metric_words
from aloft.engine.models import Live
from aloft.records.models import ModelDraft, ModelVersion, Person
from aloft.records.policies import may_publish
from aloft.ui.words import counted
from aloft.workspace import selectors
from aloft.workspace.canvas import canvas
from aloft.workspace.context import Crumb
from aloft.workspace.elements import Element, by_part, element, others, parts, users_of
from aloft.workspace.model_in_force import reading_of
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, Request, reader_of
from aloft.workspace.standing import Standing, course, following, open_of, pinned, standing

SHOWN = 20  # open occurrences in a panel
EXCEPTIONS = 100  # on the page


@dataclass(frozen=True)
class Tab:
    """A model; `query` leads to its page."""

    name: str
    title: str
    accounts: int
    chosen: bool

    @property
    def query(self) -> str:
        return urlencode({"model": self.name})


@dataclass(frozen=True)
class Edition:
    """A version in the list. `state`: in force, waits, not taken up, or earlier."""

    version: ModelVersion
    state: str
    pinned: int


@require_safe
def model(request: Request) -> HttpResponse:
    reader = reader_of(request)
    versions = published()
    chosen = choose(versions, request.GET.get("model", ""), reader.now)
    if chosen is None:
        return frame.whole(request, nothing(reader.person))
    name = request.GET.get("element", "")
    if request.htmx and request.htmx.target == "element":
        return panel(request, reader, chosen, name)
    return frame.whole(request, main(reader, versions, chosen, name))


def published() -> Sequence[ModelVersion]:
    """All versions without their text, by model."""
    return list(ModelVersion.objects.defer("document").order_by("name", "version"))


def choose(versions: Sequence[ModelVersion], name: str, now: datetime) -> ModelVersion | None:
    """The version that is in force of the named model, or of the one published last; else the next to come."""
    names = [one.name for one in sorted(versions, key=lambda one: one.published_at)]
    if not names:
        return None
    own = [one for one in versions if one.name == (name if name in names else names[-1])]
    live = [one for one in own if one.live_from <= now]
    return live[-1] if live else own[0]


def nothing(person: Person | None) -> frame.Main:
    context = {"crumbs": [Crumb("Model")], "sentence": "No engagement model is published yet"}
    titles = {name: title_of(found.text) for name in presets() if (found := preset(name))}
    return frame.Main("model", "Model", {**context, **permitted(person), "presets": titles})


def permitted(person: Person | None) -> dict[str, object]:
    """Drafts are for those who may publish them."""
    may = may_publish(person)
    open_drafts = ModelDraft.objects.filter(discarded_at=None, published=None).defer("text")
    return {"may_publish": may, "drafts": list(open_drafts) if may else []}


def panel(request: HttpRequest, reader: Reader, version: ModelVersion, name: str) -> HttpResponse:
    """The part of the model alone, in its place under the lanes."""
    try:
        told = opened(reader, version, reading_of(version), name)
    except InvalidModel:
        told = {}
    return render(request, "workspace/_element.html", {**told, **address(version)})


def address(version: ModelVersion) -> dict[str, object]:
    return {"version": version, "at": urlencode({"model": version.name})}


def main(reader: Reader, versions: Sequence[ModelVersion], version: ModelVersion, name: str) -> frame.Main:
    context: dict[str, object] = {
        "crumbs": [Crumb("Model")],
        **permitted(reader.person),
        "exceptions": list(selectors.exceptions_of(reader.person, reader.now)[:EXCEPTIONS]),
        "tabs": tabs(reader, versions, version),
        "editions": editions([one for one in versions if one.name == version.name], reader.now),
        **address(version),
    }
    try:
        reading = reading_of(version)
    except InvalidModel as invalid:
        told: dict[str, object] = {"problems": invalid.problems, "sentence": unreadable(version, invalid)}
    else:
        told = {**drawn(reader, version, reading), **opened(reader, version, reading, name)}
        told["linked"] = reading.model.unit == "account" and len({one.name for one in versions}) == 1
    return frame.Main("model", "Model", {**context, **told})


def unreadable(version: ModelVersion, invalid: InvalidModel) -> str:
    found = counted(len(invalid.problems), "problem")
    return f"Version {version.version} of {version.name} cannot be read by this release: {found}"


def drawn(reader: Reader, version: ModelVersion, reading: Reading) -> dict[str, object]:
    stands = standing(reader.person, version.name)
    written = parts(reading)
    return {
        "model": reading.model,
        "sentence": sentence(reading, stands, team=reader.sees_everything),
        "as_of": stands.as_of,
        "lanes": canvas(reading.model, stands, by_part(reading.notes)),
        "metrics": metrics_of(reading.model),
        "others": others(written),
        "notes": reading.notes,
        "unrun": len(reading.unrun),
    }


def sentence(reading: Reading, stands: Standing, *, team: bool) -> str:
    """“6 moments reach 60 accounts; 3 parts of it are not run yet”."""
    moments, unrun = len(reading.model.moments), len(reading.unrun)
    if stands.following:
        whose = f"{counted(stands.following, 'account')}{'' if team else ' of yours'}"
        told = f"{counted(moments, 'moment')} {'reaches' if moments == 1 else 'reach'} {whose}"
    else:
        told = f"{counted(moments, 'moment')} {'waits' if moments == 1 else 'wait'} for accounts to follow it"
    return (
        f"{told}; {counted(unrun, 'part')} of it {'is' if unrun == 1 else 'are'} not run yet"
        if unrun
        else told
    )


def metrics_of(model: Model) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "says": metric_words(one), "users": len(list(users_of(model, one.name)))}
        for one in model.metrics.values()
    ]


def tabs(reader: Reader, versions: Sequence[ModelVersion], chosen: ModelVersion) -> list[Tab]:
    """None where there is one model and everybody follows it."""
    counts = following(reader.person)
    names = list(dict.fromkeys(one.name for one in versions))
    return [Tab(name, name, counts.get(name, 0), name == chosen.name) for name in names]


def editions(versions: Sequence[ModelVersion], now: datetime) -> list[Edition]:
    """The newest first."""
    taken_up = set(Live.objects.values_list("version", flat=True))
    kept = pinned()
    return [
        Edition(one, state_of(one, versions, taken_up, now), kept.get(one.pk, 0))
        for one in reversed(versions)
    ]


def state_of(
    version: ModelVersion, versions: Sequence[ModelVersion], taken_up: set[int], now: datetime
) -> str:
    if version.pk in taken_up:
        return "in force"
    if version.live_from > now:
        return "waits"
    newer = any(one.pk > version.pk and one.live_from <= now for one in versions)
    return "earlier" if newer else "not taken up"


def opened(reader: Reader, version: ModelVersion, reading: Reading, name: str) -> dict[str, object]:
    """What the panel tells; nothing for a part that is not there."""
    found = element(reading, name) if name else None
    if found is None:
        return {}
    return {"element": found, **_live(reader, version, found)}


def _live(reader: Reader, version: ModelVersion, found: Element) -> dict[str, object]:
    """What goes on at it: occurrences of a moment, accounts of a segment or phase, people of a role."""
    section, _, entry = found.name.partition(".")
    if section == "moments":
        listed = list(open_of(reader.person, entry, version.name)[:SHOWN])
        told = course(reader.person, entry, version.name)
        return {"course": told, "open": listed, "hidden": max(0, told.open - len(listed))}
    if section in ("segments", "phases"):
        stands = standing(reader.person, version.name)
        accounts = stands.in_segment(entry) if section == "segments" else stands.in_phase(entry)
        return {"accounts": accounts, "mrr": stands.mrr.get(entry) if section == "segments" else None}
    if section == "roles":
        return {"people": list(Person.objects.filter(role=entry))}
    return {}
