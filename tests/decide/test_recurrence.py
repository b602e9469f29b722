from datetime import date, datetime, time, timedelta

import pytest

from aloft.decide.calendar import WorkCalendar
from aloft.decide.recurrence import Due, due_instants, next_after, next_after_change, opens_at
from aloft.engagement.model import Anchor, Every, Offsets, OnDate, Roll, Schedule
from tests.decide.timeline import (
    BERLIN,
    LONDON,
    NEW_YORK,
    START,
    TOKYO,
    UTC_WEEK,
    day,
    days,
    length,
    utc,
)


def every(period: str, on: str | int | None = None, at: str | None = None, zone: str | None = None) -> Every:
    return Every(length(period), START, on=on, at=time.fromisoformat(at) if at else None, zone=zone)


def offsets(texts: str, direction: str, at: str | None = None, zone: str | None = None) -> Offsets:
    found = tuple(length(text) for text in texts.split(", "))
    clock = time.fromisoformat(at) if at else None
    return Offsets(found, direction, Anchor(name="renewal_date"), at=clock, zone=zone)  # type: ignore[arg-type]


def due(
    schedule: Schedule,
    anchor: datetime | date | None,
    first: str,
    last: str,
    calendar: WorkCalendar = UTC_WEEK,
    roll: Roll = "none",
) -> list[Due]:
    """What is due from the start of `first` to the end of `last`, in UTC."""
    window = utc(f"{first} 00:00"), utc(f"{last} 00:00") + timedelta(days=1)
    return due_instants(schedule, anchor, calendar, roll=roll, window=window)


def instants(found: list[Due]) -> list[datetime]:
    return [one.at for one in found]


def local_days(found: list[Due], calendar: WorkCalendar = UTC_WEEK) -> list[date]:
    return [calendar.local_date(one.at) for one in found]


def test_t1_a_weekly_monday_at_09_00_stays_at_09_00_in_new_york() -> None:
    weekly = every("1w", on="mon", at="09:00", zone="America/New_York")
    found = due(weekly, day("2026-02-25"), "2026-03-01", "2026-03-10")
    assert instants(found) == [utc("2026-03-02 14:00"), utc("2026-03-09 13:00")]


def test_t2_a_daily_02_30_is_due_once_on_the_day_that_skips_it() -> None:
    found = due(every("1d", at="02:30"), day("2026-03-01"), "2026-03-07", "2026-03-09", NEW_YORK)
    assert instants(found) == [utc("2026-03-07 07:30"), utc("2026-03-08 07:30"), utc("2026-03-09 06:30")]


def test_t3_a_daily_01_30_is_due_once_on_the_day_that_has_it_twice() -> None:
    found = due(every("1d", at="01:30"), day("2026-10-01"), "2026-10-31", "2026-11-02", NEW_YORK)
    assert instants(found) == [utc("2026-10-31 05:30"), utc("2026-11-01 05:30"), utc("2026-11-02 06:30")]


def test_t4_a_series_of_new_york_shifts_in_london_while_their_clocks_differ() -> None:
    weekly = every("1w", on="mon", at="09:00", zone="America/New_York")
    found = due(weekly, day("2026-02-25"), "2026-03-02", "2026-03-30", LONDON)
    hours = {LONDON.local_date(at): LONDON.local(at).hour for at in instants(found)}
    assert hours == {
        day("2026-03-02"): 14,
        day("2026-03-09"): 13,
        day("2026-03-16"): 13,
        day("2026-03-23"): 13,
        day("2026-03-30"): 14,
    }


def test_t5_monthly_from_the_31st_falls_back_and_returns() -> None:
    found = due(every("1mo"), day("2026-01-31"), "2026-02-01", "2026-05-31")
    assert local_days(found) == days("2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31")
    assert [one.n for one in found] == [1, 2, 3, 4]


