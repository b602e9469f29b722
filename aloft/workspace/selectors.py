"""What a reader may see, and the counts behind the sentences. Everything goes through `visible_accounts`."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import or_
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import (
    Aggregate,
    Count,
    F,
    Func,
    IntegerField,
    Min,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce
from django.http import Http404

from aloft.act import sessions
from aloft.act.models import Occurrence, Verdict
from aloft.act.policies import accounts_of
from aloft.act.selectors import IN_WORK, by_customer, first_due, handed_over_by, to_do, waiting
from aloft.measures.models import AccountProjection
from aloft.records.models import Account, AccountException, Contact, Merge, Person, RecordedFact
from aloft.ui import words
from aloft.workspace.history import PAST, History
from aloft.workspace.horizon import Horizon

T = TypeVar("T")
Row = TypeVar("Row", bound=Model)
WAITING = IN_WORK
WITH_A_ROW = ("account__projection", "contact", "owner", "escalated_to", "model_version")
"""What a row of a list reads beside its occurrence."""


def customers_of(person: Person | None) -> QuerySet[Account]:
    """The whole ones of them, which lists and counts are of."""
    if person is None or person.sees_everything:
        return accounts_of(person).filter(whole=None)
    # Their keys are few, and whole ones nearly all: told so that no index finds these first.
    return accounts_of(person).alias(part=Coalesce("whole", 0)).filter(part=0)


def seen_by(person: Person | None, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Of rows that name an `account`, those at accounts of the person."""
    if person is not None and person.sees_everything:
        return rows
    return rows.filter(account__in=accounts_of(person).order_by().values("pk"))


def occurrences_of(person: Person | None) -> QuerySet[Occurrence]:
    full = Occurrence.objects.select_related(*WITH_A_ROW)
    return seen_by(person, full)


def work_of(person: Person | None, automated: Collection[str]) -> QuerySet[Occurrence]:
    """What waits for a person; for who sees everything, what waits for the team."""
    if person is None:
        return Occurrence.objects.none()
    if person.sees_everything:
        return to_do(automated)
    waiting = Occurrence.objects.filter(state__in=WAITING)
    # As rows of two kinds: told as an alternative, all that waits for anybody would be looked at.
    owned, escalated = (
        waiting.filter(**{who: person}).order_by().values("pk") for who in ("owner", "escalated_to")
    )
    return Occurrence.objects.filter(pk__in=owned.union(escalated))


def phase_of(account: Account) -> str:
    """In words; nothing where there is none. The account comes with its projection."""
    projection = getattr(account, "projection", None)
    return words.humanised(projection.phase) if projection and projection.phase else ""


AN_ACCOUNT = (
    "projection__owner",
    "listing",
    "health",
    "success_plan__agreed_by",
    "whole__success_plan__agreed_by",
)
"""What the page of an account reads of it in any case."""


def account_or_404(person: Person | None, public_id: UUID) -> Account:
    """A foreign account is as missing as one that never was."""
    return _found(find_account(person, public_id))


def find_account(person: Person | None, public_id: UUID) -> Account | None:
    return accounts_of(person).select_related(*AN_ACCOUNT).filter(public_id=public_id).first()


def survivor_of(person: Person | None, public_id: UUID) -> Account | None:
    """The account that a merged one is part of, in the end; for who may see it."""
    merged = Account.objects.filter(public_id=public_id).exclude(merged_into=None).first()
    while merged is not None and merged.merged_into is not None:
        merged = merged.merged_into
    return accounts_of(person).filter(pk=merged.pk).first() if merged else None


def merged_with(account: Account) -> list[Merge]:
    """What is part of it now, the newest first."""
    return list(Merge.objects.filter(into=account, undone_at=None).select_related("account"))


def occurrence_or_404(person: Person | None, public_id: UUID) -> Occurrence:
    return _found(occurrences_of(person).filter(public_id=public_id).first())


def given_or_404(person: Person | None, public_id: UUID) -> Occurrence:
    """One that the person may see, or has handed over last and may take back."""
    full = Occurrence.objects.select_related(*WITH_A_ROW)
    given = full.filter(public_id=public_id).first()
    if person and given and handed_over_by(person, given):
        return given
    return occurrence_or_404(person, public_id)


def exceptions_of(person: Person | None, now: datetime) -> QuerySet[AccountException]:
    """Those that stand, of the accounts that the person sees: the first to end first. `by` names who made each."""
    maker = Person.objects.filter(handle=OuterRef("made_by")).values("name")
    standing = AccountException.objects.filter(ended_at=None, until__gte=now.date())
    named = standing.annotate(by=Coalesce(Subquery(maker), "made_by")).select_related("account", "owner")
    return seen_by(person, named)


