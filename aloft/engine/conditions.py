"""Condition-based moments: a spell begins when the condition has become true, and ends when it is false.

Unknown does neither. The place (phase, segment, touch) belongs to the condition: an account that comes under
the moment while it is true begins a spell then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from aloft.act.due import DueRow, write
from aloft.act.models import Due, DueKind, Occurrence, OccurrenceState
from aloft.act.selectors import last_openings
from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add
from aloft.decide.values import Reason
from aloft.engagement.model import Duration, WhenTrigger
from aloft.engine import pauses, words
from aloft.engine.directory import Known
from aloft.engine.mirror import SpellState
from aloft.engine.opening import Candidate, open_all
from aloft.engine.turn import Row, Turn
from aloft.measures.models import Spell, SpellChange
from aloft.measures.program import CompiledMoment
from aloft.records.rows import among, batched, put


@dataclass(frozen=True)
class Turned:
    account: int
    true: bool
    n: int


def read(turn: Turn) -> None:
    """Read every condition for the accounts in question; only those that turned are looked at."""
    states: list[SpellState] = []
    for name, found in turned_of(turn).items():
        compiled = turn.program.moments[name]
        trigger = compiled.moment.trigger
        assert isinstance(trigger, WhenTrigger)
        turned = [one for one in found if one.account in turn.directory]
        states += _began(turn, compiled, trigger, [one for one in turned if one.true])
        states += _ended(turn, compiled, [one for one in turned if not one.true])
    turn.mirror.turn(states)


def turned_of(turn: Turn) -> dict[str, list[Turned]]:
    """By moment, the accounts of the frame at which its condition has begun or ceased to hold; all read at once."""
    asked = {
        name: compiled
        for name, compiled in turn.program.moments.items()
        if isinstance(compiled.moment.trigger, WhenTrigger)
    }
    if not asked:
        return {}
    standing = ", ".join(_standing(turn, name, one) for name, one in asked.items())
    rows = turn.frames.connection.execute(
        f"""with read as materialized (select _account, unnest([{standing}]) as told from frame),
          ours as materialized (select * from decided_spell where account in (select _account from frame))
        select r.told.moment, r._account, r.told.true, coalesce(s.n, 0) from read r
        left join ours s on s.account = r._account and s.moment = r.told.moment
        where (r.told.true and not coalesce(s.holds, false)) or (r.told.false and s.holds)
        order by r._account"""
    ).fetchall()
    found: dict[str, list[Turned]] = {name: [] for name in asked}
    for moment, *turned in rows:
        found[moment].append(Turned(*turned))
    return found


def _standing(turn: Turn, name: str, compiled: CompiledMoment) -> str:
    true = f"(({compiled.place}) is true and ({compiled.condition}) is true)"
    false = f"(({compiled.place}) is not true or ({compiled.condition}) is false)"
    if _rests(turn, compiled):
        true, false = (f"({one} and not {pauses.IN_PAUSE})" for one in (true, false))
    return f"{{'moment': '{name}', 'true': {true}, 'false': {false}}}"


def _rests(turn: Turn, compiled: CompiledMoment) -> bool:
    """Whether it is left as it is while its account is paused."""
    trigger = compiled.moment.trigger
    return isinstance(trigger, WhenTrigger) and pauses.rests_on_usage(turn.program.model, trigger.condition)


def _began(
    turn: Turn, compiled: CompiledMoment, trigger: WhenTrigger, turned: list[Turned]
) -> list[SpellState]:
    """The spells that begin, kept; to be mirrored with those of the other moments."""
    if not turned:
        return []
    name, clock = compiled.moment.name, turn.program.model.clock
    openings = last_openings([turn.directory[one.account].row for one in turned], [name])
    instants: dict[int, datetime] = {}
    for one in turned:
        known = turn.directory[one.account]
        last = openings.get((known.row, name))
        instants[one.account] = opens(turn, trigger, known.calendar(clock), last.opened_at if last else None)
    ready = [one for one in turned if instants[one.account] <= turn.at]
    waiting = [one for one in turned if instants[one.account] > turn.at]
    states = [SpellState(one.account, name, True, turn.at, one.n + 1) for one in turned]
    _keep(turn, states, {one.account: instants[one.account] for one in waiting})
    write(
        DueRow(
            instants[one.account],
            turn.directory[one.account].row,
            DueKind.HOLD,
            name,
            "condition",
            one.n + 1,
            {},
        )
        for one in waiting
    )
    rows = turn.rows(one.account for one in ready)
    proposed = [
        _candidate(turn, compiled, trigger, one.account, one.n + 1, rows[one.account]) for one in ready
    ]
    _open_where_met(turn, compiled, proposed, rows)
    return states


def wait_anew(turn: Turn) -> None:
    """What has begun to hold waits, from then on, for as long as the text that goes live says; what has waited for that
    long opens now."""
    counts, live_from = turn.running.since, turn.running.version.live_from
    edited = [
        name
        for name, compiled in turn.program.moments.items()
        if isinstance(compiled.moment.trigger, WhenTrigger) and counts[name] == live_from
    ]
    held = Due.objects.filter(kind=DueKind.HOLD, moment__in=edited)
    waiting = [(row, known) for row in held if (known := turn.directory.of_row(row.account_id))]
    ours = [(row, known) for row, known in waiting if turn.follows(known.store)]
    accounts = [known.row for _, known in ours]
    began = dict(_began_at(accounts, edited))
    last = last_openings(accounts, edited) if ours else {}
    for row, known in ours:
        since = began[row.account_id, row.moment]
        if since < turn.at:
            _wait_anew(turn, row, known, since, last.get((known.row, row.moment)))


def _began_at(accounts: list[int], moments: list[str]) -> Iterator[tuple[tuple[int, str], datetime]]:
    for some in batched(accounts):
        spells = Spell.objects.filter(account__in=among(some), moment__in=moments)
        for account, moment, since in spells.values_list("account", "moment", "since"):
            yield (account, moment), since


def _wait_anew(turn: Turn, row: Due, known: Known, began: datetime, last: Occurrence | None) -> None:
    trigger = turn.program.model.moments[row.moment].trigger
    assert isinstance(trigger, WhenTrigger)
    calendar = known.calendar(turn.program.model.clock)
    read = began == calendar.start_of_day(calendar.local_date(began))
    until = _opens(began, trigger, calendar, last.opened_at if last else None, is_reading=read)
    if max(until, turn.at) == row.at:
        return
    row.at = max(until, turn.at)
    row.save(update_fields=["at"])
    state = SpellState(known.store, row.moment, True, turn.at, row.n)
    _note(turn, [state], {known.store: row.at})


def opens(turn: Turn, trigger: WhenTrigger, calendar: WorkCalendar, last: datetime | None) -> datetime:
    """When a spell that begins now has held long enough, and the cooldown since the last opening is over."""
    return _opens(turn.at, trigger, calendar, last, is_reading=bool(turn.zones))


def _opens(
    since: datetime, trigger: WhenTrigger, calendar: WorkCalendar, last: datetime | None, *, is_reading: bool
) -> datetime:
    at = held_until(since, trigger.holds_for, calendar, is_reading=is_reading)
    if trigger.cooldown and last:
        at = max(at, add(last, trigger.cooldown, calendar))
    return at


def held_until(
    since: datetime, holds_for: Duration | int | None, calendar: WorkCalendar, *, is_reading: bool
) -> datetime:
    """A number counts daily readings, the one that found it true included."""
    if holds_for is None:
        return since
    if isinstance(holds_for, Duration):
        return add(since, holds_for, calendar)
    nights = holds_for - 1 if is_reading else holds_for
    return calendar.start_of_day(calendar.local_date(since) + timedelta(days=nights)) if nights else since


def held_long_enough(turn: Turn, due: list[Due]) -> None:
    """Due rows of kind HOLD: the spell has lasted, if it still does."""
    for compiled in turn.program.moments.values():
        trigger = compiled.moment.trigger
        ours = [row for row in due if row.moment == compiled.moment.name]
        if not ours or not isinstance(trigger, WhenTrigger):
            continue
        numbers = {known.store: row.n for row in ours if (known := turn.directory.of_row(row.account_id))}
        true = f"({compiled.place}) and ({compiled.condition})"
        rows = turn.rows(turn.frames.true(true, list(numbers)))
        if _rests(turn, compiled):
            waiting = {account for account, row in rows.items() if pauses.paused(row)}
            _wait(turn, [row for row in ours if _store(turn, row) in waiting])
            rows = {account: row for account, row in rows.items() if account not in waiting}
        ready = [
            _candidate(turn, compiled, trigger, account, numbers[account], row)
            for account, row in rows.items()
        ]
        _open_where_met(turn, compiled, ready, rows)


def _store(turn: Turn, due: Due) -> int | None:
    known = turn.directory.of_row(due.account_id)
    return known.store if known else None


def _wait(turn: Turn, due: list[Due]) -> None:
    """These are looked at again tomorrow."""
    Due.objects.bulk_create(
        Due(at=turn.at + timedelta(days=1), account_id=row.account_id, kind=row.kind,
            moment=row.moment, anchor=row.anchor, n=row.n)
        for row in due
    )  # fmt: skip


def _open_where_met(
    turn: Turn, compiled: CompiledMoment, ready: list[Candidate], rows: dict[int, Row]
) -> None:
    met = set(turn.meets(compiled, [one.account for one in ready]))
    open_all(turn, [one for one in ready if one.account in met], rows)


def _candidate(
    turn: Turn, compiled: CompiledMoment, trigger: WhenTrigger, account: int, n: int, row: Row
) -> Candidate:
    reason = words.rule_reason("when", trigger.condition, row, turn)
    return Candidate(account, compiled.moment.name, "condition", n, turn.at, reason, reason.found, joins=True)


def _ended(turn: Turn, compiled: CompiledMoment, turned: list[Turned]) -> list[SpellState]:
    """The spells that end, kept. Steps and escalations not yet begun are dropped; the outcome is still judged."""
    if not turned:
        return []
    name = compiled.moment.name
    states = [SpellState(one.account, name, False, turn.at, one.n) for one in turned]
    _keep(turn, states)
    rows = [turn.directory[one.account].row for one in turned]
    Due.objects.filter(account__in=rows, moment=name, kind=DueKind.HOLD).delete()
    standing = Occurrence.objects.filter(account__in=rows, moment=name, cleared_at__isnull=True)
    for occurrence in standing.exclude(state=OccurrenceState.CLOSED):
        _clear(turn, occurrence)
    return states


def _clear(turn: Turn, occurrence: Occurrence) -> None:
    occurrence.cleared_at = turn.at
    occurrence.save(update_fields=["cleared_at"])
    occurrence.dues.filter(kind=DueKind.ESCALATE).delete()
    known = turn.directory.of_row(occurrence.account_id)
    assert known is not None
    reason = Reason("when", False, "re-arms once it has been false", "the condition holds no more")
    turn.say("cleared", known, occurrence.moment, occurrence.anchor, occurrence.n, [reason], occurrence.pk)


def _keep(turn: Turn, states: list[SpellState], waits: Mapping[int, datetime] = MappingProxyType({})) -> None:
    """`waits`: until when, of those that do not open at once."""
    _note(turn, states, waits)
    columns = ["account_id", "moment", "holds", "since", "n"]
    put(Spell, columns, _told(turn, states), unique=["account_id", "moment"])


def _note(turn: Turn, states: Sequence[SpellState], waits: Mapping[int, datetime]) -> None:
    told, until = _told(turn, states), [(waits.get(one.account),) for one in states]
    columns = ["account_id", "moment", "holds", "at", "n", "waits_until"]
    put(SpellChange, columns, (one + more for one, more in zip(told, until, strict=True)))


def _told(turn: Turn, states: Sequence[SpellState]) -> list[tuple[object, ...]]:
    return [(turn.directory[one.account].row, one.moment, one.holds, one.since, one.n) for one in states]
