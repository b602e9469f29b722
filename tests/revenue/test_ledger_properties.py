"""Whatever versions, pauses, steps and rates there are: the SQL counts as plain Python does, and closes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aloft.facts.changes import ChangeRow
from aloft.facts.drain import drain
from aloft.revenue.conventions import Basis, Contracts, EndDay, convention
from aloft.revenue.movements import KINDS, ledger
from aloft.revenue.retention import retention
from tests.facts.timeline import NOW, a_store
from tests.revenue import reference
from tests.revenue.reference import Company, Pause, Version
from tests.revenue.test_lines import line, paused, rate

FIRST, BEFORE = date(2026, 1, 1), date(2026, 7, 20)
GRACE = 20
RATES = {
    "USD": [(date(2020, 1, 1), Decimal(1))],
    "EUR": [
        (date(2020, 1, 1), Decimal("1.1")),
        (date(2026, 2, 11), Decimal("1.2345")),
        (date(2026, 5, 1), Decimal("0.98765432")),
    ],
}

days = st.dates(date(2025, 10, 1), date(2026, 8, 15))
amounts = st.sampled_from(["0.00", "100.10", "200.00", "333.33"]).map(Decimal)


@st.composite
def versions(draw: st.DrawFn) -> Version:
    starts = draw(days)
    ends = draw(st.none() | st.integers(1, 200).map(lambda n: starts + timedelta(days=n)))
    steps = draw(
        st.lists(st.tuples(st.integers(1, 120), amounts), max_size=2, unique_by=lambda step: step[0])
    )
    dated = sorted((starts + timedelta(days=after), mrr) for after, mrr in steps)
    return Version(
        seq=0,
        account=draw(st.sampled_from("ab")),
        line=draw(st.sampled_from("xyz")),
        currency=draw(st.sampled_from(["USD", "USD", "EUR"])),
        mrr=draw(amounts),
        starts=starts,
        ends=ends,
        uplifts=tuple(step for step in dated if ends is None or step[0] < ends),
    )


@st.composite
def companies(draw: st.DrawFn) -> Company:
    told = draw(st.lists(versions(), min_size=1, max_size=8))
    pauses = draw(
        st.lists(
            st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), days, st.none() | st.integers(0, 90)),
            max_size=2,
            unique_by=lambda one: one[:3],
        )
    )
    numbered = [Version(**{**vars(one), "seq": seq}) for seq, one in enumerate(told, 1)]
    stopped = [
        Pause(account, name, starts, None if length is None else starts + timedelta(days=length))
        for account, name, starts, length in pauses
    ]
    return Company(numbered, stopped, RATES)


def changes(company: Company) -> list[ChangeRow]:
    seq = count(len(company.versions) + 1)
    lines = [
        line(
            one.seq,
            str(one.mrr),
            str(one.starts),
            str(one.ends) if one.ends else None,
            name=one.line,
            account=one.account,
            currency=one.currency,
            uplifts=[[str(day), str(mrr)] for day, mrr in one.uplifts],
        )
        for one in company.versions
    ]
    stops = [
        paused(next(seq), str(one.starts), str(one.ends) if one.ends else None, one.line, one.account)
        for one in company.pauses
    ]
    worths = [rate(next(seq), "EUR", str(since), str(worth)) for since, worth in RATES["EUR"]]
    return [*lines, *stops, *worths]


@pytest.mark.slow
@pytest.mark.parametrize("end_day", ["exclusive", "included"])
@pytest.mark.parametrize("contracts", ["all", "latest"])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(company=companies())
def test_the_ledger_and_retention_are_those_of_plain_counting(
    contracts: Contracts, end_day: EndDay, company: Company
) -> None:
    named = convention(contracts, end_day, GRACE)
    basis = Basis(named, currency="USD")
    with a_store() as store:
        drain(store, [], changes(company), NOW)
        months = ledger(store, FIRST, BEFORE, basis)
        kept = retention(store, FIRST, BEFORE, basis)
    assert all(month.closes() for month in months)
    assert all(earlier.closing == later.opening for earlier, later in pairwise(months))
    for month, sums in zip(months, reference.ledger(company, named, FIRST, BEFORE), strict=True):
        assert (month.opening, month.closing, month.customers) == (sums.opening, sums.closing, sums.customers)
        for kind in (*KINDS, "fx"):
            assert getattr(month, kind) == sums.moved.get(kind, 0), (month.month, kind)
    last = kept[-1]
    assert vars(last.one) == vars(reference.retained(company, named, date(2026, 6, 30), date(2026, 7, 19)))
    assert vars(kept[3].one) == vars(reference.retained(company, named, date(2026, 3, 31), date(2026, 4, 30)))
