"""Who may see what. Every page is filtered by these; what is not visible answers as if it were missing."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q, QuerySet

from aloft.records.models import Account, Contact, Holding, Person, SavedView

OPERATIONS = "operations"
SEES = "active"
"""The status of a contact who may come in."""


def person_of(user: AbstractBaseUser | AnonymousUser) -> Person | None:
    """The person of our team who is signed in; None for nobody, and for a user who is no such person."""
    if not user.is_authenticated or not user.is_active:
        return None
    return Person.objects.filter(user_id=user.pk).select_related("backup").first()


def contact_of(user: AbstractBaseUser | AnonymousUser) -> Contact | None:
    """The customer's contact who is signed in; None for who has left, and for anybody of the team."""
    if not user.is_authenticated or not user.is_active or person_of(user) is not None:
        return None
    return Contact.objects.filter(sign_in_id=user.pk, status=SEES).select_related("account").first()


def may_see_everything(person: Person | None) -> bool:
    return person is not None and person.sees_everything


def may_import(person: Person | None) -> bool:
    """Files say something of every account: they are for who sees all of them, and for operations."""
    return person is not None and (person.sees_everything or person.role == OPERATIONS)


def may_publish(person: Person | None) -> bool:
    """A model moves every account: publishing is for who sees all of them, and for operations."""
    return may_import(person)


def may_staff(person: Person | None, of: Person) -> bool:
    """What is told of somebody of the team is for themselves to say, for who sees everything, and for operations."""
    return person is not None and (person.pk == of.pk or may_import(person))


def may_merge(person: Person | None) -> bool:
    """It moves what others hold: for who sees all of it."""
    return may_see_everything(person)


def may_erase(person: Person | None) -> bool:
    """Who is forgotten, and who is handed what is kept of them, is for who sees all of it to say."""
    return may_see_everything(person)


def may_assign(person: Person | None) -> bool:
    """Whose accounts they are is for who sees all of them to say."""
    return may_see_everything(person)


def may_except(person: Person | None, account: Account) -> bool:
    """Who may see an account by its books, and whoever sees everything, may have it treated otherwise."""
    if person is None or person.sees_everything:
        return person is not None
    return who_may_see(account).filter(pk=person.pk).exists()


def visible_views(person: Person | None) -> QuerySet[SavedView]:
    """One's own, and those that others share. A view is only a question: it shows nobody more than they may see."""
    if person is None:
        return SavedView.objects.none()
    return SavedView.objects.filter(Q(person=person) | Q(shared=True), deleted_at=None)


def who_may_see(account: Account) -> QuerySet[Person]:
    """The people to whom `visible_accounts` shows it: its holders, their backups, and who sees everything."""
    holds = Holding.objects.filter(account=account.customer_id)
    backups = holds.filter(person__backup__isnull=False).values("person__backup")
    return Person.objects.filter(
        Q(sees_everything=True) | Q(pk__in=holds.values("person")) | Q(pk__in=backups)
    )


def visible_accounts(person: Person | None) -> QuerySet[Account]:
    """The accounts that the person holds, and those of the people whose backup they are; nobody sees none.

    Who sees an account sees its relationships, for books hold whole accounts. What is merged is seen with the
    account that it is part of.
    Accounts with an occurrence that the person owns belong to it too: occurrences live above records, so who
    lists them adds them.
    """
    if person is None:
        return Account.objects.none()
    if may_see_everything(person):
        return standing()
    return with_relationships(held_by(person))


def standing() -> QuerySet[Account]:
    """Those that are no part of another."""
    return Account.objects.filter(merged_into=None, whole__merged_into=None)


def held_by(person: Person) -> QuerySet[Any]:
    """The rows of the whole accounts that the person holds, or covers for."""
    they = Person.objects.filter(Q(pk=person.pk) | Q(backup=person)).order_by().values("pk")
    return Holding.objects.filter(person__in=they).order_by().values("account")


def with_relationships(*wholes: QuerySet[Any]) -> QuerySet[Account]:
    """The accounts of these rows with their relationships.

    Told as one set of rows: alternatives would have every account there is looked at.
    """
    parts = [Account.objects.filter(whole__in=rows).order_by().values("pk") for rows in wholes]
    sets = [*wholes, *parts]
    return standing().filter(pk__in=sets[0].union(*sets[1:]))
