"""Two accounts that turn out to be one customer: the ledger knows of one, then and before (T21)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from aloft.facts.changes import ChangeRow
from aloft.revenue.movements import ledger, movements
from aloft.revenue.retention import retention
from tests.facts.timeline import changed, drained, step
from tests.revenue.test_lines import line

BEFORE = (
    line(1, "3000", "2025-03-01", account="acme"),
    line(2, "2500", "2025-06-01", account="bolt", contract="b"),
)
MAY = (date(2026, 5, 1), date(2026, 6, 1))


def merged(seq: int) -> ChangeRow:
    return changed(seq, "2026-05-01T00:00", "account.merged", "bolt", into="acme")


def test_t21_nothing_is_new_nothing_is_lost_and_retention_is_unchanged() -> None:
    store = drained(changes=(*BEFORE, merged(3)))
    (may,) = ledger(store, *MAY)
    assert (may.opening, may.closing, may.customers, may.lost) == (5500, 5500, 1, 0)
    assert (may.new, may.churn, may.expansion, may.contraction) == (0, 0, 0, 0)
    (kept,) = retention(store, *MAY)
    assert (kept.one.nrr, kept.one.grr, kept.year.logo_churn) == (1, 1, 0)


def test_as_one_customer_its_second_contract_was_an_expansion() -> None:
    store = drained(changes=(*BEFORE, merged(3)))
    told = [(one.account, one.day, one.kind, one.amount) for one in movements(store, date(2026, 6, 1))]
    assert told == [
        ("acme", date(2025, 3, 1), "new", Decimal(3000)),
        ("acme", date(2025, 6, 1), "expansion", Decimal(2500)),
    ]


def test_apart_again_each_has_its_own_history() -> None:
    store = drained(changes=(*BEFORE, merged(3)))
    step(store, changes=(changed(4, "2026-05-03T00:00", "account.unmerged", "bolt"),))
    assert movements(store, date(2026, 6, 1)) == movements(drained(changes=BEFORE), date(2026, 6, 1))
