"""What the company's own systems know of its customers: accounts, contacts, consents, contracts, plans."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from aloft.demo.cast import BY
from aloft.demo.customers import SEED, Course, Customer
from aloft.demo.usage import tenth_user, user
from aloft.records.models import Account, Contact, Contract, ContractLine, Product
from aloft.records.services import (
    agree_plan,
    amend_line,
    set_account,
    set_consent,
    set_contact,
    set_contract,
    set_goal,
)

LEDGER, PAYROLL = "Ledger", "Payroll"
YEAR, NOTICE = timedelta(days=365), timedelta(days=60)
INDUSTRIES = ("food", "retail", "health", "manufacturing", "services", "leisure")
GIVEN = (
    "Ruth", "Tom", "Ines", "Jonas", "Mara", "Felix", "Nora", "Ben", "Leila", "Hugo", "Clara", "Sami",
    "Edith", "Noah", "Priya", "Oscar", "Lena", "Ivan", "Grace", "Mateo",
)  # fmt: skip
FAMILY = (
    "Palmer", "Ward", "Keller", "Lindholm", "Duarte", "Novak", "Byrne", "Fischer", "Aziz", "Moreau",
    "Stone", "Vogel", "Hayes", "Ibsen", "Costa", "Marsh", "Reiter", "Doyle", "Bauer", "Lowe",
)  # fmt: skip


def sign(customer: Customer, at: datetime) -> None:
    """All that is known of a customer with the signature."""
    chance = Random(f"{SEED}:{customer.external}:contract")  # noqa: S311
    account = set_account(
        external_id=customer.external,
        fields={
            "name": customer.name,
            "timezone": customer.place.zone,
            "country": customer.place.country,
            "city": customer.place.city,
            "industry": chance.choice(INDUSTRIES),
        },
        actor=BY,
        at=at,
    )
    if customer.tenth is not None and customer.tenth < at.date():
        went_live = tenth_user(customer)
        fields = {"went_live": went_live.date()}
        set_account(external_id=customer.external, fields=fields, actor=BY, at=at, valid=went_live)
    _contacts(customer, account, chance, at)
    _contract(customer, account, chance, at)


def _contacts(customer: Customer, account: Account, chance: Random, at: datetime) -> None:
    people = ("exec_sponsor", "champion", "admin") if customer.mrr >= 1700 else ("admin",)
    for number, persona in enumerate(people, 1):
        given, family = chance.choice(GIVEN), chance.choice(FAMILY)
        contact = set_contact(
            external_id=f"{customer.external}:{persona}",
            account=account,
            name=f"{given} {family}",
            email=f"{given}.{family}@{customer.external}.example",
            persona=persona,
            timezone=customer.place.zone,
            user_id="" if persona == "exec_sponsor" else user(customer, number),
            actor=BY,
            at=at,
        )
        set_consent(contact=contact, purpose="service", granted=True, basis="contract", actor=BY, at=at)
        wants = chance.random() < 0.6
        set_consent(contact=contact, purpose="marketing", granted=wants, basis="consent", actor=BY, at=at)


def _contract(customer: Customer, account: Account, chance: Random, at: datetime) -> None:
    contract = _until(customer, account, _end(customer, at.date()), at)
    add_on = Decimal(customer.mrr // 5) if customer.mrr >= 5000 else Decimal(0)
    _line(contract, customer, LEDGER, Decimal(customer.mrr) - add_on, at)
    if add_on:
        _line(contract, customer, PAYROLL, add_on, at)


def _until(customer: Customer, account: Account, ends_on: date, at: datetime) -> Contract:
    return set_contract(
        external_id=f"{customer.external}-1",
        account=account,
        signed_on=customer.starts,
        starts_on=customer.starts,
        ends_on=ends_on,
        auto_renew=True,
        notice_days=NOTICE.days,
        actor=BY,
        at=at,
    )


def _end(customer: Customer, day: date) -> date:
    """Up to when it is agreed on that day: the first anniversary for which notice can still be given."""
    ends = customer.starts + YEAR
    while ends - NOTICE <= day:
        ends += YEAR
    return ends


def renewals(customer: Customer, first: datetime, now: datetime) -> Iterator[datetime]:
    """When nobody gave notice within this time, and the contract went on for a year."""
    at = datetime.combine(_end(customer, first.date()) - NOTICE, time(12, 40), UTC)
    if at <= now:
        yield at


def renew(customer: Customer, at: datetime) -> None:
    account = Account.objects.get(external_id=customer.external)
    contract = _until(customer, account, _end(customer, at.date()), at)
    names = contract.lines.order_by("line").values_list("line", flat=True).distinct()
    for line in [contract.lines.filter(line=name).latest("recorded_at", "id") for name in names]:
        _version(contract, line, line.mrr, line.ends_on or line.starts_on, at)


def _line(contract: Contract, customer: Customer, product: str, mrr: Decimal, at: datetime) -> None:
    amend_line(
        contract=contract,
        line=product.lower(),
        product=Product.objects.get(name=product),
        plan="business" if customer.mrr >= 1700 else "starter",
        seats=customer.users + 5,
        mrr=mrr,
        starts_on=customer.starts,
        ends_on=contract.ends_on,
        actor=BY,
        at=at,
    )


def _version(contract: Contract, line: ContractLine, mrr: Decimal, starts: date, at: datetime) -> None:
    """A further version of a line, up to the contract's end."""
    amend_line(
        contract=contract,
        line=line.line,
        product=line.product,
        plan=line.plan,
        seats=line.seats,
        mrr=mrr,
        starts_on=starts,
        ends_on=contract.ends_on,
        actor=BY,
        at=at,
    )


def amend(customer: Customer, share: Decimal, at: datetime) -> None:
    """From that day the core line is worth `share` of what it was."""
    contract = Contract.objects.get(external_id=f"{customer.external}-1")
    line = contract.lines.filter(line=LEDGER.lower()).latest("recorded_at", "id")
    _version(contract, line, (line.mrr * share).quantize(Decimal(1)), at.date(), at)


def agree(customer: Customer, at: datetime, agreed_at: datetime) -> None:
    """The plan of a customer of before, with a goal that both measure."""
    account = Account.objects.get(external_id=customer.external)
    agree_plan(account=account, agreed_by=_sponsor(account), agreed_at=agreed_at, actor=BY, at=at)
    set_goal(
        account=account,
        title="Close the books sooner",
        value_metric="days_to_close",
        unit="days",
        better="down",
        baseline=9,
        target=4,
        starts_on=agreed_at.date(),
        due_on=agreed_at.date() + timedelta(days=365),
        actor=BY,
        at=at,
    )


def has_plan(customer: Customer) -> bool:
    """Of the customers of before: those who pay for attention, but for a few."""
    return customer.mrr >= 1700 and customer.course is not Course.QUIET and len(customer.name) % 5 != 0


def _sponsor(account: Account) -> Contact | None:
    return account.contacts.filter(persona="exec_sponsor").first()
