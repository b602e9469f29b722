"""What frames ask of a connection to the fact store, answered by Spark.

A temporary table is a Parquet folder under `scratch`, which every machine of the cluster sees at the same place:
so a statement is planned once, however many later ones read what it says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from aloft.measures.spark.spelling import parsed, spelled
from aloft.measures.spark.stars import written_out

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass
class Result:
    """Rows, as DuckDB's cursor gives them; instants are naive UTC."""

    table: pa.Table

    @property
    def description(self) -> list[tuple[str]]:
        return [(name,) for name in self.table.column_names]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(zip(*(column.to_pylist() for column in self.table.columns), strict=True))

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(iter(self.fetchall()), None)

    def to_arrow_table(self) -> pa.Table:
        return self.table


@dataclass
class SparkConnection:
    session: SparkSession
    scratch: Path
    columns: dict[str, Sequence[str]] = field(default_factory=dict)
    """Of each table."""
    types: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Of tables that were made before what fills them."""
    _numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.session.conf.set("spark.sql.session.timeZone", "UTC")

    def execute(self, statements: str, parameters: Mapping[str, object] | None = None) -> Result:
        """The rows of the last of them, if it asks for any."""
        result = Result(pa.table({}))
        for statement in parsed(statements, parameters or {}):
            result = self._do(statement)
        return result

    def register(self, name: str, table: pa.Table) -> None:
        self.put(name, self.session.createDataFrame(table))

    def unregister(self, name: str) -> None:
        del self.columns[name]
        self.session.catalog.dropTempView(name)

    def load(self, name: str, table: pa.Table) -> None:
        """Make a declared table of these rows."""
        if not table.num_rows:
            self._empty(name)
            return
        self.put_down(name, self._aligned(name, self.session.createDataFrame(table)))

    def put(self, name: str, frame: DataFrame) -> None:
        """Make it the table `name`."""
        frame.createOrReplaceTempView(name)
        self.columns[name] = frame.columns

    def fill(self, name: str, queries: Sequence[str]) -> None:
        """Make a declared table of the rows of all queries, each by the names of its columns."""
        rows = self.session.table(name)
        for query in queries:
            for one in parsed(query, {}):
                rows = rows.unionAll(self._aligned(name, self.frame(one)))
        self.put_down(name, rows)

    def frame(self, query: exp.Expr) -> DataFrame:
        return self.session.sql(spelled(written_out(query, self.columns.__getitem__)))

    def _do(self, statement: exp.Expr) -> Result:
        match statement:
            case exp.Create(expression=None):
                self._declare(statement)
            case exp.Create():
                self.put_down(statement.this.name, self.frame(statement.expression))
            case exp.Insert():
                self._append(statement.this.name, statement.expression)
            case exp.Delete():
                self._empty(statement.this.name)
            case _:
                return Result(naive(self.frame(statement).toArrow()))
        return Result(pa.table({}))

    def _declare(self, statement: exp.Create) -> None:
        schema = statement.this
        name = schema.this.name
        kinds = {one.name: spelled(one.kind) for one in schema.expressions}
        self.types[name] = kinds
        if name not in self.columns:
            self._empty(name)

    def _empty(self, name: str) -> None:
        columns = ", ".join(f"`{column}` {kind}" for column, kind in self.types[name].items())
        self.put(name, self.session.createDataFrame([], columns))

    def _append(self, name: str, query: exp.Expr) -> None:
        """Column by column, in the types of the table."""
        given = self.frame(query).toDF(*self.types[name])
        self.put_down(name, self.session.table(name).unionAll(self._aligned(name, given)))

    def _aligned(self, name: str, rows: DataFrame) -> DataFrame:
        """With the columns of a declared table, in its types; what is not told is unknown."""
        told = set(rows.columns)
        return rows.selectExpr(
            *(
                f"cast({f'`{column}`' if column in told else 'null'} as {kind}) as `{column}`"
                for column, kind in self.types[name].items()
            )
        )

    def put_down(self, name: str, frame: DataFrame) -> None:
        """Make it the table `name`, written as it is now."""
        place = self.scratch / f"{next(self._numbers):04d}-{name}"
        place.mkdir(parents=True)
        unknown = [one.name for one in frame.schema if one.dataType.simpleString() == "void"]
        for column in unknown:
            frame = frame.withColumn(column, frame[f"`{column}`"].cast("string"))
        frame.write.mode("append").parquet(str(place))
        written = any(place.glob("*.parquet"))  # of nothing Sail writes none
        self.put(name, self.session.read.parquet(str(place)) if written else frame.limit(0))


def naive(table: pa.Table) -> pa.Table:
    """With instants as the store has them."""
    return table.cast(
        pa.schema(
            [
                one.with_type(pa.timestamp("us")) if pa.types.is_timestamp(one.type) else one
                for one in table.schema
            ]
        )
    )