def test_t5_modified_following_moves_sunday_31_may_to_friday_and_leaves_the_next_alone() -> None:
    found = due(every("1mo"), day("2026-01-31"), "2026-05-01", "2026-06-30", roll="modified_following")
    assert found == [
        Due(4, None, utc("2026-05-29 09:00"), rolled_from=day("2026-05-31")),
        Due(5, None, utc("2026-06-30 09:00")),
    ]


def test_t6_yearly_from_29_february_returns_to_it_in_a_leap_year() -> None:
    found = due(every("1y"), day("2024-02-29"), "2024-03-01", "2028-12-31")
    assert local_days(found) == days("2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29")


def test_t7_quarterly_from_30_november() -> None:
    found = due(every("3mo"), day("2025-11-30"), "2025-12-01", "2026-11-30")
    assert local_days(found) == days("2026-02-28", "2026-05-30", "2026-08-30", "2026-11-30")


def test_t20_offsets_keep_their_number_when_the_contract_end_moves() -> None:
    runway = offsets("180d, 120d, 60d", "before")
    before = due(runway, day("2026-12-31"), "2026-01-01", "2027-12-31")
    after = due(runway, day("2027-03-31"), "2026-01-01", "2027-12-31")
    assert [one.n for one in before] == [one.n for one in after] == [1, 2, 3]
    assert [moved.at - old.at for old, moved in zip(before, after, strict=True)] == [timedelta(days=90)] * 3


def test_the_kickoff_is_due_five_business_days_after_contract_start_when_business_opens() -> None:
    kickoff = offsets("5bd", "after")
    assert due(kickoff, day("2026-01-05"), "2026-01-01", "2026-01-31") == [
        Due(1, length("5bd"), utc("2026-01-12 09:00"))
    ]


def test_offsets_are_numbered_as_written_and_given_by_instant() -> None:
    found = due(offsets("60d, 120d, 90d", "before"), day("2026-12-31"), "2026-01-01", "2026-12-31")
    assert [(one.n, str(one.offset)) for one in found] == [(2, "120d"), (3, "90d"), (1, "60d")]
    assert local_days(found) == days("2026-09-02", "2026-10-02", "2026-11-01")


def test_an_anchor_with_a_time_of_day_hands_it_on() -> None:
    opened = utc("2026-03-27 13:45:10")  # 14:45:10 in Berlin; clocks change on the 29th
    assert instants(due(offsets("3d", "after"), opened, "2026-03-01", "2026-04-30", BERLIN)) == [
        utc("2026-03-30 12:45:10")
    ]


def test_an_anchor_at_local_midnight_is_a_date() -> None:
    start_of_5_january = utc("2026-01-04 15:00")
    for anchor in (start_of_5_january, day("2026-01-05")):
        found = due(offsets("1d", "after"), anchor, "2026-01-01", "2026-01-31", TOKYO)
        assert instants(found) == [utc("2026-01-06 00:00")]


def test_at_replaces_the_anchors_time_of_day() -> None:
    found = due(offsets("1d", "after", at="16:30"), utc("2026-03-27 13:45"), "2026-03-01", "2026-04-30")
    assert instants(found) == [utc("2026-03-28 16:30")]


def test_hours_after_a_date_count_from_the_start_of_business() -> None:
    found = due(offsets("2h, 4bh, 48h", "after"), day("2026-01-05"), "2026-01-01", "2026-01-31")
    assert instants(found) == [utc("2026-01-05 11:00"), utc("2026-01-05 13:00"), utc("2026-01-07 09:00")]


def test_hours_after_an_instant_are_exact_unless_a_time_is_given() -> None:
    opened = utc("2026-01-05 13:45:10")
    assert instants(due(offsets("48h", "after"), opened, "2026-01-01", "2026-01-31")) == [
        utc("2026-01-07 13:45:10")
    ]
    assert instants(due(offsets("48h", "after", at="10:00"), opened, "2026-01-01", "2026-01-31")) == [
        utc("2026-01-07 10:00")
    ]


def test_four_business_hours_before_a_date_end_the_day_before() -> None:
    found = due(offsets("4bh", "before"), day("2026-01-05"), "2026-01-01", "2026-01-31")
    assert instants(found) == [utc("2026-01-02 14:00")]


