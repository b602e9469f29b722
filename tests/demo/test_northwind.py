"""The company is a function of time: what is told, of whom, and why customers leave."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from aloft.demo.chance import shares
from aloft.demo.company import announced
from aloft.demo.contracts import versions
from aloft.demo.conversations import EFFECTS, Conversation, adopted_on, kept
from aloft.demo.customers import Cause, Customer, Start, customers
from aloft.demo.history import document
from aloft.demo.names import company, slug
from aloft.demo.northwind import Northwind, Span, handed_over
from aloft.demo.people import departures
from aloft.demo.usage import Crowd, created, of_day
from aloft.demo.usage import crowd as crowd_of
from aloft.measures.detectors.decline import judge

HERE = Path(__file__).parents[2]
TODAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 10, 20, tzinfo=UTC)
SMALL = Northwind(TODAY, Span(size=200, known=400))

Row = dict[str, Any]


@pytest.fixture(scope="module")
def told() -> list[Row]:
    rows: list[Row] = SMALL.told(None, NOW, {}).to_pylist()
    return rows


@pytest.fixture(scope="module")
def known() -> list[Customer]:
    return customers(TODAY, 2_000)


def there(customer: Customer, day: date) -> bool:
    return customer.starts <= day and (customer.ends is None or day < customer.ends)


def test_the_model_that_is_shipped_is_that_of_the_documents() -> None:
    assert document() == (HERE / "docs" / "examples" / "northwind.yaml").read_text()


def test_revenue_lies_on_the_curve_of_the_domain(known: list[Customer]) -> None:
    """domain.md 4.1: 4,071,122 of MRR; 45.0 % in the top 10 %, 75.0 % in the top 30 %; floors 5,000 and 1,700."""
    mrr = sorted((one.mrr for one in known if there(one, TODAY)), reverse=True)
    assert (len(mrr), mrr[199], mrr[599]) == (2_000, 5_000, 1_700)
    assert abs(sum(mrr) - 4_071_122) < 200  # each is rounded to a whole dollar
    assert round(sum(mrr[:200]) / sum(mrr), 3) == 0.450
    assert round(sum(mrr[:600]) / sum(mrr), 3) == 0.750


def test_a_company_of_any_size_has_the_same_shares() -> None:
    tiers = Counter(one.tier for one in customers(TODAY, 200) if there(one, TODAY))
    assert tiers == {1: 20, 2: 40, 3: 140}


def test_a_company_for_load_has_a_short_past_and_says_so() -> None:
    assert Span.of(5_000) == Span(5_000)
    assert announced(Span.of(100_000)) == (
        "Making a company of 100,000 customers, for load: about 12 minutes on a quiet machine. "
        "It has 120 days of facts, usage user by user of the last 14, and one day lived through."
    )


def test_customers_have_names_of_their_own(known: list[Customer]) -> None:
    assert len({one.external for one in known}) == len({one.name for one in known}) == len(known)
    assert len({company(number) for number in range(30_000)}) == 30_000
    assert {"pendle-textiles", "thistle-rye"} <= {one.external for one in known}
    assert len({one.place.country for one in known}) == 12
    assert len({one.place.zone for one in known}) == 12


def test_a_name_becomes_an_id() -> None:
    assert [slug(name) for name in ("Voss & Adler", "Nordhaus Möbel", "O'Malley Roofing")] == [
        "voss-adler",
        "nordhaus-moebel",
        "omalley-roofing",
    ]


def test_chance_depends_on_nothing_but_its_purpose_and_numbers() -> None:
    alone = shares("comes", np.array([7]), 3)
    among = shares("comes", np.arange(10_000), 3)
    assert alone[0] == among[7]
    assert shares("goes", np.array([7]), 3)[0] != alone[0]
    assert abs(float(among.mean()) - 0.5) < 0.015
    assert abs(float(np.corrcoef(among[:-1], among[1:])[0, 1])) < 0.05


def test_a_larger_company_has_the_same_customers_who_left_and_who_will_come() -> None:
    few, many = customers(TODAY, 100), customers(TODAY, 200)
    assert {one for one in few[100:] if not there(one, TODAY)} <= set(many[200:])


def test_the_same_is_told_twice_in_order_and_once_each(told: list[Row]) -> None:
    assert Northwind(TODAY, SMALL.span).told(None, NOW, {}).to_pylist() == told
    received = [row["received"] for row in told]
    assert received == sorted(received)
    assert received[0] == SMALL.begins.replace(tzinfo=None)
    assert received[-1] <= NOW.replace(tzinfo=None)
    assert all(row["occurred"] <= row["received"] for row in told)
    ids = Counter((row["source"], row["message_id"]) for row in told)
    assert ids.most_common(1)[0][1] == 1


def test_what_is_told_bit_by_bit_is_what_is_told_at_once(told: list[Row]) -> None:
    stops = [NOW - timedelta(days=3), NOW - timedelta(days=2, hours=7), NOW - timedelta(minutes=61), NOW]
    after, bits = None, []
    for until in stops:
        bits += SMALL.told(after, until, {}).to_pylist()
        after = until
    assert bits == told


def test_every_customer_who_leaves_has_a_cause_and_nobody_else(known: list[Customer]) -> None:
    assert all((one.ends is None) == (one.cause is None) for one in known)
    gone = [one for one in known if one.ends is not None and one.ends <= TODAY]
    assert len(gone) == 260
    assert {one.cause for one in gone} == set(Cause)
    for one in known:
        if one.cause is Cause.NEVER_ADOPTED:
            assert one.start is Start.STUCK
            assert len(created(one, {})) < one.seats / 2


def test_a_champion_who_is_why_a_customer_leaves_has_left_before(known: list[Customer]) -> None:
    leaving = [one for one in known if one.cause is Cause.CHAMPION_LEFT and one.tier < 3]
    assert len(leaving) > 10
    for one in leaving:
        assert one.ends is not None
        day, persona = departures(one)[-1]
        assert persona == "champion"
        assert one.ends - timedelta(days=160) <= day <= one.ends - timedelta(days=110) or day == one.starts


def test_who_has_left_is_silent(told: list[Row]) -> None:
    ends = {one.external: one.ends for one in SMALL.customers if one.ends is not None}
    zones = {one.external: one.place.zone for one in SMALL.customers}
    of_users = [row for row in told if row["user"] and row["source"] == "product"]
    left = [row for row in of_users if row["account"] in ends]
    assert len(left) > 100
    for row in left:
        day = row["occurred"].replace(tzinfo=UTC).astimezone(ZoneInfo(zones[row["account"]])).date()
        assert day < ends[row["account"]]


def test_usage_has_its_week_and_its_holidays(told: list[Row]) -> None:
    days: defaultdict[date, int] = defaultdict(int)
    for row in told:
        if row["name"] == "Signed In" and row["user"]:
            days[row["occurred"].date()] += 1
    tuesdays = [count for day, count in days.items() if day.weekday() == 1 and day.month in (1, 2)]
    sundays = [count for day, count in days.items() if day.weekday() == 6]
    assert max(sundays) < min(tuesdays) / 4
    assert days[date(2025, 12, 25)] < min(tuesdays) / 4


def test_what_is_long_ago_is_counted_by_week_and_names_nobody(told: list[Row]) -> None:
    signed_in = [row for row in told if row["name"] == "Signed In"]
    weekly = [row["occurred"] for row in signed_in if not row["user"]]
    singly = [row for row in signed_in if row["user"]]
    begins = min(row["occurred"] for row in singly)
    assert max(weekly) < begins
    assert TODAY - timedelta(days=SMALL.span.by_user + 7) <= begins.date()
    assert {row["times"] for row in singly} == {1}


def test_contracts_come_to_the_mrr_of_the_curve_today() -> None:
    for one in SMALL.customers:
        if there(one, TODAY):
            in_force = [
                version
                for version in versions(one, TODAY, TODAY)
                if version.starts <= TODAY and (version.ends is None or version.ends > TODAY)
            ]
            assert in_force[-1].mrr == one.mrr


def test_lines_of_a_contract_come_to_its_mrr(told: list[Row]) -> None:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in told:
        if row["kind"] == "contract" and row["account"] == "pendle-textiles":
            said = json.loads(row["body"])["properties"]
            sums[said["starts"]] += Decimal(said["mrr"])
    (pendle,) = [one for one in SMALL.customers if one.external == "pendle-textiles"]
    assert sums == {str(version.starts): version.mrr for version in versions(pendle, TODAY, TODAY)}


def test_a_customer_of_the_tutorial_has_sent_no_ticket(told: list[Row]) -> None:
    tickets = Counter(row["account"] for row in told if row["name"] == "Ticket Opened")
    assert tickets["pendle-textiles"] == 0
    assert sum(tickets.values()) > 100


def test_what_is_handed_over_waits_for_the_time_of_day_but_not_beyond_now() -> None:
    rows = SMALL.told(NOW - timedelta(days=2), NOW, {})
    received = handed_over(rows, datetime(2026, 3, 4, 12, 45, tzinfo=UTC).time(), NOW)["received"]
    stops = ["2026-03-02 12:45:00.000000", "2026-03-03 12:45:00.000000", "2026-03-04 10:20:00.000000"]
    assert received.unique().cast(pa.string()).to_pylist() == stops


def test_what_is_told_over_a_weekend_is_handed_over_on_monday() -> None:
    friday, tuesday = datetime(2026, 3, 6, 12, 45, tzinfo=UTC), datetime(2026, 3, 10, 9, tzinfo=UTC)
    received = handed_over(SMALL.told(friday, tuesday, {}), friday.time(), tuesday)["received"]
    stops = ["2026-03-09 12:45:00.000000", "2026-03-10 09:00:00.000000"]
    assert received.unique().cast(pa.string()).to_pylist() == stops


def spoken(known: list[Customer], moment: str, before: int) -> dict[str, list[Conversation]]:
    """With everybody who will leave, so many days before they say so."""
    return {
        one.external: [Conversation(moment, one.told_on - timedelta(days=before))]
        for one in known
        if one.told_on is not None
    }


def test_talking_keeps_the_share_of_customers_that_the_truth_says(known: list[Customer]) -> None:
    leaving = [one for one in known if one.cause is Cause.PRICE]
    talked = kept(leaving, spoken(leaving, "renewal_talk", 10), date(2030, 1, 1))
    stay = sum(one.ends is None for one in talked) / len(leaving)
    share = (EFFECTS["renewal_talk"].keeps or {})[Cause.PRICE]
    assert abs(stay - share) < 3 * (share * (1 - share) / len(leaving)) ** 0.5


@pytest.mark.parametrize(
    ("moment", "before"), [("monthly_review", 10), ("renewal_talk", 0), ("renewal_talk", -5)]
)
def test_talking_of_nothing_or_too_late_keeps_nobody(known: list[Customer], moment: str, before: int) -> None:
    assert kept(known, spoken(known, moment, before), date(2030, 1, 1)) == known


def test_a_fate_is_open_until_the_customer_says_so(known: list[Customer]) -> None:
    talked = spoken(known, "renewal_talk", 10)
    for one in kept(known, talked, TODAY):
        if one.told_on is not None and one.told_on > TODAY:
            assert one.cause is not None
    again = kept(known, talked, TODAY)
    assert any(one.ends is None and was.ends is not None for one, was in zip(again, known, strict=True))


def test_who_is_stuck_goes_on_once_somebody_helps(known: list[Customer]) -> None:
    stuck = [one for one in known if one.start is Start.STUCK]
    held = {one.external: [Conversation("adoption_gate", one.starts + timedelta(days=50))] for one in stuck}
    helped = [one for one in stuck if adopted_on(one, held) is not None]
    assert 0.45 < len(helped) / len(stuck) < 0.75
    for one in stuck:
        assert (len(created(one, held)) >= one.seats / 2) == (one in helped)


def weeks_before(day: date, crowd: Crowd) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Sign-ins of each customer in the six weeks that end on the day before, the newest last."""
    counts = np.zeros((len(crowd.known), 6))
    place = {one.external: row for row, one in enumerate(crowd.known)}
    for back in range(1, 43):
        rows = of_day(crowd, day - timedelta(days=back))
        signed = rows.filter(pc.equal(rows["name"], "Signed In"))["account"]
        for account, n in Counter(signed.to_pylist()).items():
            counts[place[account], 5 - (back - 1) // 7] += n
    return counts


def test_a_fall_is_told_from_chance_in_the_week_before_the_first_day(known: list[Customer]) -> None:
    """By the rule of domain.md 3.3: not while one of the two weeks is half before it, then at two readings."""
    everybody = crowd_of(known, {})
    segments = np.array([one.tier for one in known], dtype=np.int64)
    brackwater = next(row for row, one in enumerate(known) if one.name == "Brackwater Foods")
    raised = {
        before: bool(
            judge(weeks_before(TODAY - timedelta(days=before), everybody), segments, 0.30).raised[brackwater]
        )
        for before in (8, 3, 2)
    }
    assert raised == {8: False, 3: True, 2: True}
