from __future__ import annotations

from datetime import datetime

from aloft.records import fields as check
from aloft.records.changes import FactRecorded, FactWithdrawn, log_change
from aloft.records.models import Account, Contact, Person, RecordedFact
from aloft.records.refusals import Refused
from aloft.records.services.editing import Difference, editing, note


def record_fact(
    *,
    account: Account,
    fact: str,
    actor: str,
    at: datetime,
    moment: str = "",
    anchor: str = "",
    n: int = 1,
    contact: Contact | None = None,
    value: str = "",
    remark: str = "",
    noted_by: Person | None = None,
    occurred_at: datetime | None = None,
) -> RecordedFact:
    """Note what happened, at `occurred_at` (default: `at`), on an occurrence or on none. Raises Refused."""
    if contact is not None and contact.account_id != account.customer_id:
        raise Refused("contact", f"{contact} is not with {account}", "Give a contact of the account.")
    if occurred_at is not None and occurred_at > at:
        raise Refused("occurred_at", "it lies ahead", "Give the instant at which it happened.")
    if n < 1:
        raise Refused("n", f"{n} is not a count", "Give 1 or more.")
    with editing():
        row = RecordedFact.objects.create(
            account=account,
            moment=check.text("moment", moment, 100),
            anchor=check.text("anchor", anchor, 300),
            n=n,
            fact=check.name("fact", fact, 50),
            contact=contact,
            value=check.text("value", value, 500),
            remark=check.text("remark", remark, 500),
            noted_by=noted_by,
            occurred_at=occurred_at or at,
            recorded_at=at,
        )
        change = _change(row)
        difference = Difference({}, change.data())
        note(actor=actor, action="fact.recorded", subject=account, difference=difference, at=at)
        log_change(change, at=at)
        return row


def _change(row: RecordedFact) -> FactRecorded:
    return FactRecorded(
        account=row.account.external_id,
        id=row.pk,
        moment=row.moment,
        anchor=row.anchor,
        n=row.n,
        fact=row.fact,
        contact=row.contact.external_id if row.contact else "",
        persona=row.contact.persona if row.contact else "",
        value=row.value,
        at=row.occurred_at,
    )


def withdraw_fact(*, fact: RecordedFact, actor: str, at: datetime) -> RecordedFact:
    """Undo the note; the row stays, marked. Withdrawing it again changes nothing."""
    with editing():
        fact.refresh_from_db()
        if fact.withdrawn_at is None:
            fact.withdrawn_at = at
            fact.save(update_fields=["withdrawn_at"])
            account = fact.account.external_id
            difference = Difference({}, {"id": fact.pk, "fact": fact.fact, "withdrawn_at": at})
            note(
                actor=actor,
                action="fact.withdrawn",
                subject=fact.account,
                difference=difference,
                at=at,
            )
            log_change(FactWithdrawn(account=account, id=fact.pk), at=at)
        return fact
