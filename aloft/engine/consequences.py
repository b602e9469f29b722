"""What would follow if two accounts were merged now: for whoever is about to say so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from aloft.act.models import Occurrence
from aloft.engine.joining import UNDONE, same_at
from aloft.measures.models import AccountProjection
from aloft.records.models import Account, Contact
from aloft.records.services.merging import consents_in_force


@dataclass(frozen=True)
class Consequences:
    """`joined`: open at both, of which the earlier stays; `others` come along. `mrr` where both are known."""

    contacts: int
    shared: tuple[Contact, ...]
    withdrawn: tuple[tuple[Contact, str], ...]
    contracts: int
    joined: tuple[Occurrence, ...]
    others: int
    mrr: Decimal | None


def consequences(account: Account, into: Account) -> Consequences:
    known = {contact.email: contact for contact in into.contacts.exclude(email="")}
    contacts = list(account.contacts.all())
    shared = [contact for contact in contacts if contact.email in known]
    undone = list(Occurrence.objects.filter(account=account, state__in=UNDONE).order_by("due_at", "id"))
    joined = [occurrence for occurrence in undone if same_at(occurrence, into)]
    return Consequences(
        len(contacts) - len(shared),
        tuple(shared),
        tuple(
            (contact, purpose)
            for contact in shared
            for purpose, told in consents_in_force(contact).items()
            if not told.granted and _allows(known[contact.email], purpose)
        ),
        account.contracts.count(),
        tuple(joined),
        len(undone) - len(joined),
        _together(account, into),
    )


def sentences(follows: Consequences, account: Account, into: Account) -> list[str]:
    told = [f"{account.name} becomes part of {into.name}, with its history; its own fields and books rest."]
    if follows.mrr is not None:
        told.append(
            f"Together they pay {follows.mrr:,} a month. In the ledger nothing is new and nothing is lost."
        )
    told.append(
        f"{_counted(follows.contacts, 'contact')} and {_counted(follows.contracts, 'contract')} come along."
    )
    if follows.shared:
        told.append(f"Known at both, so kept once: {', '.join(map(str, follows.shared))}.")
    told += [
        f"{contact} has withdrawn consent to {purpose} there: so here."
        for contact, purpose in follows.withdrawn
    ]
    told += [f"Open at both, the earlier stays: {occurrence.title}." for occurrence in follows.joined]
    if follows.others:
        told.append(f"{_counted(follows.others, 'other open moment')} come along, each with its owner.")
    return told


def _allows(contact: Contact, purpose: str) -> bool:
    held = consents_in_force(contact).get(purpose)
    return held is None or held.granted


def _together(account: Account, into: Account) -> Decimal | None:
    rows = AccountProjection.objects.filter(account__in=[account, into], mrr__isnull=False)
    told = [Decimal(row.mrr or 0) for row in rows]
    return sum(told, Decimal(0)) if len(told) == 2 else None


def _counted(n: int, one: str) -> str:
    return f"{n} {one if n == 1 else one + 's'}"