def fact_or_404(person: Person | None, fact_id: int) -> RecordedFact:
    facts = RecordedFact.objects.select_related("account", "contact")
    return _found(seen_by(person, facts).filter(pk=fact_id).first())


def _found(row: T | None) -> T:
    if row is None:
        raise Http404
    return row


def occurrence_of_fact(fact: RecordedFact) -> Occurrence | None:
    named = Occurrence.objects.filter(account=fact.account, called=fact.moment, anchor=fact.anchor, n=fact.n)
    return named.select_related(*WITH_A_ROW).first()


@dataclass(frozen=True)
class Load:
    """Accounts by the most urgent thing that waits at each, up to the end of the week."""

    accounts: int
    late: int
    today: int
    week: int
    no_data: int

    @property
    def needing(self) -> int:
        return self.late + self.today + self.week

    @property
    def in_order(self) -> int:
        return self.accounts - self.needing - self.no_data


def load_of(person: Person | None, horizon: Horizon, automated: Collection[str]) -> Load:
    pressing = work_of(person, automated).filter(horizon.awake, due_at__lt=horizon.monday)
    firsts = by_customer(pressing).values("customer").annotate(first=Min("due_at"))
    late, today = Q(first__lt=horizon.now), Q(first__lt=horizon.tomorrow)
    counts = firsts.aggregate(
        late=Count("customer", filter=late),
        today=Count("customer", filter=today & ~late),
        week=Count("customer", filter=~today & ~late),
    )
    if person is not None and person.sees_everything:
        accounts, read = _all_and_read(person)
        silent = 0 if accounts == read else _silent(person, pressing)
    else:
        accounts, silent = customers_of(person).order_by().count(), _silent(person, pressing)
    return Load(accounts=accounts, no_data=silent, **counts)


def _silent(person: Person | None, pressing: QuerySet[Occurrence]) -> int:
    """How many of their accounts the engine has never read, without those at which something presses."""
    silent = customers_of(person).order_by().filter(projection__isnull=True)
    return silent.count() - silent.filter(pk__in=by_customer(pressing).values("customer")).count()


def never_read(person: Person | None) -> int:
    """How many of their accounts the engine has never read."""
    if person is not None and person.sees_everything:
        accounts, read = _all_and_read(person)
        return accounts - read
    return customers_of(person).order_by().filter(projection__isnull=True).count()


def _all_and_read(leader: Person) -> tuple[int, int]:
    """How many whole accounts there are, and how many of them were read: by difference, which looks none up."""
    whole, read = Account.objects.filter(whole=None, merged_into=None), AccountProjection.objects.all()
    counted = (whole, read, read.filter(account__whole__isnull=False))
    accounts, all_read, parts_read = numbers_of(leader, counted)
    return accounts, all_read - parts_read


def numbers_of(person: Person, counted: Iterable[QuerySet[Any]]) -> tuple[int, ...]:
    """How many rows there are of each, asked for at once, beside the row of a person."""
    row = Person.objects.filter(pk=person.pk).order_by()
    return tuple(n or 0 for n in row.values_list(*(_number(rows) for rows in counted)).get())


def _number(rows: QuerySet[Any]) -> Subquery:
    """How many there are, as a value of another query."""
    told = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(told=told).values("told"))


def busy_among(accounts: QuerySet[Account], automated: Collection[str]) -> int:
    """How many of these whole accounts have something to be done."""
    busy = by_customer(to_do(automated)).values("customer")
    return accounts.filter(pk__in=busy).order_by().count()


@dataclass(frozen=True)
class Tally:
    moments: int
    minutes: int


def tallies(person: Person | None, horizon: Horizon, automated: Collection[str]) -> dict[str, Tally]:
    """How many moments stand in each section, and their planned effort in minutes; a group session is one."""
    sums: dict[str, Aggregate] = {}
    sections = horizon.sections()
    for place, within in enumerate(sections.values()):
        sums[f"moments_{place}"] = Count("pk", filter=within)
        sums[f"minutes_{place}"] = Sum("effort_minutes", filter=within, default=0)
    found = sessions.once(work_of(person, automated), WAITING).order_by().aggregate(**sums)
    return {
        name: Tally(found[f"moments_{place}"], found[f"minutes_{place}"])
        for place, name in enumerate(sections)
    }


