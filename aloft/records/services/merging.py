"""Two accounts that are one customer, and taking that back: what people keep of one is shown with the other.

Facts follow in the fact store, occurrences in the engine; both hear of it by the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from aloft.records import fields as check
from aloft.records.changes import AccountMerged, AccountUnmerged, log_change
from aloft.records.models import (
    Account,
    AccountStatus,
    Consent,
    Contact,
    Contract,
    Goal,
    Merge,
    PlanStep,
    Pulse,
    RecordedFact,
    SuccessPlan,
)
from aloft.records.refusals import Refused
from aloft.records.services.accounts import set_account
from aloft.records.services.contacts import set_consent, set_contact
from aloft.records.services.editing import Difference, editing, note

Rows = dict[str, list[Any]]
_HELD: Mapping[str, Any] = {"contracts": Contract, "facts": RecordedFact, "pulses": Pulse}


def merge_accounts(*, account: Account, into: Account, actor: str, at: datetime) -> Merge:
    """Make `account` part of `into`, which stays. Raises Refused.

    Contacts, contracts, what people noted and the success plan go along; fields and books stay with each. A contact
    whose e-mail address `into` has already stays behind: of consent the more restrictive holds (T21).
    """
    check.whole("account", account, into)
    with editing():
        account, into = (Account.objects.select_for_update().get(pk=one.pk) for one in (account, into))
        _may_be_one(account, into)
        made = Merge.objects.create(account=account, into=into, status=account.status, actor=actor, at=at)
        _stand(account, into, AccountStatus.MERGED)
        made.moved = {
            **{name: _hand(rows.objects.filter(account=account), into) for name, rows in _HELD.items()},
            **_hand_plan(account, into),
            **_hand_contacts(account, into, actor, at),
            "children": _adopt(account, into, actor, at),
        }
        made.save(update_fields=["moved"])
        _tell(account, into, "account.merged", actor, at)
        log_change(AccountMerged(account=account.external_id, into=into.external_id), at=at)
        return made


def unmerge_account(*, account: Account, actor: str, at: datetime) -> Merge:
    """Let the account stand by itself again, with what it brought. Raises Refused where it is not merged."""
    with editing():
        merge = (
            Merge.objects.filter(account=account, undone_at=None).select_related("account", "into").first()
        )
        if merge is None:
            raise Refused("account", f"{account.external_id!r} is part of no other", "Name a merged account.")
        account, moved = merge.account, merge.moved
        _stand(account, None, merge.status)
        for name, rows in _HELD.items():
            rows.objects.filter(pk__in=moved[name], account=merge.into).update(account=account)
        _give_plan_back(merge)
        for contact in Contact.objects.filter(pk__in=moved["contacts"], account=merge.into):
            set_contact(external_id=contact.external_id, account=account, actor=actor, at=at)
        _forget_consents(moved["consents"])
        _release(moved["children"], account, merge.into, actor, at)
        merge.undone_at = at
        merge.save(update_fields=["undone_at"])
        _tell(account, merge.into, "account.unmerged", actor, at)
        log_change(AccountUnmerged(account=account.external_id), at=at)
        return merge


def told_of(contract: Contract) -> str:
    """The external id of the account that a contract was first made with: edits of it are told of that one."""
    account = contract.account
    while True:
        merges = Merge.objects.filter(into=account, undone_at=None).select_related("account")
        brought = next((one for one in merges if contract.pk in one.moved.get("contracts", ())), None)
        if brought is None:
            return account.external_id
        account = brought.account


def _may_be_one(account: Account, into: Account) -> None:
    if account.pk == into.pk:
        raise Refused("into", "it is the same account", "Name another one.")
    for field, one in (("account", account), ("into", into)):
        if one.merged_into_id:
            problem = f"{one.external_id!r} is part of another account already"
            raise Refused(field, problem, "Name that account, or unmerge it first.")
    above = into.parent
    while above is not None:
        if above.pk == account.pk:
            problem = f"{into.external_id!r} stands below {account.external_id!r}"
            raise Refused("into", problem, "Merge the other way round, or move it out of the tree first.")
        above = above.parent


def _stand(account: Account, into: Account | None, status: str) -> None:
    account.merged_into, account.status = into, status
    account.save(update_fields=["merged_into", "status"])


def _hand(rows: Any, into: Account) -> list[int]:
    ids = list(rows.values_list("pk", flat=True))
    rows.filter(pk__in=ids).update(account=into)
    return ids


def _hand_plan(account: Account, into: Account) -> Rows:
    """The plan itself where there is none; else what is in it."""
    plan = SuccessPlan.objects.filter(account=account).first()
    standing = SuccessPlan.objects.filter(account=into).first()
    if plan is None:
        return {"plans": [], "goals": [], "steps": []}
    if standing is None:
        return {"plans": _hand(SuccessPlan.objects.filter(pk=plan.pk), into), "goals": [], "steps": []}
    brought: Rows = {"plans": []}
    for name, rows in (
        ("goals", Goal.objects.filter(plan=plan)),
        ("steps", PlanStep.objects.filter(plan=plan)),
    ):
        brought[name] = list(rows.values_list("pk", flat=True))
        rows.update(plan=standing)
    return brought


def _give_plan_back(merge: Merge) -> None:
    moved = merge.moved
    SuccessPlan.objects.filter(pk__in=moved["plans"], account=merge.into).update(account=merge.account)
    own = SuccessPlan.objects.filter(account=merge.account).first()
    if own is not None:
        Goal.objects.filter(pk__in=moved["goals"]).update(plan=own)
        PlanStep.objects.filter(pk__in=moved["steps"]).update(plan=own)


def _hand_contacts(account: Account, into: Account, actor: str, at: datetime) -> Rows:
    known = {contact.email: contact for contact in into.contacts.exclude(email="")}
    brought: Rows = {"contacts": [], "consents": []}
    for contact in account.contacts.order_by("pk"):
        same = known.get(contact.email) if contact.email else None
        if same is None:
            set_contact(external_id=contact.external_id, account=into, actor=actor, at=at)
            brought["contacts"].append(contact.pk)
        else:
            brought["consents"] += _restrict(same, contact, actor, at)
    return brought


def consents_in_force(contact: Contact) -> Mapping[str, Consent]:
    """The newest of each purpose."""
    return {one.purpose: one for one in contact.consents.order_by("captured_at", "id")}


def _restrict(contact: Contact, same: Contact, actor: str, at: datetime) -> list[int]:
    """What either has withdrawn is withdrawn of both."""
    held, refused = consents_in_force(contact), []
    for purpose, told in consents_in_force(same).items():
        if not told.granted and (purpose not in held or held[purpose].granted):
            made = set_consent(
                contact=contact, purpose=purpose, granted=False, actor=actor, at=at,
                basis=f"withdrawn as {same.external_id}"[:100],
            )  # fmt: skip
            refused.append(made.pk)
    return refused


def _forget_consents(ids: Iterable[int]) -> None:
    """Those that a merge brought, where nothing has been said since."""
    for consent in Consent.objects.filter(pk__in=list(ids)).select_related("contact"):
        if consents_in_force(consent.contact)[consent.purpose].pk == consent.pk:
            consent.delete()


def _adopt(account: Account, into: Account, actor: str, at: datetime) -> list[str]:
    children = list(account.children.values_list("external_id", flat=True))
    for child in children:
        set_account(external_id=child, fields={"parent": into.external_id}, actor=actor, at=at)
    return children


def _release(children: Iterable[str], account: Account, into: Account, actor: str, at: datetime) -> None:
    still = Account.objects.filter(external_id__in=list(children), parent=into)
    for child in still.values_list("external_id", flat=True):
        set_account(external_id=child, fields={"parent": account.external_id}, actor=actor, at=at)


def _tell(account: Account, into: Account, action: str, actor: str, at: datetime) -> None:
    """Rows are told by number: what customers are called must be able to go."""
    note(actor=actor, action=action, subject=account, difference=Difference({}, {"into": into.pk}), at=at)
