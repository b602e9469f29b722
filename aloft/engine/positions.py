"""Where each account stands: phase, segment, touch. SQL proposes who moves; only those are looked at here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from aloft.engagement.model import Model
from aloft.engine.mirror import Position
from aloft.engine.turn import Row, Turn
from aloft.facts.store import LISTED, listed
from aloft.measures.frame import aware, naive
from aloft.measures.groups import texts
from aloft.measures.models import PositionChange
from aloft.measures.names import names_in
from aloft.records.rows import put

_LIMIT = 2_000  # days
_CONTRACT = ("contract_signed", "contract_start", "contract_end")
_STOOD = ("phase", "phase_start", "_entry", "segment", "segment_since", *_CONTRACT)
"""The columns of a frame that say where an account stood, and since when it may stand otherwise."""
_NOTED = [
    "account_id", "at", "model", "model_since", "phase", "phase_since", "phase_entry", "segment", "segment_since",
    "segment_waits", "touch",
]  # fmt: skip
_POINT = pa.schema([("account", pa.int32()), ("instant", pa.timestamp("us"))])

# Of a relationship not those from before it was: they were told of its account.
_TOLD = """
    with part as (select id as account from account where whole is not null and id in (select unnest($accounts))),
    begun as (
      select account, min(told) as first from (
        select account, occurred as told from event semi join part using (account)
        union all
        select account, coalesce(signed, starts)::timestamp from contract semi join part using (account))
      group by account),
    told as (
      select account, valid from attribute
      union all select account, occurred from plan_note
      union all select account, recorded from plan_goal
      union all select account, occurred from goal_reading
      union all select account, occurred from plan_step)
    select distinct t.account, t.valid from told t left join begun b on b.account = t.account
    where t.account in (select unnest($accounts))
      and (t.account not in (select account from part) or t.valid >= b.first)"""


@dataclass(frozen=True)
class Move:
    account: int
    phase: str | None
    segment: str | None
    row: Row


Noted = Callable[[Turn, Sequence[Position]], None]


def move(turn: Turn, noted: Noted | None = None) -> None:
    """Move accounts on until nothing moves; an account may pass several phases at one instant.

    `noted` hears of each move; without it the history of positions does.
    """
    for _ in range(len(turn.program.model.phases) + 1):
        moves = _proposed(turn)
        if not moves:
            return
        starts = _phase_starts(turn, moves)
        positions = [_position(turn, one, starts) for one in moves]
        turn.mirror.move(positions)
        (noted or _note)(turn, positions)
        turn.moved |= {one.account for one in moves}
        if _counts_from_position(turn):
            turn.ask()
        else:
            turn.frames.reread()


def _counts_from_position(turn: Turn) -> bool:
    sinces = [metric.since for metric in turn.program.model.metrics.values()]
    return any(since is not None and since.name in {"phase_start", "segment_since"} for since in sinces)


def _proposed(turn: Turn) -> list[Move]:
    program = turn.program
    phases = [name for name, phase in program.model.phases.items() if phase.keep_segment]
    kept = ", ".join(f"'{name}'" for name in phases) or "''"
    # Materialized: each name is used several times, and would be spelled out, and planned, for each.
    touch = _touch(turn)
    stood = ", ".join(_STOOD)
    found = turn.frames.connection.execute(f"""
        with next as materialized (select _key, _waits, _touch_set, {stood}, {program.next_phase} as _to_phase,
          {program.next_segment} as _to_segment from frame),
        held as materialized (select *, case when phase in ({kept}) and _to_phase = phase and segment is not null
          then segment else _to_segment end as _segment_now,
          case when phase in ({kept}) and _to_phase = phase and _to_segment <> segment
          then _to_segment end as _waits_now from next)
        select _key, _to_phase, _segment_now, _waits_now, {touch} as _touch_now, {stood} from held
        where _to_phase is distinct from phase or _segment_now is distinct from segment
          or _waits_now is distinct from _waits
          or _touch_now is distinct from coalesce(_touch_set, []::text[])""")
    told = ("_waits_now", "_touch_now", *_STOOD)
    return [
        Move(key, phase, segment, dict(zip(told, row, strict=True)))
        for key, phase, segment, *row in found.fetchall()
        if key in turn.directory
    ]


def _touch(turn: Turn) -> str:
    """The levels of the segment in the phase, unless an exception of the account names others."""
    excepted = "".join(
        f"when _key = {account} and _to_phase is not null and _segment_now is not null "
        f"then [{texts(levels)}] "
        for account, levels in turn.exceptions.touch().items()
    )
    return f"case {excepted}else {turn.program.touch} end" if excepted else turn.program.touch


def _position(turn: Turn, one: Move, starts: Mapping[int, datetime]) -> Position:
    row, entry, start = one.row, one.row["_entry"] or 0, aware(one.row["phase_start"])
    if one.phase != row["phase"]:
        entry, start = entry + bool(one.phase), starts.get(one.account)
    since = aware(row["segment_since"])
    if one.segment != row["segment"]:
        begun = turn.at if row["segment"] or not one.phase else (starts.get(one.account) or turn.at)
        since = begun if one.segment else None
    return Position(
        account=one.account,
        phase=one.phase,
        phase_start=start,
        entry=entry,
        segment=one.segment,
        segment_since=since,
        waits=row["_waits_now"],
        touch=tuple(row["_touch_now"]),
    )


def _note(turn: Turn, positions: Sequence[Position]) -> None:
    """What is decided again after a crash is noted again with it: both are stored in one transaction."""
    put(PositionChange, _NOTED, (_changed(turn, one) for one in positions))


def _changed(turn: Turn, one: Position) -> tuple[object, ...]:
    """The columns that are noted, in order."""
    return (
        turn.directory[one.account].row,
        turn.at,
        turn.program.model.name if one.phase else "",
        turn.joined.get(one.account),
        one.phase or "",
        one.phase_start,
        one.entry,
        one.segment or "",
        one.segment_since,
        one.waits or "",
        list(one.touch),
    )


def unkept(_turn: Turn, _positions: Sequence[Position]) -> None:
    """For who only asks what would be."""


def _phase_starts(turn: Turn, moves: Iterable[Move]) -> dict[int, datetime]:
    """When the rule of the phase entered began to hold: not when we learned it.

    The rule can only have turned at an instant at which something it may read did: a date of the contract, an
    attribute, a note on the plan, an event that is new. It is read at each, and the last unbroken run of trues counts.
    """
    entered = {one.account: one for one in moves if one.phase and one.phase != one.row["phase"]}
    if not entered:
        return {}
    _find_turning_points(turn, entered.values())
    begun: dict[int, datetime] = {}
    with turn.frames.aside():
        turn.running.placing.ask_each("turning")
        turn.running.placing.build()
        for phase in {one.phase for one in entered.values() if one.phase}:
            ours = [account for account, one in entered.items() if one.phase == phase]
            begun.update(_beginnings(turn, phase, ours))
    return {account: _since(one.row, begun.get(account, turn.at)) for account, one in entered.items()}


def _since(row: Row, begun: datetime) -> datetime:
    """No phase begins before the one that it follows."""
    floor = aware(row["phase_start"])
    return max(begun, floor) if floor else begun


def _beginnings(turn: Turn, phase: str, accounts: Sequence[int]) -> Iterator[tuple[int, datetime]]:
    """The first of the instants asked from which on the rule of the phase holds; of whom it holds at the last one.

    Health and signals of then are not kept beside facts: before the newest reading they are unknown, and a phase that
    rests on them alone begins with the reading that found them."""
    program = turn.program
    names = list(program.model.phases)
    index = names.index(phase)
    follows = index > 0 and program.model.phases[phase].enters is None
    rule = program.leaves[names[index - 1]] if follows else program.enters[phase]
    placing = turn.running.placing
    known = placing.as_then()
    rows = placing.connection.execute(
        f"""with known as (select * {known} from frame where _account in {LISTED.format("$accounts")}),
        judged as (select _account, _at, (({program.applies}) and {rule}) is true as holds from known),
        broken as (select _account, max(_at) filter (not holds) as last from judged group by _account)
        select _account, min(_at) from judged join broken using (_account)
        where last is null or _at > last group by _account""",
        {"accounts": listed(accounts), **({"now": naive(turn.at)} if known else {})},
    ).fetchall()
    for account, at in rows:
        begun = aware(at)
        assert begun is not None
        yield account, begun


def _find_turning_points(turn: Turn, entered: Iterable[Move]) -> None:
    """Make `turning`: instants up to now at which a rule about an account may have turned."""
    dates = [(one.account, one.row[name]) for one in entered for name in _CONTRACT]
    accounts = sorted({account for account, _ in dates})
    found = [
        turn.frames.facts.execute(_TOLD, {"accounts": accounts}).to_arrow_table(),
        _last_of_days(turn, accounts),
        pa.table([*zip(*dates, strict=True)], schema=_POINT),
    ]
    points = pa.concat_tables(one.rename_columns(_POINT.names).cast(_POINT) for one in found)
    run = turn.frames.connection
    run.register("points", points)
    run.execute(
        """create or replace temp table turning as select distinct account as _account, instant as _at from points
        where instant <= $now""",
        {"now": naive(turn.at)},
    )
    run.unregister("points")


def _last_of_days(turn: Turn, accounts: list[int]) -> pa.Table:
    """By account and day, the last of the events that the rules of phases count: of those that are new, or of
    all as a model goes live; the newest, at most."""
    names = _counted_by_phases(turn.program.model)
    only = "and name in (select id from event_name where name in (select unnest($names)))" if names else ""
    return turn.frames.facts.execute(
        f"""select account, max(occurred) from event
        where account in (select unnest($accounts)) and stream in (0, 2) and seq > $after {only}
        group by account, day
        qualify row_number() over (partition by account order by day desc) <= $most""",
        {
            "accounts": accounts,
            "after": -1 if turn.everyone else turn.before[0],
            "most": _LIMIT,
            **({"names": sorted(names)} if names else {}),
        },
    ).to_arrow_table()


def _counted_by_phases(model: Model) -> set[str]:
    """Names of events; empty where a rule counts any."""
    rules = [rule for phase in model.phases.values() for rule in (phase.enters, phase.leaves) if rule]
    rules += [model.applies_to] if model.applies_to else []
    read = {name for rule in rules for name in names_in(rule.expression)}
    metrics = [metric for name, metric in model.metrics.items() if name in read]
    if any(not metric.events for metric in metrics):
        return set()
    return {name for metric in metrics for name in metric.events} or {""}
