"""What is kept of the days that are over says the same as these days, whatever comes later, and of whichever day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aloft.facts.drain import drain
from aloft.facts.keep import keep
from aloft.facts.store import FactStore
from aloft.measures.frame import Ask, Frames
from aloft.measures.metrics import definitions
from aloft.measures.overnight import Overnight
from tests.facts.timeline import at, changed, tracked
from tests.measures.reference import Plainly
from tests.measures.test_metrics import (
    AT_ONCE,
    DAYS,
    FIRST_EXPORT,
    LOGS,
    QUIET,
    START,
    ZONES,
    Log,
    aware,
    every_shape,
    logs,
    metric,
    model_of,
    plainly,
    told,
)


def follow(frames: Frames, store: FactStore, entries: list[Any], changes: list[Any]) -> None:
    """Drain, as an engine does that has these frames."""
    drained = drain(store, entries, changes, START + timedelta(days=400))
    frames.forget()
    frames.nights.come(drained.since, drained.rebuilt)


def check(
    several: list[Log], shapes: list[Plainly], minutes: list[int], cuts: list[float], begins: bool
) -> None:
    """Ask at the same instants after each part of what comes."""
    instants = [START + timedelta(minutes=one) for one in sorted(set(minutes))]
    asked = [FIRST_EXPORT, *shapes]
    model, log = model_of(asked), told(several)
    places = [round(cut * len(log.entries)) for cut in sorted({0.0, *cuts, 1.0})]
    with FactStore.open(":memory:", home_zone="UTC", threads=1) as store:
        keep(store, definitions(model.metrics.values()))
        frames = Frames(store.connection, model, "UTC", overnight=True)
        for first, end in pairwise(places):
            last = end == len(log.entries)
            follow(frames, store, log.entries[first:end], [*log.first, *log.later] if last else log.first)
            if begins:
                frames.begin_day(instants[0], set(ZONES.values()))
            names = dict(store.run("select id, external from account"))
            asks = [Ask(key * 100 + i, key, at) for key in names for i, at in enumerate(instants)]
            frames.ask(asks)
            frames.build()
            rows, wanted = frames.rows(ask.key for ask in asks), plainly(store, instants, asked)
            for ask in asks:
                expected = wanted[names[ask.account], ask.at]
                found = {name: aware(rows[ask.key][name]) for name in expected}
                assert found == expected, (names[ask.account], ask.at, found, expected)


def any_logs(number: int) -> dict[str, Any]:
    return {
        "several": st.lists(logs(), min_size=number, max_size=number),
        "shapes": st.lists(
            st.sampled_from(every_shape()), min_size=1, max_size=6, unique_by=lambda one: one.metric.name
        ),
        "minutes": st.lists(st.integers(0, (DAYS + 10) * 24 * 60), min_size=1, max_size=3),
        "cuts": st.lists(st.floats(0.05, 0.95), min_size=1, max_size=3),
        "begins": st.booleans(),
    }


@pytest.mark.slow
@settings(max_examples=max(1, LOGS // AT_ONCE), **QUIET)
@given(**any_logs(AT_ONCE))
def test_every_metric_equals_a_plain_count_as_its_facts_come_in(
    several: list[Log], shapes: list[Plainly], minutes: list[int], cuts: list[float], begins: bool
) -> None:
    """Of 500 random logs."""
    check(several, shapes, minutes, cuts, begins)


@settings(max_examples=6, derandomize=True, **QUIET)
@given(**any_logs(1))
def test_every_metric_equals_a_plain_count_as_the_facts_of_a_few_logs_come_in(
    several: list[Log], shapes: list[Plainly], minutes: list[int], cuts: list[float], begins: bool
) -> None:
    check(several, shapes, minutes, cuts, begins)


@pytest.fixture
def company() -> Iterator[tuple[FactStore, Frames]]:
    """Acme signed in on the first, twice on the fourth and once on the fifth; it is the fifth."""
    asked = [FIRST_EXPORT, metric("week", "count", "Signed In", window="7d")]
    model = model_of(asked)
    with FactStore.open(":memory:", home_zone="UTC", threads=1) as store:
        keep(store, definitions(model.metrics.values()))
        frames = Frames(store.connection, model, "UTC", overnight=True)
        days = ["2026-03-01", "2026-03-04", "2026-03-04", "2026-03-05"]
        follow(
            frames, store, [tracked(i, f"{day}T08:00", "ann", "acme") for i, day in enumerate(days, 1)], []
        )
        yield store, frames


def week(company: tuple[FactStore, Frames], when: str) -> object:
    store, frames = company
    ((account,),) = store.run("select id from account where external = 'acme'")
    frames.ask([Ask(1, account, at(when))])
    frames.build()
    return frames.rows([1])[1]["week"]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one each time when days that are over are read."""
    times: list[int] = []
    really = Overnight._read

    def counted(self: Overnight, lacking: str) -> None:
        times.append(1)
        really(self, lacking)

    monkeypatch.setattr(Overnight, "_read", counted)
    return times


