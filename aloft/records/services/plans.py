from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from aloft.records import fields as check
from aloft.records.changes import PlanAgreed, PlanReviewed, log_change
from aloft.records.models import Account, Contact, Goal, GoalReading, SuccessPlan
from aloft.records.refusals import Refused
from aloft.records.services.editing import Difference, assign, editing, note


def agree_plan(
    *,
    account: Account,
    actor: str,
    at: datetime,
    agreed_by: Contact | None = None,
    agreed_at: datetime | None = None,
) -> SuccessPlan:
    """The customer agreed the plan, at `agreed_at` (default: `at`). Raises Refused."""
    agreed_at = _when("agreed_at", agreed_at, at)
    _of_account("agreed_by", agreed_by, account)
    with editing():
        plan = _plan(account)
        difference = assign(plan, {"agreed_at": agreed_at, "agreed_by": agreed_by})
        if difference:
            plan.save()
            note(actor=actor, action="plan.agreed", subject=account, difference=difference, at=at)
            log_change(PlanAgreed(account=account.external_id, at=agreed_at, by=_name(agreed_by)), at=at)
        return plan


def review_plan(
    *,
    account: Account,
    actor: str,
    at: datetime,
    reviewed_by: Contact | None = None,
    reviewed_at: datetime | None = None,
) -> SuccessPlan:
    """The plan was reviewed with the customer, at `reviewed_at` (default: `at`). Raises Refused."""
    reviewed_at = _when("reviewed_at", reviewed_at, at)
    _of_account("reviewed_by", reviewed_by, account)
    with editing():
        plan = _plan(account)
        if plan.agreed_at is None:
            raise Refused("account", f"{account.external_id} has no agreed plan", "Agree the plan first.")
        difference = assign(plan, {"reviewed_at": reviewed_at})
        if difference:
            plan.save()
            by = _name(reviewed_by)
            note(actor=actor, action="plan.reviewed", subject=account, difference=difference, at=at, by=by)
            log_change(PlanReviewed(account=account.external_id, at=reviewed_at, by=by), at=at)
        return plan


class GoalFields(TypedDict, total=False):
    """Only those given are set; a new goal needs a value metric."""

    value_metric: str
    unit: str
    better: str
    baseline: Decimal | int | str | None
    target: Decimal | int | str | None
    due_on: date | None


READ: Mapping[str, Callable[[str, Any], Any]] = {
    "value_metric": lambda field, value: check.text(field, value, 100, required=True),
    "unit": lambda field, value: check.text(field, value, 50),
    "better": lambda field, value: check.choice(field, value or "up", ["up", "down"]),
    "baseline": lambda field, value: None if value is None else check.number(field, value, 18, 4),
    "target": lambda field, value: None if value is None else check.number(field, value, 18, 4),
    "due_on": lambda _field, value: value,
}


def set_goal(*, account: Account, title: str, actor: str, at: datetime, **fields: Unpack[GoalFields]) -> Goal:
    """Create a goal of the account's plan, or set what differs; goals differ by title. Raises Refused."""
    title = check.text("title", title, 200, required=True)
    values: dict[str, Any] = {name: READ[name](name, value) for name, value in fields.items()}
    with editing():
        plan = _plan(account)
        goal = Goal.objects.filter(plan__account=account, title=title).first() or Goal(title=title)
        if goal._state.adding and "value_metric" not in values:
            raise Refused("value_metric", "it is missing", "Say by what the goal is measured.")
        difference = assign(goal, values)
        if difference:
            plan.save()
            goal.plan = plan
            goal.save()
            note(actor=actor, action="goal.set", subject=goal, difference=difference, at=at)
        return goal


def read_goal(
    *,
    goal: Goal,
    value: Decimal | int | str,
    actor: str,
    at: datetime,
    read_at: datetime | None = None,
    verified_by: Contact | None = None,
) -> GoalReading:
    """What was measured at `read_at` (default: `at`), and which contact confirms it. Raises Refused."""
    read_at = _when("read_at", read_at, at)
    _of_account("verified_by", verified_by, goal.plan.account)
    values = {
        "value": check.number("value", value, 18, 4),
        "read_at": read_at,
        "verified_by": verified_by,
    }
    with editing():
        known = goal.readings.filter(**values).first()
        if known:
            return known
        reading = GoalReading.objects.create(goal=goal, **values)
        told = {**values, "verified_by": _name(verified_by)}
        note(actor=actor, action="goal.read", subject=goal, difference=Difference({}, told), at=at)
        return reading


def _plan(account: Account) -> SuccessPlan:
    return SuccessPlan.objects.filter(account=account).first() or SuccessPlan(account=account)


def _when(field: str, given: datetime | None, at: datetime) -> datetime:
    if given is not None and given > at:
        raise Refused(field, "it lies ahead", "Give the instant at which it happened.")
    return given or at


def _of_account(field: str, contact: Contact | None, account: Account) -> None:
    if contact is not None and contact.account_id != account.customer_id:
        raise Refused(field, f"{contact} is not with {account}", "Give a contact of the account.")


def _name(contact: Contact | None) -> str | None:
    return contact.external_id if contact else None