def test_a_date_is_due_once_when_business_opens_or_at_its_time() -> None:
    date_only, timed = OnDate(day("2026-09-01")), OnDate(day("2026-09-01"), at=time(10))
    assert due(date_only, None, "2026-01-01", "2026-12-31", BERLIN) == [Due(1, None, utc("2026-09-01 07:00"))]
    assert due(timed, None, "2026-01-01", "2026-12-31", BERLIN) == [Due(1, None, utc("2026-09-01 08:00"))]


def test_a_written_date_is_its_own_anchor() -> None:
    after = Offsets((length("1w"),), "after", Anchor(date=day("2026-09-01")))
    assert instants(due(after, None, "2026-01-01", "2026-12-31")) == [utc("2026-09-08 09:00")]


def test_in_zone_gives_all_accounts_one_instant() -> None:
    weekly = every("1w", on="tue", at="10:00", zone="America/New_York")
    campaign = OnDate(day("2026-09-01"), zone="America/New_York")
    for calendar in (BERLIN, TOKYO, NEW_YORK):
        start = calendar.start_of_day(day("2026-08-26"))
        assert instants(due(weekly, start, "2026-09-01", "2026-09-07", calendar)) == [utc("2026-09-01 14:00")]
        assert instants(due(campaign, None, "2026-01-01", "2026-12-31", calendar)) == [
            utc("2026-09-01 13:00")
        ]


def test_in_zone_reads_an_instant_on_the_clock_of_the_zone() -> None:
    opened_monday_01_00_in_tokyo = utc("2026-08-23 16:00")  # Sunday noon in New York
    weekly = every("1w", on="mon", at="09:00", zone="America/New_York")
    found = due(weekly, opened_monday_01_00_in_tokyo, "2026-08-20", "2026-08-30", TOKYO)
    assert instants(found) == [utc("2026-08-24 13:00")]


def test_every_period_begins_one_period_after_the_anchor() -> None:
    found = due(every("3mo", at="10:00"), day("2026-01-15"), "2026-01-01", "2026-12-31")
    assert found == [
        Due(1, None, utc("2026-04-15 10:00")),
        Due(2, None, utc("2026-07-15 10:00")),
        Due(3, None, utc("2026-10-15 10:00")),
    ]


def test_every_week_on_monday_begins_at_the_first_monday_after_the_anchor() -> None:
    for anchor in ("2026-05-12", "2026-05-17"):
        assert due(every("1w", on="mon"), day(anchor), "2026-05-01", "2026-05-18")[0].n == 1
        found = due(every("2w", on="mon"), day(anchor), "2026-05-01", "2026-06-14")
        assert local_days(found) == days("2026-05-18", "2026-06-01")


def test_a_monday_anchor_is_not_the_first_monday_after_itself() -> None:
    found = due(every("1w", on="mon"), day("2026-05-11"), "2026-05-01", "2026-05-25")
    assert local_days(found) == days("2026-05-18", "2026-05-25")


def test_every_month_on_a_day_begins_at_the_first_such_day_after_the_anchor() -> None:
    before_the_15th = due(every("1mo", on=15), day("2026-01-10"), "2026-01-01", "2026-03-31")
    on_the_15th = due(every("1mo", on=15), day("2026-01-15"), "2026-01-01", "2026-03-31")
    assert local_days(before_the_15th) == days("2026-01-15", "2026-02-15", "2026-03-15")
    assert local_days(on_the_15th) == days("2026-02-15", "2026-03-15")


def test_the_31st_and_the_last_of_the_month_fall_back() -> None:
    expected = days("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30")
    for on in (31, "last"):
        assert local_days(due(every("1mo", on=on), day("2026-01-10"), "2026-01-01", "2026-04-30")) == expected


def test_the_30th_falls_back_in_february_only() -> None:
    found = due(every("1mo", on=30), day("2026-01-30"), "2026-01-01", "2026-03-31")
    assert local_days(found) == days("2026-02-28", "2026-03-30")


