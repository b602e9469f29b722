"""Drafts on screen: text and form of the same document, two editors, publishing and going back."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from aloft.records.models import AuditEntry, ModelDraft, ModelVersion, Person
from aloft.workspace import drafting
from tests.workspace import factory

HTMX = {"HX-Request": "true"}


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture
def draft(mia: Client, now: datetime) -> ModelDraft:
    factory.version(now)
    mia.post(reverse("begin_draft"), {"name": "acme", "version": "3"})
    return ModelDraft.objects.get()


def send(browser: Client, address: str, draft: ModelDraft, /, **said: str) -> Any:
    draft.refresh_from_db()
    return browser.post(reverse(address, args=[draft.public_id]), {"revision": draft.revision, **said})


def text_of(draft: ModelDraft) -> str:
    draft.refresh_from_db()
    return draft.text


SEGMENT = {"part": "segments.tier_1", "name": "tier_1", "when": "mrr >= 5000", "exit": "",
           "touch_onboarding": "high", "touch_ongoing": "high, low"}  # fmt: skip


def test_a_draft_begins_with_the_version_and_says_that_nothing_runs_by_it(
    mia: Client, draft: ModelDraft
) -> None:
    told = plain(mia.get(reverse("draft", args=[draft.public_id])).content.decode())
    assert "Nothing differs from version 3 yet" in told
    assert "Nothing runs by a draft" in told
    assert draft.text == factory.DOCUMENT
    assert "A draft is being written Acme, from version 3" in plain(mia.get("/model/").content.decode())


def test_a_form_changes_the_line_of_its_part_and_no_other(mia: Client, draft: ModelDraft) -> None:
    assert send(mia, "change_draft", draft, **SEGMENT).status_code == 302
    before, after = factory.DOCUMENT.splitlines(), text_of(draft).splitlines()
    assert [line for line in after if line not in before] == [
        '  tier_1: {when: "mrr >= 5000", touch: {onboarding: high, ongoing: [high, low]}}'
    ]
    assert len(after) == len(before)
    told = plain(mia.get(reverse("draft", args=[draft.public_id])).content.decode())
    assert "1 problem stops publishing this draft" in told, "a segment for everybody else is missing"


def test_a_part_is_added_renamed_moved_and_removed(mia: Client, draft: ModelDraft) -> None:
    new = {**SEGMENT, "part": "segments", "name": "gold", "when": "mrr >= 9000", "touch_ongoing": "high"}
    send(mia, "change_draft", draft, **new)
    assert "segments:\n  gold: {when: " in text_of(draft), "before the one that takes everybody else"
    send(mia, "change_draft", draft, part="segments.gold", act="down")
    assert text_of(draft).index("tier_1:") < text_of(draft).index("gold:")
    send(mia, "change_draft", draft, part="segments.gold", act="remove")
    assert text_of(draft) == factory.DOCUMENT


def test_a_moment_gets_another_trigger_and_name_and_says_what_it_was(mia: Client, draft: ModelDraft) -> None:
    said = {
        "part": "moments.check_in", "name": "say_hello", "trigger": "schedule", "schedule": "every 3 months",
        "owner": "csm", "channel": "call", "objective": "Hear how it goes", "outcome": "contacted",
        "outcome_within": "5bd", "steps": "",
    }  # fmt: skip
    assert send(mia, "change_draft", draft, **said).status_code == 302
    assert "\n  say_hello:\n    was: check_in\n    schedule: every 3 months\n" in text_of(draft)
    assert "manual" not in text_of(draft)
    told = plain(
        mia.get(reverse("draft", args=[draft.public_id]), {"part": "moments.say_hello"}).content.decode()
    )
    assert "It opens every 3 months from" in told


def test_what_a_form_lacks_is_said_at_its_field_and_nothing_is_changed(
    mia: Client, draft: ModelDraft
) -> None:
    said = {"part": "moments.check_in", "name": "Check in", "trigger": "when", "owner": ""}
    answer = send(mia, "change_draft", draft, **said)
    assert answer.status_code == 422
    told = plain(answer.content.decode())
    for words in (
        "A name is a lower-case letter",
        "It cannot open without this.",
        "Every moment has an owner.",
    ):
        assert words in told
    assert text_of(draft) == factory.DOCUMENT


def test_a_text_is_saved_as_it_is_typed_with_its_problems_by_line(mia: Client, draft: ModelDraft) -> None:
    text = factory.DOCUMENT.replace("owner: csm", "owner: cms", 1)
    url = reverse("save_draft", args=[draft.public_id])
    told = mia.post(url, {"document": text, "revision": "1"}, headers=HTMX).content.decode()
    line = text.splitlines().index("    owner: cms") + 1
    assert f'data-line="{line}"' in told
    assert "did you mean 'csm'?" in unescape(told)
    assert 'data-newest="2"' in told
    assert text_of(draft) == text


def test_two_editors_never_lose_a_word(
    mia: Client, draft: ModelDraft, manager: Person, now: datetime
) -> None:
    send(mia, "save_draft", draft, document=f"{factory.DOCUMENT}# theirs\n")
    url = reverse("save_draft", args=[draft.public_id])
    answer = mia.post(url, {"document": f"{factory.DOCUMENT}# mine\n", "revision": "1"}, headers=HTMX)
    assert answer.status_code == 409
    told = plain(answer.content.decode())
    assert "saved this draft" in told
    assert "# theirs" in told
    assert "# mine" in told
    assert text_of(draft).endswith("# theirs\n")
    mia.post(url, {"document": f"{factory.DOCUMENT}# mine\n", "revision": "2"}, headers=HTMX)
    assert text_of(draft).endswith("# mine\n")
    send(mia, "undo_draft", draft)
    assert text_of(draft).endswith("# theirs\n")


def test_a_discarded_draft_comes_back_by_undo(mia: Client, draft: ModelDraft) -> None:
    send(mia, "discard_draft", draft)
    assert "A draft is being written" not in plain(mia.get("/model/").content.decode())
    send(mia, "restore_draft", draft)
    assert "A draft is being written" in plain(mia.get("/model/").content.decode())


def test_a_draft_is_looked_at_published_and_returned_from(mia: Client, draft: ModelDraft) -> None:
    text = factory.DOCUMENT.replace("within: 5bd", "within: 3bd")
    send(mia, "save_draft", draft, document=text)
    draft.refresh_from_db()
    named = {"draft": str(draft.public_id)}
    assert "Publish version 4" in plain(mia.get(reverse("publish"), named).content.decode())
    stale = mia.post(reverse("publish"), {**named, "act": "publish", "revision": "1"})
    assert stale.status_code == 409
    assert ModelVersion.objects.count() == 1
    mia.post(reverse("publish"), {**named, "act": "publish", "revision": str(draft.revision)})
    assert ModelVersion.objects.get(version=4).document == text
    assert mia.get(reverse("draft", args=[draft.public_id])).status_code == 404
    assert AuditEntry.objects.filter(action="draft.published").count() == 1

    back = reverse("return_model", args=["acme"])
    told = plain(mia.get(back, {"to": "3"}).content.decode())
    assert "Version 3 of acme would come back, as version 5" in told
    assert "Changes Check in" in told
    mia.post(back, {"to": "3", "from": "3"})
    assert ModelVersion.objects.count() == 2, "another version was in force than was looked at"
    mia.post(back, {"to": "3", "from": "4"})
    fifth = ModelVersion.objects.get(version=5)
    assert (fifth.document, fifth.restores) == (factory.DOCUMENT, 3)
    mia.post(back, {"to": "", "from": "5"})
    assert "applies_to: false" in ModelVersion.objects.get(version=6).document


def test_a_condition_is_counted_as_it_is_typed(
    mia: Client, draft: ModelDraft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(question: str, **arguments: Any) -> dict[str, Any]:
        assert (question, arguments) == ("sift", {"model": "acme", "when": "mrr >= 5000", "above": []})
        return {"accounts": 60, "taken": 12, "mrr": 81000.0, "unknown": 1, "first": 12, "first_mrr": 81000.0}

    monkeypatch.setattr(drafting, "ask", ask)
    url, part = reverse("count_draft", args=[draft.public_id]), {"part": "segments.tier_1", "field": "when"}
    told = plain(mia.get(url, {**part, "when": "mrr >= 5000"}).content.decode())
    assert told == "12 of 60 accounts, 81,000 MRR; unknown of 1"
    wrong = plain(mia.get(url, {**part, "when": "mrr >= 5000 and sign_ins_28 > 1"}).content.decode())
    assert wrong.startswith("character 17: ")
    assert "did you mean 'sign_ins_28d'?" in wrong
    monkeypatch.setattr(drafting, "ask", lambda *_, **__: None)
    assert "the engine is busy" in mia.get(url, {**part, "when": "mrr >= 5000"}).content.decode()


def test_who_may_not_publish_sees_no_draft(cora: Client, draft: ModelDraft) -> None:
    assert cora.get(reverse("draft", args=[draft.public_id])).status_code == 404
    assert "A draft is being written" not in plain(cora.get("/model/").content.decode())
