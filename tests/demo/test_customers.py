from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aloft.demo.customers import customers, slug
from aloft.demo.history import document
from aloft.demo.tickets import tickets
from aloft.demo.usage import Delivery, usage

HERE = Path(__file__).parents[2]
TODAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 10, 20, tzinfo=UTC)
FIRST, LIVE = datetime(2025, 11, 4, tzinfo=UTC), datetime(2026, 2, 11, tzinfo=UTC)


@pytest.fixture(scope="module")
def sent() -> list[Delivery]:
    return usage(customers(TODAY), FIRST, LIVE, NOW)


def test_the_model_that_is_shipped_is_that_of_the_documents() -> None:
    assert document() == (HERE / "docs" / "examples" / "first-model.yaml").read_text()


def test_sixty_customers_of_three_tiers_have_names_of_their_own() -> None:
    known = customers(TODAY)
    tiers = Counter(1 if one.mrr >= 5000 else 2 if one.mrr >= 1700 else 3 for one in known)
    assert len({one.external for one in known}) == len(known) == 60
    assert tiers == {1: 18, 2: 22, 3: 20}
    assert len({one.place.zone for one in known}) >= 8


def test_a_name_becomes_an_id() -> None:
    assert [slug(name) for name in ("Voss & Adler", "Nordhaus Möbel", "O'Malley Roofing")] == [
        "voss-adler",
        "nordhaus-moebel",
        "omalley-roofing",
    ]


def test_usage_is_the_same_twice_and_arrives_in_order_up_to_now(sent: list[Delivery]) -> None:
    assert usage(customers(TODAY), FIRST, LIVE, NOW) == sent
    received = [delivery.received for delivery in sent]
    assert received == sorted(received)
    assert received[0] >= FIRST
    assert received[-1] <= NOW
    assert all(entry.occurred <= delivery.received for delivery in sent for entry in delivery.entries)


def test_a_message_is_sent_once(sent: list[Delivery]) -> None:
    ids = Counter(entry.message_id for delivery in sent for entry in delivery.entries)
    assert ids.most_common(1)[0][1] == 1


def test_weekdays_are_busy_and_weekends_are_not(sent: list[Delivery]) -> None:
    days = Counter(
        entry.occurred.weekday() >= 5
        for delivery in sent
        for entry in delivery.entries
        if entry.name == "Signed In"
    )
    assert 0.01 < days[True] / days[False] < 0.08


def test_who_has_fallen_silent_sends_nothing_more(sent: list[Delivery]) -> None:
    known = {one.external: one for one in customers(TODAY)}
    assert sum(one.is_silent(TODAY) for one in known.values()) >= 8
    for delivery in sent:
        for entry in delivery.entries:
            at = entry.occurred.astimezone(ZoneInfo(known[entry.account].place.zone))
            assert not known[entry.account].is_silent(at.date())


def test_one_customer_has_come_back(sent: list[Delivery]) -> None:
    (back,) = [one for one in customers(TODAY) if one.back_from]
    assert back.back_from is not None
    later = {
        entry.occurred.date()
        for delivery in sent
        for entry in delivery.entries
        if entry.account == back.external and entry.occurred.date() >= back.back_from
    }
    assert len(later) >= 10


def test_tickets_never_lie_ahead_and_the_latest_are_urgent() -> None:
    found = tickets(customers(TODAY), FIRST, NOW)
    assert found[-1].opened < NOW
    assert {ticket.priority for ticket in found if ticket.opened > NOW - timedelta(days=1)} == {"urgent"}
