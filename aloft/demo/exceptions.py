"""Two customers whom the manager had treated otherwise for a while by the time the model went live."""

from __future__ import annotations

from datetime import datetime, timedelta

from aloft.demo.customers import Customer
from aloft.demo.northwind import Northwind
from aloft.demo.plans import has_plan
from aloft.records.models import Account
from aloft.records.services import except_account

BY = "mia"
CLOSE, QUIET = timedelta(days=60), timedelta(days=45)


def make_exceptions(company: Northwind, at: datetime) -> None:
    """One that is small on paper gets more, and one that is large is left in peace."""
    day = at.date()
    there = sorted(
        (one for one in company.customers if _settled(one, at)), key=lambda one: (-one.mrr, one.number)
    )
    promising = next((one for one in there if one.tier == 2), None)
    busy = next((one for one in there if one.tier == 1), None)
    if promising:
        except_account(
            account=_account(promising), kind="touch", touch=["high"], until=day + CLOSE, actor=BY, at=at,
            reason="Their group decides this quarter who supplies all of it: stay close",
        )  # fmt: skip
    if busy:
        except_account(
            account=_account(busy), kind="skip", moment="monthly_review", until=day + QUIET, actor=BY, at=at,
            reason="They close their year, and asked for no meetings until then",
        )  # fmt: skip


def _settled(customer: Customer, at: datetime) -> bool:
    """With us for half a year, by a plan, and nobody has heard that it leaves."""
    since = (at - timedelta(days=180)).date()
    return customer.starts < since and customer.ends is None and has_plan(customer, at.date())


def _account(customer: Customer) -> Account:
    return Account.objects.get(external_id=customer.external)
