"""Why a moment is not open: the words that `aloft why` prints and the page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from django.db.models import QuerySet

from aloft.act.log import from_objects
from aloft.act.models import Due, DueKind, Occurrence, OccurrenceState, Verdict
from aloft.decide.change import smallest_change
from aloft.decide.values import Reason
from aloft.engagement.model import (
    AnswerTrigger,
    EventTrigger,
    ExpectTrigger,
    ManualTrigger,
    Moment,
    ScheduleTrigger,
    WhenTrigger,
)
from aloft.engine import answers, words
from aloft.engine.directory import Known
from aloft.engine.explained import Explanation, history_of, place_of
from aloft.engine.turn import Row, Turn
from aloft.measures.names import moment_anchor, names_in
from aloft.measures.program import CompiledMoment
from aloft.records.models import ModelVersion


class Kept(Protocol):
    """What was decided of an account, besides where it stands, as of an instant."""

    def busy(self) -> set[str]:
        """The moments of which an occurrence is not closed."""

    def verdicts(self, moment: str) -> Sequence[Verdict]:
        """In order."""

    def waits(self, moment: str, kind: DueKind) -> Due | None:
        """The next due row."""


@dataclass
class KeptNow:
    """As of the engine's instant."""

    known: Known

    def busy(self) -> set[str]:
        standing = Occurrence.objects.filter(account=self.known.row).exclude(state=OccurrenceState.CLOSED)
        return set(standing.values_list("moment", flat=True))

    @cached_property
    def _verdicts(self) -> Mapping[str, Sequence[Verdict]]:
        return by_moment(Verdict.objects.filter(account=self.known.row))

    @cached_property
    def _due(self) -> Mapping[tuple[str, str], Due]:
        """The next of each moment and kind."""
        rows = Due.objects.filter(account=self.known.row).order_by("-at", "-pk")
        return {(row.moment, row.kind): row for row in rows}

    def verdicts(self, moment: str) -> Sequence[Verdict]:
        return self._verdicts.get(moment, ())

    def waits(self, moment: str, kind: DueKind) -> Due | None:
        return self._due.get((moment, kind))


def by_moment(rows: QuerySet[Verdict]) -> Mapping[str, Sequence[Verdict]]:
    """Verdicts of an account, each moment's in order: asked for at once, for an account has few."""
    found: defaultdict[str, list[Verdict]] = defaultdict(list)
    for row in rows.order_by("at", "id"):
        found[row.moment].append(row)
    return found


def why_not(turn: Turn, known: Known, moment: str | None = None) -> list[Explanation]:
    """Each moment (or one) that is not open at the account, as of the turn's instant."""
    turn.touched = frozenset({known.store})
    turn.ask()
    return not_open(turn, known, KeptNow(known), moment)


def not_open(turn: Turn, known: Known, kept: Kept, moment: str | None = None) -> list[Explanation]:
    """The same, once the frame of the account is built."""
    row = turn.rows([known.store])[known.store]
    busy = kept.busy()
    asked = [one for name, one in turn.program.moments.items() if name not in busy and moment in (None, name)]
    places = turn.frames.judged_each({one.moment.name: one.place for one in asked}, known.store)
    conditions = {
        one.moment.name: one.condition or "null"
        for one in asked
        if isinstance(one.moment.trigger, WhenTrigger)
    }
    held = turn.frames.judged_each(conditions, known.store)
    return [
        _not_open(turn, known, kept, one, row, places[one.moment.name] is True, held.get(one.moment.name))
        for one in asked
    ]


def _not_open(
    turn: Turn,
    known: Known,
    kept: Kept,
    compiled: CompiledMoment,
    row: Row,
    met: bool,
    held: bool | None,
) -> Explanation:
    """`met`: whether the account is where the moment meets it; `held`: what its condition says."""
    moment = compiled.moment
    place = words.place_reasons(moment, row, turn)
    trigger = _trigger_reason(turn, kept, compiled, row, held)
    failing = next((reason for reason in place if reason.held is False), None)
    decisive = failing if failing and not met else _held_out(turn, kept, moment) or trigger
    version: ModelVersion = turn.running.version
    return Explanation(
        headline=f"“{moment.title}” is not open: {decisive.found}",
        account=known.name,
        moment=moment.name,
        verdict=_verdict(kept, moment, decisive),
        at=turn.at,
        model=f"{version.name}, version {version.version}",
        place=place_of(turn.program.model, moment),
        owner="",
        due=None,
        outcome="",
        outcome_until=None,
        reasons=(*place, trigger, *([decisive] if decisive.rule == "holdout" else [])),
        change=_would_open(moment, row) if met and decisive is trigger else "",
        history=history_of(kept.verdicts(moment.name)),
    )


