"""The three key questions of an account: how do they measure value, do they achieve it, will they stay?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from aloft.measures.goals import GoalOf, PlanOf
from aloft.records.models import Account, Goal, RecordedFact, SuccessPlan
from aloft.ui.words import counted, number

ASKED_WITHIN = timedelta(days=180)


@dataclass(frozen=True)
class Question:
    ask: str
    answered: bool
    answer: str
    then: str  # what supports the answer, or what it takes to have one


UNMEASURED = Question(
    "How do they measure value?",
    False,
    "Not known yet",
    "Agree a success plan with one goal, its baseline, target and date.",
)


def three_questions(account: Account, plan: PlanOf | None, now: datetime) -> list[Question]:
    """The first goal of the plan answers the first two."""
    first = plan.goals[0] if plan and plan.goals else None
    return [
        measured(plan.plan, first.goal, now) if plan and first else UNMEASURED,
        achieved(first),
        loyal(account, now),
    ]


def measured(plan: SuccessPlan, goal: Goal, now: datetime) -> Question:
    agreed = plan.agreed_at is not None
    then = (
        "Agreed" + (f" with {plan.agreed_by}" if plan.agreed_by else "")
        if agreed
        else "Not agreed with the customer yet."
    )
    complete = None not in (goal.baseline, goal.target, goal.due_on)
    return Question(UNMEASURED.ask, agreed and complete, f"{goal.title}{_aim(goal, now)}", then)


def achieved(goal: GoalOf | None) -> Question:
    """By what was read of the goal last, or by the value metric that measures it."""
    ask = "Do they achieve it?"
    if goal is None or goal.latest is None:
        return Question(ask, False, "No data", "Read the value of the goal once, and this is answered.")
    return Question(ask, True, f"{_amount(goal.latest, goal.goal.unit)} now{_progress(goal)}", "")


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


def _aim(goal: Goal, now: datetime) -> str:
    if goal.baseline is None or goal.target is None:
        return ""
    until = f" by {_day(goal.due_on, now)}" if goal.due_on else ""
    return f": from {number(goal.baseline)} to {_amount(goal.target, goal.unit)}{until}"


def _day(on: date, now: datetime) -> str:
    """The year only when it is another."""
    return f"{on.day} {on:%b}" + (f" {on.year}" if on.year != now.year else "")


def _amount(value: Decimal, unit: str) -> str:
    return f"{number(value)} {unit}".strip()


def _progress(goal: GoalOf) -> str:
    """The share of the way from baseline to target that lies behind; works for goals that fall."""
    return "" if goal.share is None else f", {number(round(goal.share * 100))} % of the way"
