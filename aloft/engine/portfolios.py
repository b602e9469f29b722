"""What each person has in hand, for roles that choose by it: accounts, their MRR, and when one last opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Max
from django.db.models.functions import Coalesce

from aloft.act.models import Occurrence
from aloft.act.selectors import IN_WORK, opened
from aloft.decide.choosing import Candidate
from aloft.engagement.model import Role
from aloft.measures.models import AccountProjection
from aloft.records.models import Holding
from aloft.records.rows import batched


@dataclass
class _Portfolio:
    accounts: set[int] = field(default_factory=set)
    revenue: Decimal = Decimal(0)
    last: datetime | None = None


class Portfolios:
    """Accounts are whole ones: those that a book of the person holds, and those at which something of theirs is open.

    Read once for a role, when it is first asked for; then kept by `give`.
    """

    def __init__(self) -> None:
        self._of: dict[str, defaultdict[int, _Portfolio]] = {}

    def told(self, role: Role, people: Mapping[int, Candidate]) -> Mapping[int, Candidate]:
        """The people with what the role chooses by."""
        if role.choose == "fewest_open":
            return people
        if role.name not in self._of:
            self._of[role.name] = _read(role.name)
        found = self._of[role.name]
        return {pk: _with(one, found[pk]) if one.role == role.name else one for pk, one in people.items()}

    def give(self, person: Candidate, account: int, at: datetime) -> None:
        """`account`: the whole one at which something opened for them."""
        if person.role not in self._of:
            return
        one = self._of[person.role][person.person]
        one.last = at
        if account not in one.accounts:
            one.accounts.add(account)
            one.revenue += _mrr([account]).get(account, Decimal(0))


def _with(person: Candidate, one: _Portfolio) -> Candidate:
    return replace(person, accounts=len(one.accounts), revenue=one.revenue, last=one.last)


def _read(role: str) -> defaultdict[int, _Portfolio]:
    found: defaultdict[int, _Portfolio] = defaultdict(_Portfolio)
    held = Holding.objects.filter(person__role=role).values_list("person", "account")
    open_ones = Occurrence.objects.filter(owner__role=role, state__in=IN_WORK)
    at_work = open_ones.order_by().values_list("owner", Coalesce("account__whole", "account"))
    for person, account in (*held, *at_work):
        found[person].accounts.add(account)
    mrr = _mrr({account for one in found.values() for account in one.accounts})
    for one in found.values():
        one.revenue = sum((mrr.get(account, Decimal(0)) for account in one.accounts), Decimal(0))
    for person, last in _last(role):
        found[person].last = last
    return found


def _last(role: str) -> list[tuple[int, datetime]]:
    given = opened().filter(owner__role=role).order_by().values_list("owner")
    return list(given.annotate(last=Max("opened_at")))


def _mrr(accounts: Collection[int]) -> dict[int, Decimal]:
    found = dict[int, Decimal]()
    for some in batched(sorted(accounts)):
        rows = AccountProjection.objects.filter(account__in=some)
        found.update((account, mrr or Decimal(0)) for account, mrr in rows.values_list("account", "mrr"))
    return found
