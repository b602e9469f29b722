"""Which model each account would follow, and which are claimed by several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from aloft.engagement.model import Model
from aloft.engine import positions
from aloft.engine.following import NONE, choose, unextended
from aloft.engine.mirror import Followed
from aloft.engine.plan.dates import Weeks
from aloft.engine.plan.ground import Ground
from aloft.engine.plan.history import History
from aloft.engine.plan.sides import Draft, Side, begun
from aloft.engine.versions import Running
from aloft.facts.store import FactStore
from aloft.measures.lean import applying, lean
from aloft.measures.program import compile_model


@dataclass(frozen=True)
class Applied:
    """A model beside others, with those it extends; `applies` true, false or unknown, by account."""

    name: str
    bases: Sequence[str]
    applies: Mapping[int, bool | None]


def read(ground: Ground, model: Model, bases: Sequence[str]) -> Applied:
    """To whom a model applies, by a frame that holds nothing else."""
    frames = ground.frames(applying(model))
    frames.ask_all(ground.at)
    frames.build()
    found = ground.store.run(f"select _account, ({compile_model(model).applies})::boolean from frame")
    return Applied(model.name, bases, dict(found))


@dataclass(frozen=True)
class Assigned:
    """The model of each account ("" for none), and the accounts of each set of unrelated models that apply."""

    chosen: Mapping[int, str]
    claimed: Mapping[tuple[str, ...], Sequence[int]]


def assign(models: Sequence[Applied], was: Mapping[int, str], at: datetime) -> Assigned:
    """By the rules by which the engine does it; `models` in the order in which they stand."""
    bases = {model.name: model.bases for model in models}
    chosen: dict[int, str] = {}
    claimed: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for account in models[0].applies:
        held = was.get(account)
        names = [model.name for model in models if _applies(model, account, held)]
        chosen[account] = choose(names, Followed(account, held, at) if held else None, bases)
        if len(claimants := unextended(names, bases)) > 1:
            claimed[tuple(claimants)].append(account)
    return Assigned(chosen, claimed)


def _applies(model: Applied, account: int, held: str | None) -> bool:
    applies = model.applies.get(account)
    return bool(applies) or (applies is None and held == model.name)


def put_down(store: FactStore, chosen: Mapping[int, str]) -> None:
    """Make `decided_follow` say so."""
    table = pa.table(
        {
            "account": pa.array(list(chosen), pa.int32()),
            "model": pa.array([name or NONE for name in chosen.values()], pa.string()),
        }
    )
    store.load("assigned", table)
    store.run("delete from decided_follow")
    store.run("insert into decided_follow select * from assigned")


def as_it_is(store: FactStore, live: Sequence[Running]) -> dict[int, str]:
    """The model that each account follows; where one alone is in force, those in some phase of it do."""
    if len(live) == 1:
        named = live[0].program.model.name
        rows = store.run(
            "select account, $named from decided_position where phase is not null", {"named": named}
        )
        return dict(rows)
    return dict(store.run("select account, model from decided_follow where model <> ''"))


def lay_out_other(
    ground: Ground, running: Running, assigned: Assigned | None, history: History, weeks: Weeks,
    before: Side, after: Side,
) -> None:  # fmt: skip
    """Another model in force, with the accounts that would follow it: as they are, unless some join it."""
    store, model = ground.store, running.program.model
    followers = {
        account for account, name in (assigned.chosen if assigned else {}).items() if name == model.name
    }
    stood = store.integers(f"select account from {before.stands} where model = ?", [model.name])
    if followers - stood:
        turn = begun(ground, Draft(lean(model), running.version, (model.name,)), ())
        positions.move(turn, positions.unkept)
        after.take(store, turn.program, model, history, weeks)
        return
    after.copy(store, before, model.name)
    for table in (after.stands, after.laid, after.dealt):
        store.run(
            f"delete from {table} where model = $model and account not in "
            "(select account from decided_follow where model = $model)",
            {"model": model.name},
        )
