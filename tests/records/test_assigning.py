from __future__ import annotations

from datetime import datetime

import pytest

from aloft.records.models import Account, AuditEntry, Book, Change, Holding, Person
from aloft.records.policies import visible_accounts
from aloft.records.refusals import Refused
from aloft.records.services import assign_accounts, set_book, undo_assignment

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(owner: Person, now: datetime) -> list[Account]:
    """Cora's book holds all of them."""
    made = [Account.objects.create(external_id=name, name=name, created_at=now) for name in ("a", "b", "c")]
    set_book(person=owner, name="Tier 1", accounts=made, actor="tests", at=now)
    return made


def held_by(person: Person) -> list[str]:
    return list(visible_accounts(person).values_list("external_id", flat=True))


def test_accounts_leave_the_list_of_one_and_join_that_of_another(
    three: list[Account], owner: Person, colleague: Person, now: datetime
) -> None:
    made = assign_accounts(accounts=three[:2], to=colleague, actor="mia", at=now)
    assert (held_by(owner), held_by(colleague)) == (["c"], ["a", "b"])
    assert list(Book.objects.values_list("person__handle", "name")) == [
        ("cora", "Tier 1"),
        ("dev", "Handed over"),
    ]
    told = AuditEntry.objects.latest("id")
    assert (told.actor, told.action, told.subject) == ("mia", "accounts.assigned", f"assignment:{made.pk}")
    assert told.payload is not None
    assert (told.payload["to"], told.payload["accounts"]) == ("dev", ["a", "b"])
    changes = Change.objects.filter(kind="staff.set").order_by("id").values_list("data", flat=True)
    assert [change["person"] for change in changes][-2:] == ["cora", "dev"]


def test_an_assignment_is_taken_back_once(
    three: list[Account], owner: Person, colleague: Person, now: datetime
) -> None:
    made = assign_accounts(accounts=three, to=colleague, actor="mia", at=now)
    undo_assignment(assignment=made, actor="mia", at=now)
    assert (held_by(owner), held_by(colleague)) == (["a", "b", "c"], [])
    with pytest.raises(Refused, match="taken back before"):
        undo_assignment(assignment=made, actor="mia", at=now)


def test_what_the_person_held_already_stays_when_it_is_taken_back(
    three: list[Account], owner: Person, now: datetime
) -> None:
    made = assign_accounts(accounts=three, to=owner, actor="mia", at=now)
    assert made.added == []
    undo_assignment(assignment=made, actor="mia", at=now)
    assert held_by(owner) == ["a", "b", "c"]


def test_people_of_another_role_keep_what_they_hold(
    three: list[Account], owner: Person, manager: Person, now: datetime
) -> None:
    assign_accounts(accounts=three[:1], to=manager, actor="mia", at=now)
    assert held_by(owner) == ["a", "b", "c"]


def test_a_rule_that_goes_on_holding_an_account_is_told_and_nothing_is_done(
    three: list[Account], owner: Person, colleague: Person, now: datetime
) -> None:
    ruled = set_book(person=owner, name="Big ones", rule="mrr >= 5000", actor="tests", at=now)
    Holding.objects.create(account=three[0], person=owner, role="csm", book=ruled)
    set_book(person=colleague, name="Last", position=5, actor="tests", at=now)
    with pytest.raises(Refused, match="1 of them are held by the book “Big ones”"):
        assign_accounts(accounts=three, to=colleague, actor="mia", at=now)
    assert held_by(colleague) == []
    assert Book.objects.get(name="Tier 1").accounts.count() == 3


def test_nothing_chosen_is_refused(colleague: Person, now: datetime) -> None:
    with pytest.raises(Refused, match="none is chosen"):
        assign_accounts(accounts=[], to=colleague, actor="mia", at=now)
