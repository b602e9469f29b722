"""Contracts as scenarios tell of them: by the fields of an account, or line by line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from aloft.engine.scenario.cells import Value
from aloft.engine.scenario.values import ContractTold
from aloft.records import services
from aloft.records.models import Account, Contract, ContractLine, Product
from aloft.records.refusals import Refused

OF_CONTRACT = ("mrr", "contract_start", "contract_end", "contract_signed")
ACTOR = "scenario"
LINE = "1"


def set_terms(account: Account, told: Mapping[str, Value], today: date, at: datetime) -> Mapping[str, Value]:
    """Make or amend the account's contract; gives the fields that say nothing of one.

    An MRR that changes does so from `today`, the account's local day. An account without a contract keeps its
    MRR as a field.
    """
    terms = {key: told[key] for key in OF_CONTRACT if key in told}
    contract = Contract.objects.filter(account=account).order_by("-starts_on").first()
    if contract is None and terms.get("contract_start") is None:
        if set(terms) - {"mrr", "contract_start"}:
            raise Refused("contract_start", "it is missing", "A contract begins on a day.")
        return told
    if contract is None:
        contract = _begin(account, terms, at)
    else:
        _amend(contract, terms, today, at)
    return {key: value for key, value in told.items() if key not in OF_CONTRACT}


def _begin(account: Account, terms: Mapping[str, Value], at: datetime) -> Contract:
    contract = services.set_contract(
        external_id=f"{account.external_id}-1",
        account=account,
        starts_on=_day(terms, "contract_start"),
        ends_on=_day(terms, "contract_end"),
        signed_on=_day(terms, "contract_signed"),
        actor=ACTOR,
        at=at,
    )
    if terms.get("mrr") is not None:
        _line(contract, LINE, _money(terms["mrr"]), contract.starts_on, contract.ends_on, at)
    return contract


def _amend(contract: Contract, terms: Mapping[str, Value], today: date, at: datetime) -> None:
    if "contract_start" in terms and terms["contract_start"] is None:
        raise Refused("contract_start", "a contract has a start", "Give another day.")
    dates = {key: key in terms for key in ("contract_start", "contract_end", "contract_signed")}
    starts = _day(terms, "contract_start") if dates["contract_start"] else contract.starts_on
    ends = _day(terms, "contract_end") if dates["contract_end"] else contract.ends_on
    signed = _day(terms, "contract_signed") if dates["contract_signed"] else contract.signed_on
    services.set_contract(
        external_id=contract.external_id,
        account=contract.account,
        starts_on=starts,
        ends_on=ends,
        signed_on=signed,
        actor=ACTOR,
        at=at,
    )
    standing = _standing(contract, LINE)
    if "mrr" in terms:
        since = max(today, starts) if standing else starts
        _line(contract, LINE, _money(terms["mrr"]), since, ends, at)
    elif standing and (dates["contract_start"] or dates["contract_end"]):
        since = starts if dates["contract_start"] else standing.starts_on
        _line(contract, LINE, standing.mrr, since, ends, at)


def amend(account: Account, told: ContractTold, at: datetime) -> None:
    """A line as a fact tells it; what it does not say stays as it was."""
    contract = Contract.objects.filter(external_id=told.contract).first()
    if told.paused is not None:
        _pause(contract, told, told.paused, at)
        return
    standing = _standing(contract, told.line) if contract else None
    start = told.start or (standing.starts_on if standing else contract.starts_on if contract else None)
    if start is None:
        raise Refused("start", "it is missing", "A contract begins on a day.")
    if contract is None:
        contract = services.set_contract(
            external_id=told.contract, account=account, starts_on=start, ends_on=told.end,
            signed_on=told.signed, actor=ACTOR, at=at,
        )  # fmt: skip
    ends = told.end if told.ends else standing.ends_on if standing else contract.ends_on
    mrr = told.mrr if told.mrr is not None else standing.mrr if standing else None
    if mrr is None:
        raise Refused("mrr", "it is missing", "A new line pays something per month.")
    _line(contract, told.line, mrr, start, ends, at, **_more(told, standing, at))


def _pause(contract: Contract | None, told: ContractTold, since: date, at: datetime) -> None:
    if contract is None:
        raise Refused("paused", "there is no such contract", "Tell of its line first.")
    services.pause_line(
        contract=contract, line=told.line, starts_on=since, ends_on=told.resumes, actor=ACTOR, at=at
    )


def _more(told: ContractTold, standing: ContractLine | None, at: datetime) -> dict[str, Any]:
    product: Product | None = standing.product if standing else None
    if "product" in told.more:
        product = services.set_product(name=str(told.more["product"]), actor=ACTOR, at=at)
    own = {key: told.more[key] for key in ("plan", "seats", "currency") if key in told.more}
    kept = {key: getattr(standing, key) for key in ("plan", "seats", "currency")} if standing else {}
    return {**kept, **own, "product": product}


def _standing(contract: Contract, line: str) -> ContractLine | None:
    return contract.lines.filter(line=line).order_by("recorded_at", "id").last()


def _line(
    contract: Contract,
    line: str,
    mrr: Decimal,
    starts: date,
    ends: date | None,
    at: datetime,
    **more: Any,
) -> None:
    services.amend_line(
        contract=contract, line=line, mrr=mrr, starts_on=starts, ends_on=ends, actor=ACTOR, at=at, **more
    )


def _day(terms: Mapping[str, Value], name: str) -> Any:
    told = terms.get(name)
    if told is None:
        return None
    try:
        return date.fromisoformat(str(told)[:10])
    except ValueError:
        raise Refused(name, f"{told!r} is no date", "Write 2026-01-31.") from None


def _money(told: Value) -> Decimal:
    if told is None or isinstance(told, bool | str):
        raise Refused("mrr", f"{told!r} is no amount", "Give the amount per month.")
    return Decimal(told)
