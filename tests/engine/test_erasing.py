"""Erasure (T48): afterwards no file under ALOFT_HOME holds a word of the person, and what was counted stays."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.engine.canaries import ANN, BOLT

ROOT = Path(__file__).parents[2]


def play(home: Path, *verbs: str) -> list[dict[str, Any]]:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.engine.canaries", *verbs],
        env={**os.environ, "ALOFT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "aloft.settings"},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told: list[dict[str, Any]] = json.loads(ran.stdout)
    return told


def telling(home: Path, words: tuple[str, ...]) -> list[tuple[str, str]]:
    """The files that hold one of the words, in plain bytes or in a column of the log."""
    import pyarrow.parquet as pq

    found = []
    for path in sorted(home.rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            if path.suffix == ".parquet":
                body += repr(pq.read_table(path).to_pylist()).encode()
            found += [(path.name, word) for word in words if word.lower().encode() in body.lower()]
    return found


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="looks into files of SQLite")
def test_t48_a_person_and_an_account_are_gone_from_every_file_and_what_was_counted_stays(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    made, handed = play(home, "make", "hand_over")
    shutil.copy(home / "facts.duckdb", home / "facts.duckdb.torn")
    assert made["counted"] == {"acme": 6, "canary-bolt": 4}
    assert made["users"] == 3
    ann = tuple(ANN.values())
    told = {name for name, _ in telling(home, ann)}
    assert told >= {"aloft.sqlite3", "inbox.sqlite3"}
    assert any(path.name in told for path in (home / "warehouse" / "event").iterdir())
    assert handed["records.contact"] == 1
    assert handed["collect.deadletter"] == 1
    assert handed["events"] == 8  # three of hers, and five that tell her address
    with zipfile.ZipFile(tmp_path / "ann.zip") as zipped:
        assert {"data.json", "records.contact.csv", "events.csv"} <= set(zipped.namelist())
        assert ANN["email"] in zipped.read("records.contact.csv").decode()

    (erased,) = play(home, "erase_person")
    assert telling(home, ann) == []
    assert (erased["counted"], erased["users"], erased["facts"]) == (made["counted"], 3, made["facts"])
    assert (erased["contacts"], erased["broken"]) == (["active", "erased"], None)

    (gone,) = play(home, "erase_account")
    assert telling(home, tuple(BOLT.values())) == []
    assert (gone["accounts"], gone["counted"], gone["broken"]) == (["acme"], {"acme": 6}, None)
