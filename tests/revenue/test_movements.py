from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from aloft.facts.drain import drain
from aloft.revenue.lines import mrr_on
from aloft.revenue.movements import Month, ledger, movements
from tests.facts.timeline import NOW, a_store, at, drained
from tests.revenue.test_lines import line

YEAR = (date(2026, 1, 1), date(2027, 1, 1))


def test_f2_the_worked_example_closes() -> None:
    store = drained(
        changes=(
            line(1, "90000", "2025-01-01", account="steady"),
            line(2, "4000", "2025-01-01", "2026-03-10", account="leaves"),
            line(3, "6000", "2025-01-01", account="shrinks"),
            line(4, "4000", "2026-03-05", account="shrinks"),
            line(5, "6000", "2026-03-06", account="steady", name="more"),
            line(6, "12000", "2026-03-07", account="fresh"),
            line(7, "500", "2024-01-01", "2025-01-01", account="back"),
            line(8, "1000", "2026-03-09", account="back", name="again"),
        )
    )
    assert ledger(store, date(2026, 3, 1), date(2026, 4, 1)) == [
        Month(
            month="2026-03", opening=Decimal(100_000), new=Decimal(12_000), reactivation=Decimal(1_000),
            expansion=Decimal(6_000), contraction=Decimal(2_000), churn=Decimal(4_000), closing=Decimal(113_000),
            customers=4,
        )
    ]  # fmt: skip


def test_t35_coming_back_is_reactivation_and_never_new() -> None:
    store = drained(
        changes=(
            line(1, "800", "2025-06-01", "2026-01-20"),
            line(2, "900", "2026-04-02", name="again", contract="c-2"),
        )
    )
    assert [(one.day, one.kind, one.amount) for one in movements(store, YEAR[1])] == [
        (date(2025, 6, 1), "new", 800),
        (date(2026, 1, 20), "churn", 800),
        (date(2026, 4, 2), "reactivation", 900),
    ]


def test_t37_losing_one_of_two_subscriptions_is_contraction() -> None:
    store = drained(
        changes=(line(1, "800", "2025-06-01"), line(2, "200", "2025-06-01", "2026-02-01", name="extra"))
    )
    assert [(one.day, one.kind, one.amount) for one in movements(store, YEAR[1])] == [
        (date(2025, 6, 1), "new", 1000),
        (date(2026, 2, 1), "contraction", 200),
    ]


def test_t19_the_expansion_of_an_amendment_belongs_to_the_month_from_which_it_holds() -> None:
    changes = (line(1, "5000", "2026-01-01"), line(2, "6000", "2026-02-01", when="2026-04-10T00:00"))
    then = a_store()
    drain(then, [], [one for one in changes if one.at <= at("2026-03-31T00:00")], NOW)
    february = ledger(drained(changes=changes), date(2026, 2, 1), date(2026, 3, 1))[0]
    assert (february.opening, february.expansion, february.closing) == (5000, 1000, 6000)
    february = ledger(then, date(2026, 2, 1), date(2026, 3, 1))[0]
    assert (february.opening, february.expansion, february.closing) == (5000, 0, 5000)


def test_a_contract_that_follows_on_the_day_the_last_one_ends_moves_nothing() -> None:
    store = drained(
        changes=(line(1, "800", "2025-06-01", "2026-06-01"), line(2, "800", "2026-06-01", contract="c-2"))
    )
    assert [one.kind for one in movements(store, YEAR[1])] == ["new"]


def test_a_fall_and_a_recovery_in_one_month_are_both_seen() -> None:
    store = drained(
        changes=(line(1, "800", "2026-01-01"), line(2, "500", "2026-02-05"), line(3, "800", "2026-02-20"))
    )
    (february,) = ledger(store, date(2026, 2, 1), date(2026, 3, 1))
    assert (february.opening, february.contraction, february.expansion, february.closing) == (
        800,
        300,
        300,
        800,
    )


amounts = st.integers(0, 3).map(lambda n: f"{n * 100}.10" if n else "0.00")
days = st.dates(date(2025, 10, 1), date(2026, 12, 31)).map(str)


@settings(max_examples=6, deadline=None)
@given(
    st.lists(
        st.tuples(amounts, days, st.none() | days, st.sampled_from("ab"), st.sampled_from("xy")),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_every_month_opens_where_the_last_one_closed(
    told: list[tuple[str, str, str | None, str, str]],
) -> None:
    store = drained(
        changes=tuple(
            line(seq, mrr, starts, ends, name=name, account=account)
            for seq, (mrr, starts, ends, account, name) in enumerate(told, 1)
        )
    )
    months = ledger(store, *YEAR)
    assert len(months) == 12
    for earlier, later in pairwise(months):
        assert later.opening == earlier.closing
    for month in months:
        gained = month.new + month.reactivation + month.expansion
        assert month.opening + gained - month.contraction - month.churn == month.closing
    assert months[-1].closing == sum((row.mrr or Decimal(0)) for row in mrr_on(store, date(2026, 12, 31)))
    assert months[-1].customers == sum(bool(row.mrr) for row in mrr_on(store, date(2026, 12, 31)))
    store.close()
