"""Outcomes and escalations of what is open, by the version of the model that each occurrence is pinned to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from aloft.act.models import Due, DueKind, Occurrence, OccurrenceState
from aloft.act.states import check
from aloft.decide.durations import add
from aloft.decide.values import Reason
from aloft.engagement.model import Model, Moment
from aloft.engine import words
from aloft.engine.directory import Known
from aloft.engine.turn import Row, Turn
from aloft.engine.versions import Running
from aloft.learn import outcomes
from aloft.measures import daily
from aloft.measures.frame import NOTED, ON_OCCURRENCE, Ask
from aloft.measures.names import calls_in, names_in
from aloft.measures.plans import rests_on_events
from aloft.records.rows import among

OF_OCCURRENCES = frozenset(
    {*NOTED, "success_plan.agreed", "success_plan.reviewed", "opened", "due", "started", "done", "cleared"}
)
"""What only people's edits change."""


def watch(turn: Turn, accounts: Iterable[int], *, sliding: bool = False) -> None:
    """New facts may have met an outcome, also one that was missed.

    `sliding`: only what reads metrics, whose windows move on without a fact, or what a daily reading finds.
    """
    _judge(turn, watched(turn, accounts, sliding=sliding), at_end=False)


def watched(turn: Turn, accounts: Iterable[int], *, sliding: bool = False) -> list[Occurrence]:
    """The occurrences of these accounts whose outcome may have turned."""
    rows = [turn.directory[account].row for account in accounts if account in turn.directory]
    edited = {turn.directory[account].row for account in turn.edited}
    standing = outcomes.watched(rows, turn.at).values_list("pk", "account", "model_version", "called")
    found = [
        pk
        for pk, account, version, called in standing
        if (pk in turn.new and not _waits_for_notes(turn, version, called))
        or (account in edited and not sliding)
        or _may_turn(turn, version, called, sliding)
    ]
    return list(Occurrence.objects.filter(pk__in=among(found)).order_by("id")) if found else []


def _waits_for_notes(turn: Turn, version: int, called: str) -> bool:
    """Whether only what people note on an occurrence can meet its outcome: of one just opened nothing is noted."""
    running = turn.versions.get(version)
    compiled = running.program.moments[called]
    rule = compiled.moment.outcome.expect.expression
    read = {*names_in(rule), *(call.function for call in calls_in(rule))}
    noted = {*ON_OCCURRENCE, *running.program.model.records}
    return read <= noted and not running.frames.holds_unnoted(compiled.outcome)


def questions(turn: Turn, occurrences: Sequence[Occurrence], at: datetime) -> Iterator[tuple[Running, Ask]]:
    """What is asked of the outcomes of these as of `at`, each of the frames of its version."""
    for one in occurrences:
        if known := turn.directory.of_row(one.account_id):
            yield turn.versions.get(one.model_version_id), outcomes.question(one, known.store, at)


def _may_turn(turn: Turn, version: int, called: str, sliding: bool) -> bool:
    """Whether something else than what people note can turn the outcome."""
    model = turn.versions.get(version).program.model
    moment = model.moments[called]
    if sliding:
        expect = moment.outcome.expect
        return rests_on_events(model, expect) or daily.is_read_by(expect.expression)
    return not _rests_on_notes(model, moment)


def _rests_on_notes(model: Model, moment: Moment) -> bool:
    rule = moment.outcome.expect
    noted = all(name in OF_OCCURRENCES or name in model.records for name in names_in(rule.expression))
    return noted and not rests_on_events(model, rule)


def windows_over(turn: Turn, due: Sequence[Due]) -> None:
    """The window, and the lateness, of these outcomes is over."""
    found = [
        one.occurrence for one in due if one.occurrence and one.occurrence.state != OccurrenceState.CLOSED
    ]
    _judge(turn, found, at_end=True)
    Due.objects.filter(pk__in=[one.pk for one in due]).delete()


def held(turn: Turn, due: Sequence[Due]) -> None:
    """These outcomes have held long enough, if they still hold."""
    Due.objects.filter(pk__in=[one.pk for one in due]).delete()
    found = [one.occurrence for one in due if one.occurrence]
    _judge(turn, [one for one in found if one.state != OccurrenceState.CLOSED], at_end=False)


def _judge(turn: Turn, occurrences: Sequence[Occurrence], *, at_end: bool) -> None:
    for running, group in by_version(turn, occurrences):
        values, rows = _read(turn, running, group, _outcome_of(running))
        for occurrence in group:
            value = _lasting(turn, running, occurrence, values[occurrence.pk])
            judged = outcomes.judge(occurrence, value, at_end=at_end)
            if judged is not None:
                _settle(turn, running, occurrence, judged, rows[occurrence.pk])


def _lasting(turn: Turn, running: Running, occurrence: Occurrence, value: bool | None) -> bool | None:
    """Whether the outcome holds; where it has to hold for a time, whether it has, without a break.

    Unknown is no break, and holds nothing.
    """
    model = running.program.model
    holds_for = model.moments[occurrence.called].outcome.holds_for
    if holds_for is None or value is None:
        return value
    if not value:
        _hold_since(occurrence, None)
        return False
    since = occurrence.held_since or turn.at
    until = add(since, holds_for, _known(turn, occurrence).calendar(model.clock))
    if until <= min(turn.at, occurrence.outcome_until):
        return True
    if until <= occurrence.outcome_until:
        _hold_since(occurrence, since)
        told = {"account_id": occurrence.account_id, "moment": occurrence.moment, "anchor": occurrence.anchor}
        Due.objects.update_or_create(
            occurrence=occurrence, kind=DueKind.HELD, n=1, defaults={**told, "at": until}
        )
    return False


