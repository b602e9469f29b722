"""The values that a template may name: of the account, the reader, the owner, the moment and its event."""

from __future__ import annotations

from typing import Any

from aloft.act.models import Occurrence
from aloft.measures.models import AccountProjection
from aloft.records.models import Account, Contact, Person

SAMPLE = {"title": "Kickoff", "objective": "", "because": "", "due": ""}


def of_occurrence(occurrence: Occurrence, contact: Contact, **links: str) -> dict[str, Any]:
    moment = {
        "title": occurrence.title,
        "objective": occurrence.objective,
        "because": occurrence.because,
        "due": occurrence.due_at.date().isoformat(),
    }
    owner = occurrence.owner or _holder(occurrence.account)
    told = of_account(occurrence.account, contact, owner)
    return {**told, "moment": moment, "event": occurrence.event or {}, "links": links}


def of_account(account: Account, contact: Contact | None, owner: Person | None = None) -> dict[str, Any]:
    """Without a moment: what a preview shows. Money and metrics as they are on screen, without units."""
    stands = AccountProjection.objects.filter(account=account).first()
    owner = owner or _holder(account)
    return {
        "account": {
            "id": account.external_id,
            "name": account.name,
            "country": account.country,
            "phase": stands.phase if stands else "",
            "segment": stands.segment if stands else "",
            "mrr": float(stands.mrr) if stands and stands.mrr is not None else None,
            **{name: value for name, value in account.fields.items() if value is not None},
        },
        "metrics": dict(stands.values) if stands else {},
        "contact": _contact(contact),
        "owner": {"name": owner.name if owner else "", "email": owner.email if owner else ""},
        "moment": SAMPLE,
        "event": {},
        "links": {"answer": ""},
    }


def _contact(contact: Contact | None) -> dict[str, str]:
    name = contact.name if contact else ""
    first = name.split()[0] if name.split() else ""
    return {"name": name, "first_name": first, "email": contact.email if contact else ""}


def _holder(account: Account) -> Person | None:
    held = account.whole or account
    first = held.holdings.select_related("person").order_by("book__position", "pk").first()
    return first.person if first else None