def test_the_days_that_are_over_are_read_once_while_today_goes_on(
    company: tuple[FactStore, Frames], read: list[int]
) -> None:
    assert week(company, "2026-03-05T09:00") == 4
    follow(company[1], company[0], [tracked(5, "2026-03-05T10:00", "bob", "acme")], [])
    assert week(company, "2026-03-05T11:00") == 5
    assert len(read) == 1


def test_what_is_told_late_of_such_a_day_makes_it_be_read_anew(
    company: tuple[FactStore, Frames], read: list[int]
) -> None:
    assert week(company, "2026-03-05T09:00") == 4
    follow(company[1], company[0], [tracked(5, "2026-03-04T10:00", "bob", "acme")], [])
    assert week(company, "2026-03-05T11:00") == 5
    assert len(read) == 2


def test_what_is_told_late_of_another_account_does_not(
    company: tuple[FactStore, Frames], read: list[int]
) -> None:
    assert week(company, "2026-03-05T09:00") == 4
    follow(company[1], company[0], [tracked(5, "2026-03-04T10:00", "cyd", "bolt")], [])
    assert week(company, "2026-03-05T11:00") == 4
    assert len(read) == 1


def test_as_a_day_ends_it_is_read_with_the_others(company: tuple[FactStore, Frames], read: list[int]) -> None:
    assert week(company, "2026-03-05T09:00") == 4
    assert week(company, "2026-03-08T00:00") == 3
    assert len(read) == 2


def test_a_day_that_begins_is_read_of_everybody_at_once(
    company: tuple[FactStore, Frames], read: list[int]
) -> None:
    company[1].begin_day(at("2026-03-05T00:00"), ["UTC"])
    company[1].begin_day(at("2026-03-05T23:00"), ["UTC"])
    assert week(company, "2026-03-05T09:00") == 4
    assert len(read) == 1


def test_an_account_whose_zone_becomes_another_has_other_days(
    company: tuple[FactStore, Frames], read: list[int]
) -> None:
    assert week(company, "2026-03-07T23:30") == 4
    edit = changed(1, "2026-03-05", "account.set", "acme", fields={"timezone": "Asia/Tokyo"})
    follow(company[1], company[0], [], [edit])
    assert week(company, "2026-03-07T23:30") == 3  # in Tokyo it is the eighth
    assert len(read) == 2


def test_what_is_forgotten_takes_no_room(company: tuple[FactStore, Frames]) -> None:
    tables = "select count(*) from duckdb_tables() where table_name like 'overnight%'"
    week(company, "2026-03-05T09:00")
    assert company[0].run(tables) == [(2,)]
    company[1].nights.forget()
    assert company[0].run(tables) == [(0,)]
    assert week(company, "2026-03-05T09:00") == 4
