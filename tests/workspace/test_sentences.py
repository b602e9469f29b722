from __future__ import annotations

from datetime import date

import pytest

from aloft.workspace.selectors import Load
from aloft.workspace.sentences import (
    account_stands,
    accounts_found,
    accounts_matching,
    closes_the_sum,
    needs_you,
)


def load(accounts: int, late: int = 0, today: int = 0, week: int = 0, no_data: int = 0) -> Load:
    return Load(accounts, late, today, week, no_data)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (load(62, 2, 3, 9, 2), "14 of your 62 accounts need you this week"),
        (load(62, 1), "1 of your 62 accounts needs you this week"),
        (load(62), "None of your 62 accounts needs you this week"),
        (load(1, 1), "Your only account needs you this week"),
        (load(1), "Your only account does not need you this week"),
        (load(0), "You hold no accounts yet"),
    ],
)
def test_the_answer_of_today(found: Load, said: str) -> None:
    assert needs_you(found, team=False) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (load(2000, 14), "14 of 2,000 accounts need the team this week"),
        (load(2000), "None of 2,000 accounts needs the team this week"),
        (load(1, 1), "The team’s only account needs the team this week"),
        (load(0), "There are no accounts yet"),
    ],
)
def test_who_leads_the_team_reads_of_the_team(found: Load, said: str) -> None:
    assert needs_you(found, team=True) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            load(62, 2, 3, 9, 2),
            "2 are late, 3 are due today, 9 follow this week. 46 accounts are in order, 2 send no data.",
        ),
        (load(3, 1, 0, 1, 0), "1 is late, 1 follows this week. 1 account is in order."),
        (load(5), "5 accounts are in order."),
        (load(2, 0, 0, 0, 1), "1 account is in order, 1 sends no data."),
        (load(3, 1, 1, 0, 1), "1 is late, 1 is due today. 1 account sends no data."),
        (load(1, 1), "1 is late."),
        (load(0), ""),
    ],
)
def test_the_line_below_counts_every_account_once(found: Load, said: str) -> None:
    assert closes_the_sum(found) == said


def test_how_an_account_stands() -> None:
    assert account_stands("Brackwater Foods", 0, 0) == "Brackwater Foods is in order: nothing waits"
    left = date(2026, 2, 14)
    assert (
        account_stands("Brackwater Foods", 0, 0, left)
        == "Brackwater Foods left on 14 Feb 2026: nothing waits"
    )
    assert account_stands("Brackwater Foods", 2, 1, left) == (
        "Brackwater Foods left on 14 Feb 2026, and 2 are open still"
    )
    assert account_stands("Brackwater Foods", 1, 0) == "Brackwater Foods has 1 open moment"
    assert account_stands("Brackwater Foods", 3, 1) == "Brackwater Foods has 3 open moments, 1 late"


def test_how_many_accounts_have_work() -> None:
    assert accounts_found(62, 5, team=False) == "5 of your 62 accounts have something open"
    assert accounts_found(62, 1, team=True) == "1 of 62 accounts has something open"
    assert accounts_found(62, 0, team=False) == "None of your 62 accounts has something open"
    assert accounts_found(0, 0, team=True) == "There are no accounts yet"
    assert accounts_matching(1, "brack") == "1 account matches “brack”"
    assert accounts_matching(0, "zz") == "0 accounts match “zz”"
