"""A plan over the export of the warehouse: what grows with events is read by Spark, the rest of it is read in here.

What people have and what stands open is asked of the records, as of now; the facts are those of the export.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from aloft.collect.inbox import Inbox
from aloft.collect.place import inbox_of
from aloft.engine import editing
from aloft.engine.directory import Directory
from aloft.engine.models import Live
from aloft.engine.plan.ground import Ground
from aloft.engine.plan.making import make
from aloft.engine.plan.service import read, replayed
from aloft.engine.plan.values import as_object
from aloft.engine.sources import SourceWatch
from aloft.engine.versions import Versions, precedence
from aloft.facts.keep import Progress
from aloft.facts.store import FactStore
from aloft.facts.warehouse import TOLD, Manifest
from aloft.measures.decided import DECIDED
from aloft.measures.spark.connection import SparkConnection, naive
from aloft.measures.spark.evaluation import late, opened
from aloft.measures.spark.frames import SparkFacts
from aloft.revenue.standing import Standing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def plan(
    session: SparkSession,
    home: Path,
    exported: Path,
    scratch: Path,
    arguments: Mapping[str, Any],
    progress: Progress,
) -> dict[str, Any]:
    """As the engine answers it, at the instant of the export. Raises NoPlan and NoWarehouse."""
    reading = read(arguments)
    connection, manifest = opened(session, exported, scratch)
    with _near(manifest, exported) as store:
        ground = _ground(store, connection, manifest, home, exported)
        seen = replayed(home, reading.model, ground.at, progress) if arguments.get("replay") else None
        return as_object(make(ground, reading, progress, seen))


@contextmanager
def _near(manifest: Manifest, folder: Path) -> Iterator[FactStore]:
    """A store with all facts of an export but events."""
    with FactStore.open(":memory:", home_zone=manifest.home_zone) as store:
        for name in TOLD:
            store.connection.register("told", _table(manifest, folder, name))
            store.run(f"insert into {name} by name select * from told")
            store.connection.unregister("told")
        store.run(
            'update position set inbox = ?, changes = ?, "at" = ?',
            [manifest.inbox, manifest.changes, datetime.fromisoformat(manifest.at).replace(tzinfo=None)],
        )
        yield store


def _table(manifest: Manifest, folder: Path, name: str) -> pa.Table:
    return naive(pa.concat_tables(pq.read_table(folder / file.path) for file in manifest.relations[name]))


def _ground(
    store: FactStore, connection: SparkConnection, manifest: Manifest, home: Path, folder: Path
) -> Ground:
    directory, watch = Directory(store), SourceWatch(store)
    directory.load()
    watch.behind.update(late(connection))
    versions = Versions(store, watch.behind)
    live = sorted((one.version for one in Live.objects.select_related("version")), key=precedence)
    return Ground(
        store=store,
        at=datetime.fromisoformat(manifest.at),
        live=[versions.get(one.pk) for one in live],
        accounts=[directory[account] for account in directory.all()],
        directory=directory,
        versions=versions,
        watch=watch,
        behind=dict(watch.behind),
        decided={name: _table(manifest, folder, name) for name in (DECIDED if live else ())},
        standing=Standing(store.connection),
        waiting=_waiting(home, manifest),
        far=SparkFacts(connection),
    )


def _waiting(home: Path, manifest: Manifest) -> int:
    """Facts and edits that came after the export."""
    inbox = Inbox(inbox_of(home))
    try:
        return inbox.end() + editing.newest() - manifest.inbox - manifest.changes
    finally:
        inbox.close()
