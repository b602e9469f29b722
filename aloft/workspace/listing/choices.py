"""What the filters of a list offer to choose from, and what is chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from aloft.records.models import AccountStatus, Person
from aloft.ui.words import humanised
from aloft.workspace.listing.matching import NONE
from aloft.workspace.listing.query import EVERY, Query
from aloft.workspace.reader import Reader

BANDS = {
    "red": "Red",
    "yellow": "Yellow",
    "green": "Green",
    "grey": "Grey: too little is known",
    NONE: "No reading",
}
STATUSES = [*AccountStatus.choices, (NONE, "Not told"), (EVERY, "All")]


@dataclass(frozen=True)
class Choice:
    value: str
    title: str
    chosen: bool


@dataclass(frozen=True)
class Filter:
    """`without`: the query as its address says it, without this filter. `usual`: what holds where none is chosen."""

    name: str
    title: str
    choices: tuple[Choice, ...]
    without: str
    usual: str = "any"

    @property
    def chosen(self) -> str:
        """“Tier 1, Tier 2”, or nothing."""
        return ", ".join(choice.title for choice in self.choices if choice.chosen)


def filters(reader: Reader, query: Query, mine: QuerySet[Any]) -> list[Filter]:
    models = reader.models
    segments = dict.fromkeys(name for model in models for name in model.segments)
    phases = dict.fromkeys(name for model in models for name in model.phases)
    touches = dict.fromkeys(level.name for model in models for level in model.touch_levels)
    profiles = dict.fromkeys(name for model in models if model.health for name in model.health.profiles)
    scored = [_filter(query, "profile", "Scored as", [*_humanised(profiles), (NONE, "No profile")])]
    people = Person.objects.order_by("name").values_list("handle", "name")
    return [
        _filter(query, "status", "Status", STATUSES, usual="current"),
        _filter(query, "segment", "Segment", [*_humanised(segments), (NONE, "None")]),
        _filter(query, "phase", "Phase", [*_humanised(phases), (NONE, "None")]),
        _filter(query, "touch", "Touch", _humanised(touches)),
        _filter(query, "health", "Health", BANDS.items()),
        *(scored if profiles or query.profile else []),
        _filter(query, "owner", "Owner", [*people, (NONE, "Nobody")]),
        _filter(query, "region", "Region", [*_countries(mine), (NONE, "Not known")]),
    ]


def _humanised(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, humanised(name)) for name in names]


def _countries(mine: QuerySet[Any]) -> list[tuple[str, str]]:
    found = mine.exclude(country="").order_by("country").values_list("country", flat=True).distinct()
    return [(code, code) for code in found]


def _filter(
    query: Query, name: str, title: str, known: Iterable[tuple[str, str]], *, usual: str = "any"
) -> Filter:
    """What is chosen is offered too where it has gone since: else nobody could take it away."""
    wanted: tuple[str, ...] = getattr(query, name)
    offered = dict(known)
    listed = {**offered, **{value: value for value in wanted if value not in offered}}
    choices = tuple(Choice(value, said, value in wanted) for value, said in listed.items())
    return Filter(name, title, choices, str(query.without(name)), usual)
