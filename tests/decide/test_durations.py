from dataclasses import replace
from datetime import datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add, subtract
from aloft.engagement.model import Duration, Unit
from tests.decide.timeline import BERLIN, LONDON, NEW_YORK, TOKYO, UTC_WEEK, length, unhurried, utc

INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1)).map(lambda naive: utc(str(naive)))  # noqa: DTZ001
CALENDARS = st.sampled_from([BERLIN, LONDON, NEW_YORK, TOKYO, UTC_WEEK])


def test_hours_are_elapsed_time_and_days_keep_the_wall_clock() -> None:
    before_the_change = utc("2026-03-07 14:00")  # Saturday 09:00 in New York; clocks change on Sunday
    assert add(before_the_change, length("24h"), NEW_YORK) == utc("2026-03-08 14:00")
    assert add(before_the_change, length("1d"), NEW_YORK) == utc("2026-03-08 13:00")
    assert add(before_the_change, length("1w"), NEW_YORK) == utc("2026-03-14 13:00")
    assert add(before_the_change, length("1440min"), NEW_YORK) == utc("2026-03-08 14:00")


def test_days_before_keep_the_wall_clock_too() -> None:
    after_the_change = utc("2026-03-09 13:00")
    assert subtract(after_the_change, length("1w"), NEW_YORK) == utc("2026-03-02 14:00")
    assert subtract(after_the_change, length("168h"), NEW_YORK) == utc("2026-03-02 13:00")


def test_a_day_that_leads_into_the_gap_lands_behind_it() -> None:
    assert add(utc("2026-03-07 07:30"), length("1d"), NEW_YORK) == utc("2026-03-08 07:30")  # 03:30 EDT


def test_a_day_that_leads_to_an_ambiguous_time_takes_the_first() -> None:
    assert add(utc("2026-10-31 05:30"), length("1d"), NEW_YORK) == utc("2026-11-01 05:30")


def test_no_days_after_the_second_of_two_equal_times_is_that_instant() -> None:
    second = utc("2026-11-01 06:30")
    assert add(second, length("0d"), NEW_YORK) == second


def test_the_end_of_a_month_falls_back_to_the_last_valid_day() -> None:
    assert add(utc("2026-01-31 09:00"), length("1mo"), UTC_WEEK) == utc("2026-02-28 09:00")
    assert add(utc("2026-01-31 09:00"), length("3mo"), UTC_WEEK) == utc("2026-04-30 09:00")
    assert subtract(utc("2026-03-31 09:00"), length("1mo"), UTC_WEEK) == utc("2026-02-28 09:00")
    assert subtract(utc("2026-01-15 09:00"), length("1mo"), UTC_WEEK) == utc("2025-12-15 09:00")


def test_a_year_after_29_february_is_28_february() -> None:
    assert add(utc("2024-02-29 09:00"), length("1y"), UTC_WEEK) == utc("2025-02-28 09:00")
    assert add(utc("2024-02-29 09:00"), length("4y"), UTC_WEEK) == utc("2028-02-29 09:00")


def test_business_days_skip_weekends_and_holidays_and_keep_the_wall_clock() -> None:
    thursday_before_easter = utc("2026-04-02 13:15")  # 15:15 in Berlin
    assert add(thursday_before_easter, length("1bd"), BERLIN) == utc("2026-04-07 13:15")
    assert subtract(utc("2026-04-07 13:15"), length("1bd"), BERLIN) == thursday_before_easter
    thursday_before_the_change = utc("2026-03-26 08:00")  # 09:00 in Berlin
    assert add(thursday_before_the_change, length("2bd"), BERLIN) == utc("2026-03-30 07:00")


def test_business_days_from_a_weekend_count_from_the_next_working_day() -> None:
    saturday = utc("2026-05-16 10:00")
    assert add(saturday, length("0bd"), UTC_WEEK) == utc("2026-05-18 10:00")
    assert add(saturday, length("1bd"), UTC_WEEK) == utc("2026-05-19 10:00")


def test_business_days_before_a_weekend_count_from_the_previous_working_day() -> None:
    sunday = utc("2026-05-17 10:00")
    assert subtract(sunday, length("0bd"), UTC_WEEK) == utc("2026-05-15 10:00")
    assert subtract(sunday, length("1bd"), UTC_WEEK) == utc("2026-05-14 10:00")


