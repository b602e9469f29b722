"""Plans as the command line tells them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Plan = dict[str, Any]
Planned = Callable[..., Plan]
"""`aloft plan --json` of a text, with further options, or of a `stored` version."""


def of(plan: Plan, moment: str) -> Plan:
    (found,) = [one for one in plan["moments"] if one["moment"] == moment]
    return dict(found)


def hours(plan: Plan, role: str, which: str) -> list[float]:
    (found,) = [one for one in plan["roles"] if one["role"] == role]
    return [week[which] for week in found["weeks"]]
