from __future__ import annotations

import pytest

from aloft.engagement.durations import duration, holding, percent, positive, readings
from aloft.engagement.model import Duration
from aloft.engagement.parse import ReadingError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("60min", Duration(60, "min")),
        ("4h", Duration(4, "h")),
        ("4bh", Duration(4, "bh")),
        ("28d", Duration(28, "d")),
        ("5bd", Duration(5, "bd")),
        ("2w", Duration(2, "w")),
        ("3mo", Duration(3, "mo")),
        ("1y", Duration(1, "y")),
        ("3 months", Duration(3, "mo")),
        ("1 week", Duration(1, "w")),
        ("5 business days", Duration(5, "bd")),
        ("1 business hour", Duration(1, "bh")),
        ("2  years", Duration(2, "y")),
        ("10 minutes", Duration(10, "min")),
        ("5 bd", Duration(5, "bd")),
        ("0d", Duration(0, "d")),
        ("100y", Duration(100, "y")),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, found: Duration) -> None:
    assert duration(text) == found


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "expected a duration such as 5bd, 4h or 3 months", 0),
        ("soon", "expected a duration such as 5bd, 4h or 3 months", 0),
        ("-5d", "expected a duration such as 5bd, 4h or 3 months", 0),
        ("5", "a duration needs a unit: min, h, bh, d, bd, w, mo or y", 1),
        ("5 moons", "unknown unit 'moons': write min, h, bh, d, bd, w, mo or y", 2),
        ("5m", "unknown unit 'm': write min, h, bh, d, bd, w, mo or y", 1),
        ("1.5h", "a duration is a whole number of its unit: 90min, not 1.5h", 0),
        ("101y", "a duration of more than a hundred years", 0),
        ("9999999999999d", "a duration of more than a hundred years", 0),
    ],
)
def test_what_is_no_duration_says_why(text: str, message: str, offset: int) -> None:
    with pytest.raises(ReadingError) as raised:
        duration(text)
    assert (raised.value.message, raised.value.offset) == (message, offset)


def test_a_window_is_more_than_nothing() -> None:
    assert positive("1d") == Duration(1, "d")
    with pytest.raises(ReadingError, match="the duration must be more than nothing"):
        positive("0d")


def test_readings_are_counted() -> None:
    assert readings("2 readings") == 2
    assert readings("1 reading") == 1
    assert readings("2d") is None
    assert holding("2 readings") == 2
    assert holding("2d") == Duration(2, "d")


@pytest.mark.parametrize("text", ["0 readings", "readings", "2 reedings", "0d"])
def test_what_holds_for_nothing_is_refused(text: str) -> None:
    with pytest.raises(ReadingError):
        holding(text)


def test_a_percentage_is_a_fraction() -> None:
    assert [percent(text) for text in ("50%", "75 %", "0%", "100%", "12.5%")] == [0.5, 0.75, 0, 1, 0.125]


@pytest.mark.parametrize("text", ["0.5", "101%", "-1%", "%", "half"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ReadingError, match="expected a percentage from 0% to 100%"):
        percent(text)
