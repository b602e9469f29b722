"""The table of `domain.md` 6.3: what works with how much, and what is said of the rest."""

from __future__ import annotations

from aloft.measures.frame import naive
from aloft.measures.levels import KINDS, NEEDS, answerable, present
from tests.facts.timeline import at, changed, drained, recorded, tracked

NOW = naive(at("2026-06-01"))
EVERYTHING = dict.fromkeys(KINDS, 100)


def working(*kinds: str) -> list[str]:
    return [one.feature for one in answerable(dict.fromkeys(kinds, 100)) if one.works]


def test_nothing_works_with_nothing_and_everything_with_everything() -> None:
    assert working() == []
    assert working(*EVERYTHING) == list(NEEDS)


def test_accounts_with_mrr_are_tiered_and_have_no_health() -> None:
    assert working("accounts", "mrr") == [
        "Pareto, tiers and coverage", "Choice of engagement model and of ownership",
    ]  # fmt: skip


def test_contracts_bring_movements_and_the_runway() -> None:
    more = set(working("accounts", "mrr", "contracts")) - set(working("accounts", "mrr"))
    assert more == {
        "MRR movements, GRR and NRR",
        "Renewal runway and time-based moments",
        "Renewal forecast from base rates",
    }


def test_what_does_not_work_says_what_it_lacks() -> None:
    told = {one.feature: one.says for one in answerable({"accounts": 3})}
    assert told["Adoption and health from usage"] == "not available, because no usage event has arrived"
    assert told["MRR movements, GRR and NRR"] == (
        "not available, because no account has MRR and no contract with dates is known"
    )


def test_forty_nine_lost_accounts_are_too_few_for_a_churn_model() -> None:
    few, enough = ({**EVERYTHING, "churned": lost} for lost in (49, 50))
    feature = "Churn model, uplift, and value per hour"
    assert {one.feature: one.works for one in answerable(few)}[feature] is False
    assert {one.feature: one.works for one in answerable(enough)}[feature] is True


def test_the_store_is_counted_by_kind() -> None:
    store = drained(
        tracked(1, "2026-03-01T10:00", "ann", "acme"),
        tracked(2, "2026-03-01T10:00", "bob", "bolt", name="Ticket Opened"),
        changes=(
            changed(1, "2026-01-01", "contract.set", "acme", contract="c", signed=None, starts="2025-01-01",
                    ends="2026-01-01"),
            changed(2, "2026-01-01", "account.set", "bolt", fields={"mrr": 100}),
            recorded(3, "2026-02-01T10:00", "acme", "contacted"),
        ),
    )  # fmt: skip
    there = present(store.connection, NOW, ["Contacted"])
    assert {kind: count for kind, count in there.items() if count} == {
        "accounts": 2, "mrr": 1, "contracts": 1, "activities": 1, "usage": 1, "cases": 1, "churned": 1,
    }  # fmt: skip


def test_lines_told_by_files_are_contracts_with_dates() -> None:
    store = drained(
        tracked(1, "2026-03-01T10:00", "ann", "acme"),
        changes=(
            changed(1, "2026-01-01", "contract.line", "acme", contract="c", line="1", product="", plan="", seats=1,
                    mrr="100.00", currency="USD", starts="2025-01-01", ends="2026-01-01"),
        ),
    )  # fmt: skip
    there = present(store.connection, NOW)
    assert (there["contracts"], there["churned"]) == (1, 1)
