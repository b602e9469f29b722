"""The success plan of an account: agreed, reviewed, its goals, what was measured of them, its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from zoneinfo import ZoneInfo

from aloft.records import fields as check
from aloft.records.changes import (
    GoalRead,
    GoalSet,
    PlanAgreed,
    PlanReviewed,
    StepSet,
    log_change,
    log_changes,
)
from aloft.records.models import Account, Contact, Goal, GoalReading, PlanStep, SuccessPlan
from aloft.records.refusals import Refused
from aloft.records.services.editing import Difference, assign, editing, note, note_new


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
    """Only those given are set; a new goal needs a value metric, and starts on the account's day unless it says."""

    value_metric: str
    unit: str
    better: str
    baseline: Decimal | int | str | None
    target: Decimal | int | str | None
    starts_on: date | None
    due_on: date | None


READ: Mapping[str, Callable[[str, Any], Any]] = {
    "value_metric": lambda field, value: check.text(field, value, 100, required=True),
    "unit": lambda field, value: check.text(field, value, 50),
    "better": lambda field, value: check.choice(field, value or "up", ["up", "down"]),
    "baseline": lambda field, value: None if value is None else check.number(field, value, 18, 4),
    "target": lambda field, value: None if value is None else check.number(field, value, 18, 4),
    "starts_on": lambda _field, value: value,
    "due_on": lambda _field, value: value,
}


def set_goal(*, account: Account, title: str, actor: str, at: datetime, **fields: Unpack[GoalFields]) -> Goal:
    """Create a goal of the account's plan, or set what differs; goals differ by title. Raises Refused."""
    title = check.text("title", title, 200, required=True)
    values: dict[str, Any] = {name: READ[name](name, value) for name, value in fields.items()}
    with editing():
        plan = _plan(account)
        goal = Goal.objects.filter(plan__account=account, title=title).first() or Goal(title=title)
        if goal._state.adding:
            if "value_metric" not in values:
                raise Refused("value_metric", "it is missing", "Say by what the goal is measured.")
            values = {"starts_on": _day(account, at), **values}
        difference = assign(goal, values)
        if difference:
            plan.save()
            goal.plan = plan
            goal.save()
            note(actor=actor, action="goal.set", subject=goal, difference=difference, at=at)
            log_change(_goal_set(goal), at=at)
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
        account = goal.plan.account.external_id
        by = _name(verified_by)
        log_change(GoalRead(account=account, goal=goal.pk, value=reading.value, at=read_at, by=by), at=at)
        return reading


class StepFields(TypedDict, total=False):
    """Only those given are set; `done_at` None: it is not done (any more)."""

    due_on: date | None
    done_at: datetime | None


def set_step(
    *, account: Account, title: str, actor: str, at: datetime, **fields: Unpack[StepFields]
) -> PlanStep:
    """Create a step of the account's plan, or set what differs; steps differ by title. Raises Refused."""
    title = check.text("title", title, 200, required=True)
    values = _read_step(fields, at)
    with editing():
        plan = _plan(account)
        step = PlanStep.objects.filter(plan__account=account, title=title).first() or PlanStep(title=title)
        difference = assign(step, values)
        if difference or step._state.adding:
            plan.save()
            step.plan = plan
            step.save()
            note(actor=actor, action="plan.step", subject=step, difference=difference, at=at)
            holds = step.done_at if step.done_at and "done_at" in difference.after else at
            log_change(_step_set(account, step, holds), at=at)
        return step


def add_steps(
    *, account: Account, steps: Mapping[str, StepFields], actor: str, at: datetime
) -> list[PlanStep]:
    """New steps of the account's plan, by title, in their order. Raises Refused, also for one that is there."""
    titles = [check.text("title", title, 200, required=True) for title in steps]
    with editing():
        plan = _plan(account)
        plan.save()
        taken = plan.steps.filter(title__in=titles).values_list("title", flat=True).first()
        if taken is not None:
            raise Refused("title", f"the plan has a step “{taken}” already", "Set that step.")
        return _add_steps([(plan, account, steps)], actor, at)


