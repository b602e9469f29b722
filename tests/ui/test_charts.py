from __future__ import annotations

import pytest

from aloft.ui.charts import Bar, Frame, area, path, stacked, ticks

FRAME = Frame(left=0, right=100, top=0, bottom=100, low=-50, high=50)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 100, [0, 25, 50, 75, 100]),
        (0, 10_159_608, [0, 5_000_000, 10_000_000, 15_000_000]),
        (-500, 800, [-500, 0, 500, 1000]),
        (0, 0, [0, 0.25, 0.5, 0.75, 1]),
    ],
)
def test_a_scale_has_round_steps_and_holds_all(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == expected


def test_values_rise_from_the_bottom() -> None:
    assert (FRAME.y(-50), FRAME.y(0), FRAME.y(50)) == (100, 50, 0)
    assert (FRAME.slot(0, 2), FRAME.slot(1, 2)) == (25, 75)


def test_gains_stand_on_zero_and_losses_hang_from_it() -> None:
    assert stacked(FRAME, 0, 1, [("f1", 10), ("f2", 0), ("f3", 20)], [("neg", 5)]) == [
        Bar(20, 40, 60, 10, "f1"),
        Bar(20, 20, 60, 20, "f3"),
        Bar(20, 50, 60, 5, "neg"),
    ]


def test_paths_of_nothing_are_empty() -> None:
    assert (path([]), area([], 5)) == ("", "")
    assert path([(0, 1), (2, 3.5)]) == "M0 1 2 3.5"
    assert area([(0, 1), (2, 3.5)], 9) == "M0 1 2 3.5 L2 9 L0 9Z"
