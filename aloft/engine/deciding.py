"""What a turn decides, in order: by facts, by a version that goes live, by the daily reading, by the clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from aloft.act.models import Due, DueKind
from aloft.engine import (
    accounts,
    conditions,
    daily,
    events,
    expectations,
    experiments,
    inviting,
    judging,
    messages,
    planning,
    positions,
    runs,
    staffing,
    warning,
)
from aloft.engine.foresight import Coming, foresee, foresee_everybody
from aloft.engine.moving import follow_anchors
from aloft.engine.staff import Staff
from aloft.engine.turn import Turn
from aloft.facts.changes import ChangeRow
from aloft.records.changes import OccurrenceActed, StaffSet


def by_facts(turn: Turn, changes: Sequence[ChangeRow], moved: frozenset[int], coming: Coming) -> None:
    """`moved` are earlier events that have only now found their account."""
    told = (turn.directory.find(change.account) for change in changes if change.account)
    turn.edited = frozenset(known.store for known in told if known)
    if any(change.kind == StaffSet.kind for change in changes):
        _restaff(turn)
    _mirror_what_people_did(turn, changes)
    if turn.touched:
        arrived = events.arrived(turn, moved)
        foresee(turn, coming, arrived)
        # First, as the account stood: what meets an expectation may end the phase that asks for it.
        expectations.satisfied(turn, turn.touched)
        expectations.retract(turn, turn.touched)
        _settle(turn)
        expectations.answered_at_once(turn, turn.touched)
        events.read(turn, arrived)
    events.open_by_hand(turn, changes)
    judging.watch(turn, turn.touched | turn.opened)
    experiments.watch(turn, turn.touched, late=True)
    experiments.heed(turn, changes)
    runs.unblock(turn, changes)
    messages.heed(turn)
    _take_steps(turn, turn.touched)
    _mirror(turn)


def going_live(turn: Turn) -> None:
    """A version comes into force: every account is read, and every due row made, by its rules."""
    foresee_everybody(turn)
    _settle(turn)
    conditions.wait_anew(turn)
    expectations.satisfied_of_all(turn)
    judging.watch(turn, turn.opened)
    _take_steps(turn)
    _mirror(turn)


def at_reading(turn: Turn) -> None:
    turn.ask()
    daily.read(turn)
    positions.move(turn)
    accounts.hold(turn, turn.moved)
    planning.plan(turn, turn.moved)
    conditions.read(turn)
    accounts.project(turn)
    accounts_read = turn.frames.accounts()
    judging.watch(turn, accounts_read, sliding=True)
    experiments.watch(turn, accounts_read, late=False)
    runs.look(turn, accounts_read, sliding=True)
    _take_steps(turn)
    if turn.opened | turn.moved | turn.awaited:
        _mirror(turn)


def when_due(turn: Turn, due: Mapping[DueKind, Sequence[Due]]) -> None:
    """`turn.touched` are the accounts whose contracts come to a date of theirs."""
    if turn.touched:
        _settle(turn)
    warning.project(turn, _ours(turn, due[DueKind.WARN]))
    expectations.deadlines(turn, _ours(turn, due[DueKind.DEADLINE]))
    _scheduled(turn, _ours(turn, due[DueKind.OPEN]), _ours(turn, due[DueKind.HOLD]))
    judging.watch(turn, turn.opened)
    judging.held(turn, _ours(turn, due[DueKind.HELD]))
    judging.windows_over(turn, _ours(turn, due[DueKind.OUTCOME]))
    judging.escalate(turn, _ours(turn, due[DueKind.ESCALATE]))
    runs.waited(turn, _ours(turn, due[DueKind.STEP]))
    runs.released(turn, _ours(turn, due[DueKind.SEND]))
    _take_steps(turn, turn.touched)
    _mirror(turn)


def _take_steps(turn: Turn, touched: Iterable[int] = ()) -> None:
    """Those of what has opened, and of what was touched; none of what has closed."""
    inviting.invite(turn)
    runs.begin(turn)
    runs.look(turn, touched)
    runs.stop(turn)


def _settle(turn: Turn) -> None:
    """Position, books, due rows, conditions and projections of the accounts in question."""
    turn.ask()
    positions.move(turn)
    if turn.everyone:
        daily.read(turn)
    accounts.hold(turn, _everybody_held(turn) if turn.everyone else turn.touched | turn.moved)
    planned = turn.everybody() if turn.everyone else turn.touched | turn.moved
    follow_anchors(turn, planned)
    planning.plan(turn, planned)
    conditions.read(turn)
    accounts.project(turn)


def _restaff(turn: Turn) -> None:
    turn.frames.ask_all(turn.at, among=turn.among)
    turn.frames.build()
    accounts.hold(turn, _everybody_held(turn))
    turn.staff = Staff(turn.at, turn.program.model.clock)
    staffing.reassign(turn)


def _everybody_held(turn: Turn) -> list[int] | None:
    """Of whom books are read when they are read for all: None is everybody, with one model also who left it."""
    return None if turn.among is None else turn.everybody()


def _ours(turn: Turn, rows: Iterable[Due]) -> list[Due]:
    """Of the accounts that follow the turn's model."""
    found = ((row, turn.directory.of_row(row.account_id)) for row in rows)
    return [row for row, known in found if known and turn.follows(known.store)]


def _scheduled(turn: Turn, opening: list[Due], holding: list[Due]) -> None:
    """What opens by the clock; then what of the same accounts comes next."""
    accounts_due = turn.directory.stores([*opening, *holding])
    if not accounts_due:
        return
    asking = replace(turn, touched=accounts_due)
    asking.ask()
    conditions.held_long_enough(asking, holding)
    Due.objects.filter(pk__in=[row.pk for row in holding]).delete()
    planning.fire(asking, opening)
    Due.objects.filter(pk__in=[row.pk for row in opening]).delete()
    planning.plan(asking, turn.directory.stores(opening))


def _mirror_what_people_did(turn: Turn, changes: Sequence[ChangeRow]) -> None:
    """What is due after a moment is done is planned by this turn: no later one may come for long."""
    acted = (turn.directory.find(one.account) for one in changes if one.kind == OccurrenceActed.kind)
    found = sorted({known.store for known in acted if known})
    if found:
        turn.mirror.occurred(found)


def _mirror(turn: Turn) -> None:
    """Other moments' instants, as the next turn reads them; what counts from them is planned at once."""
    changed = turn.opened | turn.touched | turn.moved | turn.awaited
    turn.mirror.occurred([account for account in changed if account in turn.directory])
    for _link in turn.program.counted_from:  # what moves may be counted from itself
        if turn.awaited:
            _plan_what_follows(turn)


def _plan_what_follows(turn: Turn) -> None:
    """Due rows after an instant of another moment, which this turn has told."""
    told = frozenset(turn.awaited)
    turn.awaited.clear()
    asking = replace(turn, touched=told, zones=(), everyone=False)
    asking.ask()
    follow_anchors(asking, told)
    planning.plan(asking, told)
    if turn.awaited:
        turn.mirror.occurred(sorted(turn.awaited))
