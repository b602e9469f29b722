"""What talking with customers does: the truth of the demo, which the engine knows nothing of.

An effect begins with the day on which somebody notes at an occurrence that they spoke with the customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from aloft.demo.chance import chance
from aloft.demo.customers import Cause, Customer
from aloft.records.models import RecordedFact


@dataclass(frozen=True)
class Effect:
    """`helps`: of customers of whom it may be said, the share that it helps, by what would happen otherwise.

    `recovers`: the share of those whose usage has fallen that use the product as before, within two weeks.
    `adopts`: the share of those who were stuck in onboarding that go on, by a user every four days.
    `keeps`: the share of those who would leave for that cause and stay, if it comes before they say so.
    """

    recovers: float = 0.0
    adopts: float = 0.0
    keeps: Mapping[Cause, float] | None = None


EFFECTS: Mapping[str, Effect] = {
    "kickoff": Effect(adopts=0.25),
    "adoption_gate": Effect(adopts=0.6, keeps={Cause.NEVER_ADOPTED: 0.5}),
    "usage_fell": Effect(recovers=0.45, keeps={Cause.CHAMPION_LEFT: 0.25, Cause.MISSING_FEATURE: 0.15}),
    "went_silent": Effect(recovers=0.2),
    "sponsor_change": Effect(recovers=0.3, keeps={Cause.CHAMPION_LEFT: 0.5}),
    "urgent_ticket": Effect(keeps={Cause.POOR_SUPPORT: 0.35}),
    "poor_survey": Effect(keeps={Cause.PRICE: 0.2, Cause.POOR_SUPPORT: 0.2, Cause.MISSING_FEATURE: 0.1}),
    "renewal_talk": Effect(keeps={Cause.PRICE: 0.4, Cause.MISSING_FEATURE: 0.15}),
    "business_review": Effect(keeps={Cause.PRICE: 0.15, Cause.CHAMPION_LEFT: 0.1}),
    "monthly_review": Effect(),
}
"""By moment. A monthly review does nothing at all: whoever measures should find that."""
SPOKE = ("contacted", "attended")


@dataclass(frozen=True)
class Conversation:
    moment: str
    day: date


Held = Mapping[str, Sequence[Conversation]]
"""By external id of the customer, in order."""


def held() -> Held:
    """Those noted so far, with whomever noted them: the simulated team, or a visitor."""
    noted = RecordedFact.objects.filter(fact__in=SPOKE, moment__in=EFFECTS, withdrawn_at=None)
    found: dict[str, list[Conversation]] = {}
    rows = noted.order_by("occurred_at", "pk").values_list(
        "account__external_id", "account__timezone", "moment", "occurred_at"
    )
    for external, zone, moment, at in rows:
        day = at.astimezone(ZoneInfo(zone or "UTC")).date()
        found.setdefault(external, []).append(Conversation(moment, day))
    return found


def kept(known: Iterable[Customer], conversations: Held, day: date) -> list[Customer]:
    """The customers as their fates stand on that day: who has been talked into staying does not leave."""
    return [_fate(customer, conversations.get(customer.external, ()), day) for customer in known]


def _fate(customer: Customer, spoken: Sequence[Conversation], day: date) -> Customer:
    if not spoken or customer.told_on is None or customer.told_on > day or customer.cause is None:
        return customer
    for number, one in enumerate(spoken):
        keeps = (EFFECTS[one.moment].keeps or {}).get(customer.cause, 0.0)
        if one.day < customer.told_on and _works(customer, "keeps", one, number) < keeps:
            return replace(customer, ends=None, cause=None)
    return customer


def recovered_on(customer: Customer, conversations: Held, since: date) -> date | None:
    """From when usage that fell `since` comes back, because of a conversation after that."""
    return _first(customer, conversations, since, "recovers")


def adopted_on(customer: Customer, conversations: Held) -> date | None:
    """From when a customer who was stuck goes on."""
    return _first(customer, conversations, customer.starts, "adopts")


def _first(customer: Customer, conversations: Held, since: date, what: str) -> date | None:
    for number, one in enumerate(conversations.get(customer.external, ())):
        share: float = getattr(EFFECTS[one.moment], what)
        if one.day >= since and _works(customer, what, one, number) < share:
            return one.day
    return None


def _works(customer: Customer, what: str, one: Conversation, number: int) -> float:
    return chance("effect", what, customer.number, one.moment, number).random()
