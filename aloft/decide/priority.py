"""Priority: what goes first where not everything can go (domain.md 3.7, step 5)."""

from __future__ import annotations

from aloft.engagement.leaves import PRIORITIES
from aloft.engagement.model import Moment, Offsets, ScheduleTrigger

RENEWALS = frozenset({"renewal_date", "contract_end"})


def priority_of(moment: Moment) -> str:
    """As the model says; else by its trigger: a renewal's date, an onboarding gate, an event, a time; a survey."""
    if moment.priority is not None:
        return moment.priority
    if moment.channel[:1] == ("survey",):
        return "survey"
    trigger = moment.trigger
    if isinstance(trigger, ScheduleTrigger):
        schedule = trigger.schedule
        of_renewal = isinstance(schedule, Offsets) and schedule.anchor.name in RENEWALS
        return "renewal" if of_renewal else "time"
    return "onboarding" if trigger.kind in ("expect", "answer") else "event"


def raised(place: int) -> int:
    """One class up, for what has been asked for once more: T28. Never beyond an escalation."""
    return min(place, max(place - 1, rank("escalation")))


def rank(priority: str) -> int:
    """0 is the first."""
    return PRIORITIES.index(priority)
