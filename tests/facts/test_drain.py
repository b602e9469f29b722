from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from aloft.facts.drain import drain
from aloft.facts.store import FactStore
from tests.facts.timeline import NOW, a_store, at, changed, drained, grouped, picture, recorded, step, tracked

EPOCH = date(1970, 1, 1)


def counts(store: FactStore) -> list[tuple[str, str, str, int]]:
    rows = store.run(
        """SELECT a.external, e.name, strftime(DATE '1970-01-01' + c.day, '%Y-%m-%d'), sum(c.n)::BIGINT
        FROM day_count c JOIN account a ON a.id = c.account JOIN event_name e ON e.id = c.name
        GROUP BY ALL ORDER BY ALL"""
    )
    return [tuple(row) for row in rows]


def active_days(store: FactStore, account: str, user: str) -> list[str]:
    rows = store.run(
        """SELECT block, bit_or(word) FROM user_word w JOIN account a ON a.id = w.account
        JOIN app_user u ON u.id = w.app_user WHERE a.external = ? AND u.external = ?
        GROUP BY block ORDER BY 1""",
        [account, user],
    )
    days = [block * 64 + bit for block, word in rows for bit in range(64) if (word >> bit) & 1]
    return [str(date.fromordinal(EPOCH.toordinal() + day)) for day in days]


def test_an_event_that_names_its_account_is_counted_there_on_its_day() -> None:
    store = drained(tracked(1, "2026-03-02T09:00", "ann", "acme", name="Report Exported"))
    assert counts(store) == [("acme", "Report Exported", "2026-03-02", 1)]
    assert active_days(store, "acme", "ann") == ["2026-03-02"]


def test_pre_aggregated_events_count_as_often_as_they_say() -> None:
    store = drained(
        tracked(1, "2026-03-02T09:00", "", "acme", times=8), tracked(2, "2026-03-02T10:00", "", "acme")
    )
    assert counts(store) == [("acme", "Signed In", "2026-03-02", 9)]
    # On the second of March somebody was active, and nobody knows how many: bit 34 of block 320.
    assert store.run("SELECT app_user, block, word FROM user_word") == [(None, 320, 1 << 34)]


def test_a_count_of_one_names_nobody_either_while_an_event_of_the_wire_may_be_a_machine_s() -> None:
    store = drained(tracked(1, "2026-03-02T09:00", "", "acme", kind="tally", name="Signed In"))
    assert counts(store) == [("acme", "Signed In", "2026-03-02", 1)]
    assert store.run("SELECT app_user, block, word FROM user_word") == [(None, 320, 1 << 34)]
    assert drained(tracked(1, "2026-03-02T09:00", "", "acme")).run("SELECT * FROM user_word") == []


def test_who_someone_is_counts_as_nobodys_activity() -> None:
    store = drained(
        tracked(1, "2026-03-02T09:00", "ann", "acme", kind="identify", email="a@ex.test"),
        grouped(2, "2026-03-02T09:01", "ann", "acme", name="Acme"),
    )
    assert counts(store) == []
    assert active_days(store, "acme", "ann") == []
    assert store.run("SELECT count(*) FROM event") == [(2,)]


@pytest.mark.parametrize(
    ("zone", "day"), [("Asia/Tokyo", "2026-04-01"), ("America/Los_Angeles", "2026-03-31"), ("", "2026-03-31")]
)
def test_t8_the_day_is_the_accounts(zone: str, day: str) -> None:
    told = {"timezone": zone} if zone else {}
    store = drained(
        grouped(1, "2026-01-01T00:00", "ann", "acme", **told), tracked(2, "2026-03-31T23:30", "ann", "acme")
    )
    assert counts(store) == [("acme", "Signed In", day, 1)]
    assert active_days(store, "acme", "ann") == [day]


