"""Properties of recurrence, with python-dateutil as a second oracle."""

from datetime import date, datetime, time, timedelta

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule
from hypothesis import given
from hypothesis import strategies as st

from aloft.decide.calendar import WorkCalendar
from aloft.decide.recurrence import counts_days, due_instants, next_after
from aloft.engagement.model import Duration, Every, Offsets, OnDate, Roll, Schedule, Unit
from tests.decide.timeline import BERLIN, NEW_YORK, START, unhurried, utc

ANCHORS = st.dates(date(2015, 1, 1), date(2030, 12, 31))
FREQUENCY = {"d": DAILY, "w": WEEKLY, "mo": MONTHLY, "y": YEARLY}
NINE = time(9)


def in_new_york(schedule: Every, anchor: date, last: date) -> list[datetime]:
    """What is due to the end of the day `last`, on the wall clock."""
    window = NEW_YORK.start_of_day(anchor), NEW_YORK.start_of_day(last + timedelta(days=1))
    found = due_instants(schedule, anchor, NEW_YORK, roll="none", window=window)
    return [NEW_YORK.local(one.at).replace(tzinfo=None) for one in found]


@unhurried
@given(ANCHORS, st.integers(1, 9), st.sampled_from(["d", "w", "mo", "y"]))
def test_periods_agree_with_rrule_where_no_date_is_missing(anchor: date, number: int, unit: Unit) -> None:
    anchor = anchor.replace(day=min(anchor.day, 28))
    last = anchor + timedelta(days=1500)
    found = in_new_york(Every(Duration(number, unit), START, at=NINE), anchor, last)
    start, end = datetime.combine(anchor, NINE), datetime.combine(last, NINE)
    assert found == list(rrule(FREQUENCY[unit], interval=number, dtstart=start, until=end))[1:]


@unhurried
@given(ANCHORS, st.integers(1, 6), st.integers(0, 6))
def test_weekdays_agree_with_rrule(anchor: date, number: int, weekday: int) -> None:
    name = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[weekday]
    last = anchor + timedelta(days=800)
    found = in_new_york(Every(Duration(number, "w"), START, on=name, at=NINE), anchor, last)
    start, end = datetime.combine(anchor + timedelta(days=1), NINE), datetime.combine(last, NINE)
    assert found == list(rrule(WEEKLY, byweekday=weekday, dtstart=start, until=end))[::number]


@unhurried
@given(ANCHORS, st.integers(1, 6), st.integers(1, 31))
def test_days_of_the_month_agree_with_rrule_that_falls_back(anchor: date, number: int, on: int) -> None:
    last = anchor + timedelta(days=1200)
    found = in_new_york(Every(Duration(number, "mo"), START, on=on, at=NINE), anchor, last)
    start, end = datetime.combine(anchor.replace(day=1), NINE), datetime.combine(last, NINE)
    candidates = range(min(on, 28), on + 1)  # a month has its day on the last of these that it has
    monthly = rrule(MONTHLY, bymonthday=candidates, bysetpos=-1, dtstart=start, until=end)
    assert found == [at for at in monthly if at.date() > anchor][::number]


SCHEDULES = st.builds(
    Every,
    st.builds(Duration, st.integers(1, 12), st.sampled_from(["h", "bh", "d", "bd", "w", "mo", "y"])),
    st.just(START),
    at=st.sampled_from([None, time(2, 30), time(9), time(23, 59)]),
)
ROLLS = st.sampled_from(["none", "following", "preceding", "modified_following"])


@unhurried
@given(SCHEDULES, ANCHORS, st.integers(0, 900), st.integers(1, 40), ROLLS)
def test_what_is_due_does_not_depend_on_the_window_it_is_asked_in(
    schedule: Every, anchor: date, later: int, width: int, roll: Roll
) -> None:
    start = utc(f"{anchor} 00:00") + timedelta(days=later)
    cuts = [start, start + timedelta(days=width / 3), start + timedelta(days=width)]
    whole, first, second = (
        due_instants(schedule, anchor, BERLIN, roll=roll, window=window)
        for window in ((cuts[0], cuts[2]), (cuts[0], cuts[1]), (cuts[1], cuts[2]))
    )
    assert whole == first + second
    assert [one.at for one in whole] == sorted(one.at for one in whole)
    assert len({one.n for one in whole}) == len(whole)


