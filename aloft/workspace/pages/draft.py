"""What will the model say? A draft of it: its parts with a form for one of them, and its text beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse

from aloft.engagement import words
from aloft.engagement.load import Reading, read_model
from aloft.engagement.outline import Changes, Written, changes, outline
from aloft.engagement.problems import InvalidModel, Path, Problem
from aloft.engagement.splicing import value_at
from aloft.engagement.tree import Unreadable, read_tree
from aloft.records.models import ModelDraft
from aloft.ui.words import counted
from aloft.workspace.context import Crumb
from aloft.workspace.difference import difference
from aloft.workspace.elements import title_of
from aloft.workspace.pages import frame
from aloft.workspace.parts import SECTIONS, MomentForm, PartForm, PhaseForm, SegmentForm
from aloft.workspace.reader import Reader
from aloft.workspace.upcoming import upcoming

FILE = "model.yaml"
NAMED = 3  # parts that a sentence names


@dataclass(frozen=True)
class Judged:
    """A text, as far as it is a model: with notes on it, or with problems."""

    reading: Reading | None
    problems: tuple[Problem, ...]

    def of(self, part: str) -> tuple[Problem, ...]:
        """The problems in a part."""
        return tuple(
            one for one in self.problems if one.path == part or one.path.startswith((f"{part}.", f"{part}["))
        )


@dataclass(frozen=True)
class Row:
    """A part in the list. `problems`: how many there are in it."""

    name: str
    title: str
    entry: str
    problems: int
    first: bool
    last: bool


@dataclass(frozen=True)
class Section:
    name: str
    kind: str
    rows: tuple[Row, ...]


@lru_cache(maxsize=16)
def judge(text: str) -> Judged:
    try:
        return Judged(read_model(text, FILE), ())
    except InvalidModel as invalid:
        return Judged(None, invalid.problems)


def main(
    reader: Reader, draft: ModelDraft, chosen: str = "", form: PartForm | None = None, refused: str = ""
) -> frame.Main:
    context = {
        "crumbs": [Crumb("Model", f"{reverse('model')}?model={draft.name}"), Crumb("Draft")],
        "sentence": sentence(draft),
        "refused": refused,
        "undoable": draft.steps.exists(),
        **told(draft),
        **side(reader, draft, chosen, form),
    }
    return frame.Main("draft", f"Draft of {draft.name}", context)


def told(draft: ModelDraft) -> dict[str, object]:
    """What stands under the text: how it was saved, and what is to be mended."""
    judged = judge(draft.text)
    return {
        "draft": draft,
        "problems": judged.problems,
        "notes": judged.reading.notes if judged.reading else (),
    }


def sentence(draft: ModelDraft) -> str:
    """“2 parts differ from version 3: Tier 1, Kickoff”, or what stops publishing."""
    problems = judge(draft.text).problems
    if problems:
        return f"{counted(len(problems), 'problem')} {'stops' if len(problems) == 1 else 'stop'} publishing this draft"
    found = changed(draft)
    if found is None:
        return f"A draft of {draft.name}, from {draft.begun_from}"
    parts = (*found.differs, *found.comes, *found.goes)
    if not parts:
        return f"Nothing differs from {draft.begun_from} yet"
    named = ", ".join(title_of(one) for one in parts[:NAMED])
    more = f" and {counted(len(parts) - NAMED, 'other')}" if len(parts) > NAMED else ""
    verb = "differs" if len(parts) == 1 else "differ"
    return f"{counted(len(parts), 'part')} {verb} from {draft.begun_from}: {named}{more}"


def changed(draft: ModelDraft) -> Changes | None:
    if draft.base is None:
        return None
    try:
        return changes(draft.base.document, draft.text)
    except Unreadable:
        return None


def side(reader: Reader, draft: ModelDraft, chosen: str, form: PartForm | None = None) -> dict[str, object]:
    """The parts, and the form of the one that is chosen."""
    judged, written = judge(draft.text), _outline(draft.text)
    section, _, entry = chosen.partition(".")
    is_new = bool(form and not entry)
    found = form or form_of(draft, chosen)
    return {
        "sections": [_section(draft.text, name, kind, judged) for name, kind in SECTIONS.items()]
        if written
        else [],
        "chosen": chosen,
        "entry": entry,
        "kind": SECTIONS.get(section, ""),
        "is_new": is_new or (section in SECTIONS and not entry),
        "form": found,
        "says": said_in_words(reader, judged, section, entry),
        "part_problems": judged.of(chosen) if entry else (),
        "first": written[chosen].first if chosen in written else 0,
    }


def said_in_words(reader: Reader, judged: Judged, section: str, entry: str) -> str:
    """“It opens 5 business days after the contract starts.”, and when that would be at one account."""
    model = judged.reading.model if judged.reading else None
    if model is None or section != "moments" or entry not in model.moments:
        return ""
    moment = model.moments[entry]
    told = f"It opens {words.trigger(moment)}. Its outcome is judged {words.window(moment.outcome)}."
    return f"{told} {upcoming(reader, model, moment)}".rstrip()


def form_of(draft: ModelDraft, chosen: str, data: Any = None) -> PartForm | None:
    """None for what is no phase, segment or moment of the draft. `moments` alone: the form of a new one."""
    section, _, entry = chosen.partition(".")
    if section not in SECTIONS:
        return None
    try:
        value = value_at(draft.text, (section, entry)) if entry else beginning(draft.text, section)
        phases = read_tree(draft.text).keys(("phases",))
    except (Unreadable, KeyError, TypeError):
        return None
    if section == "segments":
        return SegmentForm(entry, value, data, phases)
    return (PhaseForm if section == "phases" else MomentForm)(entry, value, data)


def beginning(text: str, section: str) -> Mapping[str, Any]:
    """What a new part says to begin with."""
    if section != "moments":
        return {}
    roles = read_tree(text).keys(("roles",))
    return {
        "owner": roles[0] if roles else "",
        "outcome": {"expect": "contacted", "within": "5bd"},
        "schedule": "",
    }


def value_of(text: str, path: Path) -> object:
    """None where the document says nothing."""
    try:
        return value_at(text, path)
    except (KeyError, TypeError, Unreadable):
        return None


def _section(text: str, section: str, kind: str, judged: Judged) -> Section:
    names = read_tree(text).keys((section,))
    rows = (
        Row(
            name=f"{section}.{entry}",
            title=title_of(f"{section}.{entry}"),
            entry=entry,
            problems=len(judged.of(f"{section}.{entry}")),
            first=i == 0,
            last=i == len(names) - 1,
        )
        for i, entry in enumerate(names)
    )
    return Section(section, kind, tuple(rows))


@lru_cache(maxsize=16)
def _outline(text: str) -> Mapping[str, Written]:
    try:
        return outline(text)
    except Unreadable:
        return {}


def overtaken(draft: ModelDraft, text: str, name: str) -> dict[str, object]:
    """Two people saved: theirs is kept, mine stands on the page."""
    found = difference(draft.text, text)
    return {**told(draft), "by": name, "found": found, "overtaken": True}
