"""Drafts of engagement models: nothing runs by them until they are published."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from aloft.records import fields as check
from aloft.records.models import DraftStep, ModelDraft, ModelVersion
from aloft.records.refusals import Refused
from aloft.records.services.editing import Difference, editing, note

LONGEST = 500_000  # characters: hundreds of moments
STEPS = 100  # saves that can be taken back


class Overtaken(Refused):
    """Somebody has saved the draft since; `draft` is how it stands."""

    def __init__(self, draft: ModelDraft) -> None:
        super().__init__(
            "revision", f"{draft.saved_by} has saved the draft since", "Look at what they wrote first."
        )
        self.draft = draft


def begin_draft(
    *, name: str, text: str, begun_from: str, actor: str, at: datetime, base: ModelVersion | None = None
) -> ModelDraft:
    """`begun_from` says what its text is to begin with: “version 3”, “the preset two-phase”."""
    name = check.text("name", name, 100, required=True)
    _check(text)
    with editing():
        draft = ModelDraft.objects.create(
            name=name, text=text, base=base, begun_from=begun_from, begun_by=actor, begun_at=at,
            saved_by=actor, saved_at=at,
        )  # fmt: skip
        _note(draft, "draft.begun", actor, at)
        return draft


def save_draft(
    *, draft: ModelDraft, text: str, revision: int, actor: str, at: datetime, says: str = "Text"
) -> ModelDraft:
    """`revision` is the one that the text was written over; raises Overtaken where it is not the newest.

    `says` is what was done, in a word or two. Saving the same text again changes nothing.
    """
    _check(text)
    with editing():
        kept = _open(draft)
        if kept.text == text:
            return kept
        if kept.revision != revision:
            raise Overtaken(kept)
        DraftStep.objects.create(draft=kept, text=kept.text, says=says[:200], by=actor, at=at)
        over = DraftStep.objects.filter(draft=kept).order_by("-id").values_list("pk", flat=True)[STEPS:]
        DraftStep.objects.filter(pk__in=list(over)).delete()
        return _write(kept, text, "draft.saved", actor, at)


def undo_draft(*, draft: ModelDraft, revision: int, actor: str, at: datetime) -> ModelDraft:
    """Take the newest save back. Raises Refused where none is left, Overtaken as `save_draft`."""
    with editing():
        kept = _open(draft)
        if kept.revision != revision:
            raise Overtaken(kept)
        step = DraftStep.objects.filter(draft=kept).first()
        if step is None:
            raise Refused("draft", "there is nothing left to undo", "It stands as it began.")
        text = step.text
        step.delete()
        return _write(kept, text, "draft.undone", actor, at)


def discard_draft(*, draft: ModelDraft, actor: str, at: datetime) -> ModelDraft:
    """`restore_draft` brings it back."""
    with editing():
        kept = _open(draft)
        kept.discarded_at = at
        kept.save()
        _note(kept, "draft.discarded", actor, at)
        return kept


def restore_draft(*, draft: ModelDraft, actor: str, at: datetime) -> ModelDraft:
    with editing():
        kept = ModelDraft.objects.get(pk=draft.pk)
        if kept.discarded_at is not None:
            kept.discarded_at = None
            kept.save()
            _note(kept, "draft.restored", actor, at)
        return kept


def close_draft(*, draft: ModelDraft, version: ModelVersion, actor: str, at: datetime) -> ModelDraft:
    """It was published as this version."""
    with editing():
        kept = _open(draft)
        kept.published = version
        kept.save()
        _note(kept, "draft.published", actor, at, version=version.version)
        return kept


def _open(draft: ModelDraft) -> ModelDraft:
    kept = ModelDraft.objects.get(pk=draft.pk)
    if kept.discarded_at is not None:
        raise Refused("draft", "it was discarded", "Take that back first.")
    if kept.published_id is not None:
        raise Refused("draft", "it is published", "Begin another draft from that version.")
    return kept


def _check(text: str) -> None:
    if len(text) > LONGEST:
        raise Refused("text", f"it has more than {LONGEST:,} characters", "Publish it with `aloft apply`.")
    if "\x00" in text:
        raise Refused("text", "it holds a character that cannot be kept", "Leave it out.")


def _write(draft: ModelDraft, text: str, action: str, actor: str, at: datetime) -> ModelDraft:
    draft.text, draft.revision = text, draft.revision + 1
    draft.saved_by, draft.saved_at = actor, at
    draft.save()
    _note(draft, action, actor, at)
    return draft


def _note(draft: ModelDraft, action: str, actor: str, at: datetime, **more: object) -> None:
    digest = sha256(draft.text.encode("utf-8", "surrogatepass")).hexdigest()
    told = Difference({}, {"model": draft.name, "revision": draft.revision, "digest": digest})
    note(actor=actor, action=action, subject=draft, difference=told, at=at, **more)
