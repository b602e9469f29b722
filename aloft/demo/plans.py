"""Success plans that customers had agreed before the model went live."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from aloft.demo.cast import BY
from aloft.demo.chance import chance
from aloft.demo.customers import Customer, Start
from aloft.demo.northwind import Northwind
from aloft.demo.places import at as local
from aloft.records.models import Account
from aloft.records.services import NewPlan, add_plans
from aloft.records.services.plans import GoalFields, StepFields

YEAR = timedelta(days=365)
SHARES = {1: 0.6, 2: 0.1, 3: 0.0}
"""Of the customers of each tier, those who have a plan: whoever is stuck has none."""
AGREED = timedelta(days=9)
"""After the start."""
GOALS = (
    ("Send invoices without paper", "invoices", "invoices", "up", 8, 40),
    ("Have everybody in the product", "users", "users", "up", 2, 11),
)
"""Each by a value metric of the model."""
STEPS = (
    ("Connect your bank", 7),
    ("Invite your colleagues", 21),
    ("Close a month in the product", 45),
    ("Review the first figures together", 60),
)
"""Of every plan: by which day after it was agreed."""
SLACK = 10
"""Days by which a step is early or late, at most."""


def has_plan(customer: Customer, day: date) -> bool:
    agreed = customer.starts + AGREED
    there = agreed < day and (customer.ends is None or customer.ends > day)
    return there and customer.start is not Start.STUCK and _drawn(customer) < SHARES[customer.tier]


def _drawn(customer: Customer) -> float:
    return chance("plan", customer.number).random()


def agree_plans(company: Northwind, at: datetime) -> None:
    known = {one.external: one for one in company.customers if has_plan(one, at.date())}
    accounts = Account.objects.filter(external_id__in=list(known)).prefetch_related("contacts")
    plans = [_plan(account, known[account.external_id], at) for account in accounts.order_by("pk")]
    add_plans(plans=plans, actor=BY, at=at)


def _plan(account: Account, customer: Customer, at: datetime) -> NewPlan:
    """With a goal that both measure, set anew each year."""
    sponsor = next((one for one in account.contacts.all() if one.persona == "exec_sponsor"), None)
    agreed_at = local(customer.place, customer.starts + AGREED, 14 * 60)
    set_on = customer.starts + AGREED
    set_on += (at.date() - set_on) // YEAR * YEAR
    title, metric, unit, better, baseline, target = chance("goal", customer.number).choice(GOALS)
    goal: GoalFields = {
        "value_metric": metric,
        "unit": unit,
        "better": better,
        "baseline": baseline,
        "target": target,
        "starts_on": set_on,
        "due_on": set_on + YEAR,
    }
    return NewPlan(account, agreed_at, sponsor, title, goal, _steps(customer, agreed_at, at))


def _steps(customer: Customer, agreed_at: datetime, at: datetime) -> dict[str, StepFields]:
    """The steps of the plan, done as far as they are behind by now."""
    steps: dict[str, StepFields] = {}
    for title, days in STEPS:
        late = chance("step", customer.number, title).randint(-SLACK // 2, SLACK)
        done_at = agreed_at + timedelta(days=days + late)
        due_on = customer.starts + AGREED + timedelta(days=days)
        steps[title] = {"due_on": due_on, "done_at": done_at if done_at <= at else None}
    return steps
