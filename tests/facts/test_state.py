from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

from aloft.facts.compact import compact
from aloft.facts.keep import Kept, keep
from aloft.facts.rebuild import rebuild
from aloft.facts.state import number_of
from aloft.facts.store import FactStore, StoreError
from tests.facts.test_drain import counts
from tests.facts.timeline import drained, grouped, picture, step, tracked

URGENT = Kept("day", ("Ticket Opened",), "json_extract_string(properties, '$.priority') = 'urgent'")
CREATORS = Kept("word", ("User Created", "User Invited"))
ANYTHING = Kept("day")


def tickets() -> FactStore:
    return drained(
        tracked(1, "2026-03-02T09:00", "ann", "acme", name="Ticket Opened", priority="urgent"),
        tracked(2, "2026-03-02T10:00", "ann", "acme", name="Ticket Opened", priority="low"),
        tracked(3, "2026-03-03T10:00", "ann", "acme", name="User Created", priority="urgent"),
        tracked(4, "2026-03-03T10:00", "stranger", name="User Created"),
        grouped(5, "2026-03-03T10:00", "ann", "acme", name="Acme"),
    )


def kept_counts(store: FactStore, definition: Kept) -> list[tuple[int, int]]:
    sql = "SELECT day, sum(n)::BIGINT FROM kept_day WHERE digest = ? GROUP BY day ORDER BY day"
    return [tuple(row) for row in store.run(sql, [definition.digest])]


def test_a_new_definition_is_filled_from_the_past_and_kept_from_then_on() -> None:
    store = tickets()
    keep(store, [URGENT, ANYTHING])
    assert kept_counts(store, URGENT) == [(20514, 1)]
    assert kept_counts(store, ANYTHING) == [(20514, 2), (20515, 1)]
    step(store, tracked(6, "2026-03-03T11:00", "bob", "acme", name="Ticket Opened", priority="urgent"))
    assert kept_counts(store, URGENT) == [(20514, 1), (20515, 1)]
    assert kept_counts(store, ANYTHING) == [(20514, 2), (20515, 2)]


def test_users_of_named_events_have_words_of_their_own() -> None:
    store = tickets()
    keep(store, [CREATORS])
    assert store.run("SELECT block, word FROM kept_word") == [(320, 1 << 35)]
    step(store, tracked(6, "2026-03-04T11:00", "bob", "acme", name="User Invited"))
    step(store, tracked(7, "2026-03-04T12:00", "cyd", "acme", name="Signed In"))
    assert store.run("SELECT block, word FROM kept_word ORDER BY word") == [(320, 1 << 35), (320, 1 << 36)]


def test_a_definition_of_an_event_never_seen_keeps_nothing_until_it_comes() -> None:
    store = drained(tracked(1, "2026-03-02T09:00", "ann", "acme"))
    keep(store, [CREATORS, URGENT])
    assert store.run("SELECT digest FROM kept_word UNION ALL SELECT digest FROM kept_day") == []
    step(store, tracked(2, "2026-03-03T10:00", "ann", "acme", name="User Created"))
    assert store.run("SELECT count(*) FROM kept_word") == [(1,)]


def test_a_gone_definition_leaves_nothing_and_the_others_alone() -> None:
    store = tickets()
    keep(store, [URGENT, CREATORS])
    before = store.run("SELECT * FROM kept_day")
    keep(store, [URGENT])
    assert store.run("SELECT * FROM kept_word") == []
    assert store.run("SELECT digest FROM kept") == [(URGENT.digest,)]
    assert store.run("SELECT * FROM kept_day") == before


def test_rebuilding_from_raw_changes_nothing() -> None:
    store = tickets()
    keep(store, [URGENT, CREATORS, ANYTHING])
    before = picture(store)
    rebuild(store, store.integers("SELECT id FROM account"))
    assert picture(store) == before