@dataclass(frozen=True)
class NewPlan:
    """Agreed at `agreed_at`, with one goal and steps by title, in their order."""

    account: Account
    agreed_at: datetime
    agreed_by: Contact | None
    title: str
    goal: GoalFields
    steps: Mapping[str, StepFields]


def add_plans(*, plans: Sequence[NewPlan], actor: str, at: datetime) -> None:
    """Plans of accounts that have none, all at once; each counts as `agree_plan`, `set_goal` and `add_steps` do, and
    its goal says by what it is measured and since when. Raises Refused, also for an account that has one."""
    for one in plans:
        _when("agreed_at", one.agreed_at, at)
        _of_account("agreed_by", one.agreed_by, one.account)
    with editing():
        there = SuccessPlan.objects.filter(account__in=[one.account for one in plans]).first()
        if there is not None:
            raise Refused("account", f"{there.account.external_id} has a plan already", "Change that plan.")
        rows = [SuccessPlan(account=one.account) for one in plans]
        agreed = [
            assign(row, {"agreed_at": one.agreed_at, "agreed_by": one.agreed_by})
            for row, one in zip(rows, plans, strict=True)
        ]
        SuccessPlan.objects.bulk_create(rows)
        told = zip((one.account for one in plans), agreed, strict=True)
        note_new(actor=actor, action="plan.agreed", told=told, at=at)
        log_changes(
            [
                PlanAgreed(account=one.account.external_id, at=one.agreed_at, by=_name(one.agreed_by))
                for one in plans
            ],
            at=at,
        )
        _add_goals(rows, plans, actor, at)
        _add_steps([(row, one.account, one.steps) for row, one in zip(rows, plans, strict=True)], actor, at)


def _add_goals(rows: Sequence[SuccessPlan], plans: Sequence[NewPlan], actor: str, at: datetime) -> None:
    goals = [
        Goal(plan=row, title=check.text("title", one.title, 200, required=True))
        for row, one in zip(rows, plans, strict=True)
    ]
    told = [
        assign(goal, {name: READ[name](name, value) for name, value in one.goal.items()})
        for goal, one in zip(goals, plans, strict=True)
    ]
    Goal.objects.bulk_create(goals)
    note_new(actor=actor, action="goal.set", told=zip(goals, told, strict=True), at=at)
    log_changes([_goal_set(goal) for goal in goals], at=at)


def _add_steps(
    told: Sequence[tuple[SuccessPlan, Account, Mapping[str, StepFields]]], actor: str, at: datetime
) -> list[PlanStep]:
    rows, differences = [], []
    for plan, _, steps in told:
        for title, fields in steps.items():
            row = PlanStep(plan=plan, title=check.text("title", title, 200, required=True))
            differences.append(assign(row, _read_step(fields, at)))
            rows.append(row)
    PlanStep.objects.bulk_create(rows)
    note_new(actor=actor, action="plan.step", told=zip(rows, differences, strict=True), at=at)
    of = {plan.pk: account for plan, account, _ in told}
    log_changes([_step_set(of[row.plan_id], row, row.done_at or at) for row in rows], at=at)
    return rows


def _read_step(fields: StepFields, at: datetime) -> dict[str, Any]:
    values: dict[str, Any] = dict(fields)
    if fields.get("done_at") is not None:
        values["done_at"] = _when("done_at", fields["done_at"], at)
    return values


def _step_set(account: Account, step: PlanStep, holds: datetime) -> StepSet:
    done = step.done_at is not None
    return StepSet(
        account=account.external_id, step=step.pk, title=step.title, due=step.due_on, done=done, at=holds
    )


def _goal_set(goal: Goal) -> GoalSet:
    return GoalSet(
        account=goal.plan.account.external_id,
        goal=goal.pk,
        title=goal.title,
        value_metric=goal.value_metric,
        unit=goal.unit,
        better=goal.better,
        baseline=goal.baseline,
        target=goal.target,
        starts=goal.starts_on,
        due=goal.due_on,
    )


def _day(account: Account, at: datetime) -> date:
    """The account's local day; where it has no zone of its own, that of UTC."""
    return at.astimezone(ZoneInfo(account.timezone or "UTC")).date()


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
