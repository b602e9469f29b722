"""The steps of what is open: begun as it opens, and taken further by time, by facts and by people.

Where each run stands is in its rows of `act.Step` alone, so it survives a restart; what is asked is asked of all
of a moment's runs at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import QuerySet

from aloft.act.models import (
    Due,
    DueKind,
    Message,
    MessageState,
    Occurrence,
    OccurrenceState,
    Step,
    StepKind,
    StepState,
)
from aloft.decide.durations import add
from aloft.decide.playbook import Begun, Progress, Taken, go_on
from aloft.engagement import playbook
from aloft.engine import calls, messages
from aloft.engine.directory import Known
from aloft.engine.judging import by_version
from aloft.engine.opening import minutes_of
from aloft.engine.turn import Turn
from aloft.engine.versions import Running
from aloft.facts.changes import ChangeRow
from aloft.learn import outcomes
from aloft.records.changes import TextApproved
from aloft.records.rows import among, batched

KINDS: Mapping[type, StepKind] = {
    playbook.Message: StepKind.MESSAGE,
    playbook.Survey: StepKind.SURVEY,
    playbook.Webhook: StepKind.WEBHOOK,
    playbook.Task: StepKind.TASK,
    playbook.Wait: StepKind.WAIT,
    playbook.Split: StepKind.SPLIT,
    playbook.Branch: StepKind.BRANCH,
    playbook.Goal: StepKind.GOAL,
}
RUNNING = (OccurrenceState.PLANNED, OccurrenceState.OPEN, OccurrenceState.STARTED, OccurrenceState.DONE)


@dataclass
class _Written:
    """What a turn's steps come to, written together."""

    steps: list[Step] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)
    orders: list[messages.Order] = field(default_factory=list)
    calls: list[calls.Call] = field(default_factory=list)
    over: list[Step] = field(default_factory=list)
    """Waits that are over."""
    ended: list[int] = field(default_factory=list)
    """Occurrences whose goal is reached."""


def begin(turn: Turn) -> None:
    """The first steps of what this turn has opened, unless its outcome holds already."""
    new = sorted(turn.new)
    for some in batched(new):
        rows = Occurrence.objects.filter(pk__in=some, state__in=RUNNING)
        _advance(turn, [one for one in rows.order_by("opened_at", "pk") if one.cleared_at is None], {})


def look(turn: Turn, accounts: Iterable[int], *, sliding: bool = False) -> None:
    """Runs at these accounts that may go on. `sliding`: only where an expression is asked, which time may turn."""
    known = (turn.directory.get(account) for account in accounts)
    rows = [one.row for one in known if one]
    found = [pk for some in batched(rows) for pk in _awaiting(some)]
    _continue(turn, found, sliding=sliding)


def waited(turn: Turn, due: Sequence[Due]) -> None:
    """The time of these waits is up."""
    Due.objects.filter(pk__in=[one.pk for one in due]).delete()
    _continue(turn, [one.occurrence_id for one in due if one.occurrence_id])


def released(turn: Turn, due: Sequence[Due]) -> None:
    """What was held may leave now."""
    Due.objects.filter(pk__in=[one.pk for one in due]).delete()
    held = Message.objects.filter(pk__in=[one.n for one in due], state=MessageState.HELD)
    messages.ask_again(turn, list(held.select_related("occurrence", "contact").order_by("until", "pk")))


def unblock(turn: Turn, changes: Sequence[ChangeRow]) -> None:
    """Messages that nobody could get, or that had no text, once a person has edited what they lack."""
    texts = [change.data["name"] for change in changes if change.kind == TextApproved.kind]
    rows = [turn.directory[account].row for account in turn.edited if account in turn.directory]
    if not texts and not rows:
        return
    blocked = Message.objects.filter(state=MessageState.BLOCKED, occurrence__state__in=RUNNING)
    lacking = blocked.filter(template__in=texts) | blocked.filter(account__in=rows)
    found = [
        one
        for one in lacking.select_related("occurrence").order_by("planned_at", "pk")
        if (known := turn.directory.of_row(one.account_id)) and turn.follows(known.store)
    ]
    messages.unblock(turn, found)


