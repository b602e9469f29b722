"""What is known of one account besides its moments: its people, contracts, plan and values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby

from aloft.engagement.model import Model
from aloft.measures.models import AccountProjection
from aloft.records.models import Account, Consent, Contact, Contract, ContractLine
from aloft.ui.words import humanised, number
from aloft.workspace import selectors
from aloft.workspace.history import History
from aloft.workspace.listing.measures import BUILT_IN, measures_in

SPOKEN = ("contacted", "attended", "confirmed", "trained", "signed")


@dataclass(frozen=True)
class Someone:
    """`spoken_at`: when they were last met or heard, as far as it was recorded. `word`: what they said last of
    marketing messages, as a phrase; empty where they said nothing."""

    contact: Contact
    spoken_at: datetime | None
    word: str = ""

    @property
    def signs_in(self) -> bool:
        return self.contact.sign_in is not None and self.contact.sign_in.is_active


def people_of(account: Account) -> list[Someone]:
    """Those with a persona first, who was spoken to last before others."""
    people = selectors.people_at(account, SPOKEN)
    words = _words(people)
    listed = [Someone(contact, contact.spoken_at, words.get(contact.pk, "")) for contact in people]
    nobody = datetime.min.replace(tzinfo=UTC)
    listed.sort(key=lambda one: one.spoken_at or nobody, reverse=True)
    return sorted(listed, key=lambda one: not one.contact.persona)


def _words(people: Sequence[Contact]) -> dict[int, str]:
    """The newest counts."""
    told = Consent.objects.filter(contact__in=people, purpose="marketing").order_by("captured_at", "id")
    return {one.contact_id: _phrase(one) for one in told}


def _phrase(consent: Consent) -> str:
    if not consent.granted:
        return f"wants no marketing since {consent.captured_at:%-d %b %Y}"
    until = f" until {consent.expires_at:%-d %b %Y}" if consent.expires_at else ""
    return f"allows marketing{until}"


@dataclass(frozen=True)
class LineOf:
    """A line of a contract: its last version, those before it, and how the last one changed its MRR."""

    now: ContractLine
    earlier: list[ContractLine]
    in_force: bool

    @property
    def change(self) -> Decimal | None:
        """None where there is nothing to compare with."""
        same = bool(self.earlier) and self.earlier[0].currency == self.now.currency
        return self.now.mrr - self.earlier[0].mrr if same else None


@dataclass(frozen=True)
class ContractOf:
    contract: Contract
    lines: list[LineOf]


def contracts_of(history: History, now: datetime) -> list[ContractOf]:
    """Newest first."""
    return [
        ContractOf(contract, _lines(list(lines), now))
        for contract, lines in groupby(history.lines, key=lambda row: row.contract)
    ]


def _lines(rows: Sequence[ContractLine], now: datetime) -> list[LineOf]:
    listed = []
    for _, versions in groupby(rows, key=lambda row: row.line):
        last, *earlier = versions
        listed.append(LineOf(last, earlier, _covers(last, now)))
    return listed


def _covers(line: ContractLine, now: datetime) -> bool:
    """Today's date in UTC."""
    today = now.date()
    return line.starts_on <= today and (line.ends_on is None or today < line.ends_on)


def left_on(contracts: Sequence[ContractOf], now: datetime) -> date | None:
    """The first day that no line covers any more, if all have ended; None where there is none, or one goes on."""
    ends = [line.now.ends_on for one in contracts for line in one.lines]
    known = [day for day in ends if day is not None]
    ended = bool(known) and len(known) == len(ends) and max(known) <= now.date()
    return max(known) if ended else None


def seats_in_force(contracts: Sequence[ContractOf]) -> int:
    """Those of the product with the most: who uses two products holds a seat of each, and is one person."""
    of_product: Counter[int | None] = Counter()
    for line in (line.now for one in contracts for line in one.lines if line.in_force):
        of_product[line.product_id] += line.seats or 0
    return max(of_product.values(), default=0)


@dataclass(frozen=True)
class ValueOf:
    """A metric as it was last projected; `at` where it is an instant."""

    name: str
    title: str
    shown: str
    at: datetime | None
    unit: str


def values_of(projection: AccountProjection | None, models: Iterable[Model]) -> list[ValueOf]:
    """The metrics of the model that the account follows, in its order."""
    told = projection.values if projection else {}
    known = {name: one for name, one in measures_in(models, {}).items() if one not in BUILT_IN}
    listed = []
    for name, value in told.items():
        measure = known.get(name)
        instant = isinstance(value, str) and measure is not None and measure.kind == "instant"
        at = datetime.fromisoformat(value) if instant else None
        listed.append(ValueOf(name, humanised(name), _shown(value), at, measure.unit if measure else ""))
    return listed


def _shown(value: object) -> str:
    if value is None:
        return "no data"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int | float) else str(value)
