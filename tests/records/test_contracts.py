from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from aloft.records.models import Account, Contract, ContractLine
from aloft.records.selectors import lines_in_force
from aloft.records.services import Refused, amend_line, pause_line, set_account, set_contract, set_product
from tests.conftest import NOW
from tests.records.conftest import written

JANUARY, JULY = date(2026, 1, 1), date(2026, 7, 1)


@pytest.fixture
def contract(account: Account) -> Contract:
    return set_contract(external_id="k-1", account=account, starts_on=JANUARY, actor="cora", at=NOW)


def test_a_contract_is_a_row_an_audit_entry_and_a_change(account: Account) -> None:
    with written() as told:
        for _ in range(2):
            contract = set_contract(
                external_id="k-1",
                account=account,
                signed_on=date(2025, 12, 1),
                starts_on=JANUARY,
                ends_on=JULY,
                actor="cora",
                at=NOW,
            )

    contract.refresh_from_db()
    assert (contract.account, contract.starts_on, contract.ends_on) == (account, JANUARY, JULY)
    data = {"contract": "k-1", "signed": "2025-12-01", "starts": "2026-01-01", "ends": "2026-07-01"}
    assert told.changes == [("contract.set", "acme", data)]
    assert told.audit == [("cora", "contract.set", f"contract:{contract.pk}")]


def test_a_contract_ends_after_it_starts(account: Account) -> None:
    with written() as told, pytest.raises(Refused, match="ends_on: 2026-01-01 is not after 2026-01-01"):
        set_contract(
            external_id="k-1", account=account, starts_on=JANUARY, ends_on=JANUARY, actor="c", at=NOW
        )

    assert (told.changes, told.audit) == ([], [])
    assert not Contract.objects.exists()


def test_a_contract_stays_with_its_account(contract: Contract, other_account: Account) -> None:
    with written() as told, pytest.raises(Refused, match="the contract 'k-1' is with 'acme'"):
        set_contract(external_id="k-1", account=other_account, starts_on=JULY, actor="c", at=NOW)

    assert told.changes == []


def test_a_product_is_a_row_and_an_audit_entry(db: None) -> None:
    with written() as told:
        set_product(name="Insights", is_core=False, actor="cora", at=NOW)
        product = set_product(name="Insights", is_core=False, actor="cora", at=NOW)

    assert not product.is_core
    assert told.audit == [("cora", "product.set", f"product:{product.pk}")]
    assert told.changes == []


def test_an_amendment_is_a_further_version(contract: Contract) -> None:
    product = set_product(name="Insights", actor="cora", at=NOW)
    later = NOW + timedelta(days=10)
    with written() as told:
        given: dict[str, Any] = {"contract": contract, "line": "l-1", "product": product, "actor": "cora"}
        amend_line(**given, mrr="800", seats=40, starts_on=JANUARY, at=NOW)
        amend_line(**given, mrr="900.50", seats=40, starts_on=JANUARY, at=later)
        amend_line(**given, mrr=Decimal("900.5"), seats=40, starts_on=JANUARY, at=later)

    assert list(contract.lines.values_list("mrr", "recorded_at")) == [
        (Decimal("800.00"), NOW),
        (Decimal("900.50"), later),
    ]
    first = {
        "contract": "k-1",
        "line": "l-1",
        "product": "Insights",
        "plan": "",
        "seats": 40,
        "mrr": "800.00",
        "currency": "USD",
        "starts": "2026-01-01",
        "ends": None,
    }
    assert told.changes == [
        ("contract.line", "acme", first),
        ("contract.line", "acme", {**first, "mrr": "900.50"}),
    ]
    assert told.audit == [("cora", "contract.line", f"contract:{contract.pk}")] * 2
    assert told.payloads[1] == {"line": "l-1", "before": {"mrr": "800.00"}, "after": {"mrr": "900.50"}}


def test_what_was_known_of_a_line_stays_known(contract: Contract) -> None:
    given: dict[str, Any] = {"contract": contract, "line": "l-1", "starts_on": JANUARY, "actor": "cora"}
    amend_line(**given, mrr=800, at=NOW)
    amend_line(**given, mrr=900, at=NOW + timedelta(days=10))

    assert [line.mrr for line in lines_in_force(contract)] == [900]
    assert [line.mrr for line in lines_in_force(contract, NOW + timedelta(days=9))] == [800]
    assert lines_in_force(contract, NOW - timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mrr": "1.005"}, "mrr: 1.005 has more than 2 decimal places"),
        ({"mrr": "much"}, "mrr: 'much' is not a number"),
        ({"mrr": "NaN"}, "mrr: 'NaN' is not a number"),
        ({"mrr": "1e12"}, "mrr: 1e12 is too large"),
        ({"mrr": 1, "currency": "Euro"}, "currency: unknown currency 'Euro'"),
        ({"mrr": 1, "seats": -1}, "seats: it is negative"),
        ({"mrr": 1, "ends_on": JANUARY}, "ends_on: 2026-01-01 is not after"),
    ],
)
def test_a_wrong_line_is_refused_and_writes_nothing(
    contract: Contract, given: dict[str, Any], words: str
) -> None:
    with written() as told, pytest.raises(Refused, match=words):
        amend_line(contract=contract, line="l-1", starts_on=JANUARY, actor="cora", at=NOW, **given)

    assert (told.changes, told.audit) == ([], [])
    assert not ContractLine.objects.exists()