def test_every_year_on_a_day_of_the_month_keeps_the_month_of_the_first() -> None:
    found = due(every("1y", on="last"), day("2026-02-10"), "2026-01-01", "2028-12-31")
    assert local_days(found) == days("2026-02-28", "2027-02-28", "2028-02-29")


def test_every_few_business_days() -> None:
    found = due(every("5bd"), day("2026-04-01"), "2026-04-01", "2026-04-30", BERLIN)
    assert local_days(found, BERLIN) == days("2026-04-10", "2026-04-17", "2026-04-24")


def test_every_few_hours_are_elapsed_time() -> None:
    found = due(every("12h"), utc("2026-03-07 14:00"), "2026-03-08", "2026-03-08", NEW_YORK)
    assert instants(found) == [utc("2026-03-08 02:00"), utc("2026-03-08 14:00")]


@pytest.mark.parametrize(
    ("roll", "rolled"),
    [
        ("none", "2026-05-31"),
        ("following", "2026-06-01"),
        ("preceding", "2026-05-29"),
        ("modified_following", "2026-05-29"),
    ],
)
def test_what_falls_on_a_sunday_rolls(roll: Roll, rolled: str) -> None:
    for schedule in (every("1w"), offsets("1w", "after"), OnDate(day("2026-05-31"))):
        found = due(schedule, day("2026-05-24"), "2026-05-27", "2026-06-03", roll=roll)
        assert local_days(found) == days(rolled)


def test_hours_roll_off_non_working_days_too() -> None:
    found = due(
        offsets("24h", "after"), utc("2026-05-15 16:20"), "2026-05-01", "2026-05-31", roll="following"
    )
    assert found == [Due(1, length("24h"), utc("2026-05-18 16:20"), rolled_from=day("2026-05-16"))]


def test_hours_that_roll_onto_a_day_come_among_those_that_were_there() -> None:
    twelve_hourly = every("12h")
    found = due(twelve_hourly, utc("2026-05-16 22:00"), "2026-05-18", "2026-05-18", roll="following")
    assert found == [
        Due(1, None, utc("2026-05-18 10:00"), rolled_from=day("2026-05-17")),
        Due(3, None, utc("2026-05-18 10:00")),
        Due(2, None, utc("2026-05-18 22:00"), rolled_from=day("2026-05-17")),
        Due(4, None, utc("2026-05-18 22:00")),
    ]
    afternoon = next_after(
        twelve_hourly, utc("2026-05-16 22:00"), UTC_WEEK, "following", utc("2026-05-18 12:00")
    )
    assert afternoon == found[2]


def test_what_rolls_out_of_the_window_is_not_in_it_and_what_rolls_in_is() -> None:
    monthly, anchor = every("1mo"), day("2026-01-31")
    assert due(monthly, anchor, "2026-05-30", "2026-05-31", roll="preceding") == []
    assert [one.n for one in due(monthly, anchor, "2026-05-29", "2026-05-29", roll="preceding")] == [4]


def test_holidays_of_the_account_count_for_rolling() -> None:
    good_friday = OnDate(day("2026-04-03"))
    assert local_days(due(good_friday, None, "2026-04-01", "2026-04-30", BERLIN, "following")) == days(
        "2026-04-07"
    )


def test_nothing_is_due_without_an_anchor() -> None:
    for schedule in (every("1w"), offsets("5bd", "after")):
        assert due(schedule, None, "2026-01-01", "2026-12-31") == []
        assert next_after(schedule, None, UTC_WEEK, "none", utc("2026-01-01 00:00")) is None


def test_a_recurrence_is_not_due_before_its_first_period() -> None:
    assert due(every("1w"), day("2026-05-11"), "2020-01-01", "2026-05-17") == []


def test_windows_are_half_open() -> None:
    weekly, anchor = every("1w"), day("2026-05-11")
    nine = utc("2026-05-18 09:00")
    found = due_instants(weekly, anchor, UTC_WEEK, roll="none", window=(nine, utc("2026-05-25 09:00")))
    assert instants(found) == [nine]


