"""What matters of a plan, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aloft.engine.plan.values import Move, RolePlan, What

LEAST = 0.25
"""Hours a week that are worth telling."""
_TOLD: tuple[What, ...] = ("touch", "segment", "phase")


@dataclass(frozen=True)
class Shift:
    """Hours a week more (or less) of a role, from the `week`-th week on (1 is the present one)."""

    role: str
    hours: float
    week: int
    over: float


def sentence(moves: Sequence[Move], roles: Sequence[RolePlan], accounts: int, first: bool) -> str:
    told = [*_who(moves, accounts, first), *_work(roles)]
    whole = "; ".join(told) or "No account moves, and the hours stay as they are"
    return f"{whole[0].upper()}{whole[1:]}."


def _who(moves: Sequence[Move], accounts: int, first: bool) -> list[str]:
    if first and not accounts:
        return ["no account is known yet"]
    if first:
        return [f"{counted(accounts)} {'comes' if accounts == 1 else 'come'} under the model"]
    for what in _TOLD:
        number = sum(move.accounts for move in moves if move.what == what)
        if number:
            return [f"{counted(number)} {'changes' if number == 1 else 'change'} {what}"]
    return []


def counted(number: int) -> str:
    return f"{number:,} {'account' if number == 1 else 'accounts'}"


def _work(roles: Sequence[RolePlan]) -> list[str]:
    shifts = [found for role in roles if (found := shift(role)) is not None]
    if shifts:
        largest = max(shifts, key=lambda one: abs(one.hours))
        return [_shifted(largest)]
    full = [(*most, role.role) for role in roles if (most := _fullest(role)) is not None]
    return [
        f"{role} is over capacity by {_number(over)} hours in week {week}"
        for over, week, role in sorted(full)[-1:]
    ]


def _shifted(one: Shift) -> str:
    way = "more" if one.hours > 0 else "less"
    over = f": over capacity by {_number(one.over)}" if one.over >= LEAST else ""
    return f"{_number(abs(one.hours))} hours a week {way} for {one.role} from week {one.week}{over}"


def _number(hours: float) -> str:
    """Whole hours; of few, tenths."""
    return f"{hours:.0f}" if hours >= 10 else f"{round(hours, 1):g}"


def shift(role: RolePlan) -> Shift | None:
    """The mean over the weeks from the first on in which it differs; None where it hardly does."""
    changes = [week.total - week.before for week in role.weeks]
    begins = next((n for n, change in enumerate(changes) if abs(change) >= LEAST), None)
    if begins is None:
        return None
    mean = sum(changes[begins:]) / len(changes[begins:])
    over = max(
        (week.total - week.capacity for week in role.weeks[begins:] if week.capacity is not None), default=0.0
    )
    return Shift(role.role, mean, begins + 1, over) if abs(mean) >= LEAST else None


def _fullest(role: RolePlan) -> tuple[float, int] | None:
    """The most hours over capacity, and the week (1 is the present one)."""
    over = [
        (week.total - week.capacity, n) for n, week in enumerate(role.weeks, 1) if week.capacity is not None
    ]
    most = max(over, default=(0.0, 0))
    return most if most[0] >= LEAST else None
