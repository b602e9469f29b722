from dataclasses import replace
from datetime import datetime, time

import pytest

from aloft.decide.calendar import WorkCalendar, for_account, for_person
from aloft.engagement.model import WorkingTime
from tests.decide.timeline import BERLIN, LONDON, NEW_YORK, TOKYO, UTC_WEEK, day, days, utc

ACME = WorkingTime(home_zone="Europe/Berlin", home_country="DE")


def test_t8_an_event_late_on_31_march_is_1_april_in_tokyo_and_31_march_in_los_angeles() -> None:
    event = utc("2026-03-31 23:30")
    assert TOKYO.local_date(event) == day("2026-04-01")
    assert WorkCalendar("America/Los_Angeles").local_date(event) == day("2026-03-31")


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        BERLIN.local_date(datetime(2026, 3, 31, 23, 30))  # noqa: DTZ001


def test_a_day_starts_at_local_midnight() -> None:
    assert TOKYO.start_of_day(day("2026-04-01")) == utc("2026-03-31 15:00")
    assert BERLIN.start_of_day(day("2026-03-29")) == utc("2026-03-28 23:00")
    assert BERLIN.start_of_day(day("2026-03-30")) == utc("2026-03-29 22:00")


def test_a_day_whose_midnight_is_missing_starts_after_the_gap() -> None:
    sao_paulo = WorkCalendar("America/Sao_Paulo")
    start = sao_paulo.start_of_day(day("2018-11-04"))
    assert start == utc("2018-11-04 03:00")
    assert sao_paulo.local(start).time() == time(1)


def test_a_time_in_the_gap_moves_forward_by_the_gap() -> None:
    assert NEW_YORK.at(day("2026-03-08"), time(2, 30)) == utc("2026-03-08 07:30")


def test_of_an_ambiguous_time_the_first_counts() -> None:
    assert NEW_YORK.at(day("2026-11-01"), time(1, 30)) == utc("2026-11-01 05:30")
    assert NEW_YORK.at(day("2026-11-01"), time(1, 30, fold=1)) == utc("2026-11-01 05:30")


def test_weekends_and_public_holidays_are_not_working_days() -> None:
    assert BERLIN.is_working_day(day("2026-04-02"))
    assert not BERLIN.is_working_day(day("2026-04-03"))  # Good Friday
    assert not BERLIN.is_working_day(day("2026-04-04"))  # Saturday
    assert LONDON.is_working_day(day("2026-04-03"))  # no country, no holidays


def test_a_subdivision_adds_its_own_holidays() -> None:
    womens_day_in_2027 = day("2027-03-08")
    assert not BERLIN.is_working_day(womens_day_in_2027)
    assert replace(BERLIN, subdivision="BY").is_working_day(womens_day_in_2027)
    assert not replace(BERLIN, subdivision="DE-BE").is_working_day(womens_day_in_2027)


def test_an_unknown_subdivision_has_the_holidays_of_its_country_and_an_unknown_country_none() -> None:
    unity_day_in_2025 = day("2025-10-03")
    assert not replace(BERLIN, subdivision="XX").is_working_day(unity_day_in_2025)
    assert not replace(BERLIN, country="de", subdivision=None).is_working_day(unity_day_in_2025)
    assert replace(BERLIN, country="ZZ").is_working_day(unity_day_in_2025)


def test_closed_days_include_both_ends() -> None:
    christmas = replace(LONDON, closed=((day("2026-12-24"), day("2026-12-28")),))
    worked = days("2026-12-23", "2026-12-24", "2026-12-28", "2026-12-29")
    assert [christmas.is_working_day(found) for found in worked] == [True, False, False, True]


def test_t33_the_next_working_day_after_1_may_in_tokyo_is_after_golden_week() -> None:
    assert TOKYO.next_working_day(day("2026-05-01")) == day("2026-05-07")
    assert TOKYO.previous_working_day(day("2026-05-07")) == day("2026-05-01")