def _hold_since(occurrence: Occurrence, since: datetime | None) -> None:
    if occurrence.held_since != since:
        occurrence.held_since = since
        occurrence.save(update_fields=["held_since"])
    if since is None:
        occurrence.dues.filter(kind=DueKind.HELD).delete()


def _outcome_of(running: Running) -> dict[str, str]:
    return {name: compiled.outcome for name, compiled in running.program.moments.items()}


def _settle(turn: Turn, running: Running, occurrence: Occurrence, judged: outcomes.Judged, row: Row) -> None:
    moment = running.program.model.moments[occurrence.called]
    automated = occurrence.owner_id is None and running.program.model.roles[occurrence.role].automated
    outcomes.settle(occurrence, judged, turn.at, automated=automated)
    held = {"met": True, "missed": False, "unknown": None}[judged]
    reason = words.rule_reason("outcome", moment.outcome.expect, row, turn, held)
    known = _known(turn, occurrence)
    turn.say(
        judged, known, occurrence.moment, occurrence.anchor, occurrence.n, [reason], occurrence.pk, by=running
    )


def escalate(turn: Turn, due: Sequence[Due]) -> None:
    """Fires unless the occurrence is closed; its `if` must be true then, and without one it must not be done."""
    standing = [one for one in due if one.occurrence and one.occurrence.state != OccurrenceState.CLOSED]
    for running, group in by_version(turn, [one.occurrence for one in standing if one.occurrence]):
        pinned = {occurrence.pk: occurrence for occurrence in group}
        ours = [one for one in standing if one.occurrence_id in pinned]
        found = _conditions(turn, running, ours)
        for one in ours:
            _escalate(turn, running, pinned[one.occurrence_id or 0], one.n - 1, found.get(one.pk))
    Due.objects.filter(pk__in=[one.pk for one in due]).delete()


def asks_before_escalating(turn: Turn, due: Due) -> bool:
    """Whether this escalation has an `if`."""
    assert due.occurrence is not None
    running = turn.versions.get(due.occurrence.model_version_id)
    return running.program.moments[due.occurrence.called].escalations[due.n - 1] is not None


def _conditions(turn: Turn, running: Running, due: Sequence[Due]) -> dict[int, tuple[bool | None, Row]]:
    """By due row: the value of its `if`, where it has one, and the row that it was read from."""
    asking = [one for one in due if asks_before_escalating(turn, one)]
    if not asking:
        return {}
    frames = running.frames
    asked = {one.occurrence_id or 0: one.occurrence for one in asking if one.occurrence}
    frames.ask(outcomes.question(one, _known(turn, one).store, turn.read_at) for one in asked.values())
    frames.build()
    rows = frames.rows(asked)
    found: dict[int, tuple[bool | None, Row]] = {}
    for one in asking:
        assert one.occurrence is not None
        condition = running.program.moments[one.occurrence.called].escalations[one.n - 1]
        assert condition is not None
        key = one.occurrence.pk
        found[one.pk] = frames.judged(condition, [key])[key], rows[key]
    return found


def _escalate(
    turn: Turn,
    running: Running,
    occurrence: Occurrence,
    index: int,
    found: tuple[bool | None, Row] | None,
) -> None:
    """`found` is the value of the step's `if`, and the row it was read from; None where it has none."""
    compiled = running.program.moments[occurrence.called]
    step = compiled.moment.escalations[index]
    reason = Reason(
        "escalate", True, f"after {step.after}, unless done", "it is not done", compiled.moment.line
    )
    if found is not None and step.condition is not None:
        value, row = found
        if value is not True:
            return
        reason = words.rule_reason("escalate", step.condition, row, turn)
    elif occurrence.done_at is not None:
        return
    known = _known(turn, occurrence)
    told = turn.staff.filling(step.to, running.program.model, known)
    check(occurrence, "escalate")
    occurrence.escalated_to_id = told.person
    occurrence.escalations += 1
    occurrence.save(update_fields=["escalated_to", "escalations"])
    name = turn.staff.name(told.person) or step.to
    turn.say(
        "escalated", known, occurrence.moment, occurrence.anchor, occurrence.n, [reason], occurrence.pk,
        by=running, to=name, risk=step.risk or "",
    )  # fmt: skip


def by_version(turn: Turn, occurrences: Iterable[Occurrence]) -> list[tuple[Running, list[Occurrence]]]:
    """Each version of a model that some of these are pinned to, with those in order."""
    ordered = sorted(occurrences, key=lambda one: (one.model_version_id, one.pk))
    grouped = groupby(ordered, key=lambda one: one.model_version_id)
    return [(turn.versions.get(version), list(group)) for version, group in grouped]


def _read(
    turn: Turn, running: Running, occurrences: Sequence[Occurrence], rules: dict[str, str]
) -> tuple[dict[int, bool | None], dict[int, Row]]:
    """The value of each occurrence's rule, by moment; and the rows that it was read from."""
    frames = running.frames
    frames.ask(outcomes.question(one, _known(turn, one).store, turn.read_at) for one in occurrences)
    frames.build()
    found = frames.judged_rows({rules[one.called] for one in occurrences})
    values = {one.pk: found[one.pk][0][rules[one.called]] for one in occurrences}
    return values, {one.pk: found[one.pk][1] for one in occurrences}


def _known(turn: Turn, occurrence: Occurrence) -> Known:
    known = turn.directory.of_row(occurrence.account_id)
    assert known is not None, f"the fact store does not know the account of occurrence {occurrence.pk}"
    return known