def test_the_next_is_strictly_after_the_instant() -> None:
    weekly, anchor = every("1w"), day("2026-05-11")
    at = [utc("2026-05-18 08:59"), utc("2026-05-18 09:00")]
    found = [next_after(weekly, anchor, UTC_WEEK, "none", instant) for instant in at]
    assert found == [Due(1, None, utc("2026-05-18 09:00")), Due(2, None, utc("2026-05-25 09:00"))]


def test_after_the_last_offset_nothing_is_next() -> None:
    runway, end = offsets("120d, 60d", "before"), day("2026-12-31")
    first = next_after(runway, end, UTC_WEEK, "none", utc("2026-01-01 00:00"))
    second = next_after(runway, end, UTC_WEEK, "none", utc("2026-10-01 00:00"))
    assert (first and first.n, second and second.n) == (1, 2)
    assert next_after(runway, end, UTC_WEEK, "none", utc("2026-11-01 09:00")) is None


def test_moved_from_09_00_to_10_00_gives_no_second_review_that_day() -> None:
    last = utc("2026-05-18 09:00")
    found = next_after_change(every("1w", at="10:00"), day("2026-05-11"), UTC_WEEK, "none", last)
    assert found == Due(2, None, utc("2026-05-25 10:00"))


def test_a_changed_recurrence_goes_on_at_half_its_period_or_later() -> None:
    last = utc("2026-05-18 09:00")  # a Monday; half a week later is Thursday 21:00
    on_thursday = next_after_change(every("1w", on="thu"), day("2026-05-11"), UTC_WEEK, "none", last)
    on_friday = next_after_change(every("1w", on="fri"), day("2026-05-11"), UTC_WEEK, "none", last)
    assert on_thursday == Due(3, None, utc("2026-05-28 09:00"))
    assert on_friday == Due(2, None, utc("2026-05-22 09:00"))


def test_a_moment_opens_its_lead_before_it_is_due() -> None:
    due_at = utc("2026-01-12 09:00")
    assert opens_at(due_at, None, None, UTC_WEEK) == due_at
    assert opens_at(due_at, length("2bd"), None, UTC_WEEK) == utc("2026-01-08 09:00")


def test_a_moment_never_opens_before_the_anchor_of_after() -> None:
    due_at = utc("2026-01-12 09:00")
    assert opens_at(due_at, length("10bd"), day("2026-01-05"), UTC_WEEK) == utc("2026-01-05 00:00")
    assert opens_at(due_at, length("10bd"), utc("2026-01-05 11:00"), UTC_WEEK) == utc("2026-01-05 11:00")
    assert opens_at(due_at, length("10bd"), None, UTC_WEEK) == utc("2025-12-29 09:00")


@pytest.mark.parametrize(
    ("period", "on"), [("1w", 15), ("1w", "last"), ("1mo", "mon"), ("5d", "mon"), ("2h", 1)]
)
def test_an_on_that_is_no_day_of_the_period_is_refused(period: str, on: str | int) -> None:
    with pytest.raises(ValueError, match=f"every {period} has no day {on}"):
        due(every(period, on=on), day("2026-01-05"), "2026-01-01", "2026-12-31")


def test_a_period_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="every 0d never comes round"):
        due(every("0d"), day("2026-01-05"), "2026-01-01", "2026-12-31")


def test_ten_years_on_a_weekly_series_is_found_without_walking_there() -> None:
    asked: list[date] = []

    class Watched(WorkCalendar):
        def roll(self, day: date, roll: Roll) -> date:
            asked.append(day)
            return super().roll(day, roll)

    found = due(
        every("1w", on="mon"), day("2016-05-11"), "2026-05-18", "2026-05-18", Watched("UTC"), roll="following"
    )
    assert found == [Due(523, None, utc("2026-05-18 09:00"))]
    assert len(asked) < 12