def stop(turn: Turn) -> None:
    """Steps end with their occurrence; a condition that holds no more leaves those that were begun."""
    awaited = Step.objects.filter(awaited=True)
    closed = awaited.filter(occurrence__state=OccurrenceState.CLOSED)
    cleared = awaited.filter(occurrence__cleared_at__isnull=False, kind=StepKind.WAIT)
    over = list((closed | cleared).values_list("pk", "occurrence"))
    if over:
        _drop(Step.objects.filter(pk__in=[pk for pk, _ in over]), turn.at)
        Due.objects.filter(kind=DueKind.STEP, occurrence__in=[pk for _, pk in over]).delete()
    messages.withdraw(turn)


def _awaiting(rows: Sequence[int]) -> list[int]:
    awaited = Step.objects.filter(awaited=True, occurrence__account__in=among(rows))
    return list(awaited.values_list("occurrence", flat=True).distinct())


def _continue(turn: Turn, occurrences: Collection[int], *, sliding: bool = False) -> None:
    if not occurrences:
        return
    standing = Occurrence.objects.filter(pk__in=occurrences, state__in=RUNNING, cleared_at__isnull=True)
    rows = [one for one in standing.order_by("pk") if not sliding or _asks(turn, one)]
    taken: defaultdict[int, dict[str, Step]] = defaultdict(dict)
    for step in Step.objects.filter(occurrence__in=[one.pk for one in rows]):
        taken[step.occurrence_id][step.path] = step
    _advance(turn, rows, taken)


def _asks(turn: Turn, occurrence: Occurrence) -> bool:
    """Whether an expression may take its run further while nothing is told of the account."""
    compiled = turn.versions.get(occurrence.model_version_id).program.moments[occurrence.called]
    return any(name.endswith((" until", " goal")) for name in compiled.steps)


def _advance(turn: Turn, occurrences: Sequence[Occurrence], taken: Mapping[int, Mapping[str, Step]]) -> None:
    written = _Written()
    for running, group in by_version(turn, occurrences):
        running_ones = [one for one in group if messages.steps_of(running, one)]
        asked = _read(turn, running, running_ones)
        for one in running_ones:
            before = taken.get(one.pk, {})
            at = turn.at if before else one.opened_at
            known = turn.directory.of_row(one.account_id)
            assert known is not None
            steps = messages.steps_of(running, one)
            stood = {path: _taken(step, at) for path, step in before.items()}
            lot = f"{known.external}:{one.moment}:{one.anchor}:{one.n}"
            progress = go_on(steps, stood, asked[one.pk], lot)
            _take(turn, running, one, known, progress, before, at, written)
    _write(turn, written)


def _taken(step: Step, at: datetime) -> Taken:
    waiting = step.awaited and step.state == StepState.WAITING
    over = step.kind == StepKind.WAIT and step.until is not None and at >= step.until
    return Taken(waiting, step.way, step.state == StepState.PASSED, over)


def _read(
    turn: Turn, running: Running, occurrences: Sequence[Occurrence]
) -> dict[int, dict[str, bool | None]]:
    """By occurrence, the value of each question of its steps: read for all of them in one frame."""
    program = running.program
    found: dict[int, dict[str, bool | None]] = {one.pk: {} for one in occurrences}
    asking = [one for one in occurrences if program.moments[one.called].steps]
    if not asking:
        return found
    frames = running.frames
    stores = {one.pk: known.store for one in asking if (known := turn.directory.of_row(one.account_id))}
    frames.ask(
        replace(outcomes.question(one, stores[one.pk], turn.read_at), at=turn.read_at) for one in asking
    )
    frames.build()
    for moment in dict.fromkeys(one.called for one in asking):
        keys = [one.pk for one in asking if one.called == moment]
        for name, rule in program.moments[moment].steps.items():
            for key, value in frames.judged(rule, keys).items():
                found[key][name] = value
    return found


