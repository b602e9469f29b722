"""Who takes part in a scenario, as its file introduces them: by these names facts and expectations are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from aloft.decide.calendar import WorkCalendar, for_account
from aloft.engagement.load import Reading
from aloft.engagement.model import Model
from aloft.engagement.names import NAMES
from aloft.engine.scenario.cells import Cell, Misread, Value
from aloft.engine.scenario.values import Given, PersonGiven, Subject
from aloft.measures.account import CONTRACT_INSTANTS, NUMBERS, TEXTS
from aloft.records.fields import ACCOUNT_COLUMNS
from aloft.records.services.contacts import READ as CONTACT_FIELDS

PLAN = ("success_plan.agreed", "success_plan.reviewed")
PERSON_LISTS = ("skills", "languages", "segments")
PERSON_FIELDS = ("name", "role", "email", "hours_per_week", "timezone", "country", *PERSON_LISTS)
_PERSON = (*PERSON_FIELDS, "books", "leave", "backup")


@dataclass
class Cast:
    """`readings`: the model, and those that the scenario publishes later; the last one is in force."""

    readings: list[Reading]
    accounts: dict[str, Given] = field(default_factory=dict)
    contacts: dict[str, Given] = field(default_factory=dict)
    people: dict[str, PersonGiven] = field(default_factory=dict)

    @property
    def model(self) -> Model:
        return self.readings[-1].model

    def models(self) -> list[Model]:
        return [reading.model for reading in self.readings]

    def moments(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for model in self.models() for name in model.moments))

    def records(self) -> Mapping[str, object]:
        return {name: kind for model in self.models() for name, kind in model.records.items()}

    def account_fields(self) -> tuple[str, ...]:
        """What may be set of an account."""
        own = [name for model in self.models() for name in model.fields]
        names = (*ACCOUNT_COLUMNS, "parent", *sorted(NUMBERS | TEXTS), *CONTRACT_INSTANTS, *PLAN, *own)
        return tuple(dict.fromkeys(names))

    def names(self) -> tuple[str, ...]:
        """What an account has a value of: names of the language, fields and metrics."""
        own = [name for model in self.models() for name in (*model.metrics, *model.fields)]
        return tuple(dict.fromkeys((*NAMES, *own)))

    def calendar(self, account: str) -> WorkCalendar:
        """Of an account as it begins; of nobody in particular, that of home."""
        given = self.accounts.get(account)
        told = [given.fields.get(name) for name in ("timezone", "country", "subdivision")] if given else []
        zone, country, part = (str(one) if one is not None else None for one in [*told, None, None, None][:3])
        return for_account(self.model.clock, zone, country, part)

    def account_of(self, contact: str) -> str:
        given = self.contacts.get(contact)
        return str(given.fields.get("account") or "") if given else ""

    def subject(self, cells: Mapping[str, Cell]) -> Subject:
        """Who is meant by the keys `account product contact user person`."""
        found = Subject(
            account=_one_of(cells.get("account"), self.accounts, "account"),
            product=cells["product"].text() if "product" in cells else "",
            contact=_one_of(cells.get("contact"), self.contacts, "contact"),
            user=str(cells["user"].value()) if "user" in cells else "",
            person=_one_of(cells.get("person"), self.people, "person"),
        )
        if found.contact and not found.account:
            return replace(found, account=self.account_of(found.contact))
        return found

    def moment(self, cell: Cell) -> str:
        return cell.choice(self.moments(), "moment")

    def source_of(self, event: str) -> str:
        """The source that the model gives the event to."""
        given = (source for source, events in self.model.sources.items() if event in events)
        return next(given, "product")


def _one_of(cell: Cell | None, known: Mapping[str, object], what: str) -> str:
    return "" if cell is None else cell.choice(known, what)


def accounts(cast: Cast, cell: Cell) -> dict[str, Given]:
    found, fields = {}, cast.account_fields()
    for name, one in cell.cells().items():
        told = {key: below.value() for key, below in one.known(fields).items()}
        found[name] = Given(name, one.key, told)
    return found


def contacts(cast: Cast, cell: Cell) -> dict[str, Given]:
    found = {}
    for name, one in cell.cells().items():
        below = one.known(("account", "user", "consent", *CONTACT_FIELDS))
        if "account" not in below:
            raise Misread(one.problem("'account' is missing: whose contact is it?", one.key))
        below["account"].choice(cast.accounts, "account")
        told: dict[str, Value] = {key: part.value() for key, part in below.items() if key != "consent"}
        if "consent" in below:
            told |= {f"consent.{key}": part.text() for key, part in below["consent"].cells().items()}
        found[name] = Given(name, one.key, told)
    return found


def people(cast: Cast, cell: Cell) -> dict[str, PersonGiven]:
    names = tuple(cell.cells())
    return {name: _person(cast, name, one, names) for name, one in cell.cells().items()}


def _person(cast: Cast, name: str, cell: Cell, names: tuple[str, ...]) -> PersonGiven:
    below = cell.known(_PERSON)
    if "role" not in below:
        raise Misread(cell.problem("'role' is missing: which role of the model is it?", cell.key))
    below["role"].choice(cast.model.roles, "role")
    fields = person_fields(below)
    books, rule = _books(cast, below.get("books"))
    backup = below["backup"].choice(names, "person") if "backup" in below else ""
    return PersonGiven(name, cell.key, fields, books, rule, leave(below.get("leave")), backup)


def _books(cast: Cast, cell: Cell | None) -> tuple[tuple[str, ...], str]:
    """A list of accounts, or a rule such as `segment = 'tier_1'`."""
    if cell is None:
        return (), ""
    if cell.is_list or cell.text() in cast.accounts:
        return tuple(one.choice(cast.accounts, "account") for one in cell.items()), ""
    return (), cell.text()


def person_fields(cells: Mapping[str, Cell]) -> dict[str, Value]:
    """Lists as texts, with commas."""
    told = {key: cell for key, cell in cells.items() if key in PERSON_FIELDS}
    return {
        key: ", ".join(one.text() for one in cell.items()) if key in PERSON_LISTS else cell.value()
        for key, cell in told.items()
    }


def leave(cell: Cell | None) -> tuple[tuple[date, date], ...]:
    return tuple(one.days() for one in cell.items()) if cell is not None else ()


def instant(cell: Cell, cast: Cast, account: str) -> datetime:
    return cell.instant(cast.calendar(account))
