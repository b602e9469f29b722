from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, User
from pytest_django import DjangoAssertNumQueries

from aloft.records.models import Account, Person
from aloft.records.policies import may_see_everything, person_of, visible_accounts
from aloft.records.services import Held, create_user_for, set_book, set_holdings, set_person
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(owner: Person, colleague: Person, account: Account, other_account: Account) -> None:
    """Cora holds Acme by a list, Dev holds Globex by a rule."""
    set_book(person=owner, name="Mine", accounts=[account], actor="mia", at=NOW)
    book = set_book(person=colleague, name="Rest", rule="mrr < 5000", actor="mia", at=NOW)
    set_holdings([Held(other_account.pk, colleague.pk, "csm", book.pk)])


def seen_by(person: Person | None) -> list[str]:
    return list(visible_accounts(person).values_list("external_id", flat=True))


@pytest.mark.usefixtures("books")
def test_everyone_sees_their_own_accounts(owner: Person, colleague: Person) -> None:
    assert seen_by(owner) == ["acme"]
    assert seen_by(colleague) == ["globex"]


@pytest.mark.usefixtures("books")
def test_a_backup_sees_the_accounts_of_those_they_back_up(owner: Person, colleague: Person) -> None:
    set_person(handle="cora", backup=colleague, actor="mia", at=NOW)

    assert seen_by(colleague) == ["acme", "globex"]
    assert seen_by(owner) == ["acme"]


@pytest.mark.usefixtures("books")
def test_who_sees_an_account_sees_its_relationships(
    owner: Person, colleague: Person, account: Account
) -> None:
    Account.objects.create(
        external_id="acme-ledger", name="Acme - Ledger", whole=account, product="Ledger", created_at=NOW
    )

    assert seen_by(owner) == ["acme", "acme-ledger"]
    assert seen_by(colleague) == ["globex"]


@pytest.mark.usefixtures("books")
def test_an_outsider_sees_nothing(outsider: Person) -> None:
    assert seen_by(outsider) == []
    assert seen_by(None) == []


@pytest.mark.usefixtures("books")
def test_a_manager_sees_everything(manager: Person, owner: Person) -> None:
    assert seen_by(manager) == ["acme", "globex"]
    assert may_see_everything(manager)
    assert not may_see_everything(owner)
    assert not may_see_everything(None)


@pytest.mark.usefixtures("books")
def test_an_account_held_twice_is_seen_once(owner: Person, account: Account) -> None:
    set_book(person=owner, name="Also mine", accounts=[account], actor="mia", at=NOW)

    assert seen_by(owner) == ["acme"]


@pytest.mark.usefixtures("books")
def test_asking_is_one_query(owner: Person, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        seen_by(owner)


def test_a_user_is_the_person_who_signs_in_with_it(owner: Person) -> None:
    user = create_user_for(person=owner, actor="mia", at=NOW)

    assert person_of(user) == owner
    assert person_of(User.objects.create(username="nobody")) is None
    assert person_of(AnonymousUser()) is None
    user.is_active = False
    assert person_of(user) is None
