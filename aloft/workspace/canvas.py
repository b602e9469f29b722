"""The lanes of a model with the accounts that stand in them, row by row as the table is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from aloft.engagement.lanes import ANY, Column, Group, Lanes, Placed, lanes
from aloft.engagement.model import Duration, Model, Phase
from aloft.engagement.problems import Note
from aloft.engagement.words import length, listed
from aloft.workspace.standing import Standing

BROAD = 8  # columns, beyond which the table is wider than a page


@dataclass(frozen=True)
class Mark:
    """A moment in a cell. `notes`: how many there are on it."""

    name: str
    title: str
    trigger: str
    open: int
    notes: int


@dataclass(frozen=True)
class Cell:
    edge: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Lane:
    role: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Touch:
    """How a segment is met in a phase, over the columns of the phase."""

    phase: str
    levels: str
    accounts: int
    span: int


@dataclass(frozen=True)
class Rows:
    """A segment: its lanes, and the row above them that says how it is met."""

    segment: str
    rule: str
    accounts: int
    mrr: Decimal
    touch: tuple[Touch, ...]
    lanes: tuple[Lane, ...]

    @property
    def height(self) -> int:
        return 1 + len(self.lanes)


@dataclass(frozen=True)
class Head:
    """A phase over its columns; no phase for what meets accounts in several."""

    phase: str
    climbs: bool
    expected: Duration | None
    accounts: int
    columns: tuple[Column, ...]

    @property
    def lasts(self) -> str:
        return length(self.expected) if self.expected else ""


@dataclass(frozen=True)
class Canvas:
    heads: tuple[Head, ...]
    segments: tuple[Rows, ...]

    @property
    def columns(self) -> int:
        return sum(len(head.columns) for head in self.heads)

    @property
    def broad(self) -> bool:
        return self.columns > BROAD


def canvas(model: Model, stands: Standing, notes: Mapping[str, tuple[Note, ...]]) -> Canvas:
    """`notes` by the dotted name of what they are on."""
    drawn = lanes(model)
    return Canvas(
        heads=tuple(_head(model.phases.get(group.phase), group, stands) for group in drawn.groups),
        segments=tuple(_rows(model, drawn, segment, stands, notes) for segment in model.segments),
    )


def _head(phase: Phase | None, group: Group, stands: Standing) -> Head:
    """A phase that ends climbs; the last one cruises."""
    if phase is None:
        return Head(ANY, False, None, 0, group.columns)
    climbs = phase.leaves is not None
    return Head(phase.name, climbs, phase.expected, stands.in_phase(phase.name), group.columns)


def _rows(
    model: Model, drawn: Lanes, segment: str, stands: Standing, notes: Mapping[str, tuple[Note, ...]]
) -> Rows:
    here = [one for one in drawn.placed if one.segment == segment]
    when = model.segments[segment].when
    return Rows(
        segment=segment,
        rule=when.text if when else "the rest" if len(model.segments) > 1 else "",
        accounts=stands.in_segment(segment),
        mrr=stands.mrr.get(segment, Decimal(0)),
        touch=tuple(_touch(model, segment, group, stands) for group in drawn.groups),
        lanes=tuple(
            _lane(model, role, drawn, [one for one in here if one.role == role], stands, notes)
            for role in model.roles
            if any(one.role == role for one in here)
        ),
    )


def _touch(model: Model, segment: str, group: Group, stands: Standing) -> Touch:
    levels = model.segments[segment].touch.get(group.phase, ())
    accounts = stands.accounts.get((segment, group.phase), 0) if group.phase != ANY else 0
    return Touch(group.phase, listed(levels).capitalize(), accounts, len(group.columns))


def _lane(
    model: Model,
    role: str,
    drawn: Lanes,
    placed: list[Placed],
    stands: Standing,
    notes: Mapping[str, tuple[Note, ...]],
) -> Lane:
    cells = [
        Cell(
            place == 0,
            tuple(
                _mark(model, one, stands, notes)
                for one in placed
                if (one.phase, one.column) == (group.phase, column)
            ),
        )
        for group in drawn.groups
        for place, column in enumerate(group.columns)
    ]
    return Lane(role, tuple(cells))


def _mark(model: Model, one: Placed, stands: Standing, notes: Mapping[str, tuple[Note, ...]]) -> Mark:
    moment = model.moments[one.moment]
    return Mark(
        name=moment.name,
        title=moment.title,
        trigger=moment.trigger.kind,
        open=stands.open.get((moment.name, one.segment), 0),
        notes=len(notes.get(f"moments.{moment.name}", ())),
    )
