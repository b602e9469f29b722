from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from aloft.workspace.horizon import horizon


@pytest.mark.parametrize(
    ("now", "week_ends"),
    [
        ("2026-03-02", "2026-03-09"),  # Monday
        ("2026-03-06", "2026-03-09"),  # Friday
        ("2026-03-07", "2026-03-16"),  # Saturday: the week that comes
        ("2026-03-08", "2026-03-16"),
    ],
)
def test_the_week_ends_on_sunday_and_a_weekend_looks_ahead(now: str, week_ends: str) -> None:
    ahead = horizon(datetime.fromisoformat(f"{now}T12:00").replace(tzinfo=UTC), UTC)
    assert ahead.monday == datetime.fromisoformat(week_ends).replace(tzinfo=UTC)


def test_days_and_weeks_turn_at_the_reader_s_midnight() -> None:
    sunday_evening = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)  # Monday, 05:00 in Tokyo
    ahead = horizon(sunday_evening, ZoneInfo("Asia/Tokyo"))
    assert ahead.tomorrow == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    assert ahead.monday == datetime(2026, 3, 8, 15, 0, tzinfo=UTC)
