"""The figures of the revenue pages as the engine tells them, and the pictures of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from aloft.ui import charts
from aloft.ui.charts import Bar, Frame, Line
from aloft.ui.words import compact

GAINS = (("new", "f1"), ("reactivation", "f2"), ("expansion", "f3"))
LOSSES = (("contraction", "rest"), ("churn", "neg"))
KINDS = {
    "opening": "Opening",
    "new": "New",
    "reactivation": "Reactivation",
    "expansion": "Expansion",
    "contraction": "Contraction",
    "churn": "Churn",
    "escalators": "Escalators",
    "fx": "Exchange rates",
    "closing": "Closing",
}


@dataclass(frozen=True)
class Cell:
    """A figure that opens to the accounts behind it; `kind` is empty where nothing is behind it."""

    kind: str
    amount: Decimal


@dataclass(frozen=True)
class Row:
    """`first` is the first day of the month."""

    first: date
    cells: list[Cell]
    customers: int
    quick_ratio: Decimal | None
    retained: Mapping[str, Decimal | None]

    @property
    def closing(self) -> Decimal:
        return self.cells[-1].amount


@dataclass(frozen=True)
class Tier:
    tier: int
    accounts: int
    floor: Decimal | None
    exit_floor: Decimal | None
    mrr: Decimal
    share: Decimal
    cumulative_share: Decimal


@dataclass(frozen=True)
class Figures:
    currency: str
    day: date
    convention: str
    columns: list[str]
    rows: list[Row]
    tiers: list[Tier]
    curve: list[tuple[int, float]]


def figures(told: Mapping[str, Any]) -> Figures:
    """From the engine's answer."""
    apart = [kind for kind in ("escalators", "fx") if any(Decimal(month[kind]) for month in told["months"])]
    kinds = [kind for kind in KINDS if kind not in {"escalators", "fx"} or kind in apart]
    rows = [
        _row(month, retained, kinds) for month, retained in zip(told["months"], told["retained"], strict=True)
    ]
    return Figures(
        currency=told["currency"],
        day=date.fromisoformat(told["day"]),
        convention=told["convention"],
        columns=[KINDS[kind] for kind in kinds],
        rows=rows,
        tiers=[_tier(tier) for tier in told["tiers"]],
        curve=[(int(count), float(share)) for count, share in told["curve"]],
    )


def _row(month: Mapping[str, Any], retained: Mapping[str, Any], kinds: Sequence[str]) -> Row:
    return Row(
        first=date.fromisoformat(f"{month['month']}-01"),
        cells=[Cell(kind if Decimal(month[kind]) else "", Decimal(month[kind])) for kind in kinds],
        customers=month["customers"],
        quick_ratio=_decimal(month["quick_ratio"]),
        retained={name: _decimal(value) for name, value in retained.items() if name != "month"},
    )


def _tier(told: Mapping[str, Any]) -> Tier:
    return Tier(
        told["tier"],
        told["accounts"],
        _decimal(told["floor"]),
        _decimal(told["exit_floor"]),
        Decimal(told["mrr"]),
        Decimal(told["share"]),
        Decimal(told["cumulative_share"]),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@dataclass(frozen=True)
class Slot:
    """A month of the picture: where it stands, its name where there is room, and its bars."""

    x: float
    label: str
    bars: list[Bar]


@dataclass(frozen=True)
class MovementsPicture:
    line: str
    area: str
    end: tuple[float, float]
    scale: list[Line]
    slots: list[Slot]
    zero: float
    steps: list[Line]


def movements_picture(rows: Sequence[Row]) -> MovementsPicture:
    """MRR above, what moved it below."""
    levels = [float(row.closing) for row in rows]
    scale = charts.ticks(min(0.0, *levels), max(levels))
    above = Frame(56, 940, 20, 190, scale[0], scale[-1])
    points = [(above.slot(place, len(rows)), above.y(level)) for place, level in enumerate(levels)]
    parts = [_parts(row) for row in rows]
    most = max(sum(size for _, size in gains) for gains, _ in parts)
    least = max(sum(size for _, size in losses) for _, losses in parts)
    steps = charts.ticks(-least, most, most=3)
    below = Frame(56, 940, 220, 330, steps[0], steps[-1])
    every = -(-len(rows) // 12)
    slots = [
        Slot(
            below.slot(place, len(rows)),
            f"{row.first:%b %y}" if (len(rows) - 1 - place) % every == 0 else "",
            charts.stacked(below, place, len(rows), *parts[place]),
        )
        for place, row in enumerate(rows)
    ]
    return MovementsPicture(
        line=charts.path(points),
        area=charts.area(points, above.y(0)),
        end=points[-1],
        scale=[Line(above.y(value), compact(value)) for value in scale],
        slots=slots,
        zero=below.y(0),
        steps=[Line(below.y(value), compact(value)) for value in steps],
    )


def _parts(row: Row) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    amounts = {cell.kind: float(cell.amount) for cell in row.cells}
    gains = [(css, amounts.get(kind, 0.0)) for kind, css in GAINS]
    losses = [(css, amounts.get(kind, 0.0)) for kind, css in LOSSES]
    return gains, losses


@dataclass(frozen=True)
class Mark:
    """The end of a tier on the curve."""

    x: float
    y: float
    says: str


@dataclass(frozen=True)
class CurvePicture:
    line: str
    area: str
    scale: list[Line]
    marks: list[Mark]
    customers: int


def curve_picture(found: Figures) -> CurvePicture:
    """Customers, largest first, against the share of MRR that they bring."""
    frame = Frame(56, 940, 20, 240, 0, 1)
    customers = found.curve[-1][0]
    points = [(frame.x(count / customers), frame.y(share)) for count, share in found.curve]
    reached, marks = 0, []
    for tier in found.tiers[:-1]:
        reached += tier.accounts
        share = float(tier.cumulative_share)
        says = f"{share:.1%} from {reached:,}".replace("%", " %")
        marks.append(Mark(frame.x(reached / customers), frame.y(share), says))
    scale = [Line(frame.y(part / 4), f"{part * 25} %") for part in range(5)]
    return CurvePicture(charts.path(points), charts.area(points, frame.y(0)), scale, marks, customers)
