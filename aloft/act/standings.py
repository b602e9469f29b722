"""Contacts as the contact policy must know them: what they said, and what reached them. Read for all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from aloft.act.models import Message, MessageState, OutcomeState, StepKind, Unreachable
from aloft.decide.calendar import WorkCalendar, for_account
from aloft.decide.policy.regimes import regime_of
from aloft.decide.policy.values import Past, Standing, Word
from aloft.engagement.leaves import CHANNELS
from aloft.engagement.model import Model
from aloft.engagement.policy import ContactPolicy
from aloft.records.models import AccountStatus, Consent, Contact, Contract, RecordedFact

LOOKED_BACK = timedelta(days=400)
"""No cap counts what lies further back."""

ENGAGED = ("contacted", "attended", "confirmed", "trained", "signed")
SPELLED = {"mail": "email", "visit": "onsite"}
"""Channels as people log them."""

CUSTOMERS = (AccountStatus.ACTIVE, AccountStatus.TRIAL, AccountStatus.FREE)
"""Who has no contract, and is a customer."""


class Standings:
    """What is read of some contacts as of `at`. `leaving` are messages on their way, which do not count themselves."""

    def __init__(self, contacts: Collection[Contact], at: datetime, leaving: Collection[int] = ()) -> None:
        self._at = at
        keys = [one.pk for one in contacts]
        self._words = _words(keys, at)
        self._contracts = _contracts({one.account_id for one in contacts})
        told = _told(keys, at)
        self._past = _past(keys, at, leaving, told)
        addresses = {one.email.lower() for one in contacts}
        gone = Unreachable.objects.filter(address__in=addresses, since__lte=at)
        self._gone = frozenset(gone.values_list("address", flat=True))

    def of(self, contact: Contact, model: Model, policy: ContactPolicy) -> Standing:
        calendar = calendar_of(contact, model)
        today = calendar.local_date(self._at)
        contracts = self._contracts.get(contact.account_id, ())
        ended = [end for _, end in contracts if end is not None and end <= today]
        return Standing(
            calendar=calendar,
            name=str(contact),
            persona=contact.persona,
            regime=regime_of(policy.consent, contact.account.country, model.clock.home_country),
            words=self._words.get(contact.pk, {}),
            blocked=self._blocked(contact),
            customer=_is_customer(contact, contracts, today),
            left=calendar.start_of_day(max(ended)) if ended else None,
            past=tuple(self._past.get(contact.pk, ())),
        )

    def _blocked(self, contact: Contact) -> str:
        if contact.status != "active":
            return f"{contact} cannot be reached any more: {contact.status}"
        return f"nobody is at the address of {contact}" if contact.email.lower() in self._gone else ""


def objections(contacts: Collection[int], at: datetime) -> frozenset[tuple[int, str]]:
    """Of which contacts the newest word on a purpose is no: (contact, purpose)."""
    words = _words(contacts, at)
    return frozenset(
        (one, name) for one, told in words.items() for name, word in told.items() if not word.granted
    )


def calendar_of(contact: Contact, model: Model) -> WorkCalendar:
    """The working days of the account's country, on the contact's own clock if it has one."""
    account = contact.account
    calendar = for_account(model.clock, account.timezone, account.country, account.subdivision or None)
    return calendar.in_zone(contact.timezone or None)


def _is_customer(contact: Contact, contracts: Iterable[tuple[date, date | None]], today: date) -> bool:
    """Whether a contract is in force; of an account that never had one, its status says it."""
    known = list(contracts)
    if known:
        return any(start <= today and (end is None or today < end) for start, end in known)
    return contact.account.status in CUSTOMERS


def _words(contacts: Collection[int], at: datetime) -> dict[int, dict[str, Word]]:
    """The newest word of each purpose counts."""
    found: dict[int, dict[str, Word]] = {}
    rows = Consent.objects.filter(contact__in=contacts, captured_at__lte=at)
    for one in rows.order_by("captured_at", "id"):
        word = Word(one.granted, one.captured_at, one.expires_at, one.basis)
        found.setdefault(one.contact_id, {})[one.purpose] = word
    return found


def _contracts(accounts: Collection[int]) -> dict[int, list[tuple[date, date | None]]]:
    found: dict[int, list[tuple[date, date | None]]] = {}
    rows = Contract.objects.filter(account__in=accounts)
    for account, start, end in rows.values_list("account", "starts_on", "ends_on"):
        found.setdefault(account, []).append((start, end))
    return found


Told = Mapping[int, list[tuple[str, datetime]]]
"""By contact: the channel and the instant of each time that a person reached it."""


def _told(contacts: Collection[int], at: datetime) -> Told:
    """What people noted of it; of several notes on one occurrence the first counts."""
    rows = RecordedFact.objects.filter(
        contact__in=contacts, fact__in=ENGAGED, withdrawn_at=None, occurred_at__range=(at - LOOKED_BACK, at)
    )
    found: defaultdict[int, list[tuple[str, datetime]]] = defaultdict(list)
    seen = set()
    for one in rows.order_by("occurred_at", "pk"):
        key = (one.contact_id, one.moment, one.anchor, one.n) if one.moment else (one.pk,)
        if key not in seen and one.contact_id is not None:
            seen.add(key)
            found[one.contact_id].append((_channel(one), one.occurred_at))
    return found


def _channel(fact: RecordedFact) -> str:
    said = SPELLED.get(fact.value, fact.value)
    if said in CHANNELS:
        return said
    return "meeting" if fact.fact in ("attended", "trained") else "call"


def _past(
    contacts: Collection[int], at: datetime, leaving: Collection[int], told: Told
) -> dict[int, list[Past]]:
    found = {contact: [Past(when, channel) for channel, when in calls] for contact, calls in told.items()}
    rows = Message.objects.filter(
        contact__in=contacts,
        state__in=(MessageState.QUEUED, MessageState.KEPT),
        released_at__range=(at - LOOKED_BACK, at),
    ).exclude(pk__in=leaving)
    for one in rows.select_related("occurrence").order_by("released_at", "pk"):
        assert one.contact_id is not None
        assert one.released_at is not None
        heard = any(when > one.released_at for _, when in told.get(one.contact_id, ()))
        channel = "survey" if one.kind == StepKind.SURVEY else one.channel
        past = Past(one.released_at, channel, one.purpose, True if heard else _answered(one))  # type: ignore[arg-type]
        found.setdefault(one.contact_id, []).append(past)
    return found


def _answered(message: Message) -> bool | None:
    """By the outcome that the message was for; None while nobody knows."""
    return {OutcomeState.MET: True, OutcomeState.MISSED: False}.get(OutcomeState(message.occurrence.outcome))
