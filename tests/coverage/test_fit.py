"""The decision of an engagement model (domain.md 4.3): its table, and its edges."""

from __future__ import annotations

import pytest

from aloft.coverage.fit import Customers, Fit, Fitting, Level, Terms, fit


@pytest.mark.parametrize(
    ("customers", "shift", "onboarding", "ongoing", "preset"),
    [
        (Customers(110_000, 200, 0.85, 0.75), 0.156, "high high high", "high high high", "high-high"),
        (Customers(25_000, 200, 0.80, 0.25), 0.060, "high high high", "low low low", "high-low"),
        (Customers(80_000, 200, 0.20, 0.60), 0.135, "low high low", "high high high", "low-high"),
        (Customers(300, 200, 0.10, 0.10), -0.228, "tech tech tech", "tech community community", "low-low"),
        (Customers(6_000, 200, 0.80, 0.60), -0.033, "high low low", "low tech tech", "low-low"),
        (Customers(150_000, 200, 0.20, 0.20), 0.176, "low high low", "low high high", "low-high"),
    ],
    ids=["enterprise", "config-heavy", "slack-like", "dropbox-like", "complex and cheap", "simple and rich"],
)
def test_the_table_of_the_domain(
    customers: Customers, shift: float, onboarding: str, ongoing: str, preset: str
) -> None:
    """Need, what is affordable, and the level, of each phase."""
    found = fit(customers)
    assert round(found.shift, 3) == shift
    assert [_told(found.onboarding), _told(found.ongoing)] == [onboarding, ongoing]
    assert found.preset == preset


def _told(one: Fitting) -> str:
    return f"{one.need} {one.afford} {one.level}"


def test_who_needs_more_than_they_pay_for_is_flagged() -> None:
    def flagged(acv: float, onboarding: float, ongoing: float) -> tuple[bool, bool]:
        found = fit(Customers(acv, 200, onboarding, ongoing))
        return found.onboarding.under_served, found.ongoing.under_served

    assert flagged(110_000, 0.85, 0.75) == (False, False)
    assert flagged(300, 0.10, 0.10) == (False, True)
    assert flagged(6_000, 0.80, 0.60) == (True, True)


def test_a_level_more_is_given_where_it_keeps_more_than_it_costs() -> None:
    """(.094 - .048) x 150,000 x .8 x 2.5 = 13,800, for 55 hours more."""
    ongoing = fit(Customers(150_000, 200, 0.2, 0.2)).ongoing
    assert (round(ongoing.gain or 0), ongoing.extra, ongoing.upgraded) == (13_800, 5_500, True)
    shorter = fit(Customers(150_000, 200, 0.2, 0.2), Terms(years=0.9)).ongoing
    assert (round(shorter.gain or 0), shorter.level, shorter.upgraded) == (4_968, "low", False)


@pytest.mark.parametrize(
    ("acv", "ongoing"),
    [
        (62_500, "high"),
        (62_499, "low"),
        (16_667, "low"),
        (16_666, "tech"),
        (417, "tech"),
        (416, "community"),
        (84, "community"),
    ],
)
def test_the_least_contracts_that_pay_for_a_level(acv: float, ongoing: Level) -> None:
    """F21 at 100 an hour and a margin of .8."""
    assert fit(Customers(acv, 200, 1.0, 1.0)).ongoing.afford == ongoing


@pytest.mark.parametrize(
    ("acv", "onboarding"),
    [
        (20_000, "high"),
        (19_999, "low"),
        (4_000, "low"),
        (3_999, "tech"),
        (150, "tech"),
        (149, "community"),
        (25, "community"),
    ],
)
def test_the_least_contracts_that_pay_for_onboarding(acv: float, onboarding: Level) -> None:
    assert fit(Customers(acv, 200, 1.0, 1.0)).onboarding.afford == onboarding


def test_a_contract_that_pays_for_nothing_leaves_them_to_each_other() -> None:
    found = fit(Customers(10, 200, 0.0, 0.0))
    assert (found.ongoing.afford, found.ongoing.level, found.ongoing.under_served) == (
        None,
        "community",
        True,
    )


def test_a_new_company_begins_with_high_touch_for_all_and_a_large_one_automates() -> None:
    def told(accounts: int) -> tuple[str, bool]:
        found: Fit = fit(Customers(25_000, accounts, 0.8, 0.25))
        return found.preset, found.base

    assert [told(n) for n in (49, 50, 500, 501)] == [
        ("high-touch-first", False),
        ("high-low", False),
        ("high-low", False),
        ("high-low", True),
    ]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="worth more than nothing"):
        fit(Customers(0, 10, 0.5, 0.5))
    with pytest.raises(ValueError, match="within 0 and 1"):
        fit(Customers(100, 10, 0.5, 1.5))
