"""What the log knows of a source of files, and what an import adds to it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from aloft.facts.log import SEGMENT, segments

COLUMNS = 'message_id AS id, kind, name, account, "user", occurred, times, decode(body) AS body, received'


def know(scratch: duckdb.DuckDBPyConnection, folder: Path, source: str) -> None:
    """Make the table `known` in the scratch database: the last version of every imported entry of the source."""
    parts = [
        f"SELECT source, {'true' if one.imported else 'imported'} AS imported, {COLUMNS}, "
        f"{one.first} + file_row_number AS place FROM read_parquet('{quoted(one.path)}', file_row_number = true)"
        for one in segments(folder)
        if one.imported or "imported" in pq.read_schema(one.path).names
    ]
    if not parts:
        scratch.execute(
            """CREATE OR REPLACE TABLE known (id VARCHAR, kind VARCHAR, name VARCHAR, account VARCHAR,
            "user" VARCHAR, occurred TIMESTAMP, times INTEGER, body VARCHAR, received TIMESTAMP)"""
        ).fetchall()
        return
    scratch.execute(
        f"""CREATE OR REPLACE TABLE known AS SELECT * EXCLUDE (source, imported, place)
        FROM ({" UNION ALL ".join(parts)}) WHERE imported AND source = ?
        QUALIFY row_number() OVER (PARTITION BY id ORDER BY place DESC) = 1""",
        [source],
    ).fetchall()


def write_draft(scratch: duckdb.DuckDBPyConnection, source: str, draft: Path) -> None:
    """The table `fresh` as a segment without numbers, in the order in which its entries were recorded."""
    draft.parent.mkdir(parents=True, exist_ok=True)
    scratch.execute(
        f"""COPY (
            SELECT received, '{source.replace("'", "''")}' AS source, id AS message_id, kind, name, account, "user",
                occurred, times, encode(body) AS body
            FROM fresh ORDER BY received, place, tbl, n, id
        ) TO '{quoted(draft)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {SEGMENT})"""
    ).fetchall()


def quoted(path: Path) -> str:
    return str(path).replace("'", "''")
