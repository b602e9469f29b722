"""The words at the head of the customer's page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from aloft.records.models import PlanStep
from aloft.ui.words import counted, number


def stands(steps: Sequence[PlanStep], goals: int, name: str) -> str:
    """“3 of 5 steps are done, Sam”."""
    you = f", {name}" if name else ""
    if not steps:
        agreed = f"We have agreed {counted(goals, 'goal')} with you" if goals else "Welcome"
        return f"{agreed}{you}"
    done = sum(1 for step in steps if step.done_at)
    if done == len(steps):
        return f"{'The step is' if done == 1 else f'All {number(done)} steps are'} done{you}"
    verb = "is" if done == 1 else "are"
    return f"{number(done) if done else 'None'} of {counted(len(steps), 'step')} {verb} done{you}"


def follows(steps: Sequence[PlanStep], goals: int, today: date) -> str:
    """What comes next, or what is missing. A step whose day is over is meant for it, without a reproach."""
    ahead = next((step for step in steps if step.done_at is None), None)
    if ahead is not None:
        return f"Next: {ahead.title}{_until(ahead.due_on, today)}."
    return "" if goals or steps else "No plan is agreed yet: it will stand here as soon as it is."


def _until(due: date | None, today: date) -> str:
    if due is None:
        return ""
    return f", {'by' if due >= today else 'meant for'} {due.day} {due:%b}"
