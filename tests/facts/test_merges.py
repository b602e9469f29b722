"""Accounts merged and taken apart again: what the store holds, as a function of what was told."""

from __future__ import annotations

from aloft.collect.inbox import Logged
from aloft.facts import relationships
from aloft.facts.changes import ChangeRow
from aloft.facts.drain import drain
from aloft.facts.store import FactStore
from tests.facts.timeline import NOW, a_store, changed, drained, grouped, picture, recorded, step, tracked

ENTRIES = (
    tracked(1, "2026-01-02T10:00", user="ann", account="acme"),
    tracked(2, "2026-01-03T10:00", user="bo", account="bolt", rows=3),
    tracked(3, "2026-01-04T10:00", user="bo"),
    grouped(4, "2026-01-04T11:00", "bo", "bolt", country="DE", mrr=100),
    tracked(5, "2026-01-05T23:30", user="bo", account="bolt"),
)


def line(seq: int, account: str, contract: str, mrr: str) -> ChangeRow:
    told = {"contract": contract, "line": "1", "product": None, "plan": "", "seats": None, "mrr": mrr}
    dates = {"currency": "USD", "starts": "2026-01-01", "ends": None}
    return changed(seq, "2026-01-01T00:00", "contract.line", account, **told, **dates)


BEFORE = (
    line(1, "acme", "a-1", "3000.00"),
    line(2, "bolt", "b-1", "2500.00"),
    recorded(3, "2026-01-06T10:00", "bolt", "contacted"),
)


def merged(seq: int, account: str, into: str, when: str = "2026-02-01T00:00") -> ChangeRow:
    return changed(seq, when, "account.merged", account, into=into)


def unmerged(seq: int, account: str, when: str = "2026-03-01T00:00") -> ChangeRow:
    return changed(seq, when, "account.unmerged", account)


def events_of(store: FactStore) -> dict[str, int]:
    rows = store.run(
        """SELECT a.external, sum(n)::INTEGER FROM day_count c JOIN account a ON a.id = c.account
        GROUP BY ALL ORDER BY 1"""
    )
    return dict(rows)


def mrr_of(store: FactStore) -> dict[str, str]:
    rows = store.run(
        """SELECT a.external, sum(mrr)::TEXT FROM contract_line l JOIN account a ON a.id = l.account
        GROUP BY ALL ORDER BY 1"""
    )
    return dict(rows)


def test_what_was_told_of_both_is_seen_under_the_one_that_stays() -> None:
    store = drained(*ENTRIES, changes=BEFORE)
    assert events_of(store) == {"acme": 1, "bolt": 4}

    done = step(store, changes=(merged(4, "bolt", "acme"),))

    assert events_of(store) == {"acme": 5}
    assert mrr_of(store) == {"acme": "5500.00"}
    assert store.run("SELECT count(DISTINCT app_user) FROM user_word") == [(2,)]
    assert {store.run("SELECT external FROM account WHERE id = ?", [one])[0][0] for one in done.rebuilt} == {
        "acme",
        "bolt",
    }


def test_fields_stay_with_the_account_that_they_were_told_of() -> None:
    store = drained(*ENTRIES, changes=(*BEFORE, merged(4, "bolt", "acme")))
    rows = store.run(
        "SELECT a.external, t.field, t.value FROM attribute t JOIN account a ON a.id = t.account ORDER BY 2"
    )
    assert rows == [("bolt", "country", '"DE"'), ("bolt", "mrr", "100")]


def test_what_comes_later_for_the_account_that_went_joins_the_other() -> None:
    store = drained(*ENTRIES, changes=(*BEFORE, merged(4, "bolt", "acme")))
    step(
        store,
        tracked(6, "2026-02-02T10:00", user="cy", account="bolt"),
        tracked(7, "2026-02-03T10:00", user="bo"),
    )
    assert events_of(store) == {"acme": 7}
    assert store.run("SELECT DISTINCT a.external FROM membership m JOIN account a ON a.id = m.account") == [
        ("acme",)
    ]


def test_coming_apart_again_gives_back_exactly_what_each_was_told() -> None:
    late = tracked(6, "2026-02-02T10:00", user="bo", account="bolt")
    apart = drained(*ENTRIES, late, changes=BEFORE)

    store = drained(*ENTRIES, changes=BEFORE)
    step(store, changes=(merged(4, "bolt", "acme"),))
    step(store, late)
    step(store, changes=(unmerged(5, "bolt"),))

    found, wanted = picture(store), picture(apart)
    assert found.pop("position") != wanted.pop("position")
    assert found == wanted


def test_an_account_may_be_merged_into_one_that_is_merged_later_and_each_comes_apart() -> None:
    third = tracked(6, "2026-01-08T10:00", user="cy", account="cask")
    store = drained(*ENTRIES, third, changes=(*BEFORE, merged(4, "bolt", "acme"), merged(5, "acme", "cask")))
    assert events_of(store) == {"cask": 6}
    step(store, changes=(unmerged(6, "acme"),))
    assert events_of(store) == {"acme": 5, "cask": 1}
    step(store, changes=(unmerged(7, "bolt"),))
    assert events_of(store) == {"acme": 1, "bolt": 4, "cask": 1}
    assert store.run("SELECT count(*) FROM absorbed") == [(0,)]


def test_a_store_that_is_drained_anew_holds_the_same_in_whatever_steps_it_came() -> None:
    late: tuple[Logged, ...] = (tracked(6, "2026-02-02T10:00", user="bo", account="bolt"),)
    changes = (*BEFORE, merged(4, "bolt", "acme"), recorded(5, "2026-02-04T10:00", "acme", "trained"))
    slowly = drained(*ENTRIES, changes=BEFORE)
    step(slowly, changes=changes[3:4])
    step(slowly, *late)
    step(slowly, changes=changes[4:])
    assert picture(slowly) == picture(drained(*ENTRIES, *late, changes=changes))


def test_days_are_those_of_the_account_that_stays() -> None:
    zoned = changed(9, "2026-01-01T00:00", "account.set", "acme", fields={"timezone": "Asia/Tokyo"})
    store = drained(*ENTRIES, changes=(*BEFORE, zoned, merged(10, "bolt", "acme")))
    at_night = "SELECT day - (DATE '2026-01-06' - DATE '1970-01-01') FROM event WHERE stream = 0 AND seq = 5"
    assert store.run(at_night) == [(0,)]
    step(store, changes=(unmerged(11, "bolt"),))
    assert store.run(at_night) == [(-1,)]


def test_relationships_follow_the_account_that_stays() -> None:
    store = a_store()
    relationships.keep(store)
    of_bolt = tracked(1, "2026-01-03T10:00", user="bo", account="bolt", product="Insights")
    of_acme = tracked(2, "2026-01-03T10:00", user="ann", account="acme")
    drain(store, [of_bolt, of_acme], (), NOW)
    of_parts = """SELECT w.external, a.product, count(e.seq)::INTEGER FROM account a JOIN account w ON w.id = a.whole
        LEFT JOIN event e ON e.account = a.id GROUP BY ALL ORDER BY ALL"""
    assert store.run(of_parts) == [("bolt", "Insights", 1)]
    step(store, changes=(merged(1, "bolt", "acme"),))
    assert store.run(of_parts) == [("acme", "Insights", 1), ("bolt", "Insights", 0)]
    step(store, changes=(unmerged(2, "bolt"),))
    assert store.run(of_parts) == [("acme", "Insights", 0), ("bolt", "Insights", 1)]
