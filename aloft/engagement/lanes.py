"""A model as lanes: in which segment, in whose lane and in the column of which time a moment meets accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from aloft.engagement.model import (
    Anchor,
    Duration,
    Every,
    ExpectTrigger,
    ManualTrigger,
    Model,
    Moment,
    Offsets,
    OnDate,
    Phase,
    ScheduleTrigger,
    Segment,
    Unit,
)

ANY = ""
"""The group of what meets accounts in more than one phase."""
ENDS = (1, 4, 8, 13, 26, 52)  # weeks at which columns of a phase end
IN_DAYS: dict[Unit, float] = {
    "min": 1 / 1440, "h": 1 / 24, "bh": 1 / 9, "d": 1, "bd": 7 / 5, "w": 7, "mo": 30.4, "y": 365,
}  # fmt: skip
SALE = frozenset({"contract_start", "contract_signed"})
RENEWAL = frozenset({"renewal_date", "contract_end"})
LONGEST_CHAIN = 5


@dataclass(frozen=True, order=True)
class Column:
    """`rank` puts the columns of a phase in order."""

    rank: int
    title: str


LATER = Column(99, "later")
AFTER_START, BEFORE_RENEWAL = Column(200, "after its start"), Column(210, "before renewal")
ON_DATE, ON_EVENTS, BY_HAND = Column(220, "on a date"), Column(230, "on events"), Column(240, "by hand")
NOTHING = Column(250, "no moments")
PERIODS = (  # up to so many days
    (10, Column(100, "each week")),
    (45, Column(110, "each month")),
    (135, Column(120, "each quarter")),
    (270, Column(130, "each half-year")),
)
YEARLY = Column(140, "each year")


@dataclass(frozen=True)
class Group:
    """The columns of a phase; of the phase ANY for what meets accounts in several."""

    phase: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Placed:
    moment: str
    segment: str
    role: str
    phase: str
    column: Column


@dataclass(frozen=True)
class Lanes:
    groups: tuple[Group, ...]
    placed: tuple[Placed, ...]


def lanes(model: Model) -> Lanes:
    """Every moment once for each segment whose accounts it can meet; phases in the order of the model."""
    placed = tuple(
        one
        for segment in model.segments.values()
        for moment in model.moments.values()
        for one in _placed(model, segment, moment)
    )
    phases = [*model.phases, *([ANY] if any(one.phase == ANY for one in placed) else [])]
    return Lanes(tuple(Group(phase, _columns(model, phase, placed)) for phase in phases), placed)


def _columns(model: Model, phase: str, placed: tuple[Placed, ...]) -> tuple[Column, ...]:
    used = {one.column for one in placed if one.phase == phase}
    axis = set(_weeks(model.phases[phase])) if phase != ANY else set()
    return tuple(sorted(used | axis)) or (NOTHING,)


def _placed(model: Model, segment: Segment, moment: Moment) -> Iterator[Placed]:
    if moment.segments and segment.name not in moment.segments:
        return
    met = {phase: _levels(segment, moment, phase) for phase in moment.phases or model.phases}
    phases = [phase for phase, levels in met.items() if levels]
    if phases:
        phase = phases[0] if len(phases) == 1 else ANY
        level = met[phases[0]][0]
        role = moment.owners.get(level) or moment.owners.get("*") or next(iter(moment.owners.values()))
        yield Placed(moment.name, segment.name, role, phase, column_of(model, moment, phase))


def _levels(segment: Segment, moment: Moment, phase: str) -> list[str]:
    return [level for level in segment.touch.get(phase, ()) if not moment.touch or level in moment.touch]


def column_of(model: Model, moment: Moment, phase: str) -> Column:
    """The column of a moment's time in a phase."""
    match moment.trigger:
        case ManualTrigger():
            return BY_HAND
        case ExpectTrigger(within=within, of=anchor):
            return _after(model, anchor, within, phase)
        case ScheduleTrigger(schedule=OnDate()):
            return ON_DATE
        case ScheduleTrigger(schedule=Every(period=period)):
            days = in_days(period)
            return next((column for most, column in PERIODS if days <= most), YEARLY)
        case ScheduleTrigger(schedule=Offsets(direction="before", anchor=anchor)):
            return BEFORE_RENEWAL if anchor.name in RENEWAL else Column(215, f"before {_spoken(anchor)}")
        case ScheduleTrigger(schedule=Offsets(offsets=offsets, anchor=anchor)):
            return _after(model, anchor, offsets[0], phase)
        case _:
            return ON_EVENTS


def _spoken(anchor: Anchor) -> str:
    return str(anchor).replace("_", " ").replace(".", " is ")


def _after(model: Model, anchor: Anchor, offset: Duration, phase: str) -> Column:
    start = _day(model, anchor, phase)
    if start is None or phase == ANY:
        return ON_EVENTS
    weeks = _weeks(model.phases[phase])
    if not weeks:
        return AFTER_START
    week = max(1, ceil((start + in_days(offset)) / 7))
    return next((column for column in weeks if week <= column.rank), LATER)


def _day(model: Model, anchor: Anchor, phase: str, chain: int = 0) -> float | None:
    """How many days after the start of the phase an instant lies; None where the model does not say."""
    if anchor.name == "phase_start" or (anchor.name in SALE and phase == next(iter(model.phases))):
        return 0
    moment = model.moments.get(str(anchor.name).partition(".")[0])
    if moment is None or chain == LONGEST_CHAIN:
        return None
    match moment.trigger:
        case ScheduleTrigger(schedule=Offsets(direction="after", offsets=offsets, anchor=before)):
            offset = offsets[0]
        case ExpectTrigger(within=offset, of=before):
            pass
        case _:
            return None
    start = _day(model, before, phase, chain + 1)
    return None if start is None else start + in_days(offset)


def _weeks(phase: Phase) -> tuple[Column, ...]:
    """The columns of a phase that is expected to last so long; none where nothing is expected. Ranked by their
    last week."""
    if phase.expected is None:
        return ()
    last = max(1, ceil(in_days(phase.expected) / 7))
    ends = [end for end in ENDS if end < last] + [last]
    firsts = [1, *(end + 1 for end in ends)]
    return tuple(
        Column(end, f"week {end}" if first == end else f"weeks {first}–{end}")
        for first, end in zip(firsts, ends, strict=False)
    )


def in_days(duration: Duration) -> float:
    """About so many days; a business day is 7/5 of one."""
    return duration.number * IN_DAYS[duration.unit]
