"""What holds of the contact policy for any messages, any past and any caps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add
from aloft.decide.policy.judge import judge
from aloft.decide.policy.regimes import OPT_OUT
from aloft.decide.policy.values import Approach, Passage, Past, Standing
from aloft.engagement.model import Duration
from aloft.engagement.policy import ContactCap, ContactPolicy, QuietHours

MONDAY = datetime(2026, 5, 4, tzinfo=UTC)
CALENDAR = WorkCalendar("America/New_York", country="US")
hours = st.integers(0, 24 * 20).map(lambda hour: MONDAY + timedelta(hours=hour))
channels = st.sampled_from(["email", "survey", "in_app"])
purposes = st.sampled_from(["marketing", "service"])
caps = st.lists(
    st.builds(
        ContactCap,
        st.integers(1, 3),
        st.sampled_from([Duration(1, "d"), Duration(36, "h"), Duration(1, "w")]),
        channel=st.one_of(st.none(), channels),
        purpose=st.one_of(st.none(), purposes),
    ),
    max_size=3,
).map(tuple)
policies = st.builds(
    ContactPolicy, quiet_hours=st.sampled_from([None, QuietHours(time(20), time(9))]), caps=caps
)


@st.composite
def approaches(draw: st.DrawFn) -> list[Approach]:
    now = draw(hours)
    return [
        Approach(
            key, 1, draw(channels), draw(purposes), draw(st.sampled_from(["event", "time", "campaign"])), now,
            now + timedelta(days=draw(st.integers(1, 40))), draw(hours), kind=f"{key}",
        )
        for key in range(draw(st.integers(1, 5)))
    ]  # fmt: skip


def standing(past: Sequence[Past] = ()) -> Standing:
    return Standing(CALENDAR, regime=OPT_OUT, past=tuple(past))


def placed(wanted: Sequence[Approach], found: dict[int, Passage]) -> list[Past]:
    return [
        Past(found[one.key].until or one.at, one.channel, one.purpose)
        for one in wanted
        if found[one.key].way in ("passes", "held")
    ]


def most_in_a_window(cap: ContactCap, past: Sequence[Past]) -> int:
    counted = [
        one.at
        for one in past
        if (cap.channel in (None, one.channel) or (cap.channel, one.channel) == ("email", "survey"))
        and cap.purpose in (None, one.purpose)
    ]
    return max((sum(x <= y < add(x, cap.per, CALENDAR) for y in counted) for x in counted), default=0)


@given(approaches(), policies)
def test_no_cap_is_ever_exceeded(wanted: list[Approach], policy: ContactPolicy) -> None:
    found = judge(wanted, {1: standing()}, policy)
    sent = placed(wanted, found)
    for cap in policy.caps:
        assert isinstance(cap.most, int)
        assert most_in_a_window(cap, sent) <= cap.most


@given(approaches(), policies, st.randoms())
def test_the_order_of_the_candidates_does_not_matter(
    wanted: list[Approach], policy: ContactPolicy, chance
) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(wanted)
    chance.shuffle(shuffled)
    assert judge(shuffled, {1: standing()}, policy) == judge(wanted, {1: standing()}, policy)


@given(approaches(), policies)
def test_what_is_held_passes_at_the_instant_that_was_told(
    wanted: list[Approach], policy: ContactPolicy
) -> None:
    found = judge(wanted, {1: standing()}, policy)
    for one in wanted:
        until = found[one.key].until
        if until is None:
            continue
        others = [
            Past(found[other.key].until or other.at, other.channel, other.purpose)
            for other in wanted
            if other.key != one.key
            and found[other.key].way in ("passes", "held")
            and (found[other.key].until or other.at) <= until
        ]
        again = judge([replace(one, at=until)], {1: standing(others)}, policy)
        assert again[one.key] == Passage("passes")


@given(approaches(), policies)
def test_nothing_leaves_after_its_end_or_in_quiet_hours(
    wanted: list[Approach], policy: ContactPolicy
) -> None:
    found = judge(wanted, {1: standing()}, policy)
    for one in wanted:
        if found[one.key].way in ("passes", "held"):
            at = found[one.key].until or one.at
            assert one.at <= at < one.ends
            if policy.quiet_hours:
                local = CALENDAR.local(at)
                assert time(9) <= local.time() < time(20)
                assert CALENDAR.is_working_day(local.date())
