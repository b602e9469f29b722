"""Raw events go when they are older than their source keeps them; what models count of them stays, whatever happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import connection

from aloft.collect.models import Import, Quarantined, Source
from aloft.collect.selectors import dead_letters
from aloft.collect.services import Letter, create_source, dead_letter, keep_events
from aloft.engagement.load import load
from aloft.engine.past import NotKnown, why_not_at
from aloft.facts.log import segments
from aloft.facts.rebuild import rebuild
from aloft.measures.frame import Frames
from aloft.records.models import AuditEntry
from aloft.records.refusals import Refused
from tests.engine.world import World, at

MODEL = """
engagement_model: kept
title: What is counted of a year
roles: {csm: {}}
phases: {using: {enters: "contract_start is not null"}}
segments: {all: {touch: {using: high}}}
moments:
  review: {phase: using, manual: true, owner: csm, channel: email, objective: To look back, effort: 1h,
    outcome: {expect: "exports > 0", within: 7d}}
metrics:
  exports:      {count: Export}
  by_ann:       {users: Export}
  busy_days:    {days: Export}
  first_export: {first: Export}
  last_export:  {last: Export}
  pdf_rows:     {sum: rows, of: Export, where: "format = 'pdf'"}
  formats:      {distinct: format, of: Export}
  last_format:  {latest: format, of: Export}
  open_tickets: {open: Ticket Opened, until: Ticket Solved, by: ticket}
  since_first:  {count: Signed In, since: first_export}
