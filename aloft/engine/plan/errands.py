"""The tasks that the steps of a moment give people: how long they take, whose they are, and when they begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add
from aloft.engagement.model import Duration, Moment
from aloft.engagement.playbook import Goal, Split, Step, Task, Wait, placed, ways
from aloft.engine.opening import minutes_of


@dataclass(frozen=True)
class Errand:
    """A task. `owner` None: whose the moment is. `minutes` are those of one opening: of a task on one way of a split,
    its share. `waits` lie between the opening and it."""

    owner: str | None
    minutes: float
    waits: tuple[Duration, ...] = ()

    def day(self, opens: date, calendar: WorkCalendar) -> date:
        """On which it begins, of what opens on a day: as business begins."""
        at = calendar.hours(opens)[0]
        for wait in self.waits:
            at = add(at, wait, calendar)
        return calendar.local_date(at)


def errands(moment: Moment) -> tuple[Errand, ...]:
    """Those that come for certain, each wait at its longest. What an `if` decides is not among them."""
    return tuple(_walk(moment.steps, Errand(None, 0), 1.0))


def _walk(steps: Sequence[Step], after: Errand, share: float) -> Iterator[Errand]:
    for step in steps:
        if step.condition is not None:
            continue
        if isinstance(step, Wait):
            after = replace(after, waits=(*after.waits, step.at_most))
        elif isinstance(step, Task):
            if step.effort is not None:
                yield replace(after, owner=step.owner, minutes=share * minutes_of(step.effort))
        elif isinstance(step, Split):
            for way, below in step.branches.items():
                yield from _walk(below, after, share * step.shares[way])


def hours_of(moment: Moment) -> float:
    """What an opening takes: its effort, else the length of its meeting; and its errands."""
    return minutes_of(moment.effort or moment.length) / 60 + sum(one.minutes for one in errands(moment)) / 60


def hours_by_owner(moment: Moment, role: str) -> dict[str, float]:
    """The same, by whose it is where the moment is that role’s."""
    found = {role: minutes_of(moment.effort or moment.length) / 60}
    for one in errands(moment):
        owner = one.owner or role
        found[owner] = found.get(owner, 0.0) + one.minutes / 60
    return found


def open_questions(moment: Moment) -> tuple[bool, bool]:
    """Whether an `if` decides on a task, and whether something that cannot be known ahead ends a wait, or the steps."""
    steps = [step for _, step in placed(moment.steps)]
    decided = any(isinstance(one, Task) and one.effort is not None for one in decided_on(moment.steps))
    return decided, any((isinstance(one, Wait) and one.until) or isinstance(one, Goal) for one in steps)


def decided_on(steps: Sequence[Step], under: bool = False) -> Iterator[Step]:
    """The steps before which an `if` stands."""
    for step in steps:
        asked = under or step.condition is not None
        if asked:
            yield step
        for below in ways(step).values():
            yield from decided_on(below, asked)
