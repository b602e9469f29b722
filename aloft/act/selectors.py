"""Reading occurrences. Which of them a person may see is for the caller to narrow by `records.policies`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import (
    Aggregate,
    BigIntegerField,
    Case,
    Count,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least

from aloft.act import sessions
from aloft.act.models import Due, DueKind, Occurrence, OccurrenceState, Verdict
from aloft.records.models import Account, Contact, Person
from aloft.records.rows import among as any_of

IN_WORK = (OccurrenceState.OPEN, OccurrenceState.STARTED)


def open_for(person: Person) -> QuerySet[Occurrence]:
    """What a person has to do: theirs, or escalated to them, and not yet done; earliest due first."""
    mine = Occurrence.objects.filter(owner=person) | Occurrence.objects.filter(escalated_to=person)
    return mine.filter(state__in=IN_WORK).order_by("due_at", "id")


def expectation_state(account: Account, moment: str, at: datetime) -> str:
    """How the newest expectation of a moment stands: armed, pending, blocked, satisfied, open, closed; or nothing."""
    waits = Due.objects.filter(account=account, moment=moment, kind=DueKind.DEADLINE).order_by("-at").first()
    if waits is not None:
        ahead = at < datetime.fromisoformat(waits.details["deadline"])
        return "armed" if ahead else "blocked" if waits.details.get("blocked") is not None else "pending"
    newest = Occurrence.objects.filter(account=account, moment=moment).order_by("-opened_at").first()
    if newest is not None:
        return str(newest.state)
    told = Verdict.objects.filter(account=account, moment=moment).order_by("-at", "-id").first()
    return told.verdict if told else ""


def handed_over_by(person: Person, occurrence: Occurrence) -> Verdict | None:
    """The last change of hands, if it was that person's doing and can be taken back."""
    last = occurrence.verdicts.filter(verdict="reassigned").order_by("-at", "-pk").first()
    its_doing = last is not None and last.details.get("by") == person.handle and "before" in last.details
    return last if its_doing else None


def goes_by_itself(automated: Collection[str]) -> Q:
    """Of occurrences in work: what falls to one of the roles that are `automated` waits for its outcome, not for
    somebody."""
    return Q(owner=None, role__in=automated)


def to_do(automated: Collection[str]) -> QuerySet[Occurrence]:
    """What waits for somebody."""
    in_work = Occurrence.objects.filter(state__in=IN_WORK)
    # As keys: few go by themselves, and those that do not are found by their state alone.
    by_themselves = in_work.filter(goes_by_itself(automated)).order_by().values("pk")
    return in_work.exclude(pk__in=by_themselves) if automated else in_work


def waiting(automated: Collection[str], before: datetime | None = None) -> Any:
    """To annotate whole accounts with: how many occurrences wait for somebody there, those of relationships included;
    only those due before an instant, if it is given."""
    told = Count("pk", filter=Q(due_at__lt=before) if before else None)
    here, at_parts = (Coalesce(_to_do(of, told, automated), Value(0)) for of in ("account", "account__whole"))
    return here + at_parts


def first_due(automated: Collection[str]) -> Any:
    """The same: when the first of them is due."""
    here, at_parts = (_to_do(of, Min("due_at"), automated) for of in ("account", "account__whole"))
    return Coalesce(Least(here, at_parts), here, at_parts)


def _to_do(of: str, told: Aggregate, automated: Collection[str]) -> Subquery:
    rows = Occurrence.objects.filter(**{of: OuterRef("pk")}, state__in=IN_WORK)
    if automated:
        rows = rows.exclude(goes_by_itself(automated))
    return Subquery(rows.order_by().values(of).annotate(told=told).values("told"))


def by_customer(rows: QuerySet[Occurrence]) -> QuerySet[Any]:
    """With `customer`: the row of the whole account that each is at.

    Relationships are few: accounts are looked up for occurrences at these alone.
    """
    parts = Account.objects.filter(whole__isnull=False).order_by().values("pk")
    whole = Account.objects.filter(pk=OuterRef("account")).order_by().values("whole")
    at = Case(
        When(account__in=parts, then=Subquery(whole)), default=F("account_id"), output_field=BigIntegerField()
    )
    return rows.order_by().annotate(customer=at)


def loads() -> dict[int, int]:
    """Open occurrences by person; a group session is one."""
    counted = sessions.once(Occurrence.objects.filter(state__in=IN_WORK, owner__isnull=False), IN_WORK)
    return dict(counted.order_by().values_list("owner").annotate(open=Count("id")))


def opened() -> QuerySet[Occurrence]:
    """All but those that closed at the instant at which they would have opened."""
    return Occurrence.objects.exclude(closed_as="absorbed")


def with_person(contact: Contact | None, user: str) -> Q:
    """Of moments that are `per: contact`, what is with that person: a contact, or a user who is none of ours."""
    theirs = Q(actor=user)
    return theirs | Q(contact=contact) if contact is not None else theirs


def last_openings(
    accounts: Iterable[int], moments: Iterable[str], among: Q | None = None
) -> dict[tuple[int, str], Occurrence]:
    """The latest occurrence by (account, moment), of those `among` all; one that was absorbed has not opened."""
    rows = opened().filter(among or Q(), account__in=any_of(list(accounts)), moment__in=list(moments))
    return {(row.account_id, row.moment): row for row in rows.order_by("opened_at", "id")}


def ordinals(accounts: Iterable[int] | None = None) -> dict[tuple[int, str], int]:
    """How many occurrences have opened, by (account, moment)."""
    rows = opened() if accounts is None else opened().filter(account__in=any_of(list(accounts)))
    counted = rows.order_by().values_list("account", "moment").annotate(all=Count("id"))
    return {(account, moment): number for account, moment, number in counted}
