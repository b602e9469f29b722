from __future__ import annotations

from datetime import timedelta

import pytest

from aloft.records import audit
from aloft.records.models import Account, Contact
from aloft.records.services import Refused, Word, add_consents, set_consent, set_contact
from tests.conftest import NOW
from tests.records.conftest import written

pytestmark = pytest.mark.django_db


def test_a_contact_is_a_row_an_audit_entry_and_a_change(account: Account) -> None:
    with written() as told:
        contact = set_contact(
            external_id="c-1",
            account=account,
            name="Ann",
            email="Ann@Acme.Example",
            persona="champion",
            user_id="u-7",
            actor="cora",
            at=NOW,
        )

    contact.refresh_from_db()
    assert (contact.name, contact.email, contact.persona, contact.status) == (
        "Ann",
        "ann@acme.example",
        "champion",
        "active",
    )
    told_data = {
        "contact": "c-1",
        "persona": "champion",
        "name": "Ann",
        "email": "ann@acme.example",
        "user": "u-7",
        "status": "active",
    }
    assert told.changes == [("contact.set", "acme", told_data)]
    assert told.audit == [("cora", "contact.set", f"contact:{contact.pk}")]


def test_a_contact_keeps_what_is_not_given(account: Account, contact: Contact) -> None:
    with written() as told:
        set_contact(external_id="c-1", account=account, status="left", actor="cora", at=NOW)
        set_contact(external_id="c-1", account=account, status="left", actor="cora", at=NOW)

    contact.refresh_from_db()
    assert (contact.name, contact.persona, contact.status) == ("Ann", "champion", "left")
    assert len(told.changes) == 1
    assert told.payloads == [{"before": {"status": "active"}, "after": {"status": "left"}}]


def test_a_contact_may_move_to_another_account(contact: Contact, other_account: Account) -> None:
    with written() as told:
        set_contact(external_id="c-1", account=other_account, actor="cora", at=NOW)

    assert [account for _kind, account, _data in told.changes] == ["globex"]
    assert told.payloads == [{"before": {"account": "acme"}, "after": {"account": "globex"}}]


def test_a_contact_with_a_wrong_field_is_refused(account: Account) -> None:
    with written() as told:
        with pytest.raises(Refused, match="email: 'ann' is not an e-mail address"):
            set_contact(external_id="c-1", account=account, email="ann", actor="cora", at=NOW)
        with pytest.raises(Refused, match="persona: unknown value 'boss'"):
            set_contact(external_id="c-1", account=account, persona="boss", actor="cora", at=NOW)

    assert (told.changes, told.audit) == ([], [])
    assert not Contact.objects.exists()


def test_consent_is_kept_by_purpose_with_its_history(contact: Contact) -> None:
    with written() as told:
        set_consent(contact=contact, purpose="marketing", granted=True, actor="cora", at=NOW)
        set_consent(contact=contact, purpose="marketing", granted=True, actor="cora", at=NOW)
        later = NOW + timedelta(days=1)
        set_consent(contact=contact, purpose="marketing", granted=False, actor="cora", at=later)

    assert list(contact.consents.order_by("id").values_list("granted", flat=True)) == [True, False]
    assert [action for _actor, action, _subject in told.audit] == ["consent.set", "consent.set"]
    assert [kind for kind, _account, _data in told.changes] == ["contact.set", "contact.set"]


def test_consent_of_the_future_is_refused(contact: Contact) -> None:
    ahead = NOW + timedelta(seconds=1)
    with written() as told, pytest.raises(Refused, match="captured_at: it lies ahead"):
        set_consent(contact=contact, purpose="service", granted=True, captured_at=ahead, actor="c", at=NOW)

    assert told.audit == []


def test_what_many_have_said_is_told_of_each(account: Account, contact: Contact) -> None:
    other = set_contact(external_id="c-2", account=account, actor="cora", at=NOW)
    before = NOW - timedelta(days=3)
    words = [Word(contact, False, "on the phone", before), Word(other, True, "webinar", before)]
    with written() as told:
        add_consents(words=words, purpose="marketing", actor="cora", at=NOW)

    found = [one.consents.values_list("purpose", "granted", "basis").get() for one in (contact, other)]
    assert found == [("marketing", False, "on the phone"), ("marketing", True, "webinar")]
    assert [(kind, data["contact"]) for kind, _, data in told.changes] == [
        ("contact.set", "c-1"),
        ("contact.set", "c-2"),
    ]
    assert told.audit == [("cora", "consent.set", f"contact:{one.pk}") for one in (contact, other)]
    assert audit.verify() is None


def test_nobody_has_said_tomorrow_what_is_noted_today(contact: Contact) -> None:
    ahead = Word(contact, True, "webinar", NOW + timedelta(days=1))
    with written() as told, pytest.raises(Refused, match="captured_at: it lies ahead"):
        add_consents(words=[ahead], purpose="marketing", actor="cora", at=NOW)
    assert told.changes == []
