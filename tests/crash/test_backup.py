"""A backup taken under load has every event acknowledged before it began, and nothing fires twice after a restore."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.crash.deployment import NAMES, Processes, sending, start_company, until

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/backup.md").read_text()
SAVE, BRING_BACK = re.findall(r"^aloft (\w+) /", PAGE, re.MULTILINE)
ROUNDS = int(os.environ.get("ALOFT_BACKUPS", "2"))


def aloft(home: Path, *words: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "aloft", *words],
        env={**os.environ, "ALOFT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "aloft.settings"},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="looks into files of SQLite")
def test_what_was_acknowledged_is_restored_and_nothing_opens_twice(
    processes: Processes, tmp_path: Path
) -> None:
    key = start_company(processes)
    acknowledged: list[list[str]] = []
    with sending(processes, key, 1) as (client,):
        for number in range(ROUNDS):
            wanted = 12 * (number + 1)
            until(lambda wanted=wanted: len(client.acknowledged) > wanted)  # type: ignore[misc]
            acknowledged.append(list(client.acknowledged))
            aloft(processes.home, SAVE, str(tmp_path / f"{number}.tar"))
    for name in NAMES:
        processes.end(name, signal.SIGTERM)

    for number, before in enumerate(acknowledged):
        home = tmp_path / f"restored-{number}"
        said = aloft(home, BRING_BACK, str(tmp_path / f"{number}.tar"))
        assert f"{home} is as of 2" in said
        opened = _opened(home)
        aloft(home, "run")
        told = Processes(home, 0, home).company("look")
        assert set(before) <= set(told["ids"])
        assert set(told["ids"].values()) == {1}
        assert set(opened) <= set(told["opened"])
        assert sorted(told["opened"]) == sorted(f"ticket_id:{message}" for message in told["ids"])
        assert sorted(told["said"]) == sorted(told["opened"])


def _opened(home: Path) -> list[str]:
    """What had opened when the backup was taken."""
    with contextlib.closing(sqlite3.connect(home / "aloft.sqlite3")) as database:
        rows = database.execute("select anchor from act_occurrence where moment = 'urgent_ticket'").fetchall()
    return [anchor for (anchor,) in rows]
