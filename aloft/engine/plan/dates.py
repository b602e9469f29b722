"""When schedules fall due at all accounts at once: each day that something is counted from is counted from once.

A schedule turns a day, on the calendar of a country, into days; its time of day follows. So accounts whose contracts
start on one day share the answer, whatever zone they live in. Only what counts hours is asked for each instant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pyarrow as pa

from aloft.decide.calendar import WorkCalendar, for_account
from aloft.decide.durations import ELAPSED_UNITS
from aloft.decide.recurrence import due_instants, durations_of, opens_at
from aloft.engagement.model import Duration, Model, Offsets, OnDate, Roll, Schedule, ScheduleTrigger
from aloft.engine.anchors import named_in_sql
from aloft.engine.plan import absorbing
from aloft.facts.store import FactStore
from aloft.measures.frame import naive
from aloft.measures.program import Program

WEEKS = 13
SLACK = timedelta(days=2)  # local days reach beyond those of UTC

LAID = """create or replace temp table {name} (model text, moment text, account integer, anchor text, n integer,
  due timestamp, opens date)"""

_DAYS = pa.schema(
    [
        ("moment", pa.string()),
        ("wall", pa.timestamp("us")),
        ("zone", pa.string()),
        ("country", pa.string()),
        ("subdivision", pa.string()),
        ("n", pa.int32()),
        ("due", pa.timestamp("us")),
        ("opens", pa.date32()),
    ]
)


@dataclass(frozen=True)
class Weeks:
    """The weeks looked at, from the Monday before `at` on, in the home zone. `first` is that Monday."""

    at: datetime
    today: date

    @classmethod
    def from_(cls, at: datetime, home_zone: str) -> Weeks:
        return cls(at, at.astimezone(ZoneInfo(home_zone)).date())

    @property
    def first(self) -> date:
        return self.today - timedelta(days=self.today.weekday())

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(weeks=n) for n in range(WEEKS))

    @property
    def ends(self) -> datetime:
        """On the clock of whoever looks."""
        return datetime.combine(self.first + timedelta(weeks=WEEKS), time())


@dataclass(frozen=True)
class Dated:
    """A scheduled moment; `narrows` is the SQL of where it meets an account as of now. `beyond`: how long after the
    end of the weeks it still matters, for what it would take in."""

    moment: str
    trigger: ScheduleTrigger
    narrows: str
    beyond: timedelta

    @property
    def counts_hours(self) -> bool:
        """Then the instant of the anchor matters, not its day alone."""
        schedule, lead = self.trigger.schedule, self.trigger.lead
        units = {one.unit for one in durations_of(schedule)} | ({lead.unit} if lead else set())
        return bool(units & ELAPSED_UNITS)

    @property
    def asks_calendar(self) -> bool:
        """Whether holidays and weekends matter."""
        units = {one.unit for one in (*durations_of(self.trigger.schedule), self.trigger.lead) if one}
        return self.trigger.roll != "none" or bool(units & {"bd", "bh"})


def scheduled(program: Program) -> list[Dated]:
    beyond = absorbing.beyond(program.model)
    return [
        Dated(name, compiled.moment.trigger, compiled.narrows, beyond.get(name, absorbing.NOTHING))
        for name, compiled in program.moments.items()
        if isinstance(compiled.moment.trigger, ScheduleTrigger)
    ]


@dataclass(frozen=True)
class Laid:
    """What was laid out already from the same facts: in which table, by which moments; and the accounts that stand
    elsewhere now."""

    due: str
    dated: Sequence[Dated]
    moved: Collection[int]


def lay_out(
    store: FactStore, model: Model, program: Program, weeks: Weeks, name: str, laid: Laid | None = None
) -> None:
    """Add to the table `name` what falls due within the weeks at the accounts of the frame; `due` is on their clocks.
    Of what takes others in, also what falls due soon after.

    `known` is a table of keys that have opened, `last_due` of what opened last (moment, account, due, half): a
    recurrence goes on half its period after that. A moment that was `laid` out alike is dated anew only where it moved.
    """
    alike = [one for one in laid.dated if one in scheduled(program)] if laid else []
    if laid and alike:
        _copy(store, [one.moment for one in alike], name, laid)
    counted = ""
    for one in sorted(scheduled(program), key=lambda one: _subjects(one, model, _among(one, alike))):
        subjects = _subjects(one, model, _among(one, alike))
        if subjects != counted:
            store.run(f"create or replace temp table subject as {subjects}")
            counted = subjects
        _date(store, one, model, weeks, name)


def _copy(store: FactStore, moments: Sequence[str], name: str, laid: Laid) -> None:
    """What falls due at whoever stands where they stood; makes `elsewhere`, of the others."""
    store.load("elsewhere", pa.table({"account": pa.array(sorted(laid.moved), pa.int32())}))
    store.run(
        f"""insert into {name} select d.* from {laid.due} d anti join elsewhere e on e.account = d.account
        where d.moment in (select unnest($moments))""",
        {"moments": moments},
    )


def _among(one: Dated, alike: Sequence[Dated]) -> str:
    """SQL that leaves of the frame whoever stands elsewhere, where the moment was laid out alike."""
    return "semi join elsewhere e on e.account = f._account" if one in alike else ""


def _date(store: FactStore, one: Dated, model: Model, weeks: Weeks, name: str) -> None:
    rows = list(_answers(store, one, model, weeks))
    store.load("answer", pa.table(_columns(rows), schema=_DAYS))
    bounds = {"at": naive(weeks.at), "ends": weeks.ends + one.beyond}
    store.run(f"insert into {name} {_joined(one, model)}", bounds)


def _subjects(one: Dated, model: Model, among: str) -> str:
    """Each account that the moment meets: its anchor, and the wall clock there. Midnight stands for the whole day."""
    schedule = one.trigger.schedule
    home = f"'{model.clock.zone}'" if model.clock.zone else "f._zone"
    anchor = None if isinstance(schedule, OnDate) else schedule.anchor
    day = schedule.date if isinstance(schedule, OnDate) else anchor.date if anchor else None
    if day is not None:
        thing, wall, there = f"'date:{day}'", f"timestamp '{day}'", "true"
    else:
        name = (anchor.name if anchor else None) or "phase_start"
        thing, there = named_in_sql(name), f'f."{name}" is not null'
        wall = _wall(f'f."{name}"', home, schedule.zone)
    country = "c.country, c.subdivision" if one.asks_calendar else "'' as country, '' as subdivision"
    zone = home if one.counts_hours else "''"
    return f"""
      select f._account as account, {thing} as anchor, {wall} as wall, {zone} as zone, {home} as home, {country},
        {"wall" if one.counts_hours else "date_trunc('day', wall)"} as counted
      from (select * from frame f {among} where ({one.narrows}) is true) f join concerned c on c.account = f._account
      where {there}"""


def _wall(column: str, home: str, zone: str | None) -> str:
    """On the account's clock; or on that of the zone, where a local midnight stays what it is: a date."""
    own = f"aloft_local({column}, {home})"
    if zone is None:
        return own
    abroad = f"timezone('{zone}', timezone('UTC', {column}))"
    return f"case when {own}::time = time '00:00' then {own} else {abroad} end"