def test_rebuilding_mends_state_that_is_wrong() -> None:
    store = tickets()
    before = picture(store)
    store.run("DELETE FROM user_word")
    store.run("UPDATE day_count SET n = n + 1")
    store.run("UPDATE event SET day = 0 WHERE account IS NOT NULL")
    rebuild(store, store.integers("SELECT id FROM account"))
    assert picture(store) == before


def test_compacting_folds_rows_and_changes_nothing_that_is_read() -> None:
    store = tickets()
    keep(store, [URGENT, CREATORS, ANYTHING])
    for seq in range(6, 16):
        step(store, tracked(seq, "2026-03-03T11:00", "ann", "acme", name="User Created"))
    before = picture(store)
    assert store.run("SELECT count(*) FROM day_count") == [(12,)]
    assert compact(store, minimum=3) == ("day_count", "user_word", "arrival", "kept_day", "kept_word")
    assert store.run("SELECT count(*) FROM day_count") == [(2,)]
    assert picture(store) == before


def test_compacting_waits_until_the_rows_outgrow_what_they_say() -> None:
    store = tickets()
    assert compact(store) == ()
    compact(store, minimum=0)
    assert compact(store, minimum=0) == ()
    for seq in range(6, 9):
        step(store, tracked(seq, "2026-03-03T11:00", "ann", "acme", name="User Created"))
    assert compact(store, minimum=0) == ("day_count", "user_word", "arrival")
    assert counts(store) == [
        ("acme", "Ticket Opened", "2026-03-02", 2),
        ("acme", "User Created", "2026-03-03", 4),
    ]


def test_another_home_zone_gives_other_days_to_those_without_one(tmp_path: Path) -> None:
    with FactStore.open(tmp_path / "facts.duckdb") as store:
        step(
            store,
            tracked(1, "2026-03-31T23:30", "ann", "acme"),
            grouped(2, "2026-03-31T23:30", "bob", "bolt", timezone="America/Los_Angeles"),
            tracked(3, "2026-03-31T23:30", "bob", "bolt"),
            tracked(4, "2026-03-31T23:30", "stranger"),
        )
    with FactStore.open(tmp_path / "facts.duckdb", home_zone="Asia/Tokyo") as store:
        assert counts(store) == [
            ("acme", "Signed In", "2026-04-01", 1),
            ("bolt", "Signed In", "2026-03-31", 1),
        ]
        assert store.run("SELECT day FROM event WHERE account IS NULL") == [(20544,)]


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    with FactStore.open(tmp_path / "facts.duckdb") as store:
        store.run("UPDATE store_version SET version = 99")
    with pytest.raises(StoreError, match="version 99"):
        FactStore.open(tmp_path / "facts.duckdb")


def test_an_unknown_home_zone_is_refused() -> None:
    with pytest.raises(StoreError, match="Mars/Olympus"):
        FactStore.open(":memory:", home_zone="Mars/Olympus")


@pytest.mark.parametrize(
    "text",
    [
        "12", "-0.5", "1e3", "2.5E-3", "0.0000005", "0.00000049", "-0.0000005", "999999999999", "1e12", "1e17",
        "999999999999.9999994", "999999999999.9999995", "123456789012345678", "0.12345678901234567890",
        "1.60000363515276457736e+12", "46174751392.95798665900640995705e2",
    ],
)  # fmt: skip
def test_a_text_is_the_number_that_it_holds_to_six_decimals_however_long_it_is(text: str) -> None:
    exactly = Decimal(text).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)
    assert number(text) == exactly


@pytest.mark.parametrize(
    "text", [None, "", "-", "many", "1e18", "-1e18", "1.2.3", "1000000000000000000", "nan", "true"]
)
def test_a_text_that_holds_no_number_or_one_too_large_is_none(text: str | None) -> None:
    assert number(text) is None


def number(text: str | None) -> Decimal | None:
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT {number_of('said')} FROM (SELECT $said::TEXT AS said)", {"said": text}
        )
        return found.fetchall()[0][0]
