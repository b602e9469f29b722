from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from aloft.records import fields as check
from aloft.records.changes import ContractLineSet, ContractSet, log_change
from aloft.records.models import Account, Contract, ContractLine, Product
from aloft.records.refusals import Refused
from aloft.records.services.editing import Difference, assign, compare, editing, note


def set_product(*, name: str, actor: str, at: datetime, is_core: bool = True) -> Product:
    name = check.text("name", name, 100, required=True)
    with editing():
        product = Product.objects.filter(name=name).first() or Product(name=name)
        difference = assign(product, {"is_core": is_core})
        if difference:
            product.save()
            note(actor=actor, action="product.set", subject=product, difference=difference, at=at)
        return product


def set_contract(
    *,
    external_id: str,
    account: Account,
    starts_on: date,
    actor: str,
    at: datetime,
    ends_on: date | None = None,
    signed_on: date | None = None,
    auto_renew: bool = False,
    notice_days: int = 0,
) -> Contract:
    """Create the contract, or set what differs. `ends_on` is exclusive. Raises Refused."""
    external_id = check.text("external_id", external_id, 200, required=True)
    check.span("ends_on", starts_on, ends_on)
    if notice_days < 0:
        raise Refused("notice_days", "it is negative", "Give 0 or more days.")
    values = {
        "signed_on": signed_on,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "auto_renew": auto_renew,
        "notice_days": notice_days,
    }
    with editing():
        contract = _contract(external_id, account)
        difference = assign(contract, values)
        if difference:
            contract.save()
            note(actor=actor, action="contract.set", subject=contract, difference=difference, at=at)
            log_change(_contract_change(contract), at=at)
        return contract


def _contract(external_id: str, account: Account) -> Contract:
    found = Contract.objects.filter(external_id=external_id).select_related("account").first()
    if found and found.account_id != account.pk:
        problem = f"the contract {external_id!r} is with {found.account.external_id!r}"
        raise Refused("account", problem, "Give that account, or another id for this contract.")
    return found or Contract(external_id=external_id, account=account)


def _contract_change(contract: Contract) -> ContractSet:
    return ContractSet(
        account=contract.account.external_id,
        contract=contract.external_id,
        signed=contract.signed_on,
        starts=contract.starts_on,
        ends=contract.ends_on,
    )


def amend_line(
    *,
    contract: Contract,
    line: str,
    mrr: Decimal | int | str,
    starts_on: date,
    actor: str,
    at: datetime,
    ends_on: date | None = None,
    product: Product | None = None,
    plan: str = "",
    seats: int | None = None,
    currency: str = "USD",
) -> ContractLine:
    """Record a further version of a line; earlier ones stay. Raises Refused.

    `mrr` is per month, in units of `currency`, exact to two places; `ends_on` is exclusive. A version is
    never recorded before the one that it follows, even where the clock was set back.
    """
    check.span("ends_on", starts_on, ends_on)
    if seats is not None and seats < 0:
        raise Refused("seats", "it is negative", "Give 0 or more, or none.")
    line = check.text("line", line, 200, required=True)
    values: dict[str, Any] = {
        "product": product,
        "plan": check.text("plan", plan, 100),
        "seats": seats,
        "mrr": check.number("mrr", mrr, 14, 2),
        "currency": check.currency("currency", currency),
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    with editing():
        in_force = contract.lines.filter(line=line).order_by("recorded_at", "id").last()
        difference = compare(_values(in_force, values), values)
        if in_force and not difference:
            return in_force
        recorded_at = max(at, in_force.recorded_at) if in_force else at
        version = ContractLine.objects.create(contract=contract, line=line, recorded_at=recorded_at, **values)
        _tell(version, difference, actor=actor, at=recorded_at)
        return version


def _values(in_force: ContractLine | None, names: Collection[str]) -> dict[str, Any] | None:
    return {name: getattr(in_force, name) for name in names} if in_force else None


def _tell(version: ContractLine, difference: Difference, *, actor: str, at: datetime) -> None:
    contract = version.contract
    note(
        actor=actor,
        action="contract.line",
        subject=contract,
        difference=difference,
        at=at,
        line=version.line,
    )
    change = ContractLineSet(
        account=contract.account.external_id,
        contract=contract.external_id,
        line=version.line,
        product=version.product.name if version.product else None,
        plan=version.plan,
        seats=version.seats,
        mrr=version.mrr,
        currency=version.currency,
        starts=version.starts_on,
        ends=version.ends_on,
    )
    log_change(change, at=at)
