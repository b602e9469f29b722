"""What was read ahead is what would have been read when it is asked; more facts make it be read anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aloft.facts.drain import drain
from aloft.facts.store import FactStore
from aloft.measures.frame import Ask, Frames
from tests.facts.timeline import at, tracked
from tests.measures.test_functions import fill, program

INSTANTS = ("2026-02-15", "2026-03-14", "2026-03-20")


@pytest.fixture
def store() -> Iterator[FactStore]:
    with FactStore.open(":memory:", home_zone="UTC", threads=1) as made:
        fill(made, program("mrr >= 5000"))
        yield made


def asked(store: FactStore, instants: tuple[str, ...] = INSTANTS, first: int = 0) -> list[Ask]:
    """One of each instant, the last of an occurrence that has been opened by then."""
    account = dict(store.run("select external, id from account"))["acme"]
    plain = [Ask(first + i, account, at(when)) for i, when in enumerate(instants)]
    about = Ask(
        first + 9, account, at(instants[-1]), "executive_visit", "manual:1", 1, opened=at("2026-03-01")
    )
    return [*plain, about]


def frames(store: FactStore) -> Frames:
    return Frames(store.connection, program("mrr >= 5000").model, "UTC")


def rows(made: Frames, asks: list[Ask]) -> dict[int, dict[str, object]]:
    made.ask(asks)
    made.build()
    return made.rows(ask.key for ask in asks)


def reads(made: Frames, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one for each pass of statements over the facts."""
    passes: list[int] = []
    read = Frames._read_facts

    def counted(self: Frames) -> None:
        passes.append(1)
        read(self)

    monkeypatch.setattr(Frames, "_read_facts", counted)
    return passes


def test_questions_that_were_foreseen_are_answered_alike_by_one_pass(
    store: FactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = rows(frames(store), asked(store))
    ahead = frames(store)
    passes = reads(ahead, monkeypatch)
    ahead.foresee(asked(store, first=50))
    one_by_one = [rows(ahead, [ask])[ask.key] for ask in asked(store)]
    assert one_by_one == [plain[ask.key] for ask in asked(store)]
    assert len(passes) == 1


def test_what_nobody_foresaw_is_read_once_and_kept(store: FactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = rows(frames(store), asked(store))
    ahead = frames(store)
    passes = reads(ahead, monkeypatch)
    ahead.foresee(asked(store)[:1])
    assert rows(ahead, asked(store)) == plain
    assert rows(ahead, asked(store)) == plain
    assert len(passes) == 2


def test_a_position_that_changes_shows_in_facts_that_were_foreseen(store: FactStore) -> None:
    ahead = frames(store)
    ahead.foresee(asked(store))
    ask = asked(store)[0]
    assert rows(ahead, [ask])[ask.key]["phase"] is None
    store.run(
        "insert into decided_position (account, phase, phase_start) values (?, 'onboarding', ?)",
        [ask.account, "2026-02-01"],
    )
    ahead.reread()
    assert ahead.rows([ask.key])[ask.key]["phase"] == "onboarding"
    assert ahead.rows([ask.key])[ask.key]["in_phase"] == 14


def test_more_facts_are_seen_once_what_was_foreseen_is_forgotten(store: FactStore) -> None:
    ahead = frames(store)
    ahead.foresee(asked(store))
    ask = asked(store)[2]
    assert rows(ahead, [ask])[ask.key]["sign_ins_28d"] == 2
    drain(store, [tracked(7, "2026-03-15T09:00", "ann", "acme")], [], at("2026-07-02"))
    ahead.forget()
    assert rows(ahead, [ask])[ask.key]["sign_ins_28d"] == 3
