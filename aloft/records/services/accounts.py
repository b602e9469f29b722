from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aloft.records import fields as check
from aloft.records.changes import AccountSet, log_change
from aloft.records.models import Account
from aloft.records.refusals import Refused
from aloft.records.services.editing import Difference, assign, editing, note
from aloft.records.spelling import Scalar

FIXED = {"id", "external_id", "public_id", "created_at", "fields"}


@dataclass(frozen=True)
class _Wanted:
    columns: Mapping[str, str]
    others: Mapping[str, Scalar]
    parent: str | None
    sets_parent: bool

    def as_fields(self) -> dict[str, Scalar]:
        told: dict[str, Scalar] = {name: value or None for name, value in self.columns.items()}
        told.update(self.others)
        if self.sets_parent:
            told["parent"] = self.parent
        return told


def set_account(
    *,
    external_id: str,
    fields: Mapping[str, object],
    actor: str,
    at: datetime,
    valid: datetime | None = None,
) -> Account:
    """Create the account, or set the fields that differ; None clears one. `parent` is an external id.

    `valid` is the instant from which the values hold, where that is not `at`. While it lies ahead the row
    stays as it is: the engine sets it when the instant has come. Raises Refused.
    """
    external_id = check.account_id("external_id", external_id)
    wanted = _read(fields)
    with editing():
        account = _account(external_id, at)
        later = valid is not None and valid > at
        created, difference = account._state.adding, _difference(account, wanted, later=later)
        if created:
            account.save(force_insert=True)
        elif difference and not later:
            account.save(update_fields=["parent", "fields", *check.ACCOUNT_COLUMNS])
        if created or difference:
            _tell(account, difference, actor=actor, at=at, valid=valid)
        return account


def _read(fields: Mapping[str, object]) -> _Wanted:
    columns = {
        name: read(name, fields[name]) for name, read in check.ACCOUNT_COLUMNS.items() if name in fields
    }
    parent = check.text("parent", fields.get("parent"), 200) or None
    others = {
        name: check.scalar(name, value)
        for name, value in fields.items()
        if name not in check.ACCOUNT_COLUMNS and name != "parent"
    }
    for name in others:
        _may_be_set(name)
    return _Wanted(columns, others, parent, "parent" in fields)


def _may_be_set(name: str) -> None:
    if name in FIXED:
        raise Refused(name, "it cannot be set", "Leave it out.")
    check.name("fields", name)


def _account(external_id: str, at: datetime) -> Account:
    found = Account.objects.filter(external_id=external_id).first()
    return found or Account(external_id=external_id, name=external_id, created_at=at)


def _difference(account: Account, wanted: _Wanted, *, later: bool) -> Difference:
    parent = _parent(account, wanted.parent) if wanted.parent else None
    if later:
        return Difference({}, wanted.as_fields())
    new = account._state.adding
    columns = {name: v for name, v in wanted.columns.items() if new or getattr(account, name) != v}
    others = {name: v for name, v in wanted.others.items() if new or account.fields.get(name) != v}
    before: dict[str, Any] = {name: getattr(account, name) or None for name in columns}
    before.update({name: account.fields.get(name) for name in others})
    moved = wanted.sets_parent and (new or account.parent_id != (parent.pk if parent else None))
    if moved:
        before["parent"] = account.parent.external_id if account.parent else None
        account.parent = parent
    _apply(account, columns, others)
    return Difference({} if new else before, _Wanted(columns, others, wanted.parent, moved).as_fields())


def _apply(account: Account, columns: Mapping[str, str], others: Mapping[str, Scalar]) -> None:
    assign(account, columns)
    kept = {**account.fields, **others}
    account.fields = {name: value for name, value in kept.items() if value is not None}


def _parent(account: Account, external_id: str) -> Account:
    parent = Account.objects.filter(external_id=external_id).first()
    if parent is None:
        raise Refused("parent", f"there is no account {external_id!r}", "Set that account first.")
    above: Account | None = parent
    while above is not None:
        if above.external_id == account.external_id:
            problem = f"{external_id!r} stands below {account.external_id!r}"
            raise Refused("parent", problem, "Give an account outside its own family tree.")
        above = above.parent
    return parent


def _tell(
    account: Account, difference: Difference, *, actor: str, at: datetime, valid: datetime | None
) -> None:
    more = {"valid": valid} if valid else {}
    note(actor=actor, action="account.set", subject=account, difference=difference, at=at, **more)
    log_change(AccountSet(account=account.external_id, fields=difference.after, valid=valid), at=at)
