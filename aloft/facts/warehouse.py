"""The fact store as Parquet, for engines that do not open it: a folder of files, and a manifest that names them.

A relation is cut into parts, and each part is one file, which is named by what it says: a part that says the same as
last time is not written again, and one that does is written whole, so that there is nothing to join later. A file
counts once the manifest names it; who reads goes by one manifest, and sees one instant of the store.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from aloft.disk import settle, sync
from aloft.facts.days import block
from aloft.facts.schema import VERSION
from aloft.facts.store import FactStore

FOLDER = "warehouse"
MANIFEST = "manifest.json"
BATCH = 200_000  # rows of a row group

Progress = Callable[[int, int], None]
"""Called with how many parts of how many are looked at."""


class NoWarehouse(Exception):
    """The folder holds no export that this release reads; the message says what to do."""


@dataclass(frozen=True)
class Relation:
    """`query` is SQL over the store; `part` an integer by which its rows are cut, `order` how they lie in a file."""

    name: str
    query: str
    part: str = "0"
    order: str = "all"


@dataclass(frozen=True)
class File:
    """`path` is from the folder on."""

    path: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """What an export holds: the files of each relation, and what was drained when it was taken.

    `at` is the instant as of which it was taken, ISO 8601 in UTC.
    """

    schema: int
    home_zone: str
    inbox: int
    changes: int
    at: str
    relations: Mapping[str, tuple[File, ...]]

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(file.path for files in self.relations.values() for file in files)

    @property
    def digest(self) -> str:
        """Of what the files say: the same for two exports that say the same."""
        return hashlib.sha256("\n".join(sorted(self.paths)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Exported:
    manifest: Manifest
    written: int
    kept: int


TOLD = (
    "account", "event_name", "attribute", "contract", "contract_line", "line_pause", "exchange_rate",
    "recorded_fact", "plan_note", "plan_goal", "goal_reading", "plan_step", "contact", "source_mark", "rolled_up",
)  # fmt: skip
FACTS = (
    *(Relation(name, f"SELECT * FROM {name}") for name in TOLD),
    Relation("event", "SELECT * FROM event", part=block("day"), order="account, day, stream, seq"),
)
"""What was observed and edited. Users are numbers here: who they are stays in the store. State follows from events."""


def folder_of(home: Path) -> Path:
    return home / FOLDER


def export(
    store: FactStore,
    folder: Path,
    at: datetime,
    relations: Iterable[Relation] = FACTS,
    progress: Progress = lambda _done, _of: None,
    further: Iterable[tuple[FactStore, Relation]] = (),
) -> Exported:
    """Bring the folder up to what the store says, all or nothing; by one process at a time. Nothing changes meanwhile
    in this connection to it. `further`: relations that are read elsewhere.

    Files of the export before stay until the next, for those who read it still. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _known(folder)
    was = before.paths if before else frozenset()
    asked = [*((store, one) for one in relations), *further]
    parts = [(its, one, *part) for its, one in asked for part in _parts(its, one)]
    told: dict[str, list[File]] = {}
    for done, (its, relation, part, path) in enumerate(parts):
        progress(done, len(parts))
        told.setdefault(relation.name, []).append(_file(its, folder, relation, part, path))
    manifest = _manifest(store, at, told)
    progress(len(parts), len(parts))
    _settle(folder, manifest)
    _forget(folder, manifest.paths | was)
    kept = len(manifest.paths & was)
    return Exported(manifest, len(manifest.paths) - kept, kept)


def manifest_of(folder: Path) -> Manifest:
    """Raises NoWarehouse."""
    found = _known(folder)
    if found is None:
        raise NoWarehouse(f"{folder} holds no export of this release: write one with `aloft warehouse`")
    return found


def forget(folder: Path) -> None:
    """Somebody was erased: nothing of what was exported stays."""
    shutil.rmtree(folder, ignore_errors=True)


def _known(folder: Path) -> Manifest | None:
    """None where there is none, or it is of another release."""
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        return None
    if told.get("schema") != VERSION:
        return None
    relations = {name: tuple(File(**one) for one in files) for name, files in told["relations"].items()}
    return Manifest(**{**told, "relations": relations})


def _parts(store: FactStore, relation: Relation) -> Iterator[tuple[int, str]]:
    """The parts that a relation has, each with the path that its rows give it; of nothing there is one, and empty."""
    columns = ", ".join(name for name, *_ in store.run(f"DESCRIBE {relation.query}"))
    rows = store.run(
        f"""SELECT {relation.part} AS part, count(*), bit_xor(hash(t)), sum(hash(t)::HUGEINT)
        FROM ({relation.query}) t GROUP BY part ORDER BY part"""
    )
    for part, *says in rows or [(0, 0, 0, 0)]:
        digest = hashlib.sha256(f"{relation}|{columns}|{part}|{says}".encode()).hexdigest()[:16]
        yield part, f"{relation.name}/{part}-{digest}.parquet"


def _file(store: FactStore, folder: Path, relation: Relation, part: int, path: str) -> File:
    place = folder / path
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        _write(store, relation, part, place)
    return File(path, pq.read_metadata(place).num_rows, place.stat().st_size)


def _write(store: FactStore, relation: Relation, part: int, place: Path) -> None:
    draft = place.with_suffix(".tmp")
    found = store.connection.execute(
        f"SELECT * FROM ({relation.query}) t WHERE {relation.part} = {part} ORDER BY {relation.order}"
    ).to_arrow_reader(BATCH)
    schema = _dated(found.schema)
    with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
        for batch in found:
            writer.write_batch(batch.cast(schema))
    settle(draft, place)


def _dated(schema: pa.Schema) -> pa.Schema:
    """Instants say that they are in UTC: an engine with a session of another zone would take them for its own."""
    instant = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [field.with_type(instant) if pa.types.is_timestamp(field.type) else field for field in schema]
    )


def _manifest(store: FactStore, at: datetime, told: Mapping[str, list[File]]) -> Manifest:
    stands = store.positions()
    relations = {name: tuple(files) for name, files in sorted(told.items())}
    instant = at.astimezone(UTC).isoformat()
    return Manifest(VERSION, store.home_zone, stands.inbox, stands.changes, instant, relations)


def _settle(folder: Path, manifest: Manifest) -> None:
    for name in manifest.relations:
        sync(folder / name)
    draft = folder / f"{MANIFEST}.tmp"
    draft.write_text(json.dumps(asdict(manifest), indent=1), "utf-8")
    settle(draft, folder / MANIFEST)


def _forget(folder: Path, named: frozenset[str]) -> None:
    for path in folder.glob("*/*.*"):
        if str(path.relative_to(folder)) not in named:
            path.unlink()
