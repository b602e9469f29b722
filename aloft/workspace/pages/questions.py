"""The three key questions of an account: how do they measure value, do they achieve it, will they stay?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from aloft.measures.goals import plan_of
from aloft.records.models import Account, Goal, GoalReading, RecordedFact, SuccessPlan
from aloft.ui.words import counted, number

ASKED_WITHIN = timedelta(days=180)


@dataclass(frozen=True)
class Question:
    ask: str
    answered: bool
    answer: str
    then: str  # what supports the answer, or what it takes to have one


def three_questions(account: Account, now: datetime) -> list[Question]:
    plan = plan_of(account)
    goal = plan.goals.order_by("id").first() if plan else None
    return [measured(plan, goal), achieved(goal), loyal(account, now)]


def measured(plan: SuccessPlan | None, goal: Goal | None) -> Question:
    ask = "How do they measure value?"
    if plan is None or goal is None:
        return Question(
            ask, False, "Not known yet", "Agree a success plan with one goal, its baseline, target and date."
        )
    agreed = plan.agreed_at is not None
    then = (
        "Agreed" + (f" with {plan.agreed_by}" if plan.agreed_by else "")
        if agreed
        else "Not agreed with the customer yet."
    )
    complete = None not in (goal.baseline, goal.target, goal.due_on)
    return Question(ask, agreed and complete, f"{goal.title}{_aim(goal)}", then)


def achieved(goal: Goal | None) -> Question:
    ask = "Do they achieve it?"
    reading = goal.readings.order_by("-read_at").first() if goal else None
    if goal is None or reading is None:
        return Question(ask, False, "No data", "Read the value of the goal once, and this is answered.")
    return Question(ask, True, f"{_amount(reading.value, goal.unit)} now{_progress(goal, reading)}", "")


def loyal(account: Account, now: datetime) -> Question:
    ask = "Will it lead to loyalty?"
    since = now - ASKED_WITHIN
    customer = account.customer_id  # contacts are shared: who was met for one product was met
    met = RecordedFact.objects.filter(
        Q(account=customer) | Q(account__whole=customer),
        fact__in=["contacted", "attended"],
        withdrawn_at=None,
        occurred_at__gt=since,
    )
    latest = met.select_related("contact").order_by("-occurred_at").first()
    if latest is None:
        return Question(ask, False, "No data", "Nobody of theirs was met or heard in 180 days.")
    days = (now - latest.occurred_at).days
    when = "today" if days == 0 else f"{counted(days, 'day')} ago"
    whom = latest.contact or "someone of theirs"
    return Question(
        ask,
        False,
        "Not asked yet",
        f"Last spoken with {whom} {when}; a survey answer or an assessment is missing.",
    )


def _aim(goal: Goal) -> str:
    if goal.baseline is None or goal.target is None:
        return ""
    until = f" by {goal.due_on.day} {goal.due_on:%b}" if goal.due_on else ""
    return f": from {number(goal.baseline)} to {_amount(goal.target, goal.unit)}{until}"


def _amount(value: Decimal, unit: str) -> str:
    return f"{number(value)} {unit}".strip()


def _progress(goal: Goal, reading: GoalReading) -> str:
    """The share of the way from baseline to target that lies behind; works for goals that fall."""
    if goal.baseline is None or goal.target is None or goal.baseline == goal.target:
        return ""
    share = (reading.value - goal.baseline) / (goal.target - goal.baseline)
    return f", {number(round(share * 100))} % of the way"
