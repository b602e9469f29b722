"""Erasing on screen: for the head, with the name typed out; and what is kept, as a file."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from aloft.engine.models import Erasure
from aloft.records import audit, tombstones
from aloft.records.models import Account, Contact, Person
from aloft.records.services import set_contact
from tests.workspace import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(owner: Person, now: datetime, settings: Any, tmp_path: Path) -> Contact:
    settings.ALOFT_HOME = tmp_path
    acme = factory.account("Acme", now, held_by=owner)
    return set_contact(
        external_id="c-ann-1", account=acme, name="Ann Okoro", email="ann@acme.test", user_id="u-ann-1",
        actor="cora", at=now,
    )  # fmt: skip


def test_without_the_name_typed_out_nothing_is_erased(client: Client, manager: Person, ann: Contact) -> None:
    page = factory.sign_in(client, manager).post(
        reverse("erase", args=[ann.account.public_id]), {"contact": ann.pk, "typed": "Ann"}
    )
    assert page.status_code == 422
    assert "Type “Ann Okoro” to erase it: nothing was erased." in page.content.decode()
    assert not Erasure.objects.exists()


def test_a_person_is_erased_from_the_tables_at_once_and_known_by_digests_alone(
    client: Client, manager: Person, ann: Contact, tmp_path: Path
) -> None:
    head = factory.sign_in(client, manager)
    told = head.post(
        reverse("erase", args=[ann.account.public_id]), {"contact": ann.pk, "typed": "Ann Okoro"}
    )
    assert told["Location"] == reverse("account", args=[ann.account.public_id])
    ann.refresh_from_db()
    erasure = Erasure.objects.get()
    assert (ann.external_id, ann.name, ann.email, ann.status) == (erasure.key, "", "", "erased")
    known = tombstones.read(tmp_path)
    assert [known.knows(one) for one in ("ANN@acme.test", "u-ann-1", "c-ann-1", "bo@acme.test")] == [
        True,
        True,
        True,
        False,
    ]
    assert "ann" not in (tmp_path / tombstones.FILE).read_text().lower()
    assert audit.verify() is None


def test_an_account_goes_with_all_that_hangs_on_it(client: Client, manager: Person, ann: Contact) -> None:
    head = factory.sign_in(client, manager)
    told = head.post(reverse("erase", args=[ann.account.public_id]), {"contact": "", "typed": "Acme"})
    assert told["Location"] == reverse("accounts")
    assert not Account.objects.exists()
    assert not Contact.objects.exists()


def test_what_is_kept_of_a_person_is_taken_as_a_file(client: Client, manager: Person, ann: Contact) -> None:
    there = reverse("export_account", args=[ann.account.public_id])
    sent = factory.sign_in(client, manager).get(there, {"contact": ann.pk})
    with zipfile.ZipFile(io.BytesIO(sent.content)) as zipped:
        told = json.loads(zipped.read("data.json"))
    assert told["records.contact"][0]["email"] == "ann@acme.test"
    assert [row["kind"] for row in told["records.change"]] == ["contact.set"]
