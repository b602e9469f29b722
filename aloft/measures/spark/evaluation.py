"""All accounts at one instant, read by Spark from an export: state is filled from raw events, frames from state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import parse_one

from aloft.engagement.model import Model
from aloft.facts.warehouse import Manifest, manifest_of
from aloft.measures.daily import quoted
from aloft.measures.frame import Frames
from aloft.measures.program import Program, compile_model
from aloft.measures.spark.connection import SparkConnection
from aloft.measures.spark.frames import FEW, Exported, SparkFacts

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LATE = "late_source"
"""The relation of the sources that are late, each with its mark."""
BLANK = frozenset({"opened", "due", "started", "done", "met", "cleared"})
"""Names of an occurrence: nobody asks about one."""


def opened(session: SparkSession, folder: Path, scratch: Path) -> tuple[SparkConnection, Manifest]:
    """A connection with the relations of an export as its tables. Raises NoWarehouse."""
    manifest = manifest_of(folder)
    connection = SparkConnection(session, scratch)
    for name, files in manifest.relations.items():
        connection.put(name, session.read.parquet(*(str(folder / file.path) for file in files)))
    return connection, manifest


def late(connection: SparkConnection) -> dict[str, datetime]:
    """By source, the mark beyond which what rests on it is unknown. An older export tells none."""
    told = connection.execute(f"select source, mark from {LATE}") if LATE in connection.columns else None
    return {source: mark.replace(tzinfo=UTC) for source, mark in told.fetchall()} if told else {}


def evaluate(connection: SparkConnection, manifest: Manifest, model: Model, at: datetime) -> DataFrame:
    """The full pass: what `verdicts` tells of each account, by facts as of `at` and decisions as of the export."""
    program = compile_model(model)
    SparkFacts(connection).fill(program.kept)
    beside: Any = connection  # it answers all that frames ask of a connection
    standing: Any = Exported()
    home, behind = manifest.home_zone, late(connection)
    frames = Frames(beside, model, home, behind=behind, many=FEW, standing=standing)
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
