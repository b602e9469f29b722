"""All accounts at one instant, read by Spark from an export: state is filled from raw events, frames from state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import parse_one

from aloft.engagement.model import Model
from aloft.facts import schema, state
from aloft.facts.state import Kept
from aloft.facts.warehouse import Manifest, manifest_of
from aloft.measures.daily import quoted
from aloft.measures.frame import Frames
from aloft.measures.program import Program, compile_model
from aloft.measures.spark.connection import SparkConnection

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FEW = 2**62
"""However many accounts there are, their windows are columns: constants are for one machine that adds up by itself."""
BLANK = frozenset({"opened", "due", "started", "done", "met", "cleared"})
"""Names of an occurrence: nobody asks about one."""


class Exported:
    """What contracts say is in the export."""

    def refresh(self) -> None:
        return


def opened(session: SparkSession, folder: Path, scratch: Path) -> tuple[SparkConnection, Manifest]:
    """A connection with the relations of an export as its tables. Raises NoWarehouse."""
    manifest = manifest_of(folder)
    connection = SparkConnection(session, scratch)
    for name, files in manifest.relations.items():
        connection.put(name, session.read.parquet(*(str(folder / file.path) for file in files)))
    return connection, manifest


def backfill(connection: SparkConnection, definitions: Iterable[Kept]) -> None:
    """Fill the state that every metric may read, and that of these definitions, from the raw events."""
    ids = dict(connection.execute("select name, id from event_name").fetchall())
    told: dict[str, list[str]] = {name: [] for name in state.STATES}
    for name, query in state.common_rows("event"):
        told[name].append(query)
    for one in definitions:
        told[state.KEPT[one.kind]].append(state.rows_of(one, ids, "event"))
    for name, queries in told.items():
        connection.execute(f"create temp table {name} ({schema.TABLES[name]})")
        connection.fill(name, queries)


def evaluate(connection: SparkConnection, manifest: Manifest, model: Model, at: datetime) -> DataFrame:
    """The full pass: what `verdicts` tells of each account, by facts as of `at` and decisions as of the export."""
    program = compile_model(model)
    backfill(connection, program.kept)
    beside: Any = connection  # it answers all that frames ask of a connection
    standing: Any = Exported()
    frames = Frames(beside, model, manifest.home_zone, many=FEW, standing=standing)
    frames.ask_all(at)
    frames.build()
    return connection.frame(parse_one(verdicts(program, connection.columns["frame"]), read="duckdb"))


def verdicts(program: Program, columns: Sequence[str]) -> str:
    """SQL over a frame with these columns: a row for each account, by its external id and its relationship's product.

    Every name that the model reads; `next.phase` and `next.segment`, into which the model would put it now; and for
    each moment whether it meets the account as that stands (`meets.kickoff`): by phase, segment, touch and `if`.
    """
    names = [name for name in columns if not name.startswith("_")]
    told = [f"f.{quoted(name)}" for name in names if name not in BLANK]
    told += [f'{program.next_phase} as "next.phase"', f'{program.next_segment} as "next.segment"']
    told += [
        f"({moment.narrows}) is true as {quoted(f'meets.{name}')}" for name, moment in program.moments.items()
    ]
    return (
        f"select a.external as account, a.product as relationship, {', '.join(told)} "
        "from frame f join account a on a.id = f._account"
    )
