"""How many accounts a condition takes, while somebody types it: answered from a frame that is kept for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb

from aloft.engagement.expressions import Expression
from aloft.engagement.model import Model
from aloft.engagement.names import NAMES
from aloft.engagement.parse import ExpressionError, parse
from aloft.measures.compile import frame_scope, sql
from aloft.measures.frame import Frames
from aloft.measures.names import names_in

if TYPE_CHECKING:
    from aloft.engine.loop import Engine

FRESH = timedelta(minutes=5)
TABLE = "sifted"
OF_ACCOUNTS = tuple(one.name for one in NAMES.values() if one.where == "anywhere" and "." not in one.name)


@dataclass(frozen=True)
class Sieve:
    """What every account says under a version, as of an instant: the table `sifted`, with these columns."""

    version: int
    at: datetime
    model: Model
    columns: frozenset[str]


def sift(engine: Engine, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Of the followers of `model`: how many `when` takes, with what MRR, and of how many it is not known.

    `above`: the conditions of the segments before it; `first` are those that none of them takes. `lacking` names
    what only a version that is in force would know. MRR is in each account's own currency.
    """
    sieve = _sieve(engine, str(arguments["model"]))
    if sieve is None:
        return {"error": "no version of this model is in force: publish it first"}
    try:
        when = parse(str(arguments["when"]))
        above = [parse(str(one)) for one in arguments.get("above", ())]
    except ExpressionError as error:
        return {"error": error.message}
    lacking = [name for name in names_in(when) if name not in sieve.columns]
    if lacking:
        return {"lacking": lacking}
    known = [one for one in above if sieve.columns.issuperset(names_in(one))]
    try:
        return {**_counted(engine, sieve.model, when, known), "as_of": sieve.at.isoformat()}
    except duckdb.Error:
        return {"error": "it asks for what is judged once a day: publishing tells"}


def _counted(engine: Engine, model: Model, when: Expression, above: Sequence[Expression]) -> dict[str, Any]:
    scope = frame_scope(model)
    taken = " or ".join(f"(({sql(one, scope)}) is true)" for one in above) or "false"
    row = engine.store.connection.execute(
        f"""with judged as (select ({sql(when, scope)})::boolean as takes, {taken} as before, mrr from {TABLE})
        select count(*), count(*) filter (takes), coalesce(sum(mrr) filter (takes), 0),
          count(*) filter (takes is null), count(*) filter (takes and not before),
          coalesce(sum(mrr) filter (takes and not before), 0) from judged"""
    ).fetchone()
    every, taking, mrr, unknown, first, first_mrr = row or (0, 0, 0, 0, 0, 0)
    return {
        "accounts": every, "taken": taking, "mrr": float(mrr), "unknown": unknown,
        "first": first, "first_mrr": float(first_mrr),
    }  # fmt: skip


def _sieve(engine: Engine, name: str) -> Sieve | None:
    live = engine.in_force()
    running = next((one for one in live if one.program.model.name == name), None)
    if running is None:
        return None
    kept, pk = engine.versions.sieve, running.version.pk
    if kept and kept.version == pk and engine.at - kept.at < FRESH:
        return kept
    model = running.program.model
    asked = [parse(name) for name in (*OF_ACCOUNTS, *model.fields)]
    connection = engine.store.connection
    frames = Frames(connection, model, engine.store.home_zone, asked, engine.watch.behind)
    among = (name,) if len(live) > 1 else None
    frames.ask_all(engine.at, among=among)
    frames.build()
    connection.execute(f"create or replace temp table {TABLE} as select * from frame")
    columns = [column for column, *_ in connection.execute(f"describe {TABLE}").fetchall()]
    engine.versions.sieve = Sieve(pk, engine.at, model, frozenset(columns))
    return engine.versions.sieve
