"""Account rows from observed facts: what the engine keeps in step with the fact store, without a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from aloft.records import audit, relationships
from aloft.records.fields import ACCOUNT_COLUMNS, scalar
from aloft.records.models import Account, Change
from aloft.records.refusals import Refused
from aloft.records.selectors import accounts_by_external
from aloft.records.spelling import Scalar

BATCH = 500
WRITTEN = [*ACCOUNT_COLUMNS, "fields", "parent", "whole", "product"]


@dataclass(frozen=True)
class ObservedAccount:
    """The values in force of the fields named, None where one was cleared; fields not named stay.

    `parent` is an external id; it is followed once that account is known. A relationship names the external id
    of the `whole` that it is a part of, whose row comes before it, and its `product`.
    """

    external_id: str
    fields: Mapping[str, Scalar]
    whole: str = ""
    product: str = ""


def upsert_observed(rows: Sequence[ObservedAccount], *, at: datetime, folded: int | None = None) -> int:
    """Create or update the accounts; gives how many rows were written.

    `folded` is the number of the last change that the values reflect: a field that people have edited since
    then keeps what they gave. A value that the column cannot hold is left out.
    """
    with transaction.atomic():
        audit.lock()
        known = accounts_by_external([row.external_id for row in rows])
        wholes = accounts_by_external([row.whole for row in rows if row.whole])
        before = {external_id: _state(account) for external_id, account in known.items()}
        edited = _edited_since(folded)
        for row in rows:
            account = known.get(row.external_id) or _new(row.external_id, at)
            known[row.external_id] = account
            if row.whole:
                _place(account, wholes[row.whole], row.product)
            for name, value in row.fields.items():
                if (row.external_id, name) not in edited and not (
                    name == "status" and account.merged_into_id
                ):
                    _set(account, name, value)
        changed = [account for key, account in known.items() if before.get(key) != _state(account)]
        _write(changed)
        return len(changed) + _link_parents(rows, edited)


def _new(external_id: str, at: datetime) -> Account:
    return Account(external_id=external_id, name=external_id, created_at=at)


def _place(account: Account, whole: Account, product: str) -> None:
    account.whole, account.product = whole, product
    account.name = relationships.name(whole.name, product)


def _state(account: Account) -> tuple[object, ...]:
    return (*(getattr(account, name) for name in ACCOUNT_COLUMNS), dict(account.fields))


def _set(account: Account, name: str, value: Scalar) -> None:
    if name == "parent":
        return
    try:
        if name in ACCOUNT_COLUMNS:
            blank = account.external_id if name == "name" else ""
            setattr(account, name, blank if value is None else ACCOUNT_COLUMNS[name](name, value))
        elif value is None:
            account.fields.pop(name, None)
        else:
            account.fields[name] = scalar(name, value)
    except Refused:
        return


def _edited_since(folded: int | None) -> set[tuple[str, str]]:
    if folded is None:
        return set()
    pending = Change.objects.filter(id__gt=folded, kind="account.set")
    return {(change.account, name) for change in pending for name in change.data["fields"]}


def _write(accounts: Sequence[Account]) -> None:
    Account.objects.bulk_create(
        accounts,
        update_conflicts=True,
        unique_fields=["external_id"],
        update_fields=WRITTEN,
        batch_size=BATCH,
    )


def _link_parents(rows: Sequence[ObservedAccount], edited: set[tuple[str, str]]) -> int:
    """The tree is read only when a row names a parent. One not known, or below its child, is left out."""
    named = {
        row.external_id: row.fields["parent"]
        for row in rows
        if "parent" in row.fields and (row.external_id, "parent") not in edited
    }
    if not named:
        return 0
    ids = dict(Account.objects.values_list("external_id", "pk"))
    parents: dict[int, int | None] = dict(Account.objects.values_list("pk", "parent_id"))
    moved = list(_moves(named, ids, parents))
    Account.objects.bulk_update(moved, ["parent"], batch_size=BATCH)
    return len(moved)


def _moves(
    named: Mapping[str, Scalar], ids: Mapping[str, int], parents: dict[int, int | None]
) -> Iterator[Account]:
    for external_id, told in named.items():
        account = ids[external_id]
        parent = ids.get(str(told)) if told else None
        if (told and parent is None) or parents[account] == parent or _below(parent, account, parents):
            continue
        parents[account] = parent
        yield Account(pk=account, parent_id=parent)


def _below(account: int | None, top: int, parents: Mapping[int, int | None]) -> bool:
    while account is not None:
        if account == top:
            return True
        account = parents[account]
    return False
