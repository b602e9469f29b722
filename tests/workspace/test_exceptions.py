"""Exceptions of one account on screen: made by a form, shown where the rule would be, ended and taken back."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from aloft.records.models import Account, AccountException, Person
from tests.workspace import factory


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture
def halloway(owner: Person, now: datetime) -> Account:
    factory.version(now)
    return factory.account("Halloway", now, held_by=owner)


SAID = {"kind": "touch", "touch": "tech", "until": "2026-06-30", "reason": "They asked for quiet"}


def test_an_exception_is_made_shown_and_taken_back(cora: Client, mia: Client, halloway: Account) -> None:
    made = cora.post(reverse("make_exception", args=[halloway.public_id]), SAID, follow=True)
    told = plain(made.content.decode())
    assert "Made an exception of Halloway Undo" in told
    assert "Tech touch until 30 Jun 2026: They asked for quiet (Cora Jensen)" in told
    assert "Halloway : Tech touch until 30 Jun 2026" in plain(mia.get("/model/").content.decode())
    undone = cora.post(reverse("end_exception", args=[AccountException.objects.get().pk]), follow=True)
    assert "No exception is made" in plain(undone.content.decode())


def test_what_is_missing_is_said_at_its_field(cora: Client, halloway: Account) -> None:
    url = reverse("make_exception", args=[halloway.public_id])
    for kind, words in (("owner", "Choose somebody."), ("skip", "Choose the moment that is to be skipped.")):
        answer = cora.post(url, {**SAID, "kind": kind, "touch": ""})
        assert answer.status_code == 422
        assert words in plain(answer.content.decode())
    late = cora.post(url, {**SAID, "until": "2020-01-01", "reason": ""})
    assert "still to come" in late.content.decode()
    assert "it is shown wherever the rule would be" in late.content.decode()
    assert not AccountException.objects.exists()


def test_who_does_not_see_the_account_makes_and_sees_none(
    cora: Client, olga: Client, halloway: Account
) -> None:
    url = reverse("make_exception", args=[halloway.public_id])
    assert olga.post(url, SAID).status_code == 404
    cora.post(url, SAID)
    assert "They asked for quiet" not in plain(olga.get("/model/").content.decode())
    assert olga.post(reverse("end_exception", args=[AccountException.objects.get().pk])).status_code == 404
