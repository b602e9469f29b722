"""Due rows are made anew only where what they rest on has changed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from aloft.act.models import Due, DueKind
from aloft.engine import planning
from aloft.engine.planned import PLANNED
from tests.engine.world import EXAMPLE, World, shown

pytestmark = pytest.mark.slow


UNMET = """every 1 month from phase_start at 10:00
    if: "sign_ins_28d > 0\""""


def company(world: World, document: str = "") -> None:
    """Two customers that started on 5 January."""
    world.publish(document or EXAMPLE.read_text(), "2026-01-01")
    for name in ("acme", "bolt"):
        world.account(name, "2026-01-01", name=name.capitalize(), timezone="UTC", country="US")
        world.contract(name, "2026-01-01", "2026-01-05", "5400", ends="2027-01-05")
    world.person("cora", "csm", holds=("acme", "bolt"))
    world.person("otto", "onboarding", holds=("acme", "bolt"))


def planned(name: str) -> dict[tuple[str, str, str, int], tuple[int, str]]:
    """By what they are, the keys of an account's due rows and their instants."""
    rows = Due.objects.filter(account__external_id=name, kind__in=PLANNED)
    return {(row.kind, row.moment, row.anchor, row.n): (row.pk, f"{row.at:%Y-%m-%d %H:%M}") for row in rows}


def dates_ahead(rows: dict[tuple[str, str, str, int], tuple[int, str]]) -> list[str]:
    return [instant for (kind, *_), (_, instant) in rows.items() if kind == DueKind.PHASE]


def test_due_rows_stand_while_facts_change_nothing_that_they_rest_on(world: World) -> None:
    company(world)
    world.run("2026-01-06 08:00")
    before = planned("acme")
    world.track("acme", "Signed In", "2026-01-06 09:00", user="u1")
    world.run("2026-01-06 10:00")
    assert before
    assert planned("acme") == before


def test_after_a_start_nothing_is_planned_anew_that_stands(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    company(world)
    world.run("2026-01-06 08:00")
    before = planned("acme")
    world.restart()
    asked: list[list[str]] = []
    really = planning._plan

    def noted(turn: Any, rows: Any, *more: Any) -> Any:
        asked.append([turn.directory[account].external for account in rows])
        return really(turn, rows, *more)

    monkeypatch.setattr(planning, "_plan", noted)
    world.track("acme", "Signed In", "2026-01-06 09:00", user="u1")
    world.track("bolt", "Signed In", "2026-01-06 09:00", user="u2")
    world.contract("bolt", "2026-01-06 09:00", "2026-01-05", "5400", ends="2026-07-05")
    world.run("2026-01-06 10:00")
    assert asked == [["bolt"]]
    assert planned("acme") == before


def test_what_rows_rest_on_is_told_alike_by_every_process() -> None:
    told = """
from datetime import UTC, datetime
from aloft.engine.directory import Known
from aloft.engine.planned import digest_of
known = Known(1, 2, 2, "acme", "Acme", "Europe/Berlin", "DE", "BE")
print(digest_of((datetime(2026, 1, 5), "c-1", None, True), known, [("entry:1", datetime(2026, 1, 5, tzinfo=UTC))]))
"""
    command = [sys.executable, "-c", f"import django; django.setup(){told}"]
    seeds = [{**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2")]
    first, second = (
        subprocess.run(command, env=one, check=True, capture_output=True, text=True) for one in seeds
    )
    assert first.stdout == second.stdout != ""


def test_a_contract_that_ends_sooner_moves_the_rows_of_its_account_alone(world: World) -> None:
    company(world)
    world.run("2026-01-06 08:00")
    before = {name: planned(name) for name in ("acme", "bolt")}
    world.track("bolt", "Signed In", "2026-01-06 09:00", user="u1")
    world.contract("acme", "2026-01-06 09:00", "2026-01-05", "5400", ends="2026-07-05")
    world.run("2026-01-06 10:00")
    assert planned("bolt") == before["bolt"]
    assert dates_ahead(before["acme"]) == ["2027-01-05 00:00"]
    assert dates_ahead(planned("acme")) == ["2026-07-05 00:00"]


def test_rows_that_somebody_took_away_are_made_again(world: World) -> None:
    company(world)
    world.run("2026-01-06 08:00")
    before = planned("acme")
    Due.objects.filter(account__external_id="acme", kind__in=PLANNED).delete()
    world.track("acme", "Signed In", "2026-01-06 09:00", user="u1")
    world.run("2026-01-06 10:00")
    assert {what: instant for what, (_, instant) in planned("acme").items()} == {
        what: instant for what, (_, instant) in before.items()
    }


def reviewed(world: World, document: str) -> None:
    """Acme leaves its first phase on 6 January at 09:00: the first review is due a month later, at 10:00, and opens
    five business days before."""
    company(world, document)
    for number in range(10):
        world.track("acme", "User Created", "2026-01-06 09:00", user=f"u{number}")
    world.run("2026-01-06 10:00")


def reviews_ahead() -> list[tuple[int, str]]:
    rows = Due.objects.filter(account__external_id="acme", moment="monthly_review", kind=DueKind.OPEN)
    return [(row.n, shown(row.at)) for row in rows.order_by("at")]


def test_the_next_review_is_planned_as_the_one_before_opens(world: World) -> None:
    reviewed(world, EXAMPLE.read_text())
    assert reviews_ahead() == [(1, "2026-01-30 10:00")]
    world.run("2026-01-30 10:01")
    assert reviews_ahead() == [(2, "2026-02-27 10:00")]


def test_after_a_review_that_did_not_open_the_next_is_planned_once_its_time_has_passed(world: World) -> None:
    reviewed(world, EXAMPLE.read_text().replace("every 1 month from phase_start at 10:00", UNMET))
    for until, ahead in {"2026-02-03": [], "2026-02-09": [(2, "2026-02-27 10:00")]}.items():
        world.track("acme", "Ticket Solved", until, user="u1")
        world.run(f"{until} 01:00")
        assert reviews_ahead() == ahead


def standing() -> dict[tuple[str, str, str, str, int], int]:
    """By what they are, the keys of all due rows that a text makes."""
    rows = Due.objects.filter(kind__in=(*PLANNED, DueKind.WARN)).select_related("account")
    return {(one.account.external_id, one.kind, one.moment, one.anchor, one.n): one.pk for one in rows}


def test_a_text_that_dates_one_moment_otherwise_writes_its_rows_alone(world: World) -> None:
    text = EXAMPLE.read_text()
    reviewed(world, text)
    before = standing()
    world.publish(text.replace("every 1 month from phase_start at 10:00", "every 1 month from phase_start at 11:00"),
                  "2026-01-06 11:00")  # fmt: skip
    world.run("2026-01-06 11:01")
    after = standing()
    assert after.keys() == before.keys()
    assert {what[2] for what in after if after[what] != before[what]} == {"monthly_review"}
    assert reviews_ahead() == [(1, "2026-01-30 11:00")]


def test_a_moment_that_a_text_drops_is_due_no_more(world: World) -> None:
    text = EXAMPLE.read_text()
    reviewed(world, text)
    start = text.index("  monthly_review:")
    dropped = text[:start] + text[text.index("\n\n", start) :]
    world.publish(dropped, "2026-01-06 11:00")
    before = standing()
    world.run("2026-01-06 11:01")
    assert before.items() - standing().items() == {
        one for one in before.items() if one[0][2] == "monthly_review"
    }
