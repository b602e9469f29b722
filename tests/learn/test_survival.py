"""The worked numbers of F13, and waits of which too many go on."""

from __future__ import annotations

import pytest

from aloft.learn.survival import Wait, curve, days_until

WORKED = [
    *(Wait(days, over=True) for days in (2, 4, 4, 7, 10, 21)),
    *(Wait(days, over=False) for days in (9, 14)),
]


def test_the_worked_example() -> None:
    """T42."""
    told = {step.days: step.waiting for step in curve(WORKED)}
    assert {days: told[days] for days in (2, 4, 7, 10)} == {
        2: pytest.approx(0.875), 4: pytest.approx(0.625), 7: pytest.approx(0.5), 10: pytest.approx(1 / 3),
    }  # fmt: skip
    assert days_until(0.5, curve(WORKED)) == 7


def test_where_most_are_not_there_yet_the_median_is_unknown() -> None:
    steps = curve([Wait(3, over=True), Wait(5, over=False), Wait(9, over=False)])
    assert (days_until(0.3, steps), days_until(0.5, steps)) == (3, None)
    assert curve([Wait(9, over=False)]) == ()