def _answers(store: FactStore, one: Dated, model: Model, weeks: Weeks) -> Iterator[tuple[object, ...]]:
    asked = store.run("select distinct counted, zone, country, subdivision from subject")
    window = (weeks.at - SLACK, weeks.ends.replace(tzinfo=UTC) + one.beyond + SLACK)
    trigger = one.trigger
    for wall, zone, country, subdivision in asked:
        calendar = for_account(model.clock, zone or "UTC", country, subdivision or None)
        if not zone:
            calendar = calendar.in_zone("UTC")
        for n, due, opens in _counted(trigger.schedule, trigger.roll, trigger.lead, calendar, wall, window):
            yield one.moment, wall, zone, country, subdivision, n, due, opens


@lru_cache(maxsize=65_536)
def _counted(
    schedule: Schedule,
    roll: Roll,
    lead: Duration | None,
    calendar: WorkCalendar,
    wall: datetime,
    window: tuple[datetime, datetime],
) -> tuple[tuple[int, datetime, date], ...]:
    """Each n with when it is due and the day on which it opens, on the calendar's clock."""
    at_home = replace(schedule, zone=None)
    anchor = calendar.at(wall.date(), wall.time())
    after = anchor if isinstance(schedule, Offsets) and schedule.direction == "after" else None
    return tuple(
        (
            due.n,
            calendar.local(due.at).replace(tzinfo=None),
            calendar.local_date(opens_at(due.at, lead, after, calendar)),
        )
        for due in due_instants(at_home, anchor, calendar, roll=roll, window=window)
    )


def _columns(rows: Iterable[tuple[object, ...]]) -> Mapping[str, list[object]]:
    columns = list(zip(*rows, strict=True)) or [()] * len(_DAYS.names)
    return {name: list(column) for name, column in zip(_DAYS.names, columns, strict=True)}


def _joined(one: Dated, model: Model) -> str:
    due = "d.due" if one.counts_hours else f"date_trunc('day', d.due) + {_clock(one, model)}"
    return f"""
      with coming as (
        select d.moment, s.account, s.anchor, d.n, {due} as due, d.opens, s.home
        from subject s join answer d on d.wall = s.counted and d.zone = s.zone and d.country = s.country
          and d.subdivision = s.subdivision)
      select '{model.name}', c.moment, c.account, c.anchor, c.n, c.due, c.opens from coming c
      left join last_due l on l.account = c.account and l.moment = c.moment
      anti join known k on k.account = c.account and k.moment = c.moment and k.anchor = c.anchor and k.n = c.n
      where c.due > aloft_local($at::timestamp, c.home) and c.due < $ends
        and (l.due is null or (c.due > l.due and c.due >= l.half))"""


def _clock(one: Dated, model: Model) -> str:
    """The time of day, as an interval: as the schedule says, else that of the anchor; of a date the opening time."""
    said = one.trigger.schedule.at
    if said is not None:
        return _interval(said)
    opens = _interval(model.clock.opens)
    return f"case when s.wall::time = time '00:00' then {opens} else s.wall - date_trunc('day', s.wall) end"


def _interval(clock: time) -> str:
    return f"interval {clock.hour * 60 + clock.minute} minute"
