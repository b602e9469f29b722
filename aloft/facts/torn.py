"""A fact store that a cut of the power has torn.

Two things DuckDB 1.5 refuses to open: a journal whose newest entries were not all on the disk yet, which is cut back
to the whole ones, for what was committed lies before; and a file of which a block was half written as it was moved
from the journal, which is set aside, for it is drained again from the log.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

import duckdb

from aloft.disk import sync
from aloft.facts.place import drop, files
from aloft.facts.store import FactStore

log = logging.getLogger(__name__)

ASIDE = ".torn"
TORN = re.compile(
    "Corrupt database file|not a valid DuckDB database file|No more data remaining in MetadataReader"
    r'|Could not read enough bytes from file "[^"]+\.duckdb"'
)
JOURNAL = re.compile(r'WAL file "(?P<file>.+)": Corrupt WAL file: entry at byte position (?P<at>\d+)')
HEAD = 16  # bytes of an entry before the place that DuckDB names: its size and its checksum


def open_whole(path: Path, home_zone: str, threads: int | None = None) -> FactStore:
    """Open or create the store; one that is torn is mended first. Raises as `FactStore.open` does."""
    while True:
        try:
            return FactStore.open(path, home_zone=home_zone, threads=threads)
        except duckdb.Error as refused:
            if is_torn(refused) and path.exists():
                set_aside(path, refused)
            elif not _cut_back(refused):
                raise


def is_torn(failed: BaseException) -> bool:
    """Whether the file itself cannot be read: not the disk under it, nor who else has it open."""
    return isinstance(failed, duckdb.Error) and TORN.search(str(failed)) is not None


def set_aside(path: Path, failed: BaseException) -> None:
    """What was set aside before goes. The file itself is the last, so that its journal is never read without it."""
    aside = path.with_name(path.name + ASIDE)
    log.error("%s is torn: it is set aside as %s, and drained again from the log", path.name, aside.name)
    log.error("%s", failed)
    earlier = files(aside)
    standing = [one for one in files(path) if one not in earlier]
    drop(earlier)
    for one in reversed(standing):
        one.rename(aside.with_name(aside.name + one.name.removeprefix(path.name)))
        sync(path.parent)


def _cut_back(refused: duckdb.Error) -> bool:
    """Take off a journal the entry that is not whole, and what follows it; whether it was that."""
    told = JOURNAL.search(str(refused))
    if told is None:
        return False
    journal, end = Path(told["file"]), int(told["at"]) - HEAD
    size = journal.stat().st_size
    if not 0 <= end < size:
        return False
    log.warning("%s was cut off as the power went: its last %d bytes go", journal.name, size - end)
    with journal.open("r+b") as file:
        file.truncate(end)
    sync(journal)
    return True
