"""A copy of a running home that can be restored: databases first to last as positions grow, the log beside them.

Every event that was acknowledged before the copy began is in it. The fact store is left out: it is drained again.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from aloft.act.outbox import claims
from aloft.collect import tables_of_sqlite
from aloft.collect.tables import readable
from aloft.disk import sync
from aloft.engine.models import Restore
from aloft.facts.log import segments
from aloft.records import tombstones

ABOUT = "backup.json"
RESTORED = "restored.json"
FORM = 1
PATIENCE = 60.0
DATABASES = ("aloft.sqlite3", "inbox.sqlite3")
"""In this order: what is decided may not lie beyond what is logged, and the inbox only grows."""
MADE_AT_ONCE = {"secret.key", "static"}
"""What a home has before anything is kept in it."""
BESIDE = ("secret.key", tombstones.FILE, "demo-truth.json", "demo-reached.json")


class NotBackedUp(Exception):
    """Nothing was written; the message says what to do."""


class NotRestored(Exception):
    """Nothing was written; the message says what to do."""


@dataclass(frozen=True)
class Saved:
    """`entries`: the number of the last entry that is in it."""

    entries: int
    files: int
    bytes: int


def back_up(home: Path, file: Path, at: datetime) -> Saved:
    """Write `file`, whole or not at all, while Aloft runs. Raises OSError, NotBackedUp."""
    if connection.vendor != "sqlite":
        raise NotBackedUp(
            "records are on PostgreSQL: back up that database first, then this home with your own tools"
        )
    draft = file.with_name(f".{file.name}.tmp")
    with tempfile.TemporaryDirectory(dir=file.resolve().parent, prefix=".backup-") as folder:
        try:
            saved = _write(home, draft, Path(folder), at)
            sync(draft)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    return saved


def _write(home: Path, draft: Path, folder: Path, at: datetime) -> Saved:
    for name in DATABASES:
        if (home / name).exists():
            _copy(home / name, folder / name)
    end = _end(folder / "inbox.sqlite3")
    digests: dict[str, str] = {}
    with tarfile.open(draft, "w") as archive:
        for name in DATABASES:
            if (folder / name).exists():
                _add(archive, digests, name, folder / name)
        for path in _segments(home / "log", end):
            _add(archive, digests, f"log/{path.name}", path)
        for name in BESIDE:
            if (home / name).exists():
                _add(archive, digests, name, home / name)
        about = {"form": FORM, "at": at.isoformat(), "entries": end, "files": digests}
        told = json.dumps(about, indent=1).encode()
        member = tarfile.TarInfo(ABOUT)
        member.size = len(told)
        archive.addfile(member, io.BytesIO(told))
    return Saved(end, len(digests), draft.stat().st_size)


def _copy(source: Path, target: Path) -> None:
    """As of one instant, whoever writes meanwhile."""
    origin = sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=60)
    with closing(origin) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")


def _end(inbox: Path) -> int:
    if not inbox.exists():
        return 0
    with closing(tables_of_sqlite.connect(inbox, PATIENCE)) as tables:
        return readable(tables)


def _segments(log: Path, end: int) -> Iterator[Path]:
    """Those that hold nothing beyond what the copied inbox has numbered: of later ones it has the entries itself."""
    yield from (one.path for one in segments(log, upto=end))


def _add(archive: tarfile.TarFile, digests: dict[str, str], name: str, path: Path) -> None:
    with path.open("rb") as file:
        digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
    archive.add(path, arcname=name, recursive=False)


def restore(file: Path, home: Path, at: datetime) -> dict[str, Any]:
    """Fill an empty home from a backup; gives what the backup says of itself. Raises NotRestored.

    Checked before the home is there: it appears whole or not at all.
    """
    there = set(os.listdir(home)) if home.exists() else set()
    if there - MADE_AT_ONCE:
        raise NotRestored(f"{home} is not empty: name an empty ALOFT_HOME, or move that one away")
    home.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=home.parent, prefix=f".{home.name}-"))
    try:
        about = _unpack(file, fresh)
        (fresh / RESTORED).write_text(json.dumps({"epoch": secrets.token_hex(8), "at": at.isoformat()}))
        for path in fresh.rglob("*"):
            sync(path)
        if home.exists():
            shutil.rmtree(home)
        fresh.rename(home)
        sync(home.parent)
        return about
    except (tarfile.TarError, KeyError, ValueError, EOFError) as broken:
        raise NotRestored(f"{file} is no backup that can be read: {broken}") from broken
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    with tarfile.open(file) as archive:
        archive.extractall(folder, filter="data")
    about: dict[str, Any] = json.loads((folder / ABOUT).read_text())
    if about["form"] != FORM:
        raise NotRestored(f"{file} is of form {about['form']}, and this release reads {FORM}")
    for name, digest in about["files"].items():
        with (folder / name).open("rb") as one:
            if hashlib.file_digest(one, "sha256").hexdigest() != digest:
                raise NotRestored(f"{name} in {file} is not what was backed up: take another backup")
    (folder / ABOUT).unlink()
    return about


def note_restored(home: Path) -> None:
    """What was on its way out when the backup was taken may have left since: the epoch begins anew (`Restore`)."""
    marker = home / RESTORED
    if not marker.exists():
        return
    told = json.loads(marker.read_text())
    at = datetime.fromisoformat(told["at"])
    with transaction.atomic():
        _, begins = Restore.objects.get_or_create(epoch=told["epoch"], defaults={"at": at})
        if begins:
            claims.fence(at=at)
    marker.unlink()
