"""Texts beside a model: what they say goes into force with it, and a file that says nothing is named with its mend."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from aloft.act import text_files, texts
from aloft.act.models import Text
from aloft.act.rendering import Renderer
from aloft.engagement import library
from aloft.engagement.load import load
from aloft.engagement.model import Model
from aloft.engagement.templates import templates_of
from aloft.records.models import Account, Contact

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def beside(folder: Path, name: str, text: str) -> Path:
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / name).write_text(text)
    return folder / "model.yaml"


@pytest.mark.django_db
def test_texts_beside_a_model_are_approved_once(tmp_path: Path) -> None:
    beside(tmp_path, "welcome.liquid", "Subject: Welcome\n\nHello {{ contact.first_name }}\n")
    model = beside(tmp_path, "welcome.de.liquid", "Subject: Willkommen\nHallo\n")
    for _ in range(2):
        text_files.put_in_force(text_files.read_beside(model), actor="cli", at=NOW)
    rows = Text.objects.values_list("name", "language", "subject", "body", "approved_by")
    assert sorted(rows) == [
        ("welcome", "de", "Willkommen", "Hallo\n", "cli"),
        ("welcome", "en", "Welcome", "Hello {{ contact.first_name }}\n", "cli"),
    ]
    assert texts.lacking(["tips", "welcome"]) == ["tips"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("contact", "account", "subject"),
    [("de-AT", "", "Willkommen"), ("", "de", "Willkommen"), ("ja-JP", "", "Welcome"), ("", "", "Welcome")],
)
def test_a_reader_gets_the_nearest_language(contact: str, account: str, subject: str) -> None:
    for language, words in (("de", "Willkommen"), ("en", "Welcome")):
        texts.approve(
            text=texts.write(name="w", language=language, subject=words, body="x", actor="ops", at=NOW),
            actor="ops", at=NOW,
        )  # fmt: skip
    texts.write(name="w", language="en", subject="Not approved", body="x", actor="ops", at=NOW)
    reader = Contact(locale=contact, account=Account(locale=account))
    found = texts.approved("w", reader)
    assert found is not None
    assert found.subject == subject


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hello\n", r"welcome.liquid:1: the first line is the subject"),
        ("Subject: Hi\n\n", r":2: the text is missing"),
    ],
)
def test_a_file_without_words_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(text_files.NotAText, match=says):
        text_files.read_beside(beside(tmp_path, "welcome.liquid", text))


def test_every_template_of_the_presets_has_words_that_can_be_sent() -> None:
    """R55: each is looked at with no more than a name, as the first preview is, and says nothing that is not there."""
    sent = {name for preset in library.presets() for name in templates_of(model_of(preset))}
    shipped = {one.name: one for one in text_files.shipped() if one.language == texts.USUAL}
    assert shipped.keys() == sent
    values = {
        "account": {"name": "Acme"}, "contact": {"first_name": "Ann"}, "owner": {"name": ""}, "event": {},
    }  # fmt: skip
    renderer = Renderer()
    try:
        for one in shipped.values():
            subject, body = renderer.render([one.subject, one.body], values)
            assert 10 < len(subject) < 80, one.name
            assert 100 < len(body) < 900, one.name
            assert "{" not in subject + body
            assert "Ann" in body
    finally:
        renderer.close()


@pytest.mark.django_db
def test_what_ships_is_a_draft_and_leaves_texts_that_are_there_alone() -> None:
    texts.write(name="promoter", language="de", subject="Danke", body="x", actor="mia", at=NOW)
    assert text_files.bring_drafts(["promoter", "tip", "ours"], at=NOW) == ["tip"]
    assert text_files.bring_drafts(["promoter", "tip", "ours"], at=NOW) == []
    assert texts.lacking(["promoter", "tip"]) == ["promoter", "tip"]
    assert texts.waiting(["promoter", "tip", "ours"]) == ["promoter", "tip"]
    assert Text.objects.get(name="tip").written_by == "aloft"


def model_of(preset: str) -> Model:
    found = library.preset(preset)
    assert found is not None
    return load(found.text, preset)
