"""How many threads share a statement of the engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aloft.engine.threads import MUCH, SMALL, Threads
from aloft.facts.store import FactStore

ENTRIES = range(MUCH)


@pytest.fixture
def store() -> Iterator[FactStore]:
    with FactStore.open(":memory:") as store:
        yield store


def of(store: FactStore) -> int:
    number: int = store.run("SELECT current_setting('threads')")[0][0]
    return number


def test_what_is_asked_about_few_accounts_is_shared_by_none(store: FactStore) -> None:
    all_of_them = of(store)
    threads = Threads(store, SMALL)
    assert of(store) == all_of_them
    threads.share(SMALL - 1)
    assert of(store) == 1
    threads.share()
    assert of(store) == all_of_them


def test_of_a_small_company_only_much_that_is_drained_is_shared(store: FactStore) -> None:
    all_of_them = of(store)
    threads = Threads(store, SMALL - 1)
    assert of(store) == 1
    with threads.sharing(ENTRIES):
        assert of(store) == all_of_them
    assert of(store) == 1


def test_a_store_that_was_given_fewer_threads_keeps_to_them() -> None:
    with FactStore.open(":memory:", threads=3) as store:
        threads = Threads(store, SMALL)
        threads.share(1)
        threads.share()
        assert of(store) == 3
