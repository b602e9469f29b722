"""Contracts and contacts from files: what the engine keeps in step with the fact store, without a change.

What people have edited is theirs, and left as they gave it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby

from django.db import transaction

from aloft.records.models import Account, Change, Contact, Contract, ContractLine, Persona, Product
from aloft.records.rows import batched, insert, upsert
from aloft.records.selectors import accounts_by_external

BATCH = 500


@dataclass(frozen=True)
class ObservedLine:
    """A recorded version of a line. `account` is an external id, `mrr` per month, `ends` exclusive."""

    account: str
    contract: str
    line: str
    product: str | None
    plan: str
    seats: int | None
    mrr: Decimal
    currency: str
    starts: date
    ends: date | None
    recorded: datetime


@dataclass(frozen=True)
class ObservedContact:
    account: str
    contact: str
    name: str = ""
    email: str = ""
    persona: str = ""
    user: str = ""


def upsert_lines(accounts: Collection[str], lines: Sequence[ObservedLine]) -> None:
    """Make the observed contracts of these accounts exactly those of `lines`, ordered by contract and line."""
    with transaction.atomic():
        known = accounts_by_external(accounts)
        edited = _edited("contract", _with_merged(known.values()))
        _remove(known.values(), edited)
        taken = _taken({line.contract for line in lines})
        wanted = [line for line in lines if line.contract not in taken and line.account in known]
        contracts = {
            name: _contract(name, known[versions[0].account], versions)
            for name, versions in (
                (name, list(held)) for name, held in groupby(wanted, lambda one: one.contract)
            )
        }
        Contract.objects.bulk_create(contracts.values(), batch_size=BATCH)
        products = _products({line.product for line in wanted if line.product})
        insert([_line(line, contracts[line.contract], products) for line in wanted])


def upsert_contacts(contacts: Iterable[ObservedContact]) -> None:
    """The last of each id counts. One without an account that is known is left out."""
    told = {one.contact: one for one in contacts}
    with transaction.atomic():
        known = accounts_by_external({one.account for one in told.values()})
        edited = _edited("contact", known)
        rows = [
            Contact(
                external_id=one.contact,
                account=known[one.account],
                name=one.name[:200],
                email=one.email[:254],
                persona=one.persona if one.persona in Persona.values else "",
                user_id=one.user[:200],
            )
            for one in told.values()
            if one.account in known and one.contact not in edited
        ]
        upsert(rows, unique=["external_id"], kept=["sign_in_id", "timezone", "locale", "status"])


def _with_merged(accounts: Iterable[Account]) -> set[str]:
    """Their ids, and those of the accounts that are part of them: what is edited of those names them."""
    found = list(accounts)
    names = {account.external_id for account in found}
    while found:
        found = list(Account.objects.filter(merged_into__in=found))
        names |= {account.external_id for account in found}
    return names


def _edited(what: str, accounts: Collection[str]) -> set[str]:
    told = Change.objects.filter(kind__startswith=f"{what}.", account__in=list(accounts))
    return {str(data.get(what, "")) for data in told.values_list("data", flat=True)}


def _remove(accounts: Iterable[Account], edited: Collection[str]) -> None:
    rows = Contract.objects.filter(account__in=list(accounts)).exclude(external_id__in=edited)
    ids = list(rows.values_list("pk", flat=True))
    ContractLine.objects.filter(contract__in=ids).delete()
    Contract.objects.filter(pk__in=ids).delete()


def _taken(names: Collection[str]) -> set[str]:
    taken = set[str]()
    for some in batched(sorted(names), BATCH):
        found = Contract.objects.filter(external_id__in=some)
        taken |= set(found.values_list("external_id", flat=True))
    return taken


def _contract(name: str, account: Account, versions: Sequence[ObservedLine]) -> Contract:
    """From the first start to the last end, as last told of each line."""
    ends = [version.ends for version in {version.line: version for version in versions}.values()]
    return Contract(
        external_id=name,
        account=account,
        starts_on=min(version.starts for version in versions),
        ends_on=None if None in ends else max(end for end in ends if end),
    )


def _products(names: Collection[str]) -> dict[str, Product]:
    Product.objects.bulk_create([Product(name=name) for name in sorted(names)], ignore_conflicts=True)
    return {product.name: product for product in Product.objects.filter(name__in=names)}


def _line(line: ObservedLine, contract: Contract, products: dict[str, Product]) -> ContractLine:
    return ContractLine(
        contract=contract,
        line=line.line,
        product=products.get(line.product or ""),
        plan=line.plan,
        seats=line.seats,
        mrr=line.mrr,
        currency=line.currency,
        starts_on=line.starts,
        ends_on=line.ends,
        recorded_at=line.recorded.replace(tzinfo=UTC),
    )
