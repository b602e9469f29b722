"""How far the goals of an account's success plan are reached, for people to read (`domain.md` F16).

Where somebody read a goal's value, the newest reading counts; else the value metric that measures it, as it was last
projected. What rules read of plans is in `measures.plans`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from aloft.engagement.load import load
from aloft.engagement.problems import InvalidModel
from aloft.measures.models import AccountProjection
from aloft.records.models import Account, Goal, ModelVersion, PlanStep, SuccessPlan
from aloft.records.selectors import current_model_version

BEHIND = 0.8
"""Of what is expected: under that a goal is behind."""


@dataclass(frozen=True)
class GoalOf:
    """`share`: of the way from baseline to target, 0 to 1 and beyond; None while it cannot be told.

    `expected` is that of a straight way from the goal's start to its day, 0 to 1.
    """

    goal: Goal
    latest: Decimal | None
    read_at: datetime | None
    share: float | None
    expected: float | None

    @property
    def state(self) -> str:
        """“ahead”, “on course”, “behind”; nothing where it cannot be told."""
        if self.share is None or self.expected is None:
            return ""
        if self.share >= self.expected:
            return "ahead"
        return "on course" if self.share >= BEHIND * self.expected else "behind"


@dataclass(frozen=True)
class PlanOf:
    plan: SuccessPlan
    goals: list[GoalOf]
    steps: list[PlanStep]


def plan_of(account: Account) -> SuccessPlan | None:
    """That of the whole account holds for a relationship that has none of its own."""
    own: SuccessPlan | None = getattr(account, "success_plan", None)
    return own or (getattr(account.whole, "success_plan", None) if account.whole_id else None)


def plan_at(account: Account, at: datetime, in_force: Sequence[ModelVersion] | None = None) -> PlanOf | None:
    """`in_force`: the versions in force then, where they were asked for already."""
    plan = plan_of(account)
    if plan is None:
        return None
    goals = plan.goals.prefetch_related("readings").order_by("id")
    measured = Measured(account, at, in_force)
    return PlanOf(plan, [_goal(goal, measured) for goal in goals], list(plan.steps.order_by("due_on", "id")))


class Measured:
    """What value metrics say of the account, asked for only if a goal needs it."""

    def __init__(self, account: Account, at: datetime, in_force: Sequence[ModelVersion] | None) -> None:
        self.account, self.at, self.in_force = account, at, in_force

    @functools.cached_property
    def projection(self) -> AccountProjection | None:
        """It comes with the account where that was asked for."""
        return getattr(self.account, "projection", None)

    def value(self, value_metric: str) -> tuple[Decimal, datetime] | None:
        projection = self.projection
        version = self._version(projection.model) if projection else None
        metric = _metrics(version.document).get(value_metric) if version else None
        told = projection.values.get(metric) if projection and metric else None
        known = isinstance(told, int | float) and not isinstance(told, bool)
        return (Decimal(str(told)), projection.as_of) if projection and known else None

    def _version(self, model: str) -> ModelVersion | None:
        if self.in_force is None or not model:
            return current_model_version(model or None, self.at)
        return next((one for one in self.in_force if one.name == model), None)


@functools.lru_cache(maxsize=8)
def _metrics(document: str) -> Mapping[str, str]:
    """The metric behind each value metric; none for a document that this release cannot read."""
    try:
        return {name: one.metric for name, one in load(document, "").value_metrics.items()}
    except InvalidModel:
        return {}


def _goal(goal: Goal, measured: Measured) -> GoalOf:
    reading = max(goal.readings.all(), key=lambda one: one.read_at, default=None)
    found = (reading.value, reading.read_at) if reading else measured.value(goal.value_metric)
    value, read_at = found or (None, None)
    expected = _expected(goal, measured.at.date())
    return GoalOf(goal, value, read_at, _share(goal, value), expected)


def _share(goal: Goal, value: Decimal | None) -> float | None:
    if value is None or goal.baseline is None or goal.target is None or goal.baseline == goal.target:
        return None
    return float((value - goal.baseline) / (goal.target - goal.baseline))


def _expected(goal: Goal, day: date) -> float | None:
    if goal.starts_on is None or goal.due_on is None or goal.due_on <= goal.starts_on:
        return None
    return min(1.0, max(0.0, (day - goal.starts_on).days / (goal.due_on - goal.starts_on).days))
