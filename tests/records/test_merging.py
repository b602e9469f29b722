from __future__ import annotations

from datetime import date, timedelta

import pytest

from aloft.records.models import Account, Consent, Contact, Contract, Person
from aloft.records.policies import visible_accounts
from aloft.records.services import (
    Refused,
    agree_plan,
    amend_line,
    merge_accounts,
    record_fact,
    set_account,
    set_consent,
    set_contact,
    set_contract,
    set_goal,
    set_person,
    unmerge_account,
)
from tests.conftest import NOW
from tests.records.conftest import written

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def ann_at(account: Account, name: str) -> Contact:
    return set_contact(
        external_id=name, account=account, name="Ann", email="ann@acme.test", actor="cora", at=NOW
    )


def contracted(account: Account, name: str) -> Contract:
    contract = set_contract(
        external_id=name, account=account, starts_on=date(2026, 1, 1), actor="cora", at=NOW
    )
    amend_line(contract=contract, line="1", mrr=2500, starts_on=date(2026, 1, 1), actor="cora", at=NOW)
    return contract


def test_a_merge_is_a_row_an_audit_entry_and_a_change(account: Account, other_account: Account) -> None:
    with written() as told:
        merge_accounts(account=other_account, into=account, actor="mia", at=LATER)
    assert told.changes == [("account.merged", "globex", {"into": "acme"})]
    assert told.audit == [("mia", "account.merged", f"account:{other_account.pk}")]
    other_account.refresh_from_db()
    assert (other_account.merged_into_id, other_account.status) == (account.pk, "merged")


def test_what_people_keep_comes_along_and_goes_back(account: Account, other_account: Account) -> None:
    bo = set_contact(external_id="c-2", account=other_account, name="Bo", actor="cora", at=NOW)
    contract = contracted(other_account, "g-1")
    fact = record_fact(account=other_account, fact="contacted", actor="cora", at=NOW)
    agree_plan(account=account, actor="cora", at=NOW)
    agree_plan(account=other_account, actor="cora", at=NOW)
    goal = set_goal(account=other_account, title="Faster", value_metric="exports", actor="cora", at=NOW)

    def holders() -> list[str]:
        for row in (bo, contract, fact, goal.plan):
            row.refresh_from_db()
        goal.refresh_from_db()
        return [one.account.external_id for one in (bo, contract, fact, goal.plan)]

    merge_accounts(account=other_account, into=account, actor="mia", at=LATER)
    assert holders() == ["acme"] * 4
    unmerge_account(account=other_account, actor="mia", at=LATER)
    assert holders() == ["globex"] * 4
    other_account.refresh_from_db()
    assert (other_account.merged_into, other_account.status) == (None, "")


def test_t21_a_contact_of_both_is_kept_once_and_has_withdrawn_what_it_withdrew_at_either(
    account: Account, other_account: Account
) -> None:
    here, there = ann_at(account, "a-ann"), ann_at(other_account, "g-ann")
    set_consent(contact=here, purpose="marketing", granted=True, actor="cora", at=NOW)
    set_consent(contact=there, purpose="marketing", granted=False, actor="cora", at=NOW)

    merge_accounts(account=other_account, into=account, actor="mia", at=LATER)

    assert [contact.external_id for contact in account.contacts.all()] == ["a-ann"]
    assert _granted(here) is False
    unmerge_account(account=other_account, actor="mia", at=LATER + timedelta(hours=1))
    assert (_granted(here), _granted(there)) == (True, False)


def test_what_the_contact_says_after_the_merge_stays_said(account: Account, other_account: Account) -> None:
    here, there = ann_at(account, "a-ann"), ann_at(other_account, "g-ann")
    set_consent(contact=there, purpose="marketing", granted=False, actor="cora", at=NOW)
    merge_accounts(account=other_account, into=account, actor="mia", at=LATER)
    set_consent(contact=here, purpose="marketing", granted=True, actor="ann", at=LATER + timedelta(hours=1))
    unmerge_account(account=other_account, actor="mia", at=LATER + timedelta(hours=2))
    assert _granted(here) is True


def test_a_contract_that_is_amended_meanwhile_is_told_of_the_account_that_made_it(
    account: Account, other_account: Account
) -> None:
    contract = contracted(other_account, "g-1")
    third = set_account(external_id="third", fields={}, actor="cora", at=NOW)
    merge_accounts(account=other_account, into=account, actor="mia", at=LATER)
    merge_accounts(account=account, into=third, actor="mia", at=LATER)
    contract.refresh_from_db()
    assert contract.account == third
    with written() as told:
        amend_line(contract=contract, line="1", mrr=3000, starts_on=date(2026, 1, 1), actor="cora", at=LATER)
    assert [(kind, whose) for kind, whose, _ in told.changes] == [("contract.line", "globex")]


@pytest.mark.parametrize(
    ("account_id", "into_id", "problem"),
    [
        ("acme", "acme", "it is the same account"),
        ("below", "acme", None),
        ("acme", "below", "'below' stands below 'acme'"),
        ("gone", "acme", "'gone' is part of another account already"),
        ("acme", "gone", "'gone' is part of another account already"),
    ],
)
def test_what_cannot_be_one_is_refused(
    account: Account, other_account: Account, account_id: str, into_id: str, problem: str | None
) -> None:
    set_account(external_id="below", fields={"parent": "acme"}, actor="cora", at=NOW)
    gone = set_account(external_id="gone", fields={}, actor="cora", at=NOW)
    merge_accounts(account=gone, into=other_account, actor="mia", at=NOW)
    one, other = (Account.objects.get(external_id=name) for name in (account_id, into_id))
    if problem is None:
        merge_accounts(account=one, into=other, actor="mia", at=LATER)
        return
    with written() as told, pytest.raises(Refused, match=problem):
        merge_accounts(account=one, into=other, actor="mia", at=LATER)
    assert (told.changes, told.audit) == ([], [])


def test_who_stands_by_itself_cannot_come_apart(account: Account) -> None:
    with pytest.raises(Refused, match="'acme' is part of no other"):
        unmerge_account(account=account, actor="mia", at=LATER)


def test_children_stand_below_the_account_that_stays_and_go_back(
    account: Account, other_account: Account
) -> None:
    child = set_account(external_id="child", fields={"parent": "globex"}, actor="cora", at=NOW)
    merge_accounts(account=other_account, into=account, actor="mia", at=LATER)
    child.refresh_from_db()
    assert child.parent == account
    unmerge_account(account=other_account, actor="mia", at=LATER)
    child.refresh_from_db()
    assert child.parent == other_account


def test_a_merged_account_is_in_nobodys_list(account: Account, other_account: Account) -> None:
    head = set_person(handle="mia", name="Mia", role="manager", sees_everything=True, actor="cli", at=NOW)
    assert Person.objects.count() == 1
    assert {one.external_id for one in visible_accounts(head)} == {"acme", "globex"}
    merge_accounts(account=other_account, into=account, actor="mia", at=LATER)
    assert {one.external_id for one in visible_accounts(head)} == {"acme"}


def _granted(contact: Contact) -> bool:
    newest = Consent.objects.filter(contact=contact).order_by("captured_at", "id").last()
    assert newest is not None
    return newest.granted