"""
EXPECTED = {
    "exports": 9,
    "by_ann": 2,
    "busy_days": 3,
    "first_export": at("2026-01-10 09:00"),
    "last_export": at("2026-06-01 09:00"),
    "pdf_rows": 21.0,  # 1 + 2 + 3 + 4 + 5 of ann's, 6 of ben's
    "formats": 2,
    "last_format": "csv",
    "open_tickets": 1,
    "since_first": 2,
}
FURTHER = MODEL + "  in_colour:    {count: Export, where: \"colour = 'red'\"}\n"
FURTHER += "  in_colour_since: {count: Export, where: \"colour = 'red'\", since: contract_start}\n"
LATELY = FURTHER + "  lately_in_colour: {count: Export, where: \"colour = 'red'\", over: 28d}\n"


def told(world: World, when: str, document: str = MODEL) -> Mapping[str, Any]:
    model = load(document, "model.yaml")
    world.engine.versions.fill(model, lambda _done, _of: None)
    frames = Frames(world.engine.store.connection, model, "UTC")
    frames.ask_all(at(when))
    frames.build()
    names = list(model.metrics)
    columns = ", ".join(f'"{name}"' for name in names)
    row = world.engine.store.run(f"select {columns} from frame")[0]
    return {
        name: value.replace(tzinfo=at(when).tzinfo) if hasattr(value, "year") else value
        for name, value in zip(names, row, strict=True)
    }


def a_company(world: World) -> None:
    create_source(name="product", at=at("2026-01-01"))
    world.account("acme", "2026-01-01", name="Acme", timezone="UTC", country="US")
    world.contract("acme", "2026-01-01", "2026-01-01", "6000")
    world.publish(MODEL, "2026-05-31")
    for hour in range(1, 6):
        world.track(
            "acme", "Export", f"2026-01-10 {8 + hour:02d}:00", "ann", format="pdf", rows=hour, colour="red",
            remark="said in confidence",
        )  # fmt: skip
    world.track("acme", "Signed In", "2026-01-10 08:59", "ann")
    world.track("acme", "Signed In", "2026-01-10 09:30", "ann")
    world.track("acme", "Signed In", "2026-01-10 10:30", "ann")
    world.track("acme", "Export", "2026-01-11 09:00", "ben", format="pdf", rows=6)
    for ticket in ("t1", "t2"):
        world.track("acme", "Ticket Opened", "2026-01-12 09:00", "ben", ticket=ticket)
    world.track("acme", "Ticket Solved", "2026-01-12 10:00", "ben", ticket="t1")
    for hour in (7, 8, 9):
        world.track("acme", "Export", f"2026-06-01 {hour:02d}:00", "ben", format="csv", colour="red")
    world.run("2026-06-02 12:00")


def keep(days: int | None) -> None:
    source = Source.objects.get(name="product")
    keep_events(source=source, days=days, actor="mia", at=at("2026-06-02 12:00"))


def kinds(world: World) -> list[str]:
    return [
        kind for one in segments(world.engine.log) for kind in pq.read_table(one.path)["kind"].to_pylist()
    ]


def test_by_default_raw_events_are_kept_for_ever(world: World) -> None:
    a_company(world)
    world.run("2026-06-03 12:00")
    assert set(kinds(world)) <= {"track"}


def test_at_the_next_reading_old_events_are_gone_and_every_number_stands(world: World) -> None:
    a_company(world)
    assert told(world, "2026-06-04") == EXPECTED
    keep(90)
    world.run("2026-06-03 12:00")
    assert told(world, "2026-06-04") == EXPECTED
    assert kinds(world).count("track") == 3
    for one in segments(world.engine.log):
        assert "in confidence" not in json.dumps(pq.read_table(one.path).to_pylist(), default=str)
    assert world.engine.store.run("select count(*) from event where properties like '%confidence%'") == [(0,)]


def test_every_number_stands_after_a_rebuild_a_restart_and_a_lost_store(world: World) -> None:
    a_company(world)
    keep(90)
    world.run("2026-06-03 12:00")
    rebuild(world.engine.store, world.engine.store.integers("select id from account"))
    assert told(world, "2026-06-04") == EXPECTED
    world.restart()
    assert told(world, "2026-06-04") == EXPECTED
    world.engine.close()
    (world.home / "facts.duckdb").unlink()
    world.engine = type(world.engine)(world.home, home_zone="UTC", clock=world.clock)
    world.run("2026-06-04")
    assert told(world, "2026-06-04") == EXPECTED


def test_late_facts_of_days_that_are_rolled_up_are_counted_and_rolled_up(world: World) -> None:
    a_company(world)
    keep(90)
    world.run("2026-06-03 12:00")
    world.track("acme", "Export", "2026-01-10 12:30", "ann", "2026-06-03 13:00", format="pdf", rows=10)
    world.run("2026-06-04 12:00")
    assert told(world, "2026-06-04") == {**EXPECTED, "exports": 10, "pdf_rows": 31.0}
    assert kinds(world).count("track") == 3


def test_a_new_metric_over_what_was_forgotten_is_unknown_and_over_later_days_it_is_known(
    world: World,
) -> None:
    a_company(world)
    assert told(world, "2026-06-04", FURTHER)["in_colour"] == 8
    world.engine.versions.settle()
    keep(90)
    world.run("2026-06-03 12:00")
    found = told(world, "2026-06-04", LATELY)
    assert found == {**EXPECTED, "in_colour": None, "in_colour_since": None, "lately_in_colour": 3}


def test_dead_letters_go_as_raw_events_do_by_when_they_came(world: World) -> None:
    a_company(world)
    for source in ("product", "billing"):
        for came in ("2026-03-04 11:59", "2026-03-05 00:00", "2026-06-01 12:00"):
            letter = Letter("not_json", "no JSON", f"{source} {came}".encode())
            dead_letter(source=source, letters=[letter], at=at(came))
    keep(90)
    world.run("2026-06-03 12:00")
    assert sorted(bytes(one.body).decode() for one in dead_letters()) == [
        "billing 2026-03-04 11:59",
        "billing 2026-03-05 00:00",
        "billing 2026-06-01 12:00",
        "product 2026-03-05 00:00",
        "product 2026-06-01 12:00",
    ]


def test_rows_in_quarantine_go_as_raw_events_do_by_when_they_came(world: World) -> None:
    a_company(world)
    for source in ("product", "billing"):
        for line, came in enumerate(("2026-03-04 11:59", "2026-03-05 00:00", "2026-06-01 12:00")):
            run = Import.objects.create(source=source, at=at(came))
            Quarantined.objects.create(
                source=source, table="usage", file="a.csv", line=line, cells={}, of=run
            )
    keep(90)
    world.run("2026-06-03 12:00")
    left = Quarantined.objects.values_list("source", "line")
    assert list(left) == [("billing", 0), ("billing", 1), ("billing", 2), ("product", 1), ("product", 2)]


def test_why_refuses_an_instant_within_days_that_are_rolled_up(world: World) -> None:
    a_company(world)
    keep(90)
    world.run("2026-06-03 12:00")
    with pytest.raises(NotKnown, match="events up to 2026-01-12 are rolled up"):
        why_not_at(world.engine, "acme", at("2026-01-11 12:00"))
    assert len(why_not_at(world.engine, "acme", at("2026-06-01 12:00"))) == 1


def test_the_setting_is_in_the_audit_and_has_bounds(world: World) -> None:
    create_source(name="product", at=at("2026-01-01"))
    keep(400)
    keep(None)
    entries = AuditEntry.objects.filter(action="source.kept").order_by("id")
    assert [(one.actor, one.payload) for one in entries] == [
        ("mia", {"source": "product", "days": 400}),
        ("mia", {"source": "product", "days": None}),
    ]
    with pytest.raises(Refused, match="90 days at least"):
        keep(89)


ROOT = Path(__file__).parents[2]


def played(home: Path, *verbs: str) -> dict[str, Any]:
    """In a process of its own, as backups and erasing need it."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.engine.rolled", *verbs],
        env={**os.environ, "ALOFT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "aloft.settings"},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="a backup of SQLite")
def test_numbers_stand_after_a_backup_is_restored_and_a_person_is_erased_whose_events_are_gone(
    tmp_path: Path,
) -> None:
    home, file = tmp_path / "home", tmp_path / "saved.tar"
    before = played(home, "make")
    assert played(home, "keep") == before
    assert before == {"exports": 7, "users": 2, "rows": 28, "forgotten": 0}
    assert played(home, f"save={file}") == before
    assert played(tmp_path / "back", f"bring_back={file}") == before
    # What is told of an erased person's events is gone with them: the rows that ben exported are left.
    assert played(home, "erase") == {**before, "rows": 6 + 7}
    for path in home.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            body += repr(pq.read_table(path).to_pylist()).encode() if path.suffix == ".parquet" else b""
            assert b"canary-ann" not in body, path
