"""Drafts of models: begun, saved in turn, taken back, discarded; nobody's words are lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aloft.records.models import ModelDraft
from aloft.records.refusals import Refused
from aloft.records.services import (
    Overtaken,
    begin_draft,
    discard_draft,
    restore_draft,
    save_draft,
    undo_draft,
)
from tests.conftest import NOW
from tests.records.conftest import written

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def draft(db: None) -> ModelDraft:
    return begin_draft(name="acme", text="one", begun_from="version 3", actor="cora", at=NOW)


def test_a_draft_is_saved_over_the_revision_that_was_read(draft: ModelDraft) -> None:
    with written() as w:
        saved = save_draft(draft=draft, text="two", revision=1, actor="mia", at=LATER)
    assert (saved.text, saved.revision, saved.saved_by, saved.saved_at) == ("two", 2, "mia", LATER)
    assert [action for _, action, _ in w.audit] == ["draft.saved"]
    assert w.changes == []


def test_who_saves_over_somebody_elses_words_is_shown_them_and_nothing_is_written(draft: ModelDraft) -> None:
    save_draft(draft=draft, text="mine", revision=1, actor="mia", at=NOW)
    with pytest.raises(Overtaken) as overtaken:
        save_draft(draft=draft, text="yours", revision=1, actor="cora", at=LATER)
    assert (overtaken.value.draft.text, overtaken.value.draft.saved_by) == ("mine", "mia")
    assert ModelDraft.objects.get().text == "mine"


def test_the_same_text_again_is_no_save(draft: ModelDraft) -> None:
    with written() as w:
        assert save_draft(draft=draft, text="one", revision=7, actor="mia", at=LATER).revision == 1
    assert w.audit == []


def test_saves_are_taken_back_one_by_one_the_newest_first(draft: ModelDraft) -> None:
    for n, text in enumerate(("two", "three"), 1):
        save_draft(draft=draft, text=text, revision=n, actor="cora", at=NOW)
    assert undo_draft(draft=draft, revision=3, actor="cora", at=LATER).text == "two"
    with pytest.raises(Overtaken):
        undo_draft(draft=draft, revision=3, actor="cora", at=LATER)
    assert undo_draft(draft=draft, revision=4, actor="cora", at=LATER).text == "one"
    with pytest.raises(Refused, match="nothing left to undo"):
        undo_draft(draft=draft, revision=5, actor="cora", at=LATER)


def test_a_discarded_draft_takes_no_words_until_that_is_taken_back(draft: ModelDraft) -> None:
    discard_draft(draft=draft, actor="cora", at=NOW)
    with pytest.raises(Refused, match="it was discarded"):
        save_draft(draft=draft, text="two", revision=1, actor="cora", at=NOW)
    restore_draft(draft=draft, actor="mia", at=LATER)
    assert save_draft(draft=draft, text="two", revision=1, actor="cora", at=LATER).revision == 2


def test_a_text_beyond_all_models_is_refused(draft: ModelDraft) -> None:
    with pytest.raises(Refused, match="more than 500,000 characters"):
        save_draft(draft=draft, text="x" * 500_001, revision=1, actor="cora", at=NOW)
