"""The two sides that a plan compares: what is in force, and what would be. Each lays out, for every account of its
models, where it stands and what falls due there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from aloft.decide.calendar import for_account
from aloft.decide.owners import role_by_touch
from aloft.engagement.expressions import Expression
from aloft.engagement.model import Model, Moment
from aloft.engine.opening import minutes_of
from aloft.engine.plan import absorbing, deals, exceptions, experiments
from aloft.engine.plan.dates import LAID, Laid, Weeks, lay_out
from aloft.engine.plan.errands import errands
from aloft.engine.plan.ground import Ground
from aloft.engine.plan.history import History
from aloft.engine.staff import Staff
from aloft.engine.turn import Turn
from aloft.engine.versions import Running
from aloft.facts.store import FactStore
from aloft.measures.lean import dating
from aloft.measures.program import Program, compile_model
from aloft.records.models import ModelVersion

_STANDS = """create or replace temp table {name} (account integer, model text, phase text, segment text, touch text,
  mrr double, entry integer)"""
_WORK = """create or replace temp table {name} as
  with asked as (
    select d.model, d.moment, s.segment, s.phase, s.touch, e.role,
      case when d.moment in (select moment from {owned} where shared) then d.due
        else date_trunc('week', d.due) end as due, count(*) as n
    from {due} d join {stands} s using (account, model)
    left join {dealt} e on e.account = d.account and e.model = d.model and e.moment = d.moment group by all)
  select a.model, a.moment, a.due, a.segment, a.phase, coalesce(a.role, o.role) as role, o.minutes, o.shared, a.n
  from asked a join {owned} o on o.model = a.model and o.moment = a.moment and o.touch = a.touch"""
"""`n` accounts of one place at which a moment falls due in one week, or to one session, as work of one role."""
_ERRANDS = pa.schema(
    [
        ("model", pa.string()),
        ("moment", pa.string()),
        ("opens", pa.date32()),
        ("begins", pa.date32()),
        ("owner", pa.string()),
        ("minutes", pa.float64()),
    ]
)
_DONE_BESIDE = """insert into {work}
  select d.model, d.moment, x.begins, s.segment, s.phase, coalesce(x.owner, e.role, o.role), x.minutes, false, count(*)
  from {due} d join {stands} s using (account, model)
  join errand x on x.model = d.model and x.moment = d.moment and x.opens = d.opens
  join {owned} o on o.model = d.model and o.moment = d.moment and o.touch = s.touch
  left join {dealt} e on e.account = d.account and e.model = d.model and e.moment = d.moment group by all"""
_ROLES = pa.schema(
    [
        ("model", pa.string()),
        ("moment", pa.string()),
        ("touch", pa.string()),
        ("role", pa.string()),
        ("minutes", pa.float64()),
        ("shared", pa.bool_()),
    ]
)


@dataclass
class Side:
    """`laid` to `met` are the names of its tables; `meets` counts accounts by model and moment.

    `laid` is what schedules say, `taken` what of it goes into something larger, `due` the rest of it within the weeks;
    `spared` are occurrences that stand open and will close in favour of something larger."""

    name: str
    models: dict[str, Model] = field(default_factory=dict)
    meets: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def stands(self) -> str:
        return f"stands_{self.name}"

    @property
    def laid(self) -> str:
        return f"laid_{self.name}"

    @property
    def taken(self) -> str:
        return f"taken_{self.name}"

    @property
    def spared(self) -> str:
        return f"spared_{self.name}"

    @property
    def due(self) -> str:
        return f"due_{self.name}"

    @property
    def owned(self) -> str:
        return f"owned_{self.name}"

    @property
    def dealt(self) -> str:
        """Who has what a transaction owns, by account."""
        return f"dealt_{self.name}"

    @property
    def work(self) -> str:
        return f"work_{self.name}"

    @property
    def met(self) -> str:
        return f"met_{self.name}"

    def begin(self, store: FactStore) -> None:
        store.run(_STANDS.format(name=self.stands))
        store.run(LAID.format(name=self.laid))
        store.run(absorbing.TAKEN.format(name=self.taken))
        store.run(absorbing.SPARED.format(name=self.spared))
        store.run(deals.DEALT.format(name=self.dealt))

    def take(
        self,
        store: FactStore,
        program: Program,
        model: Model,
        history: History,
        weeks: Weeks,
        laid: Laid | None = None,
    ) -> None:
        """Lay out the accounts of the frame under a model; `laid`: what is alike was laid out before."""
        self.models[model.name] = model
        store.run(
            f"insert into {self.stands} select f._account, case when f.phase is null then '' else $model end, "
            "coalesce(f.phase, ''), coalesce(f.segment, ''), coalesce(array_to_string(f._touch_set, ','), ''), "
            "f.mrr, f._entry from frame f semi join concerned c on c.account = f._account",
            {"model": model.name},
        )
        self.meets |= _meets(store, program)
        history.load_last(store, model)
        deals.deal_out(store, program, model, self.dealt)
        lay_out(store, model, program, weeks, self.laid, laid)
        exceptions.leave_out(store, model, self.laid, weeks.at)
        if model.experiments:
            experiments.leave_out(store, model, self.laid)

    def copy(self, store: FactStore, other: Side, model: str) -> None:
        """A model that nothing changes for."""
        self.models[model] = other.models[model]
        self.meets |= {key: number for key, number in other.meets.items() if key[0] == model}
        for table, theirs in (
            (self.stands, other.stands),
            (self.laid, other.laid),
            (self.dealt, other.dealt),
        ):
            store.run(f"insert into {table} select * from {theirs} where model = $model", {"model": model})

    def finish(self, store: FactStore, history: History, weeks: Weeks, turn: Turn | None = None) -> None:
        """Once all models are laid out. Of the `turn`’s the place of a moment decides which openings count again."""
        self._assign(store)
        self._absorb(store, history, weeks, renamed=turn is not None)
        store.run(
            _WORK.format(name=self.work, due=self.due, stands=self.stands, owned=self.owned, dealt=self.dealt)
        )
        self._run_errands(store, weeks)
        if turn is None:
            store.run(
                f"create or replace temp table {self.met} as select distinct account, called as moment from fired"
            )
            return
        store.run(f"create or replace temp table {self.met} (account integer, moment text)")
        for (moment,) in store.run("select distinct moment from fired"):
            if moment in turn.program.moments:
                place = turn.program.moments[moment].place
                store.run(
                    f"""insert into {self.met} select f._account, $moment from frame f
                    semi join (select account from fired where moment = $moment) o on o.account = f._account
                    where ({place}) is true""",
                    {"moment": moment},
                )

    def _absorb(self, store: FactStore, history: History, weeks: Weeks, *, renamed: bool) -> None:
        """Make `due`: all that is laid out, where nothing absorbs anything."""
        absorbs = [model for model in self.models.values() if absorbing.beyond(model)]
        for model in absorbs:
            absorbing.take_in(store, model, self.laid, history, self.taken, self.spared, renamed=renamed)
        if not absorbs:
            store.run(f"create or replace temp view {self.due} as select * from {self.laid}")
            return
        store.run(
            f"""create or replace temp table {self.due} as select l.* from {self.laid} l
            anti join {self.taken} t on t.model = l.model and t.moment = l.moment and t.account = l.account
              and t.due = l.due
            where l.due < $ends""",
            {"ends": weeks.ends},
        )

    def _run_errands(self, store: FactStore, weeks: Weeks) -> None:
        """Add the tasks of steps to the work, each on the day on which it begins by the calendar at home."""
        sent = {
            (model.name, moment.name): found
            for model in self.models.values()
            for moment in model.moments.values()
            if (found := errands(moment))
        }
        if not sent:
            return
        rows = [
            (model, moment, opens, one.day(max(opens, weeks.today), calendar), one.owner, one.minutes)
            for model, moment, opens in store.run(f"select distinct model, moment, opens from {self.due}")
            for calendar in [for_account(self.models[model].clock, None, None)]
            for one in sent.get((model, moment), ())
        ]
        columns = list(zip(*rows, strict=True)) or [()] * len(_ERRANDS.names)
        table = {name: list(column) for name, column in zip(_ERRANDS.names, columns, strict=True)}
        store.load("errand", pa.table(table, schema=_ERRANDS))
        names = {name: getattr(self, name) for name in ("work", "due", "stands", "owned", "dealt")}
        store.run(_DONE_BESIDE.format(**names))

    def _assign(self, store: FactStore) -> None:
        """Whose work each moment is at each set of touch levels, and how much; `shared`: one session for all."""
        sets = [row[0] for row in store.run(f"select distinct touch from {self.stands} where touch <> ''")]
        rows = [
            (
                model.name,
                moment.name,
                touch,
                role_by_touch(moment, tuple(touch.split(","))),
                _minutes(moment),
                moment.group,
            )
            for model in self.models.values()
            for moment in model.moments.values()
            for touch in sets
        ]
        columns = list(zip(*rows, strict=True)) or [()] * len(_ROLES.names)
        table = {name: list(column) for name, column in zip(_ROLES.names, columns, strict=True)}
        store.load(self.owned, pa.table(table, schema=_ROLES))


def _minutes(moment: Moment) -> float:
    return float(minutes_of(moment.effort or moment.length))


def _meets(store: FactStore, program: Program) -> dict[tuple[str, str], int]:
    names = list(program.moments)
    counts = ", ".join(f"count(*) filter (where ({program.moments[name].place}) is true)" for name in names)
    found = store.run(f"select {counts} from frame")[0] if names else ()
    return {(program.model.name, name): int(number) for name, number in zip(names, found, strict=True)}


def in_force(ground: Ground, side: Side, history: History, weeks: Weeks) -> None:
    """As it is: accounts stand where they stand."""
    several = len(ground.live) > 1
    for running in ground.live:
        model = running.program.model
        bare = dating(model)
        frames = ground.frames(bare)
        frames.ask_all(ground.at, among=(model.name,) if several else None)
        frames.build()
        side.take(ground.store, compile_model(bare), model, history, weeks)
    side.finish(ground.store, history, weeks)


@dataclass(frozen=True)
class Draft:
    """What would be published, lean. `followers`: the names of the models whose accounts it reads; None: all."""

    bare: Model
    version: ModelVersion
    followers: Sequence[str] | None


def begun(ground: Ground, draft: Draft, further: Sequence[Expression]) -> Turn:
    """A turn of going live that stays here; its frame tells how accounts stand before they move."""
    frames = ground.frames(draft.bare, further)
    running = Running(draft.version, compile_model(draft.bare), frames)
    turn = Turn(
        ground.at, running, ground.directory, ground.mirror, Staff(ground.at, draft.bare.clock),
        ground.versions, ground.watch, everyone=True,
    )  # fmt: skip
    if draft.followers is not None:
        turn = replace(turn, among=tuple(draft.followers))
    turn.ask()
    return turn


def rename_here(store: FactStore, model: Model) -> None:
    """Moments that the model calls otherwise keep what they have."""
    renamed = {moment.was: name for name, moment in model.moments.items() if moment.was}
    for old, new in renamed.items():
        for table in ("decided_moment", "decided_spell"):
            if not store.run(f"select 1 from {table} where moment = ? limit 1", [new]):
                store.run(f"update {table} set moment = ? where moment = ?", [new, old])
