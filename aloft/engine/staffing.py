"""Untouched occurrences follow a leave's start and end, and a change of books; started ones stay.

So does what a person handed over: their word stands.
"""

from __future__ import annotations

from aloft.act.models import Occurrence, OccurrenceState, Step, StepKind, StepState
from aloft.act.states import check
from aloft.decide.owners import Resolved, moves
from aloft.decide.values import Reason
from aloft.engine.grouping import leading
from aloft.engine.turn import Turn


def reassign(turn: Turn) -> None:
    """Resolve the owner of each untouched occurrence again, as of the turn's instant."""
    standing = Occurrence.objects.filter(state=OccurrenceState.OPEN, handed_over=False)
    untouched = list(standing.order_by("opened_at", "pk"))
    found = (turn.directory.of_row(one.account_id) for one in untouched)
    turn.staff.look_up(known for known in found if known)
    for occurrence in untouched:
        running = turn.versions.get(occurrence.model_version_id)
        known = turn.directory.of_row(leading(occurrence).account_id)
        model = running.program.model
        role, moment = model.roles[occurrence.role], model.moments[occurrence.called]
        if known is None or role.automated:
            continue
        resolved = turn.staff.filling(role.name, model, known, occurrence.owner_id, moment.skills)
        resolved = turn.exceptions.owner(known, occurrence.moment, resolved)
        if moves(occurrence.owner_id, resolved, started=False):
            _hand_over(turn, occurrence, resolved)
    _reassign_tasks(turn)


def _reassign_tasks(turn: Turn) -> None:
    """Those that wait follow too: whoever has the occurrence has its tasks, but for those of another role."""
    waiting = Step.objects.filter(kind=StepKind.TASK, state=StepState.WAITING).select_related("occurrence")
    moved = []
    for task in waiting.order_by("pk"):
        person = _doing(turn, task)
        if person is not None and person != task.owner_id:
            task.owner_id = person
            moved.append(task)
    Step.objects.bulk_update(moved, ["owner"], batch_size=200)


def _doing(turn: Turn, task: Step) -> int | None:
    """Whose a waiting task is now; None: it stays with whom it is."""
    occurrence = task.occurrence
    if task.role == occurrence.role:
        return occurrence.owner_id
    model = turn.versions.get(occurrence.model_version_id).program.model
    known = turn.directory.of_row(occurrence.account_id)
    if known is None or task.role not in model.roles:
        return None
    return turn.staff.filling(task.role, model, known, keep=task.owner_id).person


def _hand_over(turn: Turn, occurrence: Occurrence, resolved: Resolved) -> None:
    check(occurrence, "reassign")
    was = turn.staff.name(occurrence.owner_id) or "nobody"
    now = turn.staff.name(resolved.person)
    occurrence.owner_id = resolved.person
    occurrence.owned_because = f"as {resolved.role}: {resolved.because}"[:300]
    occurrence.save(update_fields=["owner", "owned_because"])
    known = turn.directory.of_row(occurrence.account_id)
    assert known is not None
    reason = Reason("owner", True, resolved.role, f"{was} before, {now} now: {resolved.because}")
    turn.say(
        "reassigned",
        known,
        occurrence.moment,
        occurrence.anchor,
        occurrence.n,
        [reason],
        occurrence.pk,
        to=now,
        owner=now,
    )
