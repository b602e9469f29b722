from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from aloft.records import fields as check
from aloft.records.changes import ContractLineSet, ContractSet, LinePaused, log_change
from aloft.records.models import Account, Contract, ContractLine, LinePause, Product
from aloft.records.refusals import Refused
from aloft.records.services.editing import Difference, assign, compare, editing, note
from aloft.records.services.merging import told_of

Uplift = tuple[date, Decimal | int | str]


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
    check.whole("account", account)
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
        account=told_of(contract),
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
    uplifts: Sequence[Uplift] = (),
) -> ContractLine:
    """Record a further version of a line; earlier ones stay. Raises Refused.

    `mrr` is per month, in units of `currency`, exact to two places; `ends_on` is exclusive. `uplifts` are
    the steps agreed beforehand: a day, and the MRR from then on; a version says all of them. A version is
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
        "uplifts": _steps(uplifts, starts_on, ends_on),
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


def _steps(uplifts: Sequence[Uplift], starts_on: date, ends_on: date | None) -> list[list[str]]:
    steps: list[list[str]] = []
    for day, mrr in uplifts:
        if day <= starts_on or (ends_on is not None and day >= ends_on):
            within = f"{starts_on} and {ends_on}" if ends_on else f"{starts_on} and later"
            raise Refused("uplifts", f"{day} does not lie within the line", f"Give a day between {within}.")
        if steps and day.isoformat() <= steps[-1][0]:
            raise Refused("uplifts", f"{day} is not after {steps[-1][0]}", "Give the steps in order.")
        steps.append([day.isoformat(), f"{check.number('uplifts', mrr, 14, 2):f}"])
    return steps


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
        account=told_of(contract),
        contract=contract.external_id,
        line=version.line,
        product=version.product.name if version.product else None,
        plan=version.plan,
        seats=version.seats,
        mrr=version.mrr,
        currency=version.currency,
        starts=version.starts_on,
        ends=version.ends_on,
        uplifts=tuple((date.fromisoformat(day), Decimal(mrr)) for day, mrr in version.uplifts),
    )
    log_change(change, at=at)


def pause_line(
    *, contract: Contract, line: str, starts_on: date, actor: str, at: datetime, ends_on: date | None = None
) -> LinePause:
    """The line stands still from `starts_on` up to `ends_on` (exclusive; None: until it is resumed).

    Said again for the same start, it resumes the line on another day; ending where it starts takes the
    pause back. Pauses of a line do not overlap. Raises Refused.
    """
    if ends_on is not None and ends_on < starts_on:
        raise Refused("ends_on", f"{ends_on} is before {starts_on}", "Give the day on which it is resumed.")
    with editing():
        if not contract.lines.filter(line=line).exists():
            raise Refused("line", f"the contract has no line {line!r}", "Record the line first.")
        pause = contract.pauses.filter(line=line, starts_on=starts_on).first()
        pause = pause or LinePause(contract=contract, line=line, starts_on=starts_on)
        _stands_alone(pause, ends_on)
        difference = assign(pause, {"ends_on": ends_on})
        if difference:
            pause.save()
            note(
                actor=actor,
                action="contract.pause",
                subject=contract,
                difference=difference,
                at=at,
                line=line,
            )
            account = told_of(contract)
            told = LinePaused(
                account=account, contract=contract.external_id, line=line, starts=starts_on, ends=ends_on
            )
            log_change(told, at=at)
        return pause


def _stands_alone(pause: LinePause, ends_on: date | None) -> None:
    """What was taken back covers no day, so it is in nobody's way."""
    for other in pause.contract.pauses.filter(line=pause.line).exclude(pk=pause.pk):
        empty = pause.starts_on == ends_on or other.starts_on == other.ends_on
        starts_before_its_end = other.ends_on is None or pause.starts_on < other.ends_on
        ends_after_its_start = ends_on is None or other.starts_on < ends_on
        if not empty and starts_before_its_end and ends_after_its_start:
            raise Refused(
                "starts_on", f"the line is paused from {other.starts_on} already", "Resume it first."
            )
