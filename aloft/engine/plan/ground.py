"""Where a plan stands: facts and decisions as of one position, in a connection of its own.

What is made there is temporary, and no other connection sees it; so the engine may turn on meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from aloft.engagement.expressions import Expression
from aloft.engagement.model import Model
from aloft.engine.directory import Directory, Known
from aloft.engine.loop import Engine
from aloft.engine.mirror import Mirror
from aloft.engine.sources import SourceWatch
from aloft.engine.timeline import EPOCH
from aloft.engine.versions import Running, Versions
from aloft.facts.keep import Progress
from aloft.facts.state import KEPT, Kept, add_kept
from aloft.facts.store import FactStore
from aloft.measures.decided import DECIDED
from aloft.measures.frame import Frames
from aloft.measures.spark.frames import SparkFacts, SparkFrames
from aloft.revenue.standing import Standing

SLICE = 2_000_000  # numbers of the log that are read at a time


@dataclass(frozen=True)
class Ground:
    """`store` reads as of when it was made. `accounts` are all there are; `live` the models in force, with those that
    extend others before them. `decided` are the engine's temporary tables, by name."""

    store: FactStore
    at: datetime
    live: Sequence[Running]
    accounts: Sequence[Known]
    directory: Directory
    versions: Versions
    watch: SourceWatch
    behind: Mapping[str, datetime]
    decided: Mapping[str, pa.Table]
    standing: Standing
    waiting: int = 0
    """Facts and edits that are not taken in yet."""
    far: SparkFacts | None = None
    """Where the events are, if the store has all but these."""

    def frames(self, model: Model, further: Sequence[Expression] = ()) -> Frames:
        """Frames in the connection of this ground; one set at a time."""
        if self.far is not None:
            return SparkFrames(self.far, self.store, model, further, self.behind, self.standing)
        home = self.store.home_zone
        return Frames(self.store.connection, model, home, further, self.behind, standing=self.standing)

    @property
    def mirror(self) -> Mirror:
        return Mirror(self.store, self.directory)

    def close(self) -> None:
        self.store.close()

    def decide_here(self) -> None:
        """Put what was decided beside the facts, as the engine has it; the tables are there."""
        for name, table in self.decided.items():
            self.store.connection.register("told", table)
            self.store.run(f"delete from {name}")
            self.store.run(f"insert into {name} select * from told")
            self.store.connection.unregister("told")


def ground(engine: Engine) -> Ground:
    """Taken between two turns, in the engine's thread: quick, whatever the size of the company."""
    live = engine.in_force()
    decided = {
        name: engine.store.connection.execute(f"select * from {name}").to_arrow_table()
        for name in (DECIDED if live else ())
    }
    store = FactStore(engine.store.connection.cursor(), engine.store.home_zone)
    store.run("begin")
    store.positions()  # the first statement is what fixes the instant
    return Ground(
        store=store,
        at=engine.at if engine.at > EPOCH else engine.clock.now(),
        live=live,
        accounts=[engine.directory[account] for account in engine.directory.all()],
        directory=engine.directory,
        versions=engine.versions,
        watch=engine.watch,
        behind=dict(engine.watch.behind),
        decided=decided,
        standing=Standing(store.connection, live[0].frames.standing.found() if live else None),
        waiting=engine.waiting(),
    )


def keep_here(ground: Ground, definitions: Iterable[Kept], progress: Progress) -> None:
    """Make the state that these need and nobody keeps, for this connection alone.

    A temporary table stands before a table of the same name: rows go there, and a view joins both.
    """
    store, wanted = ground.store, {definition.digest: definition for definition in definitions}
    if ground.far is not None:
        ground.far.fill(wanted.values())
        return
    known = store.integers("SELECT digest FROM kept")
    missing = [wanted[digest] for digest in sorted(wanted.keys() - known)]
    if not missing:
        return
    tables = sorted({KEPT[one.kind] for one in missing})
    (database,) = store.run("SELECT current_database()")[0]
    for table in tables:
        store.run(f"CREATE TEMP TABLE {table} AS SELECT * FROM {table} LIMIT 0")
    _fill(store, missing, progress)
    for table in tables:
        store.run(f"ALTER TABLE {table} RENAME TO draft_{table}")
        store.run(
            f"CREATE TEMP VIEW {table} AS SELECT * FROM {database}.main.{table} "
            f"UNION ALL SELECT * FROM temp.draft_{table}"
        )


def _fill(store: FactStore, missing: Sequence[Kept], progress: Progress) -> None:
    last, events = store.run("SELECT coalesce(max(seq), 0), count(*) FROM event")[0]
    for start in range(0, last + 1, SLICE):
        progress(min(start, events), events)
        add_kept(store, missing, f"(SELECT * FROM event WHERE seq >= {start} AND seq < {start + SLICE})")
    progress(events, events)


_CONCERNED = pa.schema(
    [
        ("account", pa.int32()),
        ("row", pa.int64()),
        ("customer", pa.int64()),
        ("external", pa.string()),
        ("name", pa.string()),
        ("country", pa.string()),
        ("subdivision", pa.string()),
    ]
)


def name_accounts(ground: Ground) -> None:
    """Make `concerned`: the accounts under both their names, with the zone and country of each."""
    known = ground.accounts
    columns = {
        "account": [one.store for one in known],
        "row": [one.row for one in known],
        "customer": [one.customer for one in known],
        "external": [one.external for one in known],
        "name": [one.name for one in known],
        "country": [one.country for one in known],
        "subdivision": [one.subdivision for one in known],
    }
    ground.store.load("concerned", pa.table(columns, schema=_CONCERNED))
    home = ground.store.home_zone
    ground.store.run(
        f"""create or replace temp table concerned as
        select c.*, case when a.zone = '' then '{home}' else a.zone end as zone
        from concerned c join account a on a.id = c.account"""
    )
