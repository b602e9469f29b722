"""One part of the accounts, played from the tape that was put down for it, in a process that knows of nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from aloft.engagement.load import read_model
from aloft.engine.backtest.parting import OF_ALL
from aloft.engine.backtest.run import NotTested, Rolled, rolled
from aloft.engine.backtest.tape import Tape
from aloft.engine.backtest.values import Truth
from aloft.facts.changes import ChangeRow
from aloft.facts.log import SCHEMA
from aloft.measures.spark.connection import naive
from aloft.records.models import Account, AccountException
from aloft.records.relationships import SEPARATOR
from aloft.records.services.exceptions import LEVEL
from aloft.revenue.rates import NoRate

ASKED = "asked.json"
ENTRIES, CHANGES = "entries", "changes"
BESIDE = {ENTRIES: "entries.parquet", CHANGES: "changes.parquet"}
"""What every part hears besides, of accounts that others play: what told the first of a zone, and of a currency."""


@dataclass(frozen=True)
class Excepted:
    """Levels of touch that an account has in place of its segment's; `until` is the last day, in its zone."""

    account: str
    touch: tuple[str, ...]
    until: date
    made_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Asked:
    """What to play. `elsewhere`: by part, the accounts that it hears of and that others play."""

    document: str
    first: date
    last: date
    now: datetime
    excepted: tuple[Excepted, ...]
    elsewhere: dict[int, frozenset[str]]


def excepted() -> tuple[Excepted, ...]:
    """Of all accounts, as the records have them."""
    rows = AccountException.objects.filter(kind=LEVEL).select_related("account").order_by("id")
    return tuple(
        Excepted(row.account.external_id, tuple(row.touch), row.until, row.made_at, row.ended_at)
        for row in rows
    )


@dataclass(frozen=True)
class Outcome:
    """What a part found, or why it could not; neither where it has no accounts."""

    found: Rolled | None = None
    refused: str = ""


def play(folder: Path, part: int) -> None:
    """`folder` holds what was asked and the tapes, and gets the outcome. Records are the process's own, and empty."""
    asked = msgspec.json.decode((folder / ASKED).read_bytes(), type=Asked)
    place = _place(folder, part)
    place.parent.mkdir(exist_ok=True)
    draft = place.with_name(f"{place.name}.{uuid4()}")
    draft.write_bytes(msgspec.json.encode(_outcome(folder, part, asked)))
    draft.rename(place)


def outcome_of(folder: Path, part: int) -> Outcome:
    return msgspec.json.decode(_place(folder, part).read_bytes(), type=Outcome)


def _place(folder: Path, part: int) -> Path:
    return folder / "found" / f"{part}.json"


def _outcome(folder: Path, part: int, asked: Asked) -> Outcome:
    tape = tape_of(folder, part)
    if tape is None:
        return Outcome()
    _except(asked.excepted)
    model = read_model(asked.document, "model.yaml").model
    try:
        found = rolled(tape, model, asked.first, asked.last, asked.now)
    except (NotTested, NoRate) as refused:
        return Outcome(refused=str(refused))
    return Outcome(_without(found, asked.elsewhere.get(part, frozenset())))


def tape_of(folder: Path, part: int) -> Tape | None:
    entries, changes = _rows(folder, ENTRIES, [part]), _rows(folder, CHANGES, [part])
    if not entries.num_rows and not changes.num_rows:
        return None
    logged = _with(entries, _beside(folder, ENTRIES, part)).sort_by("seq")
    edited = _with(_rows(folder, CHANGES, [part, OF_ALL]), _beside(folder, CHANGES, part)).sort_by("id")
    columns = [logged[field.name].cast(field.type) for field in SCHEMA]
    return Tape(pa.table(columns, schema=SCHEMA), [*_changes(edited)])


def _rows(folder: Path, name: str, parts: list[int]) -> pa.Table:
    files = [file for part in parts for file in sorted((folder / name / f"part={part}").glob("*.parquet"))]
    tables = [naive(pq.read_table(file, partitioning=None)) for file in files]
    return pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})


def _beside(folder: Path, name: str, part: int) -> pa.Table:
    rows = naive(pq.read_table(folder / BESIDE[name]))
    return rows.filter(pc.not_equal(rows["part"], part)).drop_columns("part")


def _with(rows: pa.Table, beside: pa.Table) -> pa.Table:
    parts = [one for one in (rows, beside) if one.num_rows] or [beside]
    return pa.concat_tables(parts, promote_options="permissive")


def _changes(rows: pa.Table) -> Iterator[ChangeRow]:
    names = ("id", "at", "kind", "account", "data")
    for number, at, kind, account, data in zip(*(rows[name].to_pylist() for name in names), strict=True):
        yield ChangeRow(number, at.replace(tzinfo=UTC), kind, account, msgspec.json.decode(data))


def _except(told: tuple[Excepted, ...]) -> None:
    for one in told:
        account, _ = Account.objects.get_or_create(
            external_id=one.account, defaults={"name": one.account, "created_at": one.made_at}
        )
        AccountException.objects.create(
            account=account,
            kind=LEVEL,
            touch=list(one.touch),
            until=one.until,
            made_at=one.made_at,
            ended_at=one.ended_at,
        )


def _without(found: Rolled, elsewhere: frozenset[str]) -> Rolled:
    def ours(account: str) -> bool:
        return account.split(SEPARATOR, 1)[0] not in elsewhere

    truth = found.truth
    return replace(
        found,
        accounts=[one for one in found.accounts if ours(one)],
        opened=[one for one in found.opened if ours(one.account)],
        truth=Truth(
            truth.known,
            [one for one in truth.losses if ours(one.account)],
            [one for one in truth.paying if ours(one.account)],
        ),
    )