def test_an_account_without_a_zone_lives_at_home() -> None:
    store = drained(tracked(1, "2026-03-31T23:30", "ann", "acme"), home_zone="Asia/Tokyo")
    assert counts(store) == [("acme", "Signed In", "2026-04-01", 1)]


def test_a_zone_nobody_knows_leaves_the_account_at_home() -> None:
    store = drained(
        grouped(1, "2026-01-01T00:00", "ann", "acme", timezone="Mars/Olympus"),
        tracked(2, "2026-03-31T23:30", "ann", "acme"),
    )
    assert store.run("SELECT zone FROM account") == [("",)]
    assert counts(store) == [("acme", "Signed In", "2026-03-31", 1)]


def test_days_follow_when_the_zone_changes() -> None:
    store = drained(
        tracked(1, "2026-03-31T23:30", "ann", "acme"), tracked(2, "2026-03-31T23:30", "bob", "bolt")
    )
    done = step(
        store,
        changes=(changed(1, "2026-05-01T00:00", "account.set", "acme", fields={"timezone": "Asia/Tokyo"}),),
    )
    assert counts(store) == [("acme", "Signed In", "2026-04-01", 1), ("bolt", "Signed In", "2026-03-31", 1)]
    assert active_days(store, "acme", "ann") == ["2026-04-01"]
    assert done.rebuilt == done.touched == store.integers("SELECT id FROM account WHERE external = 'acme'")


def test_a_zone_that_holds_from_a_later_instant_waits_for_it() -> None:
    store = a_store()
    moves = changed(
        1,
        "2026-03-01T00:00",
        "account.set",
        "acme",
        fields={"timezone": "Asia/Tokyo"},
        valid="2026-05-01T00:00:00Z",
    )
    drain(store, [tracked(1, "2026-03-31T23:30", "ann", "acme")], [moves], at("2026-04-02T00:00"))
    assert counts(store) == [("acme", "Signed In", "2026-03-31", 1)]
    drain(store, [], [], at("2026-05-01T00:00"))
    assert counts(store) == [("acme", "Signed In", "2026-04-01", 1)]


def test_clearing_the_zone_brings_the_account_home() -> None:
    store = drained(
        tracked(1, "2026-03-31T23:30", "ann", "acme"),
        changes=(
            changed(1, "2026-01-01T00:00", "account.set", "acme", fields={"timezone": "Asia/Tokyo"}),
            changed(2, "2026-01-02T00:00", "account.set", "acme", fields={"timezone": None}),
        ),
    )
    assert counts(store) == [("acme", "Signed In", "2026-03-31", 1)]


def test_days_before_1970_and_the_sign_bit_are_days_like_others() -> None:
    store = drained(
        tracked(1, "1969-12-31T12:00", "ann", "acme"),
        tracked(2, "1970-03-05T12:00", "ann", "acme"),  # day 63: the sign bit of block 0
        tracked(3, "1970-03-06T12:00", "ann", "acme"),
    )
    assert active_days(store, "acme", "ann") == ["1969-12-31", "1970-03-05", "1970-03-06"]
    assert store.run("SELECT DISTINCT block FROM user_word ORDER BY 1") == [(-1,), (0,), (1,)]


def test_t16_an_id_is_counted_once_and_the_first_is_kept() -> None:
    store = a_store()
    first = tracked(1, "2026-03-02T09:00", "ann", "acme", id="e-1", rows=12)
    same = tracked(2, "2026-03-02T09:00", "ann", "acme", id="e-1", rows=12)
    other = tracked(3, "2026-03-02T09:00", "ann", "acme", id="e-1", rows=99)
    done = step(store, first, same, other)
    assert (done.events, done.duplicates, done.conflicts) == (1, 2, (("product", "e-1"),))
    assert store.run("SELECT seq, properties FROM event") == [(1, '{"rows": 12}')]
    assert counts(store) == [("acme", "Signed In", "2026-03-02", 1)]


