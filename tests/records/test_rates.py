from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from aloft.records.models import ExchangeRate
from aloft.records.services import Refused, set_rate
from tests.conftest import NOW
from tests.records.conftest import written

pytestmark = pytest.mark.django_db
TERMS: dict[str, Any] = {"into": "USD", "starts_on": date(2026, 1, 1), "actor": "cora", "at": NOW}


def test_a_rate_is_a_row_an_audit_entry_and_a_change_of_no_account() -> None:
    with written() as told:
        for _ in range(2):
            row = set_rate(currency="EUR", rate="1.08", **TERMS)
    data = {"currency": "EUR", "into": "USD", "starts": "2026-01-01", "rate": "1.08000000"}
    assert told.changes == [("rate.set", "", data)]
    assert told.audit == [("cora", "rate.set", f"exchangerate:{row.pk}")]


@pytest.mark.parametrize(
    ("currency", "rate", "problem"),
    [
        ("USD", 1, "into: it is USD as well"),
        ("EUR", 0, "rate: 0 is not above 0"),
        ("eur", 1, "unknown currency"),
    ],
)
def test_what_is_no_rate_is_refused(currency: str, rate: int, problem: str) -> None:
    with pytest.raises(Refused, match=problem):
        set_rate(currency=currency, rate=rate, **TERMS)
    assert not ExchangeRate.objects.exists()