AMENDMENTS = st.lists(
    st.tuples(
        st.sampled_from(["l-1", "l-2"]),
        st.decimals(min_value=-1000, max_value=10**6, places=2),
        st.integers(min_value=-5, max_value=5),  # hours: the clock may be set back
    ),
    max_size=12,
)


class AnySequenceOfAmendments(TestCase):
    @settings(deadline=None)
    @given(AMENDMENTS)
    def test_leaves_the_last_recorded_version_in_force(self, told: list[tuple[str, Decimal, int]]) -> None:
        account = set_account(external_id="acme", fields={}, actor="tests", at=NOW)
        contract = set_contract(external_id="k-1", account=account, starts_on=JANUARY, actor="tests", at=NOW)
        for line, mrr, hours in told:
            amend_line(
                contract=contract,
                line=line,
                mrr=mrr,
                starts_on=JANUARY,
                actor="tests",
                at=NOW + timedelta(hours=hours),
            )

        last = {line: mrr for line, mrr, _hours in told}
        assert {version.line: version.mrr for version in lines_in_force(contract)} == last


def test_steps_agreed_beforehand_are_told_in_order_within_the_line(contract: Contract) -> None:
    terms: dict[str, Any] = {"contract": contract, "line": "base", "mrr": 100, "starts_on": JANUARY}
    with written() as told:
        amend_line(**terms, uplifts=[(JULY, "105.00")], actor="cora", at=NOW)
    assert told.changes[0][2]["uplifts"] == [["2026-07-01", "105.00"]]
    with written() as told:
        for days, problem in [([JANUARY], "does not lie within"), ([JULY, JULY], "is not after 2026-07-01")]:
            with pytest.raises(Refused, match=problem):
                amend_line(**terms, uplifts=[(day, 105) for day in days], actor="cora", at=NOW)
        with pytest.raises(Refused, match="Give a day between 2026-01-01 and 2026-07-01"):
            amend_line(**terms, ends_on=JULY, uplifts=[(JULY, 105)], actor="cora", at=NOW)
    assert told.changes == []


def test_a_line_is_paused_and_resumed(contract: Contract) -> None:
    amend_line(contract=contract, line="base", mrr=100, starts_on=JANUARY, actor="cora", at=NOW)
    with written() as told:
        for ends_on in (None, None, JULY):
            pause_line(
                contract=contract,
                line="base",
                starts_on=date(2026, 5, 1),
                ends_on=ends_on,
                actor="cora",
                at=NOW,
            )
    data = {"contract": "k-1", "line": "base", "starts": "2026-05-01"}
    assert told.changes == [
        ("contract.pause", "acme", {**data, "ends": None}),
        ("contract.pause", "acme", {**data, "ends": "2026-07-01"}),
    ]
    assert told.audit == [("cora", "contract.pause", f"contract:{contract.pk}")] * 2


def test_a_pause_needs_a_line_and_room(contract: Contract) -> None:
    amend_line(contract=contract, line="base", mrr=100, starts_on=JANUARY, actor="cora", at=NOW)
    pause_line(contract=contract, line="base", starts_on=JANUARY, ends_on=JULY, actor="cora", at=NOW)
    with written() as told:
        for terms, problem in [
            ({"line": "other", "starts_on": JULY}, "the contract has no line 'other'"),
            ({"line": "base", "starts_on": date(2026, 6, 30)}, "the line is paused from 2026-01-01 already"),
            ({"line": "base", "starts_on": JULY, "ends_on": JANUARY}, "2026-01-01 is before 2026-07-01"),
        ]:
            with pytest.raises(Refused, match=problem):
                pause_line(contract=contract, actor="cora", at=NOW, **terms)
    assert (told.changes, told.audit) == ([], [])


def test_a_pause_that_was_taken_back_is_in_nobodys_way(contract: Contract) -> None:
    amend_line(contract=contract, line="base", mrr=100, starts_on=JANUARY, actor="cora", at=NOW)
    may = date(2026, 5, 1)
    for ends_on in (None, may):
        pause_line(contract=contract, line="base", starts_on=may, ends_on=ends_on, actor="cora", at=NOW)
    pause_line(contract=contract, line="base", starts_on=JANUARY, ends_on=JULY, actor="cora", at=NOW)
    assert contract.pauses.count() == 2
