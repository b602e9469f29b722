from __future__ import annotations

import pytest

from aloft.records.models import Account, Book, Holding, Person
from aloft.records.selectors import Holder, holders, rule_books
from aloft.records.services import Held, Refused, publish_model, set_book, set_holdings
from tests.conftest import NOW
from tests.records.conftest import written

pytestmark = pytest.mark.django_db

RULE = "mrr >= 5000"


def test_a_list_is_held_at_once(owner: Person, account: Account, other_account: Account) -> None:
    with written() as told:
        for _ in range(2):
            book = set_book(person=owner, name="Mine", accounts=[account, other_account], actor="mia", at=NOW)

    assert set(book.accounts.all()) == {account, other_account}
    assert told.audit == [("mia", "book.set", f"book:{book.pk}")]
    assert told.payloads[0]["added"] == ["acme", "globex"]
    assert told.changes == [("staff.set", "", {"person": "cora"})]
    held = (Holder(owner.pk, "csm", "Mine"),)
    assert holders([account.pk, other_account.pk]) == {account.pk: held, other_account.pk: held}


def test_what_leaves_a_list_is_no_longer_held(
    owner: Person, account: Account, other_account: Account
) -> None:
    set_book(person=owner, name="Mine", accounts=[account], actor="mia", at=NOW)
    with written() as told:
        set_book(person=owner, name="Mine", accounts=[other_account], actor="mia", at=NOW)

    assert holders([account.pk, other_account.pk]) == {other_account.pk: (Holder(owner.pk, "csm", "Mine"),)}
    assert (told.payloads[0]["added"], told.payloads[0]["removed"]) == (["globex"], ["acme"])


def test_where_two_books_hold_an_account_the_lower_comes_first(
    owner: Person, colleague: Person, account: Account
) -> None:
    set_book(person=owner, name="Late", accounts=[account], position=2, actor="mia", at=NOW)
    set_book(person=colleague, name="Early", accounts=[account], position=1, actor="mia", at=NOW)

    assert [holder.book for holder in holders([account.pk])[account.pk]] == ["Early", "Late"]


def test_a_rule_is_held_once_the_engine_has_read_it(owner: Person, account: Account) -> None:
    book = set_book(person=owner, name="Tier 1", rule=RULE, actor="mia", at=NOW)

    assert [(found.book, found.rule, found.role) for found in rule_books()] == [(book.pk, RULE, "csm")]
    assert holders([account.pk]) == {}
    set_holdings([Held(account.pk, owner.pk, "csm", book.pk)])
    assert holders([account.pk]) == {account.pk: (Holder(owner.pk, "csm", "Tier 1"),)}


def test_nobody_holds_by_a_rule_that_is_gone(owner: Person, account: Account) -> None:
    book = set_book(person=owner, name="Tier 1", rule=RULE, actor="mia", at=NOW)
    set_holdings([Held(account.pk, owner.pk, "csm", book.pk)])

    set_book(person=owner, name="Tier 1", rule="mrr >= 9000", actor="mia", at=NOW)
    assert holders([account.pk]) == {}

    set_book(person=owner, name="Tier 1", accounts=[account], actor="mia", at=NOW)
    assert holders([account.pk]) == {account.pk: (Holder(owner.pk, "csm", "Tier 1"),)}
    assert rule_books() == []


def test_the_engine_replaces_what_it_wrote_and_leaves_lists_alone(
    owner: Person, colleague: Person, account: Account, other_account: Account
) -> None:
    mine = set_book(person=owner, name="Mine", accounts=[account], actor="mia", at=NOW)
    tier = set_book(person=colleague, name="Tier 1", rule=RULE, actor="mia", at=NOW)
    both = [Held(one.pk, colleague.pk, "csm", tier.pk) for one in (account, other_account)]

    with written() as told:
        set_holdings([*both, Held(other_account.pk, owner.pk, "csm", mine.pk)])
        set_holdings(both)
    assert set(Holding.objects.values_list("account__external_id", "person__handle")) == {
        ("acme", "cora"),
        ("acme", "dev"),
        ("globex", "dev"),
    }
    assert told.audit == []

    set_holdings([], accounts=[other_account.pk])
    assert set(Holding.objects.values_list("account__external_id", "person__handle")) == {
        ("acme", "cora"),
        ("acme", "dev"),
    }


def test_a_holding_without_a_book_is_written_once(owner: Person, account: Account) -> None:
    pooled = Held(account.pk, owner.pk, "support")
    set_holdings([pooled, pooled])
    set_holdings([pooled])

    assert Holding.objects.count() == 1


def test_a_wrong_book_is_refused_and_writes_nothing(owner: Person, account: Account) -> None:
    with written() as told:
        with pytest.raises(Refused, match="rule: a book is a list or a rule, not both"):
            set_book(person=owner, name="Mine", accounts=[account], rule=RULE, actor="mia", at=NOW)
        with pytest.raises(Refused, match=r"rule: .*Look at column 8"):
            set_book(person=owner, name="Mine", rule="mrr >= )", actor="mia", at=NOW)
        with pytest.raises(Refused, match=r"rule: .*region.*Look at column 1"):
            set_book(person=owner, name="Mine", rule="region = 'north'", actor="mia", at=NOW)
        with pytest.raises(Refused, match="position: it is negative"):
            set_book(person=owner, name="Mine", position=-1, actor="mia", at=NOW)

    assert told.audit == []
    assert not Book.objects.exists()


MODEL = """
engagement_model: acme
title: Acme
fields: {region: text}
roles: {csm: {hours_per_week: 24}}
phases: {ongoing: {}}
segments: {all: {touch: high}}
moments:
  kickoff:
    manual: true
    owner: csm
    objective: Meet
    outcome: {expect: "contacted", within: 7d}
"""


def test_a_rule_may_read_the_fields_of_the_model_in_force(owner: Person) -> None:
    publish_model(name="acme", document=MODEL, digest="a", live_from=NOW, actor="mia", at=NOW)

    book = set_book(person=owner, name="North", rule="region = 'north'", actor="mia", at=NOW)
    assert book.rule == "region = 'north'"
