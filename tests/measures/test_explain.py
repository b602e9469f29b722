"""Every value opens to the facts behind it, and to no others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aloft.facts.store import FactStore
from aloft.measures.explain import Explained, UnknownName, explain
from aloft.measures.frame import Frames
from tests.facts.timeline import at
from tests.measures.test_functions import fill, program


@pytest.fixture
def store() -> Iterator[FactStore]:
    with FactStore.open(":memory:", home_zone="UTC", threads=1) as made:
        yield made


def explained(store: FactStore, name: str, when: str, most: int = 50) -> Explained:
    made = program("mrr >= 5000", "last_seen is not null")
    fill(store, made)
    frames = Frames(store.connection, made.model, "UTC")
    key = dict(store.run("select external, id from account"))["acme"]
    return explain(frames, key, at(when), name, most)


def test_a_count_rests_on_the_events_of_its_window_the_newest_first(store: FactStore) -> None:
    found = explained(store, "sign_ins_28d", "2026-03-20")
    assert (found.value, found.says, found.more) == (2, "count Signed In over 28d", 0)
    assert [(fact.at, fact.user, fact.id) for fact in found.facts] == [
        (at("2026-03-11T09:00"), "bob", "m3"),
        (at("2026-03-10T09:00"), "ann", "m2"),
    ]


def test_facts_are_shown_up_to_a_number_and_the_rest_is_counted(store: FactStore) -> None:
    found = explained(store, "sign_ins_28d", "2026-03-20", most=1)
    assert (len(found.facts), found.more) == (1, 1)


def test_a_where_that_nothing_meets_rests_on_nothing(store: FactStore) -> None:
    found = explained(store, "urgent_28d", "2026-03-20")
    assert (found.value, found.facts, found.more) == (0, (), 0)


def test_the_latest_answer_rests_on_one_event(store: FactStore) -> None:
    found = explained(store, "latest_nps", "2026-03-20")
    assert [(fact.id, fact.says) for fact in found.facts] == [("m5", {"score": 6})]


def test_a_formula_opens_to_its_parts(store: FactStore) -> None:
    found = explained(store, "headroom", "2026-03-14")
    assert found.value == 0.5
    assert [part.name for part in found.parts] == ["utilisation"]
    assert [(part.name, part.value) for part in found.parts[0].parts] == [
        ("active_users_28d", 2),
        ("seats", 4.0),
    ]
    assert [fact.says for fact in found.parts[0].parts[1].facts] == [{"value": 4}]


def test_mrr_rests_on_the_versions_of_contract_lines(store: FactStore) -> None:
    found = explained(store, "mrr", "2026-06-15")
    assert found.value == 150.0
    assert [fact.says["mrr"] for fact in found.facts] == ["150.00", "100.00"]
    assert found.facts[0].known == at("2026-05-10")


def test_where_no_segment_is_decided_all_of_their_rules_are_told(store: FactStore) -> None:
    found = explained(store, "segment", "2026-06-15")
    assert (found.value, found.says) == (None, "tier_1: mrr >= 5000; tier_2: mrr >= 1700")
    assert [(part.name, part.value) for part in found.parts] == [("mrr", 150.0)]


def test_a_name_that_is_no_value_is_refused(store: FactStore) -> None:
    with pytest.raises(UnknownName, match="no value is called 'nonsense'"):
        explained(store, "nonsense", "2026-06-15")
    with pytest.raises(UnknownName):
        explained(store, "_key", "2026-06-15")
