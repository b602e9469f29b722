"""T39: who runs a deal, by the table of domain.md 4.4; and a change needs a margin."""

from __future__ import annotations

from math import log10

import pytest

from aloft.decide.ownership import complexity, roles, side
from aloft.engagement.economy import Case, Complexity, Ownership
from aloft.engagement.expressions import Number
from aloft.engagement.model import Rule

OWNERSHIP = Ownership(
    Complexity(0.4, 0.3), 0.5, Rule(Number(0), "0", 1), "digital", "csm", "sales",  # type: ignore[arg-type]
    (Case(Complexity(0.4, 0.7), product="Insights", transaction="upsell"), Case(Complexity(0.8, 0.3), segment="large")),
)  # fmt: skip


def threshold(acv: float) -> float:
    return 0.5 - max(-0.3, min(0.3, 0.15 * log10(acv / 10_000)))


@pytest.mark.parametrize(
    ("service", "transaction", "acv", "owner"),
    [
        (0.15, 0.10, 600, "self_service"),
        (0.20, 0.20, 1_200, "self_service"),
        (0.40, 0.30, 5_000, "self_service"),
        (0.40, 0.30, 100_000, "csm"),
        (0.70, 0.20, 8_000, "csm"),
        (0.20, 0.70, 120_000, "sales"),
        (0.80, 0.90, 250_000, "both"),
    ],
)
def test_the_table_of_the_domain(service: float, transaction: float, acv: float, owner: str) -> None:
    assert side(Complexity(service, transaction), threshold(acv)) == owner


def test_a_change_needs_a_margin() -> None:
    assert side(Complexity(0.36, 0.1), 0.35) == "csm"
    assert side(Complexity(0.36, 0.1), 0.35, "self_service") == "self_service"
    assert side(Complexity(0.40, 0.1), 0.35, "self_service") == "csm"
    assert side(Complexity(0.31, 0.1), 0.35, "csm") == "csm"
    assert side(Complexity(0.29, 0.1), 0.35, "csm") == "self_service"
    assert side(Complexity(0.36, 0.38), 0.35, "both") == "both"


def test_the_first_case_that_fits_counts() -> None:
    assert complexity(OWNERSHIP, "upsell", "large", "Insights") == Complexity(0.4, 0.7)
    assert complexity(OWNERSHIP, "renewal", "large", "Insights") == Complexity(0.8, 0.3)
    assert complexity(OWNERSHIP, "renewal", "rest", None) == Complexity(0.4, 0.3)


def test_of_both_the_csm_is_accountable() -> None:
    assert [roles(OWNERSHIP, one) for one in ("self_service", "csm", "sales", "both")] == [  # type: ignore[arg-type]
        ("digital",),
        ("csm",),
        ("sales",),
        ("csm", "sales"),
    ]
