"""How an occurrence stood at an instant, from the verdicts on it: what came later is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime

from aloft.act.models import Occurrence, OccurrenceState, OutcomeState, Verdict
from aloft.act.states import PERSONS_WORD

_REOPENED = "reopened"
_ENDS = frozenset({"skipped", "retracted", "cancelled", "absorbed", "closed", "met"})


def as_of(occurrences: Iterable[Occurrence], at: datetime) -> list[Occurrence]:
    """Copies, as they stood at `at`, of those that had opened by then; facts at that very instant included."""
    opened = [one for one in occurrences if one.opened_at <= at]
    told: dict[int, list[Verdict]] = {one.pk: [] for one in opened}
    for verdict in Verdict.objects.filter(occurrence__in=list(told)).order_by("at", "id"):
        told[verdict.occurrence_id or 0].append(verdict)
    return [_stood(one, told[one.pk], at) for one in opened]


def _stood(occurrence: Occurrence, verdicts: Sequence[Verdict], at: datetime) -> Occurrence:
    past = copy(occurrence)
    by_then = [one for one in verdicts if one.at <= at]
    later = verdicts[len(by_then) :]
    if not later:
        return past
    past.due_at = _due(by_then) or occurrence.due_at
    past.state, past.closed_as = OccurrenceState.OPEN, ""
    past.started_at = past.done_at = past.closed_at = past.outcome_at = None
    past.outcome = OutcomeState.WATCHED
    for verdict in by_then:
        _follow(past, verdict, occurrence)
    if past.cleared_at and past.cleared_at > at:
        past.cleared_at = None
    return past


def _follow(past: Occurrence, verdict: Verdict, now: Occurrence) -> None:
    match verdict.verdict:
        case "opened" if verdict.details.get("note") == _REOPENED:
            past.state, past.closed_as = OccurrenceState.OPEN, ""
            past.started_at = past.done_at = past.closed_at = None
        case "started":
            past.state, past.started_at = OccurrenceState.STARTED, verdict.at
        case "done":
            past.state, past.done_at = OccurrenceState.DONE, verdict.at
        case "met" | "missed" | "unknown":
            past.outcome, past.outcome_at = OutcomeState(verdict.verdict), verdict.at
    closes = verdict.verdict in _ENDS or _is_the_end_of(now, verdict)
    judged = past.outcome != OutcomeState.WATCHED
    if closes or (past.state == OccurrenceState.DONE and judged):
        past.state, past.closed_as, past.closed_at = OccurrenceState.CLOSED, verdict.verdict, verdict.at


def _is_the_end_of(now: Occurrence, verdict: Verdict) -> bool:
    """An automated one closes itself, however it was judged."""
    return (
        now.closed_at == verdict.at and now.closed_as == verdict.verdict and now.closed_as not in PERSONS_WORD
    )


def _due(by_then: Sequence[Verdict]) -> datetime | None:
    told = [one.details["due"] for one in by_then if "due" in one.details]
    return datetime.fromisoformat(told[-1]) if told else None