@unhurried
@given(SCHEDULES, ANCHORS, st.integers(0, 900), ROLLS)
def test_the_next_is_the_first_that_a_window_finds(
    schedule: Every, anchor: date, later: int, roll: Roll
) -> None:
    instant = utc(f"{anchor} 00:00") + timedelta(days=later)
    found = next_after(schedule, anchor, BERLIN, roll, instant)
    assert found is not None
    after = instant + datetime.resolution
    to_it = due_instants(schedule, anchor, BERLIN, roll=roll, window=(after, found.at + datetime.resolution))
    before_it = due_instants(schedule, anchor, BERLIN, roll=roll, window=(after, found.at))
    assert (to_it[0], before_it) == (found, [])


def months(found: list[date]) -> list[int]:
    return [day.year * 12 + day.month for day in found]


@unhurried
@given(ANCHORS, st.sampled_from(["none", "modified_following"]), st.integers(0, 1))
def test_a_monthly_series_never_repeats_or_skips_a_month(anchor: date, roll: Roll, on_last: int) -> None:
    """Rolled off a day that is not worked it stays within its month, too."""
    schedule = Every(Duration(1, "mo"), START, on="last" if on_last else None, at=NINE)
    window = BERLIN.start_of_day(anchor), BERLIN.start_of_day(anchor + timedelta(days=1200))
    dues = due_instants(schedule, anchor, BERLIN, roll=roll, window=window)
    found = months([BERLIN.local_date(one.at) for one in dues])
    assert found == list(range(found[0], found[0] + len(found)))


@unhurried
@given(ANCHORS)
def test_rolling_finds_the_nearest_working_day_and_leaves_one_alone(day: date) -> None:
    forward, back = BERLIN.roll(day, "following"), BERLIN.roll(day, "preceding")
    assert back <= day <= forward
    assert BERLIN.is_working_day(forward)
    assert BERLIN.is_working_day(back)
    between = [back + timedelta(days=n) for n in range(1, (forward - back).days)]
    assert not any(BERLIN.is_working_day(one) for one in between)
    assert BERLIN.roll(forward, "preceding") == forward
    assert BERLIN.roll(back, "following") == back
    within = BERLIN.roll(day, "modified_following")
    assert within == (forward if forward.month == day.month else back)


@unhurried
@given(ANCHORS, st.integers(1, 300))
def test_business_days_forward_and_back_lead_to_where_they_began(day: date, count: int) -> None:
    """From a working day; a start on another counts from the next one, or back from the last."""
    start = BERLIN.roll(day, "following")
    there = BERLIN.working_day_after(start, count)
    assert BERLIN.working_day_before(there, count) == start
    assert BERLIN.working_day_after(BERLIN.roll(day, "preceding"), 0) == BERLIN.roll(day, "preceding")


DAYS = st.builds(Duration, st.integers(1, 40), st.sampled_from(["d", "bd", "w", "mo", "y"]))
CLOCKS = st.sampled_from([time(2, 30), time(9), time(23, 59)])
OF_DAYS = st.one_of(
    st.builds(Every, DAYS, st.just(START), at=CLOCKS),
    st.builds(
        Offsets,
        st.lists(DAYS, min_size=1, max_size=4).map(tuple),
        st.sampled_from(["after", "before"]),
        st.just(START),
        at=CLOCKS,
    ),
)


@unhurried
@given(OF_DAYS, ANCHORS, st.times(), st.sampled_from([BERLIN, NEW_YORK]), ROLLS)
def test_where_days_are_counted_all_instants_of_a_day_lead_to_the_same(
    schedule: Schedule, day: date, clock: time, calendar: WorkCalendar, roll: Roll
) -> None:
    anchor = calendar.at(day, clock)
    window = anchor - timedelta(days=3000), anchor + timedelta(days=3000)
    by_day, by_instant = (
        due_instants(schedule, start, calendar, roll=roll, window=window)
        for start in (calendar.local_date(anchor), anchor)
    )
    assert counts_days(schedule)
    assert by_day == by_instant


def test_hours_an_unsaid_time_and_another_zone_are_counted_from_the_instant() -> None:
    month, hours = Duration(1, "mo"), Duration(36, "h")
    assert not counts_days(Every(hours, START, at=NINE))
    assert not counts_days(Every(month, START))
    assert not counts_days(Every(month, START, at=NINE, zone="Asia/Tokyo"))
    assert not counts_days(Offsets((month, hours), "after", START, at=NINE))
    assert counts_days(OnDate(date(2026, 4, 6)))
