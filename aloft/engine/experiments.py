"""Whom an experiment leaves without its moment (domain.md 3.2), by whatever way it would come.

A unit is assigned at the instant at which the moment would first have opened there. Who is held out gets none of its
occurrences, and no message with one of its templates, whichever moment sends it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from aloft.act.due import DueRow
from aloft.act.models import OutcomeState
from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add
from aloft.decide.values import Reason
from aloft.engagement.economy import Experiment
from aloft.engagement.model import Moment
from aloft.engagement.templates import sent_by
from aloft.engine.directory import Known
from aloft.engine.turn import Turn
from aloft.facts.changes import ChangeRow
from aloft.learn import assignments, outcomes
from aloft.learn.models import Assignment
from aloft.measures.plans import rests_on_events

TOUCHES = frozenset({"contacted", "attended", "confirmed", "trained", "signed"})
"""What people note once they have met or reached somebody."""


def refusal(turn: Turn, moment: Moment, known: Known, key: int, at: datetime) -> Reason | None:
    """Why the moment does not open at an account that has come to it; whoever comes first is assigned now.

    `key` is the account's in the frame that stands.
    """
    experiment = turn.program.model.experiments.get(moment.name)
    if experiment is None or not _runs(turn, experiment, known, at):
        return None
    calendar = known.calendar(turn.program.model.clock)
    drawn = assignments.assign(
        experiment,
        account=known.row,
        version=turn.running.version,
        at=at,
        until=add(at, experiment.within, calendar),
        opening=turn.frames.numbers(turn.program.experiments[moment.name].opening, key),
    )
    return _reason(drawn, moment) if drawn.holds_out else None


def _runs(turn: Turn, experiment: Experiment, known: Known, at: datetime) -> bool:
    calendar = known.calendar(turn.program.model.clock)
    return at >= calendar.start_of_day(experiment.start)


def _reason(one: Assignment, moment: Moment) -> Reason:
    share = f"{100 * one.holdout:g} %"
    says = f"{share} do not get {moment.title} from {one.start} on, so that its effect is seen"
    found = f"{one.unit} is held out since {one.at:%Y-%m-%d %H:%M} UTC"
    return Reason("holdout", False, says, found, moment.line)


def held_out(turn: Turn, moment: str, accounts: Iterable[Known]) -> set[int]:
    """Those of the accounts, by the store's number, at which the moment will not open while its experiment runs."""
    asked = {one.row: one.store for one in accounts}
    return {asked[row] for row in assignments.held_out(turn.program.model.experiments[moment], asked.keys())}


def is_running(turn: Turn, moment: str, calendar: WorkCalendar, due: DueRow) -> bool:
    """Whether a due row of a moment comes once its experiment runs."""
    return due.at >= calendar.start_of_day(turn.program.model.experiments[moment].start)


def withheld(turn: Turn, asked: Iterable[tuple[Known, str]]) -> dict[tuple[int, str], Reason]:
    """Templates that accounts (their rows) do not get, of those asked: they are an experiment's moment's own."""
    wanted = list(asked)
    found: dict[tuple[int, str], Reason] = {}
    for name, experiment in turn.program.model.experiments.items():
        moment = turn.program.model.moments[name]
        sent = sent_by(moment, turn.program.model) or [moment.name]
        ours = [(known, template) for known, template in wanted if template in sent]
        units = assignments.units_of({known.row for known, _ in ours}, experiment.unit)
        drawn = assignments.drawn_for(experiment, {unit.row for unit in units.values()})
        for known, template in ours:
            one = drawn.get(units[known.row].row)
            if one is not None and one.holds_out:
                found[known.row, template] = _reason(one, moment)
    return found


def watch(turn: Turn, accounts: Iterable[int], *, late: bool) -> None:
    """Judge the primary outcomes at these accounts, in both arms alike. `late`: also those missed so far."""
    rows = {turn.directory[one].row: one for one in accounts if one in turn.directory}
    standing = list(assignments.watched(rows.keys(), turn.at, late=late)) if rows else []
    standing.sort(key=lambda one: (one.model_version_id, one.pk))
    for version, group in groupby(standing, key=lambda one: one.model_version_id):
        _judge(turn, version, list(group), rows)


def _judge(turn: Turn, version: int, group: Sequence[Assignment], rows: Mapping[int, int]) -> None:
    running = turn.versions.get(version)
    frames = running.frames
    frames.ask(assignments.question(one, rows[one.account_id], turn.read_at) for one in group)
    frames.build()
    for called in {one.called for one in group}:
        ours = {one.pk: one for one in group if one.called == called}
        compiled = running.program.experiments[called]
        late = rests_on_events(running.program.model, compiled.experiment.expect)
        for key, value in frames.judged(compiled.primary, list(ours)).items():
            judged = _judged(turn, ours[key], value, late)
            if judged is not None:
                assignments.settle(ours[key], judged, turn.at)


def _judged(turn: Turn, one: Assignment, value: bool | None, waits: bool) -> outcomes.Judged | None:
    if value is True:
        return "met"
    known = turn.directory.of_row(one.account_id)
    clock = turn.versions.get(one.model_version_id).program.model.clock
    assert known is not None
    over = add(one.outcome_until, clock.lateness, known.calendar(clock)) if waits else one.outcome_until
    if turn.at < over or one.outcome != OutcomeState.WATCHED:
        return None
    return "missed" if value is False else "unknown"


def heed(turn: Turn, changes: Sequence[ChangeRow]) -> None:
    """What people did by hand at accounts that are held out: touches on no occurrence, on one that they opened
    themselves, or on one of the moment that is held back."""
    for change in changes:
        known = turn.directory.find(change.account)
        if known is None or not turn.follows(known.store):
            continue
        told = _by_hand(turn, change)
        if told is not None:
            what, moments = told
            assignments.contaminate(known.row, change.seq, change.at, what, moments)


def _by_hand(turn: Turn, change: ChangeRow) -> tuple[str, Collection[str] | None] | None:
    """What was done, and which experiments it spoils: None is all."""
    if change.kind == "occurrence.acted" and change.data["act"] == "open":
        who = str(change.data["anchor"]).removeprefix("by:")
        return f"{who} opened {_title(turn, change.data['moment'])} by hand", None
    if change.kind != "fact.recorded" or change.data["fact"] not in TOUCHES:
        return None
    moment = change.data["moment"]
    what = f"{change.data['fact']} was noted"
    if not moment:
        return what, None
    known = turn.program.model.moments.get(moment)
    if known is not None and known.trigger.kind == "manual":
        return f"{what} on {known.title}", None
    return f"{what} on {_title(turn, moment)}", (moment,)


def _title(turn: Turn, moment: str) -> str:
    known = turn.program.model.moments.get(moment)
    return known.title if known else moment
