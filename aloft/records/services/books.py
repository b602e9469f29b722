from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from aloft.engagement.load import check_book_rule, load
from aloft.engagement.problems import InvalidModel
from aloft.records import audit
from aloft.records import fields as check
from aloft.records.changes import StaffSet, log_change
from aloft.records.models import Account, Book, Holding, Person
from aloft.records.refusals import Refused
from aloft.records.rows import batched, put
from aloft.records.selectors import live_model_versions
from aloft.records.services.editing import assign, editing

BATCH = 500


@dataclass(frozen=True)
class Held:
    """Row ids; `book` None where an account is held without one."""

    account: int
    person: int
    role: str
    book: int | None = None


def set_book(
    *,
    person: Person,
    name: str,
    actor: str,
    at: datetime,
    accounts: Collection[Account] = (),
    rule: str = "",
    position: int = 0,
) -> Book:
    """Create the person's book, or make it hold what is given: a list of accounts, or a rule. Raises Refused.

    A list takes effect at once. Where a rule differs nobody holds by it until the engine has read it.
    """
    name, rule = check.text("name", name, 100, required=True), _rule(rule, accounts, at)
    if position < 0:
        raise Refused("position", "it is negative", "Give 0 or more; the lower wins.")
    check.whole("accounts", *accounts)
    with editing():
        book = Book.objects.filter(person=person, name=name).first() or Book(person=person, name=name)
        was_rule = book.rule
        difference = assign(book, {"rule": rule, "position": position})
        if difference:
            book.save()
        added, removed = _list(book, accounts)
        if difference or added or removed:
            _hold(book, accounts, rule_differs=was_rule != rule)
            told = {
                "person": person.handle,
                "name": name,
                "before": difference.before,
                "after": difference.after,
                "added": sorted(account.external_id for account in added),
                "removed": sorted(account.external_id for account in removed),
            }
            audit.record(actor=actor, action="book.set", subject=f"book:{book.pk}", payload=told, at=at)
            log_change(StaffSet(person=person.handle), at=at)
        return book


def _rule(rule: str, accounts: Collection[Account], at: datetime) -> str:
    rule = rule.strip()
    if rule and accounts:
        raise Refused("rule", "a book is a list or a rule, not both", "Give accounts or a rule.")
    if rule:
        _check(rule, at)
    return rule


def _check(rule: str, at: datetime) -> None:
    """A rule may read the fields that the models in force declare."""
    models = [load(version.document, f"{version.name}.yaml") for version in live_model_versions(at)]
    fields = {name: kind for model in models for name, kind in model.fields.items()}
    try:
        check_book_rule(rule, fields)
    except InvalidModel as invalid:
        first, problem = invalid.problems[0], "; ".join(found.message for found in invalid.problems)
        raise Refused("rule", problem, f"Look at column {first.column}.") from None


def _list(book: Book, accounts: Collection[Account]) -> tuple[list[Account], list[Account]]:
    wanted, held = {account.pk: account for account in accounts}, {a.pk: a for a in book.accounts.all()}
    added = [account for pk, account in wanted.items() if pk not in held]
    removed = [account for pk, account in held.items() if pk not in wanted]
    book.accounts.add(*added)
    book.accounts.remove(*removed)
    return added, removed


def _hold(book: Book, accounts: Collection[Account], *, rule_differs: bool) -> None:
    if rule_differs:
        book.holdings.all().delete()
    if not book.rule:
        held = [Held(account.pk, book.person_id, book.person.role, book.pk) for account in accounts]
        _replace(book.holdings.all(), held)


def set_holdings(rows: Sequence[Held], *, accounts: Collection[int] | None = None) -> None:
    """What the engine found: who holds these accounts (None: all) by a rule or without a book.

    Derived, so there is no audit entry. Holdings by a list are left alone; rows that name one are not taken.
    """
    with transaction.atomic():
        audit.lock()
        lists = set(Book.objects.filter(rule="").values_list("pk", flat=True))
        present = Holding.objects.filter(Q(book=None) | ~Q(book__rule=""))
        if accounts is not None:
            present = present.filter(account__in=list(accounts))
        _replace(present, [row for row in rows if row.book not in lists])


def _replace(present: Any, rows: Sequence[Held]) -> None:
    wanted = set(rows)
    old = {Held(a, p, role, b): pk for pk, a, p, role, b in present.values_list(*KEYS)}
    gone = [pk for held, pk in old.items() if held not in wanted]
    for some in batched(gone, BATCH):
        Holding.objects.filter(pk__in=some).delete()
    new = [row for row in dict.fromkeys(rows) if row not in old]
    told = ((row.account, row.person, row.role, row.book) for row in new)
    put(Holding, ["account_id", "person_id", "role", "book_id"], told)


KEYS = ("pk", "account_id", "person_id", "role", "book_id")
