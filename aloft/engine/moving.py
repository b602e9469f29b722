"""When an anchor moves, what is undone moves with it, by the rule it was opened under; done things stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from aloft.act.models import DueKind, Occurrence, OccurrenceState
from aloft.act.states import check
from aloft.decide.durations import add
from aloft.decide.recurrence import nth
from aloft.decide.values import Reason, VerdictName
from aloft.engagement.model import Moment, OnDate, ScheduleTrigger
from aloft.engine.anchors import anchored
from aloft.engine.turn import Row, Turn
from aloft.records.rows import among, batched

UNDONE = (OccurrenceState.PLANNED, OccurrenceState.OPEN, OccurrenceState.STARTED)


def follow_anchors(turn: Turn, accounts: Iterable[int]) -> None:
    """Move or cancel the undone scheduled occurrences of these accounts whose anchor has moved or gone."""
    rows = {turn.directory[account].row: account for account in accounts if account in turn.directory}
    undone = Occurrence.objects.filter(trigger="schedule", state__in=UNDONE, anchored_at__isnull=False)
    undone = undone.select_related("model_version")
    found = [one for some in batched(rows) for one in undone.filter(account__in=among(some))]
    frames = turn.rows({rows[one.account_id] for one in found})
    for occurrence in found:
        _follow(turn, occurrence, frames[rows[occurrence.account_id]], rows[occurrence.account_id])


def _follow(turn: Turn, occurrence: Occurrence, row: Row, account: int) -> None:
    model = turn.versions.get(occurrence.model_version_id).program.model
    moment = model.moments[occurrence.called]
    trigger = moment.trigger
    if not isinstance(trigger, ScheduleTrigger) or isinstance(trigger.schedule, OnDate):
        return
    name = trigger.schedule.anchor.name
    if name is not None and name not in row:
        return
    known = turn.directory[account]
    calendar = known.calendar(model.clock)
    anchor = anchored(trigger.schedule.anchor, row, calendar)
    if anchor is None:
        _cancel(turn, occurrence, moment)
    elif anchor.name == occurrence.anchor and anchor.at != occurrence.anchored_at:
        due = nth(trigger.schedule, anchor.at, calendar, trigger.roll, occurrence.n)
        if due is not None:
            occurrence.anchored_at = anchor.at
            occurrence.outcome_until = add(due.at, moment.outcome.within, calendar)
            _move(turn, occurrence, moment, due.at)


def _move(turn: Turn, occurrence: Occurrence, moment: Moment, due: datetime) -> None:
    check(occurrence, "move")
    was, shift = occurrence.due_at, due - occurrence.due_at
    occurrence.due_at = due
    occurrence.save(update_fields=["due_at", "anchored_at", "outcome_until"])
    for row in occurrence.dues.exclude(kind__in=(DueKind.STEP, DueKind.SEND)):
        row.at += shift
        row.save(update_fields=["at"])
    _say(turn, "moved", occurrence, moment, f"its anchor moved; it was due {was:%Y-%m-%d %H:%M} UTC")


def _cancel(turn: Turn, occurrence: Occurrence, moment: Moment) -> None:
    occurrence.state = check(occurrence, "cancel")
    occurrence.closed_as, occurrence.closed_at = "cancelled", turn.at
    occurrence.save(update_fields=["state", "closed_as", "closed_at"])
    occurrence.dues.all().delete()
    _say(turn, "cancelled", occurrence, moment, "its anchor is gone")


def _say(turn: Turn, verdict: VerdictName, occurrence: Occurrence, moment: Moment, found: str) -> None:
    trigger = moment.trigger
    written = trigger.text if isinstance(trigger, ScheduleTrigger) else ""
    known = turn.directory.of_row(occurrence.account_id)
    assert known is not None
    reason = Reason("schedule", verdict == "moved", written, found, moment.line)
    due = occurrence.due_at.isoformat()
    turn.say(
        verdict, known, occurrence.moment, occurrence.anchor, occurrence.n, [reason], occurrence.pk,
        by=turn.versions.get(occurrence.model_version_id), due=due,
    )  # fmt: skip