def _held_out(turn: Turn, kept: Kept, moment: Moment) -> Reason | None:
    """Where the last that was decided is that an experiment, which still runs, holds the account out."""
    verdicts = kept.verdicts(moment.name) if moment.name in turn.program.model.experiments else ()
    told = from_objects(verdicts[-1].reasons) if verdicts and verdicts[-1].verdict == "suppressed" else ()
    return next((reason for reason in told if reason.rule == "holdout"), None)


def _verdict(kept: Kept, moment: Moment, decisive: Reason) -> str:
    if decisive.rule in {"phase", "segment", "touch", "per"}:
        return "not met"
    told = kept.verdicts(moment.name)
    last = told[-1].verdict if told else ""
    return last if last in {"blocked", "satisfied", "suppressed", "deferred"} else "waits"


def _would_open(moment: Moment, row: Mapping[str, Any]) -> str:
    trigger = moment.trigger
    if not isinstance(trigger, WhenTrigger):
        return ""
    rule = trigger.condition.expression
    values = {name: row.get(name) for name in names_in(rule)}
    numbers = {name: value for name, value in values.items() if isinstance(value, int | float)}
    flips = smallest_change(rule, numbers, to=True)
    return f"It would open with {' and '.join(map(str, flips))}" if flips else ""


def _trigger_reason(turn: Turn, kept: Kept, compiled: CompiledMoment, row: Row, held: bool | None) -> Reason:
    trigger, line = compiled.moment.trigger, compiled.moment.line
    match trigger:
        case WhenTrigger():
            return _condition(turn, kept, compiled, trigger, row, held)
        case ExpectTrigger():
            reason = words.rule_reason("expect", trigger.condition, row, turn, None)
            return Reason(
                "expect",
                None,
                _expected(trigger),
                _expectation(kept, compiled, reason.found),
                line,
                reason.inputs,
            )
        case ScheduleTrigger():
            return Reason("schedule", False, trigger.text, _next(kept, compiled, row), line)
        case EventTrigger():
            names = " or ".join(trigger.events)
            says = names + (f" where {trigger.where.text}" if trigger.where else "")
            return Reason("event", False, says, f"no such {names} since the last one, if any", line)
        case AnswerTrigger():
            found = _expectation(kept, compiled, _asked(kept, compiled))
            return Reason("expect", None, answers.written(trigger), found, line)
        case ManualTrigger():
            return Reason("manual", False, "when a person says so", "nobody has asked for it", line)


def _expected(trigger: ExpectTrigger) -> str:
    return f"{trigger.condition.text} within {trigger.within} of {trigger.of}"


def _condition(
    turn: Turn, kept: Kept, compiled: CompiledMoment, trigger: WhenTrigger, row: Row, value: bool | None
) -> Reason:
    reason = words.rule_reason("when", trigger.condition, row, turn, value)
    waits = kept.waits(compiled.moment.name, DueKind.HOLD)
    if waits:
        found = f"{reason.found}; it must hold until {words.instant(waits.at)}"
    elif value is True:
        found = (
            f"{reason.found}; it has opened for this already, and re-arms once the condition has been false"
        )
    else:
        found = reason.found
    return Reason("when", value, reason.says, found, reason.line, reason.inputs)


def _asked(kept: Kept, compiled: CompiledMoment) -> str:
    """What waits for an answer, the first to be judged."""
    waits = kept.waits(compiled.moment.name, DueKind.DEADLINE)
    if waits is None:
        return "nothing waits for an answer"
    name, _, value = waits.anchor.partition(":")
    return f"{name} {value} waits for an answer"


def _expectation(kept: Kept, compiled: CompiledMoment, found: str) -> str:
    waits = kept.waits(compiled.moment.name, DueKind.DEADLINE)
    if waits:
        return f"{found}; the deadline is {words.instant(datetime.fromisoformat(waits.details['deadline']))}"
    last = next(reversed(kept.verdicts(compiled.moment.name)), None)
    return f"{found}; {f'{last.verdict} on {words.instant(last.at)}' if last else 'nothing is expected now'}"


def _next(kept: Kept, compiled: CompiledMoment, row: Row) -> str:
    waits = kept.waits(compiled.moment.name, DueKind.OPEN)
    counted = words.counted_from(moment_anchor(compiled.moment), row)
    if waits is None:
        return f"nothing more is due by this schedule{counted}"
    due = words.instant(datetime.fromisoformat(waits.details["due"]))
    return f"opens {words.instant(waits.at)}, due {due}{_put_off(kept, waits)}{counted}"


def _put_off(kept: Kept, waits: Due) -> str:
    """Why it waits, where it was put off."""
    if "was" not in waits.details:
        return ""
    told = [
        one
        for one in kept.verdicts(waits.moment)
        if (one.verdict, one.occurrence_id, one.anchor, one.n) == ("deferred", None, waits.anchor, waits.n)
    ]
    found = from_objects(told[-1].reasons)[0].found if told else "it was put off"
    return f", and was to be {words.instant(datetime.fromisoformat(waits.details['was']))}: {found}"
