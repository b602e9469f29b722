"""Our people as of an instant: who fills a role for an account, who is away, who has how much to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from aloft.act.selectors import loads
from aloft.decide.calendar import WorkCalendar, for_person
from aloft.decide.choosing import Asked, Candidate
from aloft.decide.owners import Holder, Resolved, resolve, resolve_role, role_by_touch
from aloft.engagement.model import Model, Moment, Role, WorkingTime
from aloft.engine.directory import Known
from aloft.engine.portfolios import Portfolios
from aloft.measures.models import AccountProjection
from aloft.records.models import Holding, Leave, Person


class Staff:
    """Read once per turn; what people have in hand once one is chosen by it, and then by what the turn opens."""

    def __init__(self, at: datetime, clock: WorkingTime, people: Iterable[Person] | None = None) -> None:
        """`people`: those there are; None: all of ours."""
        self._clock = clock
        self._portfolios = Portfolios()
        found = Person.objects.all() if people is None else people
        self._people = {person.pk: person for person in found}
        away = _away(at, self._people, clock) if self._people else {}
        self._holders: dict[int, Holder] = {}
        self._is_busy_known = False
        self._candidates = {
            pk: Candidate(
                pk,
                person.name,
                person.role,
                away.get(pk),
                person.backup_id,
                0,
                person.handle,
                frozenset(person.skills),
                frozenset(person.languages),
                frozenset(person.segments),
            )
            for pk, person in self._people.items()
        }

    def owner(
        self, moment: Moment, model: Model, touch: tuple[str, ...], known: Known, segment: str
    ) -> Resolved:
        """`segment` is the account's, by the frame that stands."""
        name = role_by_touch(moment, touch)
        people: Mapping[int, Candidate] = self._candidates
        if name and self._chooses(model.roles[name], known):
            people = self._portfolios.told(model.roles[name], self._busy())
        asked = Asked(moment.skills, known.language, segment)
        return resolve(moment, model.roles, touch, self.holders(known), people, asked=asked)

    def filling(
        self,
        role: str,
        model: Model,
        known: Known,
        keep: int | None = None,
        skills: tuple[str, ...] = (),
    ) -> Resolved:
        """For an account as it was understood last."""
        found, holder = model.roles[role], self.holders(known)
        if not self._chooses(found, known, keep):
            return resolve_role(found, holder, self._candidates, keep=keep)
        people = self._portfolios.told(found, self._busy())
        asked = Asked(skills, known.language, _segment(found, known))
        return resolve_role(found, holder, people, keep=keep, asked=asked)

    def _chooses(self, role: Role, known: Known, keep: int | None = None) -> bool:
        """Whether one of several is chosen anew: only then is it asked what they have and what fits the account."""
        has_it = self._here(keep)
        if role.automated or (has_it and has_it.role == role.name):
            return False
        held_by, _ = self.holders(known).get(role.name, (None, ""))
        return role.pool or self._here(held_by) is None

    def _busy(self) -> Mapping[int, Candidate]:
        """All with what they have in hand, which is read once somebody is chosen by it."""
        if not self._is_busy_known:
            busy = loads() if self._people else {}
            self._candidates = {
                pk: replace(one, load=busy.get(pk, 0)) for pk, one in self._candidates.items()
            }
            self._is_busy_known = True
        return self._candidates

    def _here(self, person: int | None) -> Candidate | None:
        one = self._candidates.get(person) if person is not None else None
        return None if one is None or one.away else one

    def holders(self, known: Known) -> Holder:
        """By role: the person whose book holds the account, and the book's name."""
        if known.customer not in self._holders:
            self._holders |= _holders([known.customer])
        return self._holders[known.customer]

    def look_up(self, known: Iterable[Known]) -> None:
        """Who holds all of these, at once."""
        customers = {one.customer for one in known} - self._holders.keys()
        self._holders |= _holders(customers)

    def forget_holders(self) -> None:
        """Books have been read again."""
        self._holders.clear()

    def give(self, person: int | None, known: Known, at: datetime) -> None:
        """Count one more open occurrence, so that a pool is shared out evenly within a turn."""
        if person not in self._candidates:
            return
        now = self._candidates[person]
        if self._is_busy_known:
            self._candidates[person] = replace(now, load=now.load + 1)
        self._portfolios.give(now, known.customer, at)

    def calendar(self, person: int | None) -> WorkCalendar:
        """Of the person, or of the home office where nobody in particular is meant."""
        one = self._people.get(person) if person else None
        zone, country = (one.timezone, one.country) if one else ("", "")
        return for_person(self._clock, zone, country)

    def name(self, person: int | None) -> str:
        return self._people[person].name if person in self._people else ""


def _segment(role: Role, known: Known) -> str:
    """Read where the role asks for it alone."""
    if "segment" not in role.match:
        return ""
    return AccountProjection.objects.filter(account=known.row).values_list("segment", flat=True).first() or ""


def _holders(customers: Collection[int]) -> dict[int, Holder]:
    held: dict[int, dict[str, tuple[int, str]]] = {customer: {} for customer in customers}
    rows = Holding.objects.filter(account__in=customers).order_by("book__position", "pk")
    for account, role, person, book in rows.values_list("account", "role", "person", "book__name"):
        held[account].setdefault(role, (person, book or ""))
    return dict(held)


def _away(at: datetime, people: Mapping[int, Person], clock: WorkingTime) -> dict[int, date]:
    """Who is on leave, with the last day of it; days are the person's own."""
    found: dict[int, date] = {}
    for leave in Leave.objects.all():
        person = people[leave.person_id]
        today = for_person(clock, person.timezone, person.country).local_date(at)
        if leave.first_day <= today <= leave.last_day:
            found[person.pk] = max(leave.last_day, found.get(person.pk, leave.last_day))
    return found
