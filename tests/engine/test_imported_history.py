"""History from files: rolled as it was recorded, and late where a model is live already (T27)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from aloft.act.models import Occurrence
from aloft.collect.files.document import load_mapping
from aloft.engine.importing import ask, import_files
from tests.cli.test_commands import EXAMPLE, call
from tests.cli.test_commands import home as home
from tests.engine.test_first_day import company
from tests.engine.world import World

pytestmark = pytest.mark.slow

DESK = """\
mapping: desk
tables:
  tickets:
    key: ticket_id
    account: customer
    gives:
      opened: {kind: event, name: Ticket Opened, at: opened, properties: [ticket_id, priority]}
"""


def tickets(file: Path, *days: str) -> Path:
    rows = [f"{file.stem}-{n},acme,{day},urgent" for n, day in enumerate(days)]
    file.write_text("\n".join(["ticket_id,customer,opened,priority", *rows]) + "\n")
    return file


def known(home: Path) -> list[Any]:
    with duckdb.connect(str(home / "facts.duckdb"), read_only=True) as store:
        rows = store.execute("SELECT received::DATE::VARCHAR FROM event ORDER BY seq").fetchall()
    return [day for (day,) in rows]


def test_whatever_order_files_come_in_nothing_is_known_before_its_time(home: Path) -> None:
    (home / "desk.yaml").write_text(DESK)
    late = tickets(home / "late.csv", "2024-02-20", "2024-03-20", "2024-04-20")
    early = tickets(home / "early.csv", "2023-11-05", "2024-03-05", "2024-05-05")
    for file in (late, early):
        assert call("import", str(file), "--mapping", str(home / "desk.yaml")).exit_code == 0
    assert call("apply", EXAMPLE, "--from", "2024-02-25").exit_code == 0
    assert call("run", "--until", "2024-03-10").exit_code == 0
    assert known(home) == ["2023-11-05", "2024-02-20", "2024-03-05"]
    assert call("run", "--until", "2024-04-01").exit_code == 0
    assert known(home) == ["2023-11-05", "2024-02-20", "2024-03-05", "2024-03-20"]
    again = call("import", str(late), "--mapping", str(home / "desk.yaml"), "--json")
    assert '"duplicate": 3' in again.stdout


def test_history_that_comes_while_a_model_is_live_opens_nothing(world: World) -> None:
    company(world)
    world.run("2026-02-01")
    before = Occurrence.objects.count()
    days = [f"{year}-{month:02d}-03" for year in (2023, 2024, 2025) for month in range(1, 13)]
    asked = ask([tickets(world.home / "old.csv", *days)], load_mapping(DESK, "desk.yaml"))
    report = import_files(world.home, asked, datetime(2026, 2, 1, tzinfo=UTC))
    assert report.total("stored") == 36
    world.run("2026-02-01 00:01")
    counted = "SELECT count(*) FROM event WHERE source = 'desk' AND account IS NOT NULL"
    assert world.engine.store.run(counted) == [(36,)]
    assert Occurrence.objects.count() == before
    assert Occurrence.objects.filter(moment="urgent_ticket").count() == 0
