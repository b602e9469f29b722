"""Somebody else's history brought to life: imported, a preset published for its past, and the clock moved on."""

from __future__ import annotations

import csv
import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from aloft.act.models import Occurrence
from tests.cli.test_commands import call, home
from tests.data_sets import data_set

__all__ = ["home"]

pytestmark = pytest.mark.slow
BEGINS, LOOKED_AT = "2024-01-01", "2024-01-12"
ENDS = os.environ.get("ALOFT_HISTORY", "2024-01-20")
"""The day at which it ends; a whole year takes long."""


def read(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"ravenstack_{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def paid(lines: list[dict[str, str]], account: str, day: str) -> float:
    """D1: all lines summed that started by the day and end after it."""
    return sum(
        float(one["mrr_amount"])
        for one in lines
        if one["account_id"] == account
        and one["start_date"] <= day
        and (not one["end_date"] or day < one["end_date"])
    )


def severe_cases(folder: Path, ends: str) -> set[tuple[str, str]]:
    """Account and ticket, by hand: urgent or high, while the account pays 1,700 or more, so has a person's touch."""
    lines = read(folder, "subscriptions")
    return {
        (one["account_id"], one["ticket_id"])
        for one in read(folder, "support_tickets")
        if BEGINS < one["submitted_at"] <= ends
        and one["priority"] in {"urgent", "high"}
        and paid(lines, one["account_id"], one["submitted_at"]) >= 1700
    }


def keeps_a_low_tier(folder: Path, account: str, ticket: str) -> bool:
    """Whoever begins below 1,700 keeps tech touch until onboarding is over, which takes some three months."""
    lines = read(folder, "subscriptions")
    [day] = [one["submitted_at"] for one in read(folder, "support_tickets") if one["ticket_id"] == ticket]
    began = min(one["start_date"] for one in lines if one["account_id"] == account)
    since = date.fromisoformat(day) - date.fromisoformat(began)
    return paid(lines, account, began) < 1700 and since <= timedelta(days=100)


def why(account: str, moment: str) -> str:
    """The first line of what `aloft why` says."""
    told = call("why", account, moment)
    assert told.exit_code == 0, told.stderr
    return told.stdout.splitlines()[0]


def opened() -> set[tuple[str, str]]:
    """Account and ticket of each severe case so far."""
    found = Occurrence.objects.filter(moment="severe_case").values_list("account__external_id", "anchor")
    return {(account, anchor.removeprefix("ticket_id:")) for account, anchor in found}


def test_a_preset_over_imported_history_opens_its_moments_and_says_why(home: Path, tmp_path: Path) -> None:
    folder = data_set("ravenstack")
    model = tmp_path / "model.yaml"
    assert call("import", str(folder)).exit_code == 0
    assert call("init", "--preset", "two-phase", str(model)).exit_code == 0
    applied = call("apply", str(model), "--from", BEGINS)
    assert (applied.exit_code, applied.stdout) == (0, "two_phase, version 1, is live from 2024-01-01.\n")
    assert call("run", "--until", LOOKED_AT).exit_code == 0

    assert opened() == severe_cases(folder, LOOKED_AT)
    assert opened() == {("A-2e3bad", "T-42efc2"), ("A-503d5a", "T-89ae7a")}
    assert not Occurrence.objects.filter(opened_at__lt=f"{BEGINS}T00:00Z").exists()

    assert why("A-2e3bad", "severe_case") == (
        "“Severe case” opened: Ticket Opened, 2024-01-08: priority high, ticket_id T-42efc2"
    )
    assert why("A-503d5a", "severe_case") == (
        "“Severe case” opened: Ticket Opened, 2024-01-11: priority high, ticket_id T-89ae7a"
    )
    assert why("A-779e4e", "weekly_meeting") == (
        "“Weekly meeting” opened: Every week on Tuesdays from the start of the phase, at 10:00: "
        "due 2024-01-02 10:00 UTC"
    )
    assert why("A-e19ff6", "severe_case") == "“Severe case” is not open: tech, community touch, as tier_3"
    assert why("A-0158bb", "severe_case") == "“Severe case” is not open: in no phase"
    assert why("A-2e3bad", "annual_review") == (
        "“Annual review” is not open: nothing more is due by this schedule"
    )

    assert call("run", "--until", ENDS).exit_code == 0
    expected = severe_cases(folder, ENDS)
    assert opened() <= expected
    assert [case for case in expected - opened() if not keeps_a_low_tier(folder, *case)] == []
