"""A backtest over an export: Spark puts down a tape for each part of the accounts, and plays each by the code of one
machine, in a process of its own on an executor. What they found is put together here.

What people have, and whom experiments hold out, is asked of the records, as of now; exceptions too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from aloft.engagement.load import read_model
from aloft.engagement.model import Model
from aloft.engine.backtest.apart import PLAYED, player
from aloft.engine.backtest.part import ASKED, BESIDE, CHANGES, ENTRIES, Asked, excepted, outcome_of
from aloft.engine.backtest.parting import Parting, parted
from aloft.engine.backtest.run import Backtest, NotTested, Rolled, told
from aloft.engine.backtest.values import Truth
from aloft.facts.recorded import CHANGE, ENTRY
from aloft.facts.warehouse import Manifest
from aloft.measures.detectors.asked import detectors
from aloft.measures.spark.connection import SparkConnection
from aloft.measures.spark.evaluation import opened

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

OF_A_PART = 1_000_000
"""Entries that a part has at most, as far as accounts are alike."""
FEWEST = 4  # parts


def backtest(
    session: SparkSession,
    exported: Path,
    scratch: Path,
    document: str,
    first: date,
    last: date,
    parts: int | None = None,
) -> Backtest:
    """As one machine tells it at the instant of the export. Raises NotTested and NoWarehouse, and what Spark raises
    where a part could not be played."""
    if last < first:
        raise NotTested(f"{last} lies before {first}")
    model = read_model(document, "model.yaml").model
    _refuse_compared(model)
    connection, manifest = opened(session, exported, scratch)
    entries = _refuse_untold(manifest)
    parting, logged, edited = parted(connection, manifest, exported, parts or _parts(entries))
    logged.write.partitionBy("part").parquet(str(scratch / ENTRIES))
    edited.write.partitionBy("part").parquet(str(scratch / CHANGES))
    beside = _Beside(connection, manifest, exported, parting)
    beside.put_down(scratch)
    asked = Asked(document, first, last, datetime.fromisoformat(manifest.at), excepted(), beside.elsewhere())
    (scratch / ASKED).write_bytes(msgspec.json.encode(asked))
    session.range(0, parting.parts, 1, parting.parts).mapInArrow(player(scratch), PLAYED).toArrow()
    return told(model, first, together([*_found(scratch, parting.parts)]))


def _found(folder: Path, parts: int) -> Iterator[Rolled]:
    for part in range(parts):
        outcome = outcome_of(folder, part)
        if outcome.refused:
            raise NotTested(outcome.refused)
        if outcome.found is not None:
            yield outcome.found


def together(found: Iterable[Rolled]) -> Rolled:
    """What all parts tell, in an order that does not rest on theirs. Raises NotTested where there are none."""
    parts = list(found)
    if not parts:
        raise NotTested("nothing has been recorded yet: there is no past to test on")
    truths = [one.truth for one in parts]
    return replace(
        parts[0],
        accounts=sorted(account for one in parts for account in one.accounts),
        days=frozenset().union(*(one.days for one in parts)),
        opened=[row for one in parts for row in one.opened],
        truth=Truth(
            truths[0].known,
            sorted((row for one in truths for row in one.losses), key=lambda row: (row.day, row.account)),
            sorted((row for one in truths for row in one.paying), key=lambda row: (row.since, row.account)),
        ),
    )


def _refuse_compared(model: Model) -> None:
    compared = [one.text for one in detectors(model) if one.function != "silent"]
    if compared:
        raise NotTested(
            f"{compared[0]} compares each account with all others, every day: "
            "a model with it is tested on one machine, without --spark"
        )


def _refuse_untold(manifest: Manifest) -> int:
    """How many entries there are."""
    if ENTRY not in manifest.relations:
        raise NotTested(
            "the export does not say what was recorded when: write one with `aloft warehouse --log`"
        )
    if sum(file.rows for file in manifest.relations["rolled_up"]):
        raise NotTested(
            "events are rolled up: what is left of them is tested on one machine, without --spark"
        )
    return sum(file.rows for file in manifest.relations[ENTRY])


def _parts(entries: int) -> int:
    return max(FEWEST, ceil(entries / OF_A_PART))


class _Beside:
    """What every part hears besides of accounts that others play: the entry or change that was the first to tell of a
    zone, so that all read at the midnights at which one machine reads, and the first line of a contract, for its
    currency is that of the figures."""

    def __init__(
        self, connection: SparkConnection, manifest: Manifest, exported: Path, parting: Parting
    ) -> None:
        self._session, self._parting = connection.session, parting
        self._files = {
            name: [str(exported / file.path) for file in manifest.relations[name]]
            for name in ("attribute", "contract_line", "account", CHANGE)
        }
        found = self._numbers()
        logged, edited = (", ".join(map(str, found[stream] or [-1])) for stream in (0, 1))
        zoneless = self._zoneless()
        self.entries = self._placed(
            f"""SELECT place AS seq, received, source, message_id, kind, name, account, `user`, occurred, times, body,
                imported FROM entry WHERE seq IN ({logged}) OR place IN (
                SELECT min(place) FROM entry WHERE account = '{zoneless}')"""
        )
        self.changes = self._placed(
            f"""SELECT id, at, kind, account, data FROM change WHERE id IN ({edited}) OR id IN (
                SELECT min(id) FROM change WHERE account = '{zoneless}')"""
        )

    def put_down(self, folder: Path) -> None:
        for name, rows in ((ENTRIES, self.entries), (CHANGES, self.changes)):
            pq.write_table(rows, folder / BESIDE[name])

    def elsewhere(self) -> dict[int, frozenset[str]]:
        accounts = {*self.entries["account"].to_pylist(), *self.changes["account"].to_pylist()} - {""}
        parts = {one: self._parting.part_of(one) for one in accounts}
        return {
            part: frozenset(one for one, its in parts.items() if its != part)
            for part in range(self._parting.parts)
        }

    def _placed(self, query: str) -> pa.Table:
        rows = self._session.sql(query).toArrow()
        parts = [self._parting.part_of(one) for one in rows["account"].to_pylist()]
        return rows.append_column("part", pa.array(parts, pa.int64()))

    def _numbers(self) -> dict[int, list[int]]:
        """By stream."""
        found = self._asked(
            "attribute",
            """SELECT told.stream, told.seq FROM (
                SELECT arg_min({'stream': stream, 'seq': seq}, (greatest(valid, recorded), stream, seq)) AS told
                FROM facts WHERE field = 'timezone' AND value IS NOT NULL GROUP BY value)""",
        ) + self._asked(
            "contract_line", "SELECT stream, min(seq) FROM facts WHERE currency <> '' GROUP BY stream"
        )
        return {stream: sorted(seq for its, seq in found if its == stream) for stream in (0, 1)}

    def _zoneless(self) -> str:
        """An account of which no zone was ever told, as SQL writes its name."""
        found = self._asked(
            "account", "SELECT arg_min(external, id) FROM facts WHERE zone = '' AND whole IS NULL"
        )
        return str(found[0][0] or "").replace("\\", "\\\\").replace("'", "\\'")

    def _asked(self, name: str, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect() as connection:
            facts = connection.read_parquet(self._files[name])
            return facts.query("facts", query).fetchall()
