"""The same log gives the same decisions: however it is batched, and however often the store is made anew."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from pathlib import Path

import pytest

from aloft.act.models import Due, Occurrence, Verdict
from aloft.collect.inbox import Entry
from aloft.engine import recovery
from aloft.engine.loop import Engine
from aloft.engine.models import Decided, Live, ZoneReading
from aloft.engine.recovery import LogTooShort
from aloft.facts.reading import Reader
from aloft.facts.store import FactStore
from aloft.measures.models import AccountProjection, Spell
from aloft.records.models import Account, AuditEntry, Book, Change, Holding, Leave, ModelVersion, Person
from tests.engine.world import EXAMPLE, World, at, decisions
from tests.facts.timeline import picture

ANSWERED = """\
moments:
  solved_in_time:
    expect: {event: Ticket Solved, by: ticket_id}
    within: 12h
    of: {event: Ticket Opened, by: ticket_id, where: "priority = 'urgent'"}
    owner: csm
    objective: Keep confidence while the case is open
    outcome: {expect: "contacted", within: 1w}
"""
ACCOUNTS = {"acme": ("UTC", "5400"), "bolt": ("America/New_York", "2000"), "cord": ("Asia/Tokyo", "300")}
START = at("2026-01-06")


def company(world: World, live_from: str = "2026-01-01", document: str = "") -> None:
    for name, (zone, mrr) in ACCOUNTS.items():
        world.account(name, "2026-01-01", name=name.capitalize(), timezone=zone, country="US")
        world.contract(name, "2026-01-01", "2026-01-05", mrr)
    world.person("cora", "csm", holds=("acme", "bolt"))
    world.person("otto", "onboarding", holds=tuple(ACCOUNTS))
    world.person("mia", "manager")
    world.publish(document or EXAMPLE.read_text(), "2026-01-01", live_from)


def answering(document: str) -> str:
    """The model with a moment for tickets that are not solved in time."""
    return document.replace("moments:\n", ANSWERED, 1)


def facts(world: World, seed: int, days: int = 5) -> list[tuple[Entry, str]]:
    """Entries with the instant of their arrival, in its order: some late, some twice; some tickets solved."""
    chance = random.Random(seed)
    made = []
    for _ in range(36):
        account = chance.choice(list(ACCOUNTS))
        happened = START + timedelta(seconds=chance.randrange(days * 86_400))
        arrived = happened + timedelta(seconds=chance.choice([0, 1, 60, 7_200, 200_000]))
        name = chance.choice(["Signed In", "User Created", "User Created", "Ticket Opened"])
        properties = {"priority": chance.choice(["urgent", "low"]), "ticket_id": f"T{chance.randrange(8)}"}
        user = f"{account}-{chance.randrange(12)}"
        text = happened.strftime("%Y-%m-%d %H:%M:%S")
        entry = world.entry(account, name, text, user, **properties)
        made.append((entry, arrived))
        if name == "Ticket Opened" and len(made) % 2:
            later = timedelta(hours=5 * (len(made) % 4))
            solved = (happened + later).strftime("%Y-%m-%d %H:%M:%S")
            made.append((world.entry(account, "Ticket Solved", solved, user, **properties), arrived + later))
        if chance.random() < 0.15:
            made.append((entry, arrived + timedelta(hours=1)))
    made.sort(key=lambda pair: pair[1])
    return [(entry, arrived.strftime("%Y-%m-%d %H:%M:%S")) for entry, arrived in made]


class Killed(BaseException):
    """Stands for the end of the process: nothing in the engine may catch it and go on."""


def killed_once_drained(world: World, monkeypatch: pytest.MonkeyPatch, until: str) -> None:
    """The engine ends between the two databases: the facts are drained, and nothing of them is decided."""

    def end(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr("aloft.engine.accounts.observe", end)
        with pytest.raises(Killed):
            world.run(until)
    world.restart()


def forget() -> None:
    """A database as new, under the same home."""
    for model in (
        Due, Verdict, Occurrence, Spell, AccountProjection, ZoneReading, Decided, Live, ModelVersion, Change, Holding,
        Book, Leave, Person, AuditEntry, Account,
    ):  # fmt: skip
        model.objects.all().delete()


def told(home: Path, seed: int, sizes: int | None) -> list[object]:
    """Every decision on the log of `seed`, drained in batches of at most `sizes`; None: all at once."""
    home.mkdir()
    forget()
    world = World(home)
    world.clock.instant = START  # all of it is news: taken tick by tick, not day by day as history is
    company(world, document=answering(EXAMPLE.read_text()))
    chance = random.Random(seed + 1)
    pending = facts(world, seed)
    while pending:
        size = chance.randint(1, sizes) if sizes else len(pending)
        batch, pending = pending[:size], pending[size:]
        for entry, arrived in batch:
            world.engine.inbox.append([entry], received=at(arrived))
        if pending:
            # All that arrived by this instant is in; what comes next arrives later.
            world.engine.run(at(pending[0][1]) - timedelta(seconds=1))
        if sizes and chance.random() < 0.3:
            world.restart()
    world.engine.run(at("2026-01-14"))
    found = list(decisions(world))
    world.close()
    return found


@pytest.mark.slow
def test_batches_of_random_size_give_the_same_decisions(db: None, tmp_path: Path) -> None:
    whole = told(tmp_path / "whole", 1, None)
    assert len(whole) > 10
    assert {one.verdict for one in Verdict.objects.filter(moment="solved_in_time")} >= {"opened", "satisfied"}
    for size in (3, 15):
        assert told(tmp_path / f"batches-{size}", 1, size) == whole


@pytest.mark.slow
def test_a_store_made_anew_from_the_log_equals_the_one_that_was_deleted(db: None, tmp_path: Path) -> None:
    world = World(tmp_path)
    company(world)
    for entry, arrived in facts(world, 3):
        world.engine.inbox.append([entry], received=at(arrived))
    world.run("2026-01-14")
    before, said = picture(world.engine.store), list(decisions(world))
    world.engine.close()
    (tmp_path / "facts.duckdb").unlink()
    world.engine = Engine(tmp_path, home_zone="UTC", clock=world.clock)
    world.run("2026-01-14 01:00")
    assert picture(world.engine.store) == before
    assert list(decisions(world)) == said
    world.close()


def test_a_long_way_through_the_log_is_told_by_tenths(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(tmp_path)
    company(world)
    entries = facts(world, 3)
    many = len({entry.message_id for entry, _ in entries})
    for entry, arrived in entries:
        world.engine.inbox.append([entry], received=at(arrived))
    world.run("2026-01-14")
    monkeypatch.setattr(recovery, "LONG", 10)
    nine_at_a_time = Reader(tmp_path / "log", world.engine.inbox, batch=9)
    with FactStore.open(":memory:") as store, caplog.at_level(logging.WARNING):
        recovery.catch_up(store, nine_at_a_time, world.engine.decided)
        assert store.positions() == world.engine.store.positions()
    world.close()
    assert [record.getMessage() for record in caplog.records] == [
        f"the fact store is drained anew from the log: {come} of {many} entries"
        for come in (9, 18, 27, 36, many)
    ]


def test_an_engine_whose_log_was_cut_off_says_so(db: None, tmp_path: Path) -> None:
    Decided.objects.create(pk=1, inbox=7)
    with pytest.raises(LogTooShort, match="rests on 7 entries, and the log ends before"):
        Engine(tmp_path, home_zone="UTC")


def test_an_engine_killed_between_drain_and_decision_decides_what_it_drained(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    company(world)
    world.run("2026-01-06")
    world.track("acme", "Ticket Opened", "2026-01-06 10:00", "u1", priority="urgent", ticket_id="T1")
    killed_once_drained(world, monkeypatch, "2026-01-06 10:05")
    world.run("2026-01-06 10:10")
    assert [row.anchor for row in world.occurrences("acme", "urgent_ticket")] == ["ticket_id:T1"]
    world.close()
