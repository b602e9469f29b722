from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from aloft.ui import words

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
DUBLIN, TOKYO = ZoneInfo("Europe/Dublin"), ZoneInfo("Asia/Tokyo")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("2026-03-02T08:40", "20 min late"),
        ("2026-03-02T08:59:50", "1 min late"),
        ("2026-03-02T06:30", "2 h late"),
        ("2026-03-01T23:59", "1 day late"),
        ("2026-02-20T10:00", "10 days late"),
        ("2026-03-02T17:00", "today 17:00"),
        ("2026-03-03T00:00", "tomorrow"),
        ("2026-03-04T10:00", "Wed"),
        ("2026-03-08T23:00", "Sun"),
        ("2026-03-09T00:00", "9 Mar"),
        ("2027-02-14T00:00", "14 Feb 2027"),
    ],
)
def test_when_something_is_due(due: str, said: str) -> None:
    assert words.due(at(due), NOW, DUBLIN) == said


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        ("2026-03-02T06:00", "today 06:00"),
        ("2026-03-01T06:00", "yesterday 06:00"),
        ("2026-03-03T06:00", "tomorrow 06:00"),
        ("2026-02-14T05:41", "14 Feb, 05:41"),
        ("2025-05-06T00:00", "6 May 2025"),
    ],
)
def test_an_instant_is_said_as_people_say_it(instant: str, said: str) -> None:
    assert words.instant(at(instant), NOW, DUBLIN) == said


def test_the_reader_s_zone_decides_which_day_it_is() -> None:
    assert words.due(at("2026-03-02T16:00"), NOW, DUBLIN) == "today 16:00"
    assert words.due(at("2026-03-02T16:00"), NOW, TOKYO) == "tomorrow"


def test_a_local_day_begins_at_its_own_midnight() -> None:
    assert words.start_of_day(NOW, TOKYO, 1).astimezone(UTC) == at("2026-03-02T15:00")
    before_the_change = at("2026-03-28T12:00")
    assert words.start_of_day(before_the_change, DUBLIN, 2).astimezone(UTC) == at("2026-03-29T23:00")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (6240, "6,240"),
        (Decimal("6240.00"), "6,240"),
        (Decimal("0.50"), "0.5"),
        (-7, "−7"),
        (0, "0"),
        (1100, "1,100"),
    ],
)
def test_numbers(value: int | Decimal, said: str) -> None:
    assert words.number(value) == said


@pytest.mark.parametrize(
    ("minutes", "said"), [(30, "30 min"), (60, "1 h"), (90, "1.5 h"), (150, "2.5 h"), (0, "0 min")]
)
def test_effort(minutes: int, said: str) -> None:
    assert words.effort(minutes) == said


def test_counting_keeps_to_grammar() -> None:
    assert [words.counted(n, "account") for n in (0, 1, 6240)] == [
        "0 accounts",
        "1 account",
        "6,240 accounts",
    ]


def test_initials() -> None:
    assert [words.initials(name) for name in ("Cora Jensen", "Anna Maria Costa", "Bo")] == ["CJ", "AC", "BO"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (9_999.5, "9,999.5"),
        (12_800, "12.8 k"),
        (10_159_608, "10.16 M"),
        (2_500_000_000, "2.5 bn"),
        (-20_000, "−20 k"),
    ],
)
def test_large_amounts_are_told_short(value: float, expected: str) -> None:
    assert words.compact(value) == expected


def test_a_share_is_told_as_percent() -> None:
    assert (words.percent(0.980737), words.percent(-0.01), words.percent(1)) == ("98.1 %", "−1 %", "100 %")