def _take(
    turn: Turn,
    running: Running,
    occurrence: Occurrence,
    known: Known,
    progress: Progress,
    before: Mapping[str, Step],
    at: datetime,
    written: _Written,
) -> None:
    for path in progress.ended:
        written.over.append(before[path])
    for step in before.values():
        if step.awaited and step.state != StepState.WAITING:
            written.over.append(step)
    for begun in progress.begun:
        row = _row(turn, running, occurrence, known, begun, at)
        written.steps.append(row)
        if begun.waits and isinstance(begun.step, playbook.Wait) and row.until is not None:
            written.dues.append(_wake(occurrence, row.until))
        if isinstance(begun.step, playbook.Message | playbook.Survey) and not begun.passed:
            order = messages.Order(occurrence, running, known, begun.path, begun.step, at)
            written.orders.append(order)
        if isinstance(begun.step, playbook.Webhook) and not begun.passed:
            written.calls.append(calls.Call(row, begun.step, occurrence, running, known))
    if progress.reached:
        written.ended.append(occurrence.pk)


def _row(
    turn: Turn, running: Running, occurrence: Occurrence, known: Known, begun: Begun, at: datetime
) -> Step:
    step = begun.step
    state = StepState.PASSED if begun.passed else StepState.WAITING if begun.waits else StepState.DONE
    row = Step(
        occurrence=occurrence, path=begun.path, kind=KINDS[type(step)], state=state, awaited=begun.waits,
        title=title(step)[:200], way=begun.way, begun_at=at, ended_at=None if begun.waits else at,
    )  # fmt: skip
    if isinstance(step, playbook.Wait) and begun.waits:
        row.until = add(at, step.at_most, known.calendar(running.program.model.clock))
    if isinstance(step, playbook.Task) and begun.waits:
        _assign(turn, running, occurrence, known, step, row)
    return row


def _assign(
    turn: Turn, running: Running, occurrence: Occurrence, known: Known, step: playbook.Task, row: Step
) -> None:
    """The owner of the occurrence does it, or whoever fills the role that the task names."""
    row.owner_id, row.role = occurrence.owner_id, occurrence.role
    if step.owner is not None and step.owner != occurrence.role:
        found = turn.staff.filling(step.owner, running.program.model, known)
        row.owner_id, row.role = found.person, found.role
    row.effort_minutes = minutes_of(step.effort)
    if step.within is not None:
        row.until = add(row.begun_at, step.within, turn.staff.calendar(row.owner_id))


def title(step: playbook.Step) -> str:
    """What a step is, in words."""
    match step:
        case playbook.Message(template=template):
            return f"Message {template}"
        case playbook.Survey(kind=kind):
            return f"Survey {kind}"
        case playbook.Webhook(name=name):
            return f"Webhook {name}"
        case playbook.Task(title=text):
            return text
        case playbook.Wait(at_most=at_most, until=until):
            return f"Wait until {until.text}, {at_most} at most" if until else f"Wait {at_most}"
        case playbook.Goal(reached=reached):
            return f"Goal {reached.text}"
        case playbook.Split(shares=shares):
            return "Split " + ", ".join(f"{way} {share:.0%}" for way, share in shares.items())
        case playbook.Branch(condition=condition):
            return f"If {condition.text}"


def _wake(occurrence: Occurrence, at: datetime) -> Due:
    return Due(
        at=at, kind=DueKind.STEP, occurrence=occurrence, account_id=occurrence.account_id,
        moment=occurrence.moment, anchor=occurrence.anchor,
    )  # fmt: skip


def _write(turn: Turn, written: _Written) -> None:
    for step in written.over:
        step.awaited = False
        if step.state == StepState.WAITING:
            step.state, step.ended_at = StepState.DONE, turn.at
    Step.objects.bulk_update(written.over, ["awaited", "state", "ended_at"], batch_size=200)
    ended = [step.occurrence_id for step in written.over]
    if ended or written.ended:
        Due.objects.filter(kind=DueKind.STEP, occurrence__in=[*ended, *written.ended]).delete()
    Step.objects.bulk_create(written.steps, batch_size=500)
    Due.objects.bulk_create(written.dues, batch_size=500)
    if written.ended:
        _drop(Step.objects.filter(occurrence__in=written.ended, awaited=True), turn.at)
    calls.put_out(turn, written.calls)
    messages.plan(turn, written.orders)


def _drop(steps: QuerySet[Step], at: datetime) -> None:
    steps.filter(state=StepState.WAITING).update(state=StepState.DROPPED, ended_at=at)
    steps.update(awaited=False)
