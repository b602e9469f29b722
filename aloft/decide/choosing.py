"""Who of several people takes it: those who know, speak and serve what is asked, and of them whoever has least."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from aloft.engagement.model import Choice, Role


@dataclass(frozen=True)
class Candidate:
    """Someone of our team, now. `away_until`: the last day of the leave they are on, if any.

    `languages` are two or three letters each. Without `segments` they serve every account. `load` counts open
    occurrences; `accounts`, their MRR as `revenue`, and `last`, when one last opened for them, are told where the
    role chooses by them.
    """

    person: int
    name: str
    role: str
    away_until: date | None = None
    backup: int | None = None
    load: int = 0
    handle: str = ""
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    accounts: int = 0
    revenue: Decimal = Decimal(0)
    last: datetime | None = None

    @property
    def away(self) -> bool:
        return self.away_until is not None


@dataclass(frozen=True)
class Asked:
    """What a moment and an account ask of whoever takes it. Empty: nothing is asked, or it is not known."""

    skills: tuple[str, ...] = ()
    language: str = ""
    segment: str = ""


NOTHING = Asked()


@dataclass(frozen=True)
class Chosen:
    """`because` is a phrase for `why`. `lacking`: nobody had something that was asked."""

    person: int
    because: str
    lacking: bool = False


_Test = tuple[str, Callable[[Candidate], bool]]

_MEASURES: Mapping[Choice, Callable[[Candidate], object]] = {
    "fewest_open": lambda one: one.load,
    "fewest_accounts": lambda one: one.accounts,
    "least_revenue": lambda one: one.revenue,
    "longest_since": lambda one: (one.last is not None, one.last),
}
_SAYINGS: Mapping[Choice, Callable[[Candidate, str], str]] = {
    "fewest_open": lambda one, of: f"has the least to do of {of}: {one.load} open",
    "fewest_accounts": lambda one, of: f"has the fewest accounts of {of}: {one.accounts}",
    "least_revenue": lambda one, of: f"has the least revenue of {of}: {one.revenue:,.0f} a month",
    "longest_since": lambda one, of: (
        f"was given one longest ago of {of}: {one.last.day} {one.last:%b}"
        if one.last
        else f"was never given one, of {of}"
    ),
}


def choose(role: Role, here: Iterable[Candidate], asked: Asked = NOTHING) -> Chosen:
    """Of the people of `role` who are here, one at least. What is equal goes by what is open, then by name.

    What nobody has is passed over, so that somebody always takes it. The order of `here` says nothing.
    """
    left, has, lacks = _fitting(role, list(here), asked)
    chosen = min(
        left, key=lambda one: (_MEASURES[role.choose](one), one.load, one.name, one.handle, one.person)
    )
    found = f"{chosen.name} {_SAYINGS[role.choose](chosen, role.name + _who(has))}"
    return Chosen(chosen.person, ", ".join([*lacks, found]), bool(lacks))


def _fitting(
    role: Role, people: list[Candidate], asked: Asked
) -> tuple[list[Candidate], list[str], list[str]]:
    """Who is left, what they all have, and what nobody of them has."""
    has: list[str] = []
    lacks: list[str] = []
    for says, fits in _tests(role, asked):
        fitting = [one for one in people if fits(one)]
        if fitting:
            people = fitting
            has.append(says)
        else:
            lacks.append(f"nobody of {role.name}{_who(has)} {says}")
    return people, has, lacks


def _tests(role: Role, asked: Asked) -> Iterator[_Test]:
    for skill in asked.skills:
        yield f"knows {skill}", _knows(skill)
    if "language" in role.match and asked.language:
        yield f"speaks {asked.language}", lambda one: asked.language in one.languages
    if "segment" in role.match and asked.segment:
        yield f"serves {asked.segment}", lambda one: not one.segments or asked.segment in one.segments


def _knows(skill: str) -> Callable[[Candidate], bool]:
    return lambda one: skill in one.skills


def _who(has: Sequence[str]) -> str:
    return f" who {' and '.join(has)}" if has else ""
