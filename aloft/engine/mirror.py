"""What was decided, beside the facts: temporary tables in the fact store's connection.

They are read from Django's database when the engine starts and follow every decision, so that one SQL
statement compares what is with what was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db.models.functions import Coalesce

from aloft.act.selectors import opened as opened_ones
from aloft.act.selectors import ordinals
from aloft.act.states import counted_as_done
from aloft.engine.directory import Directory
from aloft.facts.store import LISTED, FactStore, listed
from aloft.measures.frame import naive
from aloft.measures.models import AccountProjection, Daily, Spell
from aloft.records.rows import among

_INSTANT = pa.timestamp("us")
_POSITION = pa.schema(
    [
        ("account", pa.int32()),
        ("phase", pa.string()),
        ("phase_start", _INSTANT),
        ("entry", pa.int32()),
        ("segment", pa.string()),
        ("segment_since", _INSTANT),
        ("waits", pa.string()),
        ("touch_set", pa.list_(pa.string())),
    ]
)
_FOLLOWED = pa.schema([("account", pa.int32()), ("model", pa.string())])
_MOMENT = pa.schema(
    [
        ("account", pa.int32()),
        ("moment", pa.string()),
        ("ordinal", pa.int32()),
        *((name, _INSTANT) for name in ("opened", "due", "done", "met")),
    ]
)
_SPELL = pa.schema(
    [
        ("account", pa.int32()),
        ("moment", pa.string()),
        ("holds", pa.bool_()),
        ("since", _INSTANT),
        ("n", pa.int32()),
    ]
)
HAPPENED = (
    "account_id", "moment", "opened_at", "due_at", "done_at", "outcome", "outcome_at", "closed_as", "closed_at",
)  # fmt: skip
"""What is read of an occurrence."""

_DAILY = pa.schema([("account", pa.int32()), ("key", pa.string()), ("value", pa.float64())])


@dataclass(frozen=True)
class Position:
    """Where an account stands. `account` is the store's; `waits`: the segment it takes on leaving the phase."""

    account: int
    phase: str | None = None
    phase_start: datetime | None = None
    entry: int = 0
    segment: str | None = None
    segment_since: datetime | None = None
    waits: str | None = None
    touch: tuple[str, ...] = ()


@dataclass(frozen=True)
class Followed:
    """The model that an account follows, and the instant since when."""

    account: int
    model: str
    since: datetime


@dataclass(frozen=True)
class SpellState:
    account: int
    moment: str
    holds: bool
    since: datetime
    n: int


