"""A scenario file as what it says, or as all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import TypeVar

from aloft.engagement.load import Reading
from aloft.engagement.problems import Place, Problem, dotted
from aloft.engagement.tree import Tree, Unreadable, read_tree
from aloft.engine.scenario import cast as casting
from aloft.engine.scenario.cast import Cast
from aloft.engine.scenario.cells import Cell, Misread
from aloft.engine.scenario.expecting import read_expectation
from aloft.engine.scenario.facts import read_facts
from aloft.engine.scenario.keys import FILE, SCENARIO
from aloft.engine.scenario.published import read_given
from aloft.engine.scenario.values import (
    AlertClaim,
    Claim,
    DueClaim,
    Expectation,
    Fact,
    MetricClaim,
    Scenario,
    StandingClaim,
    StateClaim,
    VerdictClaim,
)

_WHAT = "a scenario file is a mapping: `model`, and `scenarios` by name"

T = TypeVar("T")


class InvalidScenario(Exception):
    """A file that holds no scenarios; `problems` are all that were found, in the order of their places."""

    def __init__(self, problems: list[Problem]) -> None:
        unique = dict.fromkeys(problems)
        self.problems = tuple(sorted(unique, key=lambda one: (one.file, one.line, one.column)))
        super().__init__("\n".join(map(str, self.problems)))


def read_scenarios(text: str, file: str) -> tuple[Scenario, ...]:
    """In the order of the file; raises InvalidScenario with all that is wrong, each with its place."""
    problems: list[Problem] = []
    try:
        tree = read_tree(text, what=_WHAT)
    except Unreadable as unreadable:
        flaw = unreadable.flaw
        raise InvalidScenario([_flawed(file, flaw.place, "", flaw.message)]) from None
    problems += [_flawed(file, flaw.place, dotted(flaw.path), flaw.message) for flaw in tree.flaws]
    found = list(_scenarios(tree, file, problems))
    if problems:
        raise InvalidScenario(problems)
    return tuple(found)


def _flawed(file: str, place: Place, path: str, message: str) -> Problem:
    return Problem(file, place.line, place.column, path, message)


def _scenarios(tree: Tree, file: str, problems: list[Problem]) -> Iterator[Scenario]:
    whole = Cell(tree.root, tree.root.place, (), file)
    try:
        told = whole.known(FILE)
        if "scenarios" not in told:
            raise whole.misread("'scenarios' is missing: what is to happen, by name")
        given = told["scenarios"].cells()
    except Misread as misread:
        problems += misread.problems
        return
    shared = _try(lambda: read_given(told["model"]), problems) if "model" in told else None
    for name, cell in given.items():
        yield from _scenario(name, cell, shared, "model" in told, problems)


def _try(read: Callable[[], T], problems: list[Problem]) -> T | None:
    try:
        return read()
    except Misread as misread:
        problems += misread.problems
        return None


def _scenario(
    name: str, cell: Cell, shared: Reading | None, named: bool, problems: list[Problem]
) -> Iterator[Scenario]:
    """One scenario, unless something is wrong with it."""
    told = _try(cell.cells, problems)
    if told is None:
        return
    before = len(problems)
    problems += cell.surplus(SCENARIO)
    if "model" not in told and not named:
        problems.append(
            cell.problem("'model' is missing: name a file or a preset, or write it here", cell.key)
        )
    own = told.get("model")
    reading = _try(lambda: read_given(own), problems) if own is not None else shared
    if reading is None:
        return
    cast = _introduced(told, Cast([reading]), problems)
    facts = [*chain(*_each(told.get("facts"), lambda one: read_facts(one, cast), problems))]
    expected = _each(told.get("expect"), lambda one: read_expectation(one, cast), problems)
    named_at = _try(lambda: _named(told, cast), problems) or {}
    exactly = _try(lambda: told["exactly"].flag(), problems) if "exactly" in told else False
    instants = sorted([*(fact.received for fact in facts), *named_at.values(), *_claimed(expected)])
    if not instants:
        problems.append(cell.problem("nothing happens: give `live_from`, or facts", cell.key))
    if len(problems) == before:
        yield _put_together(name, cell, reading, cast, facts, expected, named_at, instants, bool(exactly))


def _introduced(told: Mapping[str, Cell], cast: Cast, problems: list[Problem]) -> Cast:
    """Accounts first: contacts and books name them."""
    if "accounts" in told:
        cast.accounts = _try(lambda: casting.accounts(cast, told["accounts"]), problems) or {}
    if "contacts" in told:
        cast.contacts = _try(lambda: casting.contacts(cast, told["contacts"]), problems) or {}
    if "people" in told:
        cast.people = _try(lambda: casting.people(cast, told["people"]), problems) or {}
    return cast


def _each(cell: Cell | None, read: Callable[[Cell], T], problems: list[Problem]) -> list[T]:
    found = (_try(lambda one=one: read(one), problems) for one in (cell.items() if cell else ()))  # type: ignore[misc]
    return [one for one in found if one is not None]


def _named(told: Mapping[str, Cell], cast: Cast) -> dict[str, datetime]:
    return {key: told[key].instant(cast.calendar("")) for key in ("live_from", "until") if key in told}


def _claimed(expected: list[Expectation]) -> list[datetime]:
    """Every instant that an expectation names; of a date, its last."""
    return [instant for one in expected for instant in _instants(one.claim) if instant is not None]


def _instants(claim: Claim) -> Iterator[datetime | None]:
    match claim:
        case VerdictClaim(when=when) | AlertClaim(when=when):
            yield when.last - datetime.resolution if when.last else None
        case StateClaim(at=at) | StandingClaim(at=at):
            yield at
        case MetricClaim(at=at, known_on=known_on):
            yield from (at, known_on)
        case DueClaim() | _:
            return


def _put_together(
    name: str,
    cell: Cell,
    reading: Reading,
    cast: Cast,
    facts: list[Fact],
    expected: list[Expectation],
    named: Mapping[str, datetime],
    instants: list[datetime],
    exactly: bool,
) -> Scenario:
    first = min((fact.received for fact in facts), default=instants[0])
    live_from = named.get("live_from", first)
    return Scenario(
        name=name,
        file=cell.file,
        place=cell.key,
        reading=reading,
        start=min(first, live_from),
        live_from=live_from,
        until=named.get("until", instants[-1]),
        accounts=tuple(cast.accounts.values()),
        contacts=tuple(cast.contacts.values()),
        people=tuple(cast.people.values()),
        facts=tuple(sorted(facts, key=attrgetter("received"))),
        expected=tuple(expected),
        exactly=exactly,
    )
