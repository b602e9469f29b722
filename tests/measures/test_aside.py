"""Questions put aside leave the frame what it was, whether it is of many accounts, of few or foreseen."""

from __future__ import annotations

import pytest

from aloft.facts.store import FactStore
from aloft.measures.frame import Ask, Frames
from aloft.measures.lean import placing
from tests.facts.timeline import at
from tests.measures.test_foreseen import asked, frames, rows, store
from tests.measures.test_functions import program

__all__ = ["store"]
NOW = at("2026-03-14")


def whole(made: Frames, store: FactStore) -> dict[int, dict[str, object]]:
    return made.rows(store.integers("select id from account"))


def ask_aside(made: Frames, store: FactStore) -> None:
    """What a phase reads of an account some weeks ago; it is another frame, of other accounts."""
    account = dict(store.run("select external, id from account"))["acme"]
    with made.aside():
        others = made.of(placing(made.model))
        others.ask([Ask(7, account, at("2026-02-15"))])
        others.build()
        assert list(others.rows([7])) == [7]
        assert others.metrics.keys() < made.metrics.keys()
    made.reread()


@pytest.mark.parametrize("many", [1, 10_000])
def test_a_frame_of_everybody_is_as_it_was(store: FactStore, many: int) -> None:
    made = Frames(store.connection, program("mrr >= 5000").model, "UTC", many=many)
    made.ask_all(NOW)
    made.build()
    before = whole(made, store)
    assert before
    for _ in range(2):
        ask_aside(made, store)
        assert whole(made, store) == before


def test_what_was_foreseen_is_as_it_was(store: FactStore) -> None:
    made, asks = frames(store), asked(store)
    made.foresee(asks)
    before = rows(made, asks)
    ask_aside(made, store)
    assert made.rows(ask.key for ask in asks) == before