def test_t24_four_business_hours_from_friday_16_00_end_on_monday_11_00() -> None:
    assert add(utc("2026-05-15 16:00"), length("4bh"), UTC_WEEK) == utc("2026-05-18 11:00")
    assert subtract(utc("2026-05-18 11:00"), length("4bh"), UTC_WEEK) == utc("2026-05-15 16:00")


def test_business_hours_start_when_business_opens() -> None:
    for outside in ("2026-05-15 18:00", "2026-05-16 12:00", "2026-05-18 04:00"):
        assert add(utc(outside), length("1bh"), UTC_WEEK) == utc("2026-05-18 10:00")


def test_business_hours_that_are_used_up_at_closing_time_end_then() -> None:
    assert add(utc("2026-05-15 16:00"), length("2bh"), UTC_WEEK) == utc("2026-05-15 18:00")
    assert subtract(utc("2026-05-18 11:00"), length("2bh"), UTC_WEEK) == utc("2026-05-18 09:00")


def test_business_hours_pass_over_holidays() -> None:
    assert add(utc("2026-05-01 08:00"), length("2bh"), TOKYO) == utc("2026-05-07 01:00")


def test_business_hours_run_to_midnight_where_business_closes_then() -> None:
    open_late = replace(UTC_WEEK, closes=time(0))
    assert add(utc("2026-05-14 20:00"), length("5bh"), open_late) == utc("2026-05-15 10:00")
    assert subtract(utc("2026-05-15 10:00"), length("5bh"), open_late) == utc("2026-05-14 20:00")


def test_an_hour_that_the_clock_skips_is_no_business_hour() -> None:
    always = replace(NEW_YORK, days=tuple(range(7)), opens=time(0), closes=time(0))
    midnight = utc("2026-03-08 05:00")
    assert add(midnight, length("23bh"), always) == utc("2026-03-09 04:00")  # the day had 23 hours


def test_fractions_of_a_minute_are_kept() -> None:
    assert add(utc("2026-05-15 09:00:30.000001"), length("1bd"), UTC_WEEK) == utc(
        "2026-05-18 09:00:30.000001"
    )


@unhurried
@given(INSTANTS, st.integers(0, 400), CALENDARS)
def test_business_days_after_a_working_day_can_be_taken_back(
    instant: datetime, number: int, calendar: WorkCalendar
) -> None:
    start = calendar.at(calendar.working_day_after(calendar.local_date(instant), 0), time(12))
    there = add(start, Duration(number, "bd"), calendar)
    assert calendar.is_working_day(calendar.local_date(there))
    assert subtract(there, Duration(number, "bd"), calendar) == start


@unhurried
@given(INSTANTS, st.integers(1, 300), st.integers(1, 539), CALENDARS)
def test_business_hours_can_be_taken_back_from_within_business_hours(
    instant: datetime, number: int, minutes: int, calendar: WorkCalendar
) -> None:
    opens, _ = calendar.hours(calendar.working_day_after(calendar.local_date(instant), 0))
    start = opens + timedelta(minutes=minutes)
    there = add(start, Duration(number, "bh"), calendar)
    assert subtract(there, Duration(number, "bh"), calendar) == start


@settings(max_examples=40, deadline=None)
@given(INSTANTS, st.integers(1, 12), CALENDARS)
def test_business_hours_agree_with_counting_minute_by_minute(
    instant: datetime, number: int, calendar: WorkCalendar
) -> None:
    start = instant.replace(second=0, microsecond=0)
    there = add(start, Duration(number, "bh"), calendar)
    minutes = int((there - start) / timedelta(minutes=1))
    walked = (calendar.local(start + timedelta(minutes=minute)) for minute in range(minutes))
    worked = sum(
        calendar.is_working_day(at.date()) and calendar.opens <= at.time() < calendar.closes for at in walked
    )
    assert worked == number * 60


@unhurried
@given(INSTANTS, st.integers(0, 5000), st.sampled_from(["d", "w"]), CALENDARS)
def test_days_and_weeks_keep_the_time_of_day_except_in_a_gap(
    instant: datetime, number: int, unit: Unit, calendar: WorkCalendar
) -> None:
    noon = calendar.at(calendar.local_date(instant), time(12))
    there = calendar.local(add(noon, Duration(number, unit), calendar))
    assert there.time() == time(12)
    assert (there.date() - calendar.local_date(noon)).days == number * (7 if unit == "w" else 1)
