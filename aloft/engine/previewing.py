"""What an import would store, without storing it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aloft.collect.files.entries import Reading
from aloft.collect.files.report import Report
from aloft.collect.files.staging import Staged
from aloft.engine.importing import Asked, Run, silent

FIRST = 3  # of each thing that a table gives


@dataclass(frozen=True)
class Entered:
    """One entry as it would be logged. `details` are its properties or fields."""

    table: str
    kind: str
    name: str
    account: str
    user: str
    occurred: datetime | None
    times: int
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Preview:
    report: Report
    entries: tuple[Entered, ...]


def preview(home: Path, asked: Asked, now: datetime) -> Preview:
    """Reads all of the files. Raises Undecided for columns that read two ways, Misread."""
    with tempfile.TemporaryDirectory(dir=home, prefix="preview-") as folder:
        run = Previewed(home, Path(folder), asked, now.astimezone(UTC).replace(tzinfo=None), silent)
        report = run.made(dry=True)
        return Preview(report, tuple(run.entries))


class Previewed(Run):
    """Keeps the first entries of each kind before the scratch database is gone."""

    entries: list[Entered]

    def _report(self, reading: Reading, staged: dict[str, Staged], fresh: int, dry: bool) -> Report:
        self.entries = first_entries(reading)
        return super()._report(reading, staged, fresh, dry)


def first_entries(reading: Reading) -> list[Entered]:
    rows = reading.run(
        f"""SELECT tbl, kind, name, account, "user", occurred, times, body FROM entry WHERE kind <> 'void'
        QUALIFY row_number() OVER (PARTITION BY tbl, kind, split_part(id, '/', 2) ORDER BY n) <= {FIRST}
        ORDER BY tbl, split_part(id, '/', 2), n"""
    )
    return [
        Entered(
            table=str(table),
            kind=str(kind),
            name=str(name or ""),
            account=str(account or ""),
            user=str(user or ""),
            occurred=occurred.replace(tzinfo=UTC) if isinstance(occurred, datetime) else None,
            times=int(str(times or 1)),
            details=json.loads(str(body or "{}")),
        )
        for table, kind, name, account, user, occurred, times, body in rows
    ]
