"""Why something was not open at a past instant: the account's log is rolled, and says what the live pass said."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from aloft.act import services as acting
from aloft.act.models import OccurrenceState
from aloft.act.standing import as_of
from aloft.engine.explained import of_occurrence
from aloft.engine.questions import answer
from aloft.records import services
from aloft.records.models import Account
from tests.engine.test_same_decisions import ACCOUNTS, START, company, facts
from tests.engine.test_timelines import company as one_company
from tests.engine.test_timelines import onboarded
from tests.engine.world import World, at

Told = list[Mapping[str, Any]]


def now(world: World, account: str) -> Told:
    return list(answer(world.engine, "why_not", {"account": account})["explanations"])


def then(world: World, account: str, instant: str) -> Told:
    asked = {"account": account, "at": at(instant).isoformat()}
    return list(answer(world.engine, "why_not_at", asked)["explanations"])


@pytest.mark.slow
def test_a_past_instant_is_told_as_the_live_pass_told_it(world: World) -> None:
    company(world)
    seed = 5
    chance, live = random.Random(seed), dict[tuple[str, str], Told]()
    pending = facts(world, seed)
    for _ in range(8):
        instant = START + timedelta(seconds=chance.randrange(600, 6 * 86_400))
        live[f"{instant:%Y-%m-%d %H:%M:%S}", chance.choice(list(ACCOUNTS))] = []
    for instant_text, account in sorted(live):
        while pending and pending[0][1] <= instant_text:
            entry, arrived = pending.pop(0)
            world.engine.inbox.append([entry], received=at(arrived))
        world.run(instant_text)
        if chance.random() < 0.4 and (mrr := chance.choice(["900", "6000"])):
            lines = {"line": "1", "starts_on": at("2026-01-05").date(), "ends_on": None}
            contract = Account.objects.get(external_id=account).contracts.get()
            services.amend_line(contract=contract, mrr=mrr, actor="ops", at=at(instant_text), **lines)
            world.run(instant_text)
        live[instant_text, account] = now(world, account)
    world.run("2026-01-13")
    for (instant_text, account), told in live.items():
        assert then(world, account, instant_text) == told
    assert any(told for told in live.values())


@pytest.mark.slow
def test_what_was_recorded_later_changes_nothing_then(world: World) -> None:  # T41
    one_company(world)
    onboarded(world)
    world.run("2026-01-10")
    before = then(world, "acme", "2026-01-09 12:00")
    world.track("acme", "Signed In", "2026-01-08 10:00", "u1", received="2026-01-11 10:00")
    world.account("acme", "2026-01-12", timezone="Asia/Tokyo", country="JP")
    world.run("2026-01-13")
    assert then(world, "acme", "2026-01-09 12:00") == before
    assert then(world, "acme", "2026-01-11 12:00") != before


def test_an_occurrence_is_told_as_it_stood(world: World) -> None:
    one_company(world)
    world.run("2026-01-05 12:00")
    kickoff, otto = world.only("acme", "kickoff"), world.only("acme", "kickoff").owner
    assert otto is not None
    acting.start(occurrence=kickoff, actor=otto, at=at("2026-01-06 09:00"))
    acting.skip(occurrence=kickoff, actor=otto, at=at("2026-01-07 09:00"), reason="they were away")
    acting.reopen(occurrence=kickoff, actor=otto, at=at("2026-01-08 09:00"))
    states = {
        day: as_of([world.only("acme", "kickoff")], at(f"2026-01-{day} 12:00"))[0].state
        for day in ("05", "06", "07", "08")
    }
    assert states == {
        "05": OccurrenceState.OPEN,
        "06": OccurrenceState.STARTED,
        "07": OccurrenceState.CLOSED,
        "08": OccurrenceState.OPEN,
    }
    told = of_occurrence(world.only("acme", "kickoff"), at("2026-01-07 12:00"))
    assert (told.verdict, [verdict for _, verdict, _ in told.history]) == (
        "skipped",
        ["opened", "started", "skipped"],
    )


def test_nothing_is_told_of_before_a_model_was_live_or_of_what_is_not_decided(world: World) -> None:
    one_company(world)
    world.run("2026-01-05 12:00")
    early = answer(world.engine, "why_not_at", {"account": "acme", "at": "2025-12-01T00:00+00:00"})
    late = answer(world.engine, "why_not_at", {"account": "acme", "at": "2026-01-09T00:00+00:00"})
    nobody = answer(world.engine, "why_not_at", {"account": "nobody", "at": "2026-01-05T00:00+00:00"})
    assert early == {"error": "no engagement model was live at 2025-12-01 00:00 UTC"}
    assert late == {"error": "2026-01-09 00:00 UTC is not decided yet: everything is up to 2026-01-05 12:00"}
    assert nobody == {"error": "no account is called 'nobody'"}
