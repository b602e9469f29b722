"""T12: an account has so much time for meetings; what does not fit waits, and what must not wait displaces."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aloft.decide.calendar import WorkCalendar
from aloft.decide.policy.load import (
    Allowance,
    Meeting,
    allowance,
    booked_around,
    first_with_room,
    has_room,
    making_room,
)
from aloft.engagement.model import Duration
from aloft.engagement.policy import ContactCap, ContactPolicy

DAYS = WorkCalendar("UTC")
MONTH = Duration(30, "d")
FOUR_HOURS = Allowance(240, MONTH)
MOST = {"high": Duration(240, "min"), "low": Duration(90, "min"), "tech": Duration(0, "min")}
POLICY = ContactPolicy(
    caps=(
        ContactCap(MOST, MONTH, "meeting"),
        ContactCap(2, Duration(7, "d"), "email"),
    )
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def meeting(when: str, minutes: int, priority: str = "time", key: int | None = None) -> Meeting:
    return Meeting(at(when), minutes, priority, key, movable=key is not None)


BOOKED = [
    meeting("2026-04-01 10:00", 90, key=1),
    meeting("2026-04-08 10:00", 60, "event", key=2),
    meeting("2026-04-15 10:00", 60, key=3),
]


def test_a_cap_on_meetings_allows_minutes_by_touch_for_every_way_to_meet() -> None:
    assert allowance(POLICY, "video", ("high", "low")) == FOUR_HOURS
    assert allowance(POLICY, "onsite", ("low",)) == Allowance(90, MONTH)
    assert allowance(POLICY, "meeting", ("tech",)) == Allowance(0, MONTH)
    assert allowance(POLICY, "call", ("high",)) is None
    assert allowance(POLICY, "video", ("community",)) is None
    assert allowance(None, "video", ("high",)) is None


def test_sixty_minutes_beside_two_hundred_and_ten_wait_for_the_first_day_with_room() -> None:
    new = meeting("2026-04-20 14:00", 60)
    assert booked_around(new.due, BOOKED, FOUR_HOURS, DAYS) == 210
    assert first_with_room(new, BOOKED, FOUR_HOURS, DAYS) == at(
        "2026-05-01 14:00"
    )  # the first has left by then


def test_thirty_minutes_more_have_room() -> None:
    assert has_room(meeting("2026-04-20 14:00", 30), BOOKED, FOUR_HOURS, DAYS)
    assert not has_room(meeting("2026-04-20 14:00", 31), BOOKED, FOUR_HOURS, DAYS)


def test_a_meeting_that_is_booked_later_counts_too() -> None:
    assert not has_room(meeting("2026-03-20 14:00", 60), BOOKED, FOUR_HOURS, DAYS)
    assert has_room(meeting("2026-03-01 14:00", 60), BOOKED, FOUR_HOURS, DAYS)


def test_what_is_longer_than_all_that_is_allowed_never_has_room() -> None:
    assert first_with_room(meeting("2026-04-20 14:00", 91), [], Allowance(90, MONTH), DAYS) is None


def test_a_renewal_displaces_the_least_important_and_latest() -> None:
    renewal = meeting("2026-04-20 14:00", 60, "renewal")
    assert making_room(renewal, BOOKED, FOUR_HOURS, DAYS) == [BOOKED[2]]
    assert making_room(replace(renewal, minutes=120), BOOKED, FOUR_HOURS, DAYS) == [BOOKED[2], BOOKED[0]]
    assert making_room(meeting("2026-04-20 14:00", 60), BOOKED, FOUR_HOURS, DAYS) is None


def test_it_cannot_displace_what_has_begun_or_is_as_important() -> None:
    renewal = meeting("2026-04-20 14:00", 60, "renewal")
    begun = [replace(one, movable=False) for one in BOOKED]
    assert making_room(renewal, begun, FOUR_HOURS, DAYS) is None
    assert (
        making_room(renewal, [replace(one, priority="renewal") for one in BOOKED], FOUR_HOURS, DAYS) is None
    )


days = st.integers(0, 80).map(lambda day: at("2026-04-01 10:00") + timedelta(days=day))
meetings = st.builds(Meeting, days, st.sampled_from([30, 60, 90]), st.just("time"))


@given(st.lists(meetings, max_size=8))
def test_meetings_placed_one_after_the_other_never_exceed_the_allowance(wanted: list[Meeting]) -> None:
    placed: list[Meeting] = []
    for one in wanted:
        due = first_with_room(one, placed, FOUR_HOURS, DAYS)
        assert due is not None
        placed.append(replace(one, due=due))
    for one in placed:
        window = [other for other in placed if one.due <= other.due < one.due + timedelta(days=30)]
        assert sum(other.minutes for other in window) <= 240
