"""Handing accounts to a person's book, many at once, and taking that back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from aloft.records import audit
from aloft.records import fields as check
from aloft.records.changes import StaffSet, log_change
from aloft.records.models import Account, Assignment, Book, Holding, Person
from aloft.records.refusals import Refused
from aloft.records.rows import batched
from aloft.records.selectors import Holder, holders
from aloft.records.services.editing import editing

BATCH = 500
NAME = "Handed over"


def assign_accounts(*, accounts: Collection[Account], to: Person, actor: str, at: datetime) -> Assignment:
    """Put whole accounts into the person's book, and take them out of the lists of others of the same role.

    They join the person's first list; who has none gets one called “Handed over”. Raises Refused where a rule of
    somebody else's book would go on holding one of them.
    """
    if not accounts:
        raise Refused("accounts", "none is chosen", "Choose at least one account.")
    check.whole("accounts", *accounts)
    chosen = [account.pk for account in accounts]
    with editing():
        taken = _take(chosen, to)
        book = _book_of(to)
        held = set(book.accounts.values_list("pk", flat=True))
        added = [pk for pk in chosen if pk not in held]
        _put(book, added)
        _check(chosen, to)
        made = Assignment.objects.create(book=book, actor=actor, at=at, added=added, taken=taken)
        _tell("accounts.assigned", made, actor, at)
        return made


def undo_assignment(*, assignment: Assignment, actor: str, at: datetime) -> None:
    """Give the accounts back to the books that held them. Raises Refused where that was done, or a book is gone."""
    with editing():
        books = Book.objects.in_bulk([int(book) for book in assignment.taken])
        if assignment.undone_at is not None:
            raise Refused("assignment", "it was taken back before", "Assign the accounts anew.")
        if assignment.book is None or len(books) < len(assignment.taken):
            raise Refused("assignment", "a book that held the accounts is gone", "Assign the accounts anew.")
        _remove(assignment.book, assignment.added)
        for book, accounts in assignment.taken.items():
            _put(books[int(book)], accounts)
        assignment.undone_at = at
        assignment.save()
        _tell("accounts.assignment_undone", assignment, actor, at)


def _take(accounts: Collection[int], to: Person) -> dict[str, list[int]]:
    """Out of the lists of others of the role; by row of the book."""
    others = Book.objects.filter(rule="", person__role=to.role).exclude(person=to).order_by("pk")
    chosen, taken = set(accounts), {}
    for book in others:
        gone = [pk for pk in book.accounts.values_list("pk", flat=True) if pk in chosen]
        if gone:
            _remove(book, gone)
            taken[str(book.pk)] = gone
    return taken


def _book_of(person: Person) -> Book:
    return person.books.filter(rule="").first() or Book.objects.create(person=person, name=NAME)


def _put(book: Book, accounts: Iterable[int]) -> None:
    rows = list(accounts)
    book.accounts.add(*rows)
    held = [Holding(account_id=pk, person=book.person, role=book.person.role, book=book) for pk in rows]
    Holding.objects.bulk_create(held, batch_size=BATCH, ignore_conflicts=True)


def _remove(book: Book, accounts: Iterable[int]) -> None:
    for some in batched(accounts, BATCH):
        book.accounts.remove(*some)
        book.holdings.filter(account__in=some).delete()


def _check(accounts: Collection[int], to: Person) -> None:
    """The lowest book of a role wins an account: it has to be one of the person's."""
    won = [_winner(held, to.role) for held in holders(accounts).values()]
    others = {book for person, book in won if person != to.pk}
    if others:
        count = sum(person != to.pk for person, _ in won)
        raise Refused(
            "accounts",
            f"{count} of them are held by the book “{min(others)}” of somebody else, by its rule",
            f"Change its rule, or give it a higher position than the book of {to.name}.",
        )


def _winner(held: Iterable[Holder], role: str) -> tuple[int, str]:
    return next((one.person, one.book) for one in held if one.role == role)


def _tell(action: str, made: Assignment, actor: str, at: datetime) -> None:
    books = Book.objects.filter(pk__in=[made.book_id, *made.taken]).select_related("person")
    names: Mapping[int, str] = dict(
        Account.objects.filter(pk__in=made.added[:BATCH]).values_list("pk", "external_id")
    )
    told = {
        "book": made.book_id,
        "to": made.book.person.handle if made.book else "",
        "count": len(made.added),
        "accounts": [names.get(pk, "") for pk in made.added[:BATCH]],
        "from": {book: len(accounts) for book, accounts in made.taken.items()},
    }
    audit.record(actor=actor, action=action, subject=f"assignment:{made.pk}", payload=told, at=at)
    for person in dict.fromkeys(book.person.handle for book in books):
        log_change(StaffSet(person=person), at=at)