def test_an_id_is_refused_however_late_it_comes_again() -> None:
    store = drained(tracked(1, "2026-03-02T09:00", "ann", "acme", id="e-1", rows=12))
    again = step(store, tracked(2, "2027-03-02T09:00", "ann", "acme", id="e-1", rows=12))
    other = step(store, tracked(3, "2028-03-02T09:00", "ann", "acme", id="e-1", rows=99))
    assert (again.events, again.duplicates, again.conflicts) == (0, 1, ())
    assert (other.events, other.duplicates, other.conflicts) == (0, 1, (("product", "e-1"),))
    assert counts(store) == [("acme", "Signed In", "2026-03-02", 1)]


def test_the_same_id_of_another_source_is_another_event() -> None:
    store = drained(
        tracked(1, "2026-03-02T09:00", "ann", "acme", id="e-1"),
        tracked(2, "2026-03-02T09:00", "ann", "acme", id="e-1", source="helpdesk"),
    )
    assert counts(store) == [("acme", "Signed In", "2026-03-02", 2)]


def test_what_was_drained_is_passed_over() -> None:
    entries = [tracked(1, "2026-03-02T09:00", "ann", "acme"), tracked(2, "2026-03-02T10:00", "ann", "acme")]
    changes = [recorded(1, "2026-03-03T10:00", "acme", "contacted")]
    store = a_store()
    drain(store, entries, changes, NOW)
    before = picture(store)
    done = drain(store, entries, changes, NOW)
    assert (done.events, done.touched, done.duplicates) == (0, frozenset(), 0)
    assert picture(store) == before


def test_a_step_that_fails_leaves_nothing_behind() -> None:
    store = drained(tracked(1, "2026-03-02T09:00", "ann", "acme"))
    before = picture(store)
    broken = changed(1, "2026-03-03T10:00", "contract.line", "acme", contract="c-1")
    with pytest.raises(KeyError):
        step(store, tracked(2, "2026-03-03T09:00", "bob", "bolt"), changes=(broken,))
    assert picture(store) == before
    step(store, tracked(2, "2026-03-03T09:00", "bob", "bolt"))
    assert store.positions().inbox == 2


def test_positions_say_what_is_drained_and_when_the_step_was() -> None:
    store = a_store()
    assert (store.positions().inbox, store.positions().changes, store.positions().at) == (0, 0, None)
    drain(store, [tracked(7, "2026-03-02T09:00", "ann", "acme")], [], at("2026-03-02T10:00"))
    drain(store, [], [recorded(3, "2026-03-03T10:00", "acme", "contacted")], at("2026-03-04T10:00"))
    assert (store.positions().inbox, store.positions().changes) == (7, 3)
    assert store.positions().at == at("2026-03-04T10:00")


def test_a_step_tells_which_accounts_it_touched_and_which_are_new() -> None:
    store = drained(tracked(1, "2026-03-02T09:00", "ann", "acme"))
    done = step(
        store,
        tracked(2, "2026-03-03T09:00", "bob", "bolt"),
        changes=(
            changed(
                1,
                "2026-03-03T10:00",
                "occurrence.acted",
                "acme",
                moment="kickoff",
                anchor="",
                n=1,
                act="done",
            ),
            changed(
                2,
                "2026-03-03T10:00",
                "model.published",
                "",
                name="acme",
                version=1,
                live_from="2026-01-01T00:00:00Z",
            ),
        ),
    )
    assert done.touched == store.integers("SELECT id FROM account")
    assert done.created == store.integers("SELECT id FROM account WHERE external = 'bolt'")
    assert done.before.inbox == 1


def test_a_body_that_is_no_json_keeps_its_event() -> None:
    entry = tracked(1, "2026-03-02T09:00", "ann", "acme")
    broken = replace(entry, body=b'{"properties": [1')
    store = drained(broken)
    assert store.run("SELECT properties FROM event") == [("{}",)]
    assert counts(store) == [("acme", "Signed In", "2026-03-02", 1)]
