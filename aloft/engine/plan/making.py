"""Making a plan: both sides are laid out over one ground, and compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aloft.engagement.digest import timings
from aloft.engagement.expressions import Expression
from aloft.engagement.load import Reading
from aloft.engagement.model import Model
from aloft.engine import positions
from aloft.engine.backtest.run import Lately
from aloft.engine.following import NONE
from aloft.engine.plan import (
    caps,
    costs,
    following,
    messages,
    moments,
    notes,
    owners,
    places,
    rates,
    standing,
    unseen,
    work,
)
from aloft.engine.plan.dates import Dated, Laid, Weeks, scheduled
from aloft.engine.plan.ground import Ground, keep_here, name_accounts
from aloft.engine.plan.history import History
from aloft.engine.plan.sentence import sentence
from aloft.engine.plan.sides import Draft, Side, begun, in_force, rename_here
from aloft.engine.plan.values import Plan
from aloft.engine.turn import Turn
from aloft.engine.versions import Running
from aloft.facts.keep import Progress
from aloft.facts.store import FactStore
from aloft.measures.lean import dating, lean, read_alike
from aloft.measures.program import compile_model
from aloft.records.models import ModelVersion
from aloft.revenue.rates import FIRST_CURRENCY

STEPS = 7
FILLED = 1_000
"""Of the whole, what filling the state of metrics counts for, in steps of progress."""


@dataclass
class Coming:
    """How far a plan has come: first what metrics read is filled, where it has to be, then step by step."""

    tell: Progress
    done: int = 0

    def filling(self, done: int, events: int) -> None:
        self.tell(FILLED * done // max(events, 1), FILLED + STEPS)

    def step(self) -> None:
        self.done += 1
        self.tell(FILLED + self.done, FILLED + STEPS)


def make(
    ground: Ground,
    reading: Reading,
    progress: Progress = lambda _done, _of: None,
    lately: Lately | None = None,
) -> Plan:
    """What the text would do if it were published at the instant of the ground, which is closed in the end.

    `lately`: a backtest of the text, which tells how often rules open that nobody has seen.
    """
    try:
        return _made(ground, reading, Coming(progress), lately)
    finally:
        ground.close()


def _made(ground: Ground, reading: Reading, coming: Coming, lately: Lately | None) -> Plan:
    books = owners.ruled_books(reading.model)
    read = [*_rules(books), *_shared(ground, reading.model)]
    bare = lean(reading.model, read)
    _settle_in(ground, bare, read, coming)
    weeks = Weeks.from_(ground.at, ground.store.home_zone)
    history = History(ground.at, _renamed(reading.model))
    history.load(ground.store)
    sides = before, after = Side("before"), Side("after")
    assigned = _followed(ground, reading)
    turn = _laid_out(Outlay(ground, reading.model, bare, read, history, weeks, coming), assigned, sides)
    places.compare(ground.store, before, after)
    compared = Compared(ground, reading.model, turn, before, after, weeks, lately)
    return _told(compared, books, assigned, coming)


def _rules(books: Sequence[owners.RuledBook]) -> list[Expression]:
    return [book.expression for book in books if book.expression is not None]


def _renamed(model: Model) -> dict[str, str]:
    return {moment.was: name for name, moment in model.moments.items() if moment.was}


def _settle_in(ground: Ground, bare: Model, read: Sequence[Expression], coming: Coming) -> None:
    """What a plan reads besides the facts: accounts by name, what was decided, and the state that metrics need."""
    name_accounts(ground)
    ground.frames(bare, read)  # makes the tables of decisions
    ground.decide_here()
    keep_here(ground, compile_model(bare).kept, coming.filling)
    coming.step()


def _followed(ground: Ground, reading: Reading) -> following.Assigned | None:
    """Which model each account would follow; None where there is no other."""
    store, model = ground.store, reading.model
    others = [one for one in ground.live if one.program.model.name != model.name]
    if not others:
        return None
    named = [(len(one.version.bases), one.program.model, one.version.bases) for one in others]
    ordered = sorted([*named, (len(model.bases), model, model.bases)], key=lambda one: (-one[0], one[1].name))
    applied = [following.read(ground, one, bases) for _, one, bases in ordered]
    return following.assign(applied, following.as_it_is(store, ground.live), ground.at)


@dataclass(frozen=True)
class Outlay:
    """What both sides are laid out with; `read` are expressions that frames carry besides the text’s."""

    ground: Ground
    model: Model
    bare: Model
    read: Sequence[Expression]
    history: History
    weeks: Weeks
    coming: Coming


def _laid_out(outlay: Outlay, assigned: following.Assigned | None, sides: tuple[Side, Side]) -> Turn:
    """Lay out both sides; the text last, for what follows reads its frame."""
    ground, store, model, (before, after) = outlay.ground, outlay.ground.store, outlay.model, sides
    before.begin(store)
    after.begin(store)
    shared = bool(_shared(ground, model))
    if not shared:
        in_force(ground, before, outlay.history, outlay.weeks)
    if assigned is not None:
        following.put_down(store, assigned.chosen)
    for running in ground.live:
        if running.program.model.name != model.name:
            following.lay_out_other(ground, running, assigned, outlay.history, outlay.weeks, before, after)
    rename_here(store, model)
    turn = begun(ground, _draft(outlay, assigned), outlay.read)
    dated: Sequence[Dated] = ()
    if shared:
        old = ground.live[0].program.model
        program = compile_model(dating(old))
        before.take(store, program, old, outlay.history, outlay.weeks)
        before.finish(store, outlay.history, outlay.weeks)
        dated = () if old.experiments or model.experiments else scheduled(program)
    outlay.coming.step()
    positions.move(turn, positions.unkept)
    outlay.coming.step()
    laid = Laid(before.laid, dated, turn.moved)
    after.take(store, turn.program, model, outlay.history, outlay.weeks, laid)
    after.finish(store, outlay.history, outlay.weeks, turn)
    outlay.coming.step()
    return turn


def _draft(outlay: Outlay, assigned: following.Assigned | None) -> Draft:
    model = outlay.model
    among = None if assigned is None else (model.name, NONE)
    version = ModelVersion(
        name=model.name,
        version=_number(model),
        bases=list(model.bases),
        timings=timings(model),
        live_from=outlay.ground.at,
        document="",
    )
    return Draft(outlay.bare, version, among)


def _shared(ground: Ground, model: Model) -> tuple[Expression, ...]:
    """What dates the schedules in force, if a frame of the text can tell it too; then facts are read but once."""
    alone = ground.live[0].program.model if len(ground.live) == 1 else None
    return read_alike(alone, model) if alone and alone.name == model.name else ()


def _number(model: Model) -> int:
    newest = (
        ModelVersion.objects.filter(name=model.name).order_by("version").values_list("version", flat=True)
    )
    return (newest.last() or 0) + 1


@dataclass(frozen=True)
class Compared:
    """Both sides, laid out; the turn’s frame tells of the accounts that would follow the text."""

    ground: Ground
    model: Model
    turn: Turn
    before: Side
    after: Side
    weeks: Weeks
    lately: Lately | None

    @property
    def in_force(self) -> Running | None:
        return next((one for one in self.ground.live if one.program.model.name == self.model.name), None)

    @property
    def was(self) -> Model | None:
        return self.in_force.program.model if self.in_force else None


def _told(
    compared: Compared, books: Sequence[owners.RuledBook], assigned: following.Assigned | None, coming: Coming
) -> Plan:
    store, model, turn = compared.ground.store, compared.model, compared.turn
    before, after, was = compared.before, compared.after, compared.was
    moves = places.moves(store)
    accounts, mrr = places.totals(store, after)
    rated = _rates(compared)
    roles = work.roles(model, _work(compared, rated), rated[1].by_role, compared.weeks)
    coming.step()
    owners.read_books(store, books)
    lacking = (*owners.lacks(turn, store, model, after, books), *unseen.lacks(store, model))
    coming.step()
    told = moments.moments(turn, store, was, model, (before, after), compared.weeks, rated)
    coming.step()
    return Plan(
        sentence=sentence(moves, roles, accounts, first=not compared.ground.live),
        at=compared.ground.at,
        model=model.name,
        version=_number(model),
        before=compared.in_force.version.version if compared.in_force else None,
        currency=store.run(f"select {FIRST_CURRENCY}")[0][0],
        accounts=accounts,
        mrr=mrr,
        moves=moves,
        claims=places.claims(store, assigned.claimed, assigned.chosen) if assigned else (),
        moments=told,
        roles=roles,
        costs=costs.costs(store, model, before, after),
        caps=caps.caps(store, model, after),
        messages=messages.messages(store, model, after, compared.ground.at),
        open=standing.standing(store, model, _renamed(model)),
        lacks=lacking,
        notes=notes.notes(compared.ground, model, told),
    )


def _rates(compared: Compared) -> tuple[rates.Rated, rates.Rated]:
    """Of what is in force, and of what would be."""
    store, model, at = compared.ground.store, compared.model, compared.ground.at
    seen = rates.seen(model.name, at, compared.ground.live)
    was = rates.rates(store, compared.was, compared.before, seen, at) if compared.was else rates.Rated()
    return was, rates.rates(store, model, compared.after, seen, at, compared.lately)


def _work(compared: Compared, rated: tuple[rates.Rated, rates.Rated]) -> work.Work:
    store, weeks = compared.ground.store, compared.weeks
    return work.Work(
        before=_hours(store, compared.before, weeks),
        after=_hours(store, compared.after, weeks),
        usual=work.by_rate(compared.model, rated[1].by_role),
        usual_before=work.by_rate(compared.was, rated[0].by_role) if compared.was else {},
    )


def _hours(store: FactStore, side: Side, weeks: Weeks) -> work.Hours:
    return work.added(work.by_schedule(store, side, weeks), work.by_open(store, side, weeks))