def test_working_days_are_counted_across_years() -> None:
    assert UTC_WEEK.working_day_after(day("2026-12-31"), 1) == day("2027-01-01")
    assert UTC_WEEK.working_day_after(day("2026-01-01"), 5 * 52 * 10) == day("2035-12-20")
    assert UTC_WEEK.working_day_before(day("2035-12-20"), 5 * 52 * 10) == day("2026-01-01")


@pytest.mark.parametrize(
    ("roll", "rolled"),
    [
        ("none", "2026-05-31"),
        ("following", "2026-06-01"),
        ("preceding", "2026-05-29"),
        ("modified_following", "2026-05-29"),
    ],
)
def test_a_sunday_at_the_end_of_the_month_rolls(roll: str, rolled: str) -> None:
    assert UTC_WEEK.roll(day("2026-05-31"), roll) == day(rolled)  # type: ignore[arg-type]


def test_modified_following_goes_forward_within_the_month_and_leaves_working_days_alone() -> None:
    assert UTC_WEEK.roll(day("2026-05-16"), "modified_following") == day("2026-05-18")
    assert UTC_WEEK.roll(day("2026-05-15"), "modified_following") == day("2026-05-15")


def test_a_week_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        WorkCalendar("UTC", days=())


def test_business_that_closes_before_it_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="before they open"):
        WorkCalendar("UTC", opens=time(18), closes=time(9))


def test_business_may_close_at_midnight() -> None:
    open_late = WorkCalendar("UTC", closes=time(0))
    assert open_late.hours(day("2026-05-15")) == (utc("2026-05-15 09:00"), utc("2026-05-16 00:00"))


def test_a_year_that_is_closed_as_a_whole_is_an_error_and_no_endless_search() -> None:
    closed = replace(UTC_WEEK, closed=((day("2026-12-30"), day("2028-01-31")),))
    with pytest.raises(ValueError, match="2027 has no working day"):
        closed.next_working_day(day("2026-12-29"))


def test_an_account_has_its_own_zone_and_holidays() -> None:
    calendar = for_account(ACME, "Asia/Tokyo", "JP", None)
    assert (calendar.zone, calendar.country, calendar.subdivision) == ("Asia/Tokyo", "JP", None)


def test_an_account_without_a_zone_or_country_has_those_of_home() -> None:
    for zone in (None, "", "Mars/Olympus", "America", "../etc/passwd"):
        calendar = for_account(ACME, zone, None, "BE")
        assert (calendar.zone, calendar.country, calendar.subdivision) == ("Europe/Berlin", "DE", None)


def test_a_zone_for_all_and_a_country_for_all_leave_no_account_its_own() -> None:
    clock = replace(ACME, zone="America/New_York", holidays="US")
    calendar = for_account(clock, "Asia/Tokyo", "JP", "13")
    assert (calendar.zone, calendar.country, calendar.subdivision) == ("America/New_York", "US", None)


def test_holidays_none_means_none_for_accounts_and_for_people() -> None:
    clock = replace(ACME, holidays="none")
    assert for_account(clock, None, "DE", "BE").country is None
    assert for_person(clock, None, "DE").country is None


def test_working_hours_and_closed_days_come_from_the_model() -> None:
    closed = ((day("2026-12-24"), day("2026-12-31")),)
    clock = replace(ACME, days=(0, 1, 2, 3), opens=time(8), closes=time(17), closed=closed)
    for calendar in (for_account(clock, None, None), for_person(clock, None, None)):
        assert (calendar.days, calendar.opens, calendar.closes) == ((0, 1, 2, 3), time(8), time(17))
        assert calendar.closed == closed


def test_a_person_works_in_their_own_zone_and_country_else_at_home() -> None:
    own, home = for_person(ACME, "Asia/Tokyo", "JP"), for_person(ACME, "", "")
    assert (own.zone, own.country) == ("Asia/Tokyo", "JP")
    assert (home.zone, home.country) == ("Europe/Berlin", "DE")


def test_a_zone_for_all_is_home_too_where_no_other_home_is_named() -> None:
    assert for_person(WorkingTime(zone="America/New_York"), None, None).zone == "America/New_York"
    assert for_person(replace(ACME, zone="America/New_York"), None, None).zone == "Europe/Berlin"