def served_with(person: Person | None, listed: Iterable[Occurrence]) -> dict[int, list[Occurrence]]:
    """By those of these that are of a group session: all that stand with it, of the accounts that the person sees."""
    groups = [one for one in listed if one.group]
    if not groups:
        return {}
    of_any = functools.reduce(or_, (Q(pk__in=sessions.all_of(one).order_by().values("pk")) for one in groups))
    standing = seen_by(person, Occurrence.objects.filter(of_any, state__in=WAITING))
    rows = list(standing.select_related("account").order_by("account__name", "pk"))
    return {
        one.pk: [
            row
            for row in rows
            if all(getattr(row, name) == getattr(one, name) for name in sessions.TELLS_APART)
        ]
        for one in groups
    }


NEWS = (
    "at",
    "moment",
    "verdict",
    "details",
    "reasons",
    "account__name",
    "account__public_id",
    "occurrence__title",
    "occurrence__because",
    "occurrence__public_id",
)
"""What a line of news is made from."""


def recent_verdicts(person: Person | None, now: datetime, limit: int) -> list[Verdict]:
    """The last 24 hours, newest first."""
    seen = Verdict.objects.filter(at__gt=now - timedelta(hours=24), at__lte=now)
    rows = seen_by(person, seen).select_related("account", "occurrence").only(*NEWS)
    return list(rows.order_by("-at", "-id")[:limit])


def names_of_the_team() -> dict[str, str]:
    return dict(Person.objects.order_by().values_list("handle", "name"))


def contact_or_404(person: Person | None, pk: int) -> Contact:
    """One whose account the person may see."""
    theirs = Contact.objects.select_related("account").exclude(status="erased")
    return _found(theirs.filter(pk=pk, account__in=accounts_of(person).order_by().values("pk")).first())


def people_at(account: Account, spoken: Collection[str] = ()) -> list[Any]:
    """Each with `spoken_at`: when a fact of these kinds was last recorded of them."""
    there = Contact.objects.filter(account=account.customer_id).exclude(status="erased")
    facts = RecordedFact.objects.filter(contact=OuterRef("pk"), fact__in=spoken, withdrawn_at=None)
    last = facts.order_by("-occurred_at").values("occurred_at")[:1]
    return list(there.select_related("sign_in").annotate(spoken_at=Subquery(last)))


def there(account: Account) -> QuerySet[Any]:
    """The rows of the account and its relationships, for whatever is at them.

    Told as rows: with an alternative through the account, all that is anywhere would be looked at.
    """
    return Account.objects.filter(Q(pk=account.pk) | Q(whole=account)).order_by().values("pk")


def parted(
    moments: Iterable[Occurrence], automated: Collection[str]
) -> tuple[list[Occurrence], list[Occurrence]]:
    """What is or was somebody's, and what is in work and goes by itself (`act.selectors.goes_by_itself`)."""
    attended, by_themselves = list[Occurrence](), list[Occurrence]()
    for one in moments:
        alone = one.state in WAITING and one.owner_id is None and one.role in automated
        (by_themselves if alone else attended).append(one)
    return attended, by_themselves


def pressing_at(moments: Iterable[Occurrence], parts: Iterable[Any], now: datetime) -> tuple[int, int]:
    """How much waits at an account and its relationships, and how much of it is late; of what was read of both:
    `moments` are those that wait for somebody."""
    here = [one for one in moments if one.state in WAITING]
    late = sum(1 for one in here if one.due_at < now)
    return len(here) + sum(part.waiting for part in parts), late + sum(part.late for part in parts)


def relationships_of(account: Account, now: datetime, automated: Collection[str]) -> list[Any]:
    """Each with how much waits there, how much of it is late, and when the first of it is due."""
    parts = account.relationships.annotate(
        waiting=waiting(automated), late=waiting(automated, before=now), first_due=first_due(automated)
    )
    return list(parts.select_related("projection").order_by("product"))


def moments_at(history: History) -> list[Occurrence]:
    """What is open, by due; then the past, newest first."""
    past = history.account.occurrences.select_related("contact", "owner", "model_version").filter(
        state__in=PAST
    )
    newest = past.order_by(F("closed_at").desc(nulls_first=True), "-opened_at")
    return history.waiting + list(newest[:50])


def facts_on(occurrence: Occurrence) -> list[RecordedFact]:
    facts = RecordedFact.objects.filter(
        account=occurrence.account, moment=occurrence.called, anchor=occurrence.anchor, n=occurrence.n
    )
    return list(
        facts.filter(withdrawn_at=None).select_related("contact", "noted_by").order_by("-occurred_at")
    )
