"""What people keep of an account beside its fields: the goals of its plan, and its exceptions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aloft.engine.scenario.contracts import ACTOR
from aloft.engine.scenario.values import Except, GoalTold
from aloft.records import services
from aloft.records.models import Account, AccountException, Goal, Person


def tell_goal(account: Account, told: GoalTold, at: datetime) -> None:
    """Set the goal, as far as something is said of it, and note what was measured of it."""
    goal = Goal.objects.filter(plan__account=account, title=told.title).first()
    if goal is None or told.fields:
        fields: dict[str, Any] = {"value_metric": told.title, **told.fields}
        goal = services.set_goal(account=account, title=told.title, actor=ACTOR, at=at, **fields)
    if told.read is not None:
        services.read_goal(goal=goal, value=told.read, actor=ACTOR, at=at)


def tell_exception(account: Account, told: Except, at: datetime) -> None:
    """Make it; or end all that stand."""
    if told.until is None:
        for standing in AccountException.objects.filter(account=account, ended_at=None).order_by("id"):
            services.end_exception(exception=standing, actor=ACTOR, at=at)
        return
    services.except_account(
        account=account,
        kind=told.kind,
        moment=told.moment,
        touch=told.touch,
        owner=Person.objects.get(handle=told.owner) if told.owner else None,
        until=told.until,
        reason="as the scenario says",
        actor=ACTOR,
        at=at,
    )
