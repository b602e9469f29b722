from __future__ import annotations

from datetime import date, time

import pytest

from aloft.engagement.model import Anchor, Duration, Every, Offsets, OnDate, Schedule
from aloft.engagement.parse import ReadingError
from aloft.engagement.schedules import anchor, days, schedule, time_of_day

START = Anchor(name="contract_start")
PHASE = Anchor(name="phase_start")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5bd after contract_start", Offsets((Duration(5, "bd"),), "after", START)),
        ("5 business days after contract_start", Offsets((Duration(5, "bd"),), "after", START)),
        ("0d after kickoff.due", Offsets((Duration(0, "d"),), "after", Anchor(name="kickoff.due"))),
        (
            "120d, 2 months before renewal_date at 09:00 in Europe/Paris",
            Offsets(
                (Duration(120, "d"), Duration(2, "mo")),
                "before",
                Anchor(name="renewal_date"),
                time(9),
                "Europe/Paris",
            ),
        ),
        ("1w before 2026-09-01", Offsets((Duration(1, "w"),), "before", Anchor(date=date(2026, 9, 1)))),
        ("every 3 months from phase_start at 10:00", Every(Duration(3, "mo"), PHASE, at=time(10))),
        ("every 1 month", Every(Duration(1, "mo"), PHASE)),
        (
            "every 1w on mon at 09:00 in America/New_York",
            Every(Duration(1, "w"), PHASE, "mon", time(9), "America/New_York"),
        ),
        ("every 1mo on 31 from 2026-01-31", Every(Duration(1, "mo"), Anchor(date=date(2026, 1, 31)), 31)),
        ("every 1y on last", Every(Duration(1, "y"), PHASE, "last")),
        ("2026-09-01", OnDate(date(2026, 9, 1))),
        ("2026-09-01 at 10:00 in UTC", OnDate(date(2026, 9, 1), time(10), "UTC")),
    ],
)
def test_a_schedule_is_read_as_the_grammar_says(text: str, found: Schedule) -> None:
    assert schedule(text) == found


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "expected a duration such as 5bd or 3 months, found the end", 0),
        ("soon", "expected a duration such as 5bd or 3 months, found 'soon'", 0),
        ("5bd", "'after' or 'before' expected, found the end", 3),
        ("5bd since x", "'after' or 'before' expected, found 'since'", 4),
        ("5bd after", "the schedule ends too early", 9),
        ("5bd after X", "expected a date or the name of an instant, found 'X'", 10),
        ("5bd after and", "expected a date or the name of an instant, found 'and'", 10),
        ("5bd after a.b", "expected opened, due, done or met after 'a.', found 'b'", 10),
        ("1d, after a", "expected a duration such as 5bd or 3 months, found 'after'", 4),
        ("1d, 5x after a", "unknown unit 'x': write min, h, bh, d, bd, w, mo or y", 4),
        ("every 0d", "the duration must be more than nothing", 6),
        ("every day", "expected a duration such as 5bd or 3 months, found 'day'", 6),
        ("every 1w on 3", "'on 3' needs a period of months or years", 12),
        ("every 1mo on mon", "'on mon' needs a period of weeks", 13),
        ("every 1mo on 32", "expected mon..sun, 1..31 or last, found '32'", 13),
        ("every 1w at 9:00", "expected a time of day such as 09:00, found '9:00'", 12),
        ("every 1w at 24:00", "expected a time of day such as 09:00, found '24:00'", 12),
        ("2026-02-30", "there is no day 2026-02-30", 0),
        ("2026-02-03 in Mars", "unknown time zone 'Mars'", 14),
        ("2026-02-03 or so", "unexpected 'or'", 11),
    ],
)
def test_what_is_no_schedule_says_why_and_where(text: str, message: str, offset: int) -> None:
    with pytest.raises(ReadingError) as raised:
        schedule(text)
    assert (raised.value.message, raised.value.offset) == (message, offset)


def test_an_instant_is_a_date_or_a_name() -> None:
    assert anchor("2026-09-01") == Anchor(date=date(2026, 9, 1))
    assert anchor("contract_start") == START
    assert anchor("kickoff.met") == Anchor(name="kickoff.met")


def test_days_are_one_or_a_range_with_both_ends() -> None:
    assert days("2026-12-24") == (date(2026, 12, 24), date(2026, 12, 24))
    assert days("2026-12-24..2026-12-31") == (date(2026, 12, 24), date(2026, 12, 31))
    with pytest.raises(ReadingError, match="the range ends before it begins"):
        days("2026-12-31..2026-12-24")


def test_a_time_of_day_has_hours_and_minutes() -> None:
    assert time_of_day("09:30") == time(9, 30)
