"""The figures of a backtest, counted by hand (`domain.md` 3.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from aloft.engine.backtest.figures import figures
from aloft.engine.backtest.values import Capacity, Hits, Lead, Loss, Opened, Paying, Played, Truth

FIRST, LAST = date(2026, 1, 5), date(2026, 3, 1)  # eight weeks, Monday to Sunday


def alert(
    account: str, day: str, mrr: float = 100, moment: str = "usage_fell", trigger: str = "when"
) -> Opened:
    when = date.fromisoformat(day)
    at = datetime(when.year, when.month, when.day, tzinfo=UTC)
    return Opened(account, moment, "condition", 1, at, when, trigger, "csm", mrr)


def played(*opened: Opened) -> Played:
    return Played("acme", FIRST, LAST, 4, 56, opened)


def truth(*losses: Loss, known: date = date(2026, 12, 1)) -> Truth:
    paying = [Paying(name, date(2025, 1, 1), None) for name in "abcd"]
    return Truth(known, losses, paying)


ONE_CSM = {"csm": Capacity(1, 1)}


def test_a_loss_within_ninety_days_makes_a_hit() -> None:
    lost = Loss("a", date(2026, 4, 6), 1.0)
    found = figures(
        played(alert("a", "2026-01-06"), alert("a", "2026-01-05"), alert("b", "2026-01-06")), truth(lost), {}
    )
    assert found.alerts == Hits(judged=3, hits=1)  # 5 January + 90 days is 5 April, a day too early


def test_a_downsell_counts_from_a_fifth_on() -> None:
    small, large = Loss("a", date(2026, 2, 1), 0.19), Loss("b", date(2026, 2, 1), 0.2)
    found = figures(played(alert("a", "2026-01-06"), alert("b", "2026-01-06")), truth(small, large), {})
    assert found.alerts == Hits(2, 1)
    assert found.alerts.precision == 0.5


def test_what_is_not_ninety_days_ago_is_not_judged() -> None:
    found = figures(
        played(alert("a", "2026-01-06"), alert("b", "2026-01-07")), truth(known=date(2026, 4, 6)), {}
    )
    assert found.alerts == Hits(1, 0)


def test_the_calendar_raises_no_alert() -> None:
    review = alert("a", "2026-01-06", moment="review", trigger="schedule")
    found = figures(played(review), truth(Loss("a", date(2026, 2, 1), 1.0)), {})
    assert (found.alerts, found.lead.warned) == (Hits(), 0)
    assert [(one.moment, one.opened, one.hits) for one in found.moments] == [("review", 1, Hits())]


def test_at_capacity_the_greatest_mrr_of_each_week_is_worked() -> None:
    week = [alert("a", "2026-01-06", 100), alert("b", "2026-01-07", 900), alert("c", "2026-01-08", 500)]
    later = alert("a", "2026-01-13", 100)
    found = figures(played(*week, later), truth(Loss("a", date(2026, 2, 1), 1.0)), ONE_CSM)
    assert found.alerts == Hits(4, 2)
    assert found.at_capacity == Hits(2, 1)  # b of the first week, a of the second
    assert [(one.role, one.alerts, one.a_week) for one in found.roles] == [("csm", 4, 0.5)]  # 4 in 8 weeks


def test_the_base_rate_is_of_all_customers_on_each_monday() -> None:
    lost = Loss("a", date(2026, 1, 19), 1.0)
    told = replace(
        truth(lost), paying=[Paying("a", date(2025, 1, 1), date(2026, 1, 19)), Paying("b", FIRST, None)]
    )
    # a on 5 and 12 January, both hits; b on all eight Mondays.
    assert figures(played(), told, {}).base_rate == 2 / 10


def test_lead_is_from_the_first_alert_of_half_a_year_to_the_loss() -> None:
    alerts = [
        alert("a", "2026-01-05"),
        alert("a", "2026-02-01"),
        alert("b", "2026-02-20"),
        alert("c", "2026-02-25"),
    ]
    end = LAST + timedelta(days=30)
    gone = [
        Loss("a", date(2026, 3, 10), 1.0),
        Loss("b", date(2026, 3, 2), 1.0),
        Loss("d", date(2026, 2, 2), 1.0),
    ]
    found = figures(replace(played(*alerts), last=end), truth(*gone), {})
    assert found.lead == Lead(lost=3, warned=2, median=37.0, of_60_days=0.5, days=[10, 64])


def test_without_alerts_or_customers_nothing_is_made_up() -> None:
    found = figures(played(), replace(truth(), paying=[]), {})
    assert (found.alerts.precision, found.base_rate, found.lead) == (None, None, Lead(0, 0, None, None, []))