class Mirror:
    def __init__(self, store: FactStore, directory: Directory) -> None:
        self._store = store
        self._directory = directory
        self._followed: dict[int, Followed] = {}
        self._projected: dict[int, int] = {}

    def load(self) -> None:
        """Read all of it anew; the tables are those that `measures.frame` sets up."""
        for table in (
            "decided_position",
            "decided_follow",
            "decided_moment",
            "decided_spell",
            "decided_daily",
        ):
            self._store.run(f"delete from {table}")
        self._projected.clear()
        self.move(self._positions())
        self._followed.clear()
        self.follow(self._models())
        self._append("decided_spell", _SPELL, [_spell_row(state) for state in self._spells()])
        self.judged(self._daily())
        self.occurred(None)

    def move(self, positions: Iterable[Position]) -> None:
        rows = [
            (
                p.account, p.phase, naive(p.phase_start), p.entry, p.segment, naive(p.segment_since), p.waits,
                list(p.touch),
            )
            for p in positions
        ]  # fmt: skip
        self._replace("decided_position", _POSITION, rows)

    def projects(self, row: int, digest: int) -> bool:
        """Whether what is shown of an account (by its row) is another than was written last, and is to be now."""
        if self._projected.get(row) == digest:
            return False
        self._projected[row] = digest
        return True

    def follow(self, followed: Iterable[Followed]) -> None:
        """Accounts that come under another model."""
        told = {one.account: one for one in followed}
        self._followed |= told
        self._replace("decided_follow", _FOLLOWED, [(one.account, one.model) for one in told.values()])

    def followed(self) -> Mapping[int, Followed]:
        """The model of each account that follows one, by account."""
        return self._followed

    def end_spells(self, accounts: Sequence[int], kept: Sequence[str], at: datetime) -> None:
        """The conditions of all moments but those `kept` hold no longer."""
        self._store.run(
            """update decided_spell set holds = false, since = ?
            where holds and account in (select unnest(?)) and not list_contains(?, moment)""",
            [naive(at), list(accounts), list(kept)],
        )

    def turn(self, spells: Iterable[SpellState]) -> None:
        """Conditions that began or ceased to hold."""
        rows = [_spell_row(state) for state in spells]
        if rows:
            self._load(_SPELL, rows)
            self._store.run(
                "delete from decided_spell s using mirrored m where m.account = s.account and m.moment = s.moment"
            )
            self._store.run("insert into decided_spell select * from mirrored")

    def judged(self, values: Mapping[int, Mapping[str, float | None]]) -> None:
        """What the daily pass found of some accounts, instead of what it found of the same things before."""
        rows = [(account, key, value) for account, found in values.items() for key, value in found.items()]
        self._store.run(
            f"delete from decided_daily where account in {LISTED.format('$accounts')} "
            "and key in (select unnest($keys))",
            {"accounts": listed(values), "keys": list({key for _, key, _ in rows})},
        )
        self._append("decided_daily", _DAILY, rows)

    def judged_together(
        self, accounts: npt.NDArray[np.int64], found: Mapping[str, npt.NDArray[np.float64]]
    ) -> None:
        """The same of many accounts: `found` has a value for each, NaN where unknown. Written anew as a whole."""
        if not found:
            return
        told = {
            "account": pa.array(np.tile(accounts, len(found)), pa.int32()),
            "key": pa.array(np.repeat(list(found), len(accounts)), pa.string()),
            "value": pa.array(np.concatenate(list(found.values())), pa.float64(), from_pandas=True),
        }
        self._store.load("mirrored", pa.table(told, schema=_DAILY))
        self._store.run(
            """create or replace temp table decided_daily as
            select * from decided_daily anti join mirrored using (account, key) union all select * from mirrored"""
        )

    def forget_daily(self, accounts: Sequence[int]) -> None:
        self._delete("decided_daily", accounts)

    def occurred(self, accounts: Sequence[int] | None) -> None:
        """The latest occurrence of each moment at some accounts, by the store's numbers; None: at all."""
        rows = None if accounts is None else [self._directory[account].row for account in accounts]
        found = opened_ones() if rows is None else opened_ones().filter(account__in=among(rows))
        self.happened(found.order_by("opened_at", "id").values_list(*HAPPENED), ordinals(rows), accounts)

    def happened(
        self,
        occurrences: Iterable[tuple[Any, ...]],
        counted: Mapping[tuple[int, str], int],
        accounts: Sequence[int] | None,
    ) -> None:
        """`occurrences`, in order, by `HAPPENED`; `counted`: how many there have been. Both by the rows of accounts."""
        latest: dict[tuple[int, str], tuple[object, ...]] = {}
        for account, moment, opened, due, done, outcome, judged, *closed in occurrences:
            known = self._directory.of_row(account)
            if known:
                met = naive(judged) if outcome == "met" else None
                done = counted_as_done(done, *closed)
                number = counted[account, moment]
                latest[account, moment] = (
                    known.store, moment, number, naive(opened), naive(due), naive(done), met,
                )  # fmt: skip
        if accounts is not None:
            self._delete("decided_moment", accounts)
        self._append("decided_moment", _MOMENT, list(latest.values()))

    def _positions(self) -> Iterable[Position]:
        rows = AccountProjection.objects.exclude(phase="", segment="").values_list(
            "account",
            "phase",
            "phase_since",
            "phase_entry",
            "segment",
            "segment_since",
            "segment_waits",
            "touch",
        )
        for row, phase, start, entry, segment, since, waits, touch in rows:
            known = self._directory.of_row(row)
            if known:
                yield Position(
                    known.store,
                    phase or None,
                    start,
                    entry,
                    segment or None,
                    since,
                    waits or None,
                    tuple(touch),
                )

    def _models(self) -> Iterable[Followed]:
        rows = AccountProjection.objects.exclude(model="").annotate(
            since=Coalesce("model_since", "phase_since", "as_of")
        )
        for row, model, since in rows.values_list("account", "model", "since"):
            known = self._directory.of_row(row)
            if known:
                yield Followed(known.store, model, since)

    def _daily(self) -> Mapping[int, Mapping[str, float | None]]:
        rows = Daily.objects.values_list("account", "values")
        return {known.store: found for row, found in rows if (known := self._directory.of_row(row))}

    def _spells(self) -> Iterable[SpellState]:
        rows = Spell.objects.values_list("account", "moment", "holds", "since", "n")
        for row, moment, holds, since, n in rows:
            known = self._directory.of_row(row)
            if known:
                yield SpellState(known.store, moment, holds, since, n)

    def _replace(self, table: str, schema: pa.Schema, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            self._delete(table, [int(str(row[0])) for row in rows])
            self._append(table, schema, rows)

    def _delete(self, table: str, accounts: Sequence[int]) -> None:
        self._store.run(f"delete from {table} where account in {LISTED.format('?')}", [listed(accounts)])

    def _append(self, table: str, schema: pa.Schema, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            self._load(schema, rows)
            self._store.run(f"insert into {table} select * from mirrored")

    def _load(self, schema: pa.Schema, rows: Sequence[tuple[object, ...]]) -> None:
        columns = {name: [row[i] for row in rows] for i, name in enumerate(schema.names)}
        self._store.load("mirrored", pa.table(columns, schema=schema))


def _spell_row(state: SpellState) -> tuple[object, ...]:
    return (state.account, state.moment, state.holds, naive(state.since), state.n)
