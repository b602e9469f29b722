"""Whom a message reaches: the customer's contacts by persona, as they are now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from aloft.act.models import Occurrence, Unreachable
from aloft.engagement.playbook import Who
from aloft.engine.directory import Known
from aloft.learn import outcomes
from aloft.measures.readers import Reader, of_whom
from aloft.records.models import Contact

if TYPE_CHECKING:  # an order is addressed by what stands here
    from aloft.engine.turn import Turn
    from aloft.engine.versions import Running

ACTOR = "actor"


def default_readers() -> Who:
    return Who(("champion", "admin"))


def in_words(who: Who) -> str:
    return " or ".join(persona.replace("_", " ") for persona in who.personas)


class Asking(Protocol):
    """Something of an occurrence that is addressed to contacts; `path` tells it from the others of it."""

    @property
    def occurrence(self) -> Occurrence: ...

    @property
    def running(self) -> Running: ...

    @property
    def known(self) -> Known: ...

    @property
    def path(self) -> str: ...

    @property
    def readers(self) -> Who: ...


@dataclass(frozen=True)
class Reached:
    """`lacking` says why there is nobody."""

    contacts: tuple[Contact, ...]
    lacking: str = ""


def reachable(customers: Collection[int]) -> Mapping[int, Sequence[Contact]]:
    """By account (a customer), in order: the active contacts with an address that somebody is at."""
    gone = set(Unreachable.objects.values_list("address", flat=True))
    found: defaultdict[int, list[Contact]] = defaultdict(list)
    rows = Contact.objects.filter(account__in=customers, status="active").select_related("account")
    for contact in rows.order_by("pk"):
        if contact.email and contact.email.lower() not in gone:
            found[contact.account_id].append(contact)
    return found


def chosen(who: Who, with_persona: Callable[[str], Sequence[Contact]]) -> list[Contact]:
    """Those whom it reaches, in the order of preference."""
    listed = list({one.pk: one for persona in who.personas for one in with_persona(persona)}.values())
    return listed if who.every else listed[:1]


def nobody(who: Who) -> str:
    """What is said where it reaches nobody."""
    return f"no {in_words(who)} with an address can be reached"


class Reaching:
    """The contacts of all the accounts that a turn writes to or invites, read once."""

    def __init__(self, turn: Turn, orders: Sequence[Asking]) -> None:
        self._turn = turn
        self._contacts = reachable({order.known.customer for order in orders})
        self._wanted = self._judged(orders)

    def _judged(self, orders: Sequence[Asking]) -> Mapping[tuple[int, str], set[int]]:
        """By occurrence and step that says `where`: the contacts of whom it is true, asked in one frame a version."""
        asking = [order for order in orders if order.readers.where is not None]
        found: dict[tuple[int, str], set[int]] = {}
        for version in dict.fromkeys(order.running.version.pk for order in asking):
            ours = [order for order in asking if order.running.version.pk == version]
            frames = ours[0].running.frames
            occurrences = {order.occurrence.pk: order for order in ours}
            at = self._turn.read_at
            frames.ask(
                replace(outcomes.question(one.occurrence, one.known.store, at), at=at)
                for one in occurrences.values()
            )
            frames.build()
            for order in ours:
                found[order.occurrence.pk, order.path] = self._true(order)
        return found

    def _true(self, order: Asking) -> set[int]:
        assert order.readers.where is not None
        key = order.occurrence.pk
        people = [
            Reader(key, one.pk, one.persona, one.locale, one.user_id)
            for one in self._contacts.get(order.known.customer, ())
        ]
        true = of_whom(order.running.frames, order.readers.where.expression, people)
        return {contact for _, contact in true}

    def of(self, order: Asking) -> Reached:
        who = order.readers
        found = self._chosen(who, order)
        if found:
            return Reached(tuple(found))
        return Reached((), nobody(who))

    def guests(self, order: Asking) -> Reached:
        """One of each persona, or all where `every` says so: whoever is listed is invited."""
        if order.readers.every:
            return self.of(order)
        each = [replace(order.readers, personas=(persona,)) for persona in order.readers.personas]
        found = [one for who in each for one in self._chosen(who, order)]
        unique = tuple({one.pk: one for one in found}.values())
        return Reached(unique) if unique else self.of(order)

    def _chosen(self, who: Who, order: Asking) -> list[Contact]:
        return chosen(who, lambda persona: self._with(persona, order))

    def _with(self, persona: str, order: Asking) -> list[Contact]:
        contacts = self._contacts.get(order.known.customer, ())
        if order.readers.where is not None:
            wanted = self._wanted[order.occurrence.pk, order.path]
            contacts = [one for one in contacts if one.pk in wanted]
        if persona == ACTOR:
            actor = order.occurrence.actor
            return [one for one in contacts if actor and one.user_id == actor]
        return [one for one in contacts if one.persona == persona]
