"""Who sees an account because of what is to be done there."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from aloft.act.models import Occurrence
from aloft.act.selectors import by_customer
from aloft.records.models import Account, Person
from aloft.records.policies import held_by, visible_accounts, with_relationships


def accounts_of(person: Person | None) -> QuerySet[Account]:
    """The accounts a person holds or covers for, and those with an occurrence of theirs or escalated to them.

    Whole accounts with all their relationships: whoever works for one product sees the customer.
    """
    if person is None or person.sees_everything:
        return visible_accounts(person)
    owned = by_customer(Occurrence.objects.filter(theirs(person))).values("customer")
    return with_relationships(held_by(person), owned)


def theirs(person: Person) -> Q:
    return Q(owner=person) | Q(escalated_to=person)
