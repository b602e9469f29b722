"""Many accounts at one instant are read in another way than few: the frame must not differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aloft.engagement.load import load
from aloft.engagement.model import Anchor, Duration, Metric
from aloft.facts.keep import keep
from aloft.facts.store import FactStore
from aloft.measures.at_once import AtOnce
from aloft.measures.frame import Frames
from aloft.measures.metrics import definitions
from tests.engine.world import EXAMPLE
from tests.facts.timeline import at, changed, drained, tracked

NOON = "2026-03-02T12:00"
METRICS = [
    Metric("today", "count", ("Signed In",), 1, over=Duration(1, "d")),
    Metric("three_hours", "count", ("Signed In",), 1, over=Duration(3, "h")),
    Metric("ever", "last", ("Signed In",), 1),
    Metric("people", "users", (), 1, over=Duration(7, "d")),
    Metric("since_phase", "count", ("Signed In",), 1, since=Anchor(name="phase_start")),
]
SENT = [
    tracked(1, "2026-03-02T07:00", "ann", "acme"),
    tracked(2, "2026-03-02T11:00", "ann", "acme"),
    tracked(3, "2026-03-01T23:30", "bob", "bolt"),
    tracked(4, "2026-02-20T09:00", "cyd", "bolt", times=2),
    tracked(5, "2026-03-01T10:00", "", "cord", times=4),
    tracked(6, "2026-03-02T13:00", "ann", "acme"),
]


@pytest.fixture
def store() -> FactStore:
    zones = {"acme": "UTC", "bolt": "Asia/Tokyo", "cord": "UTC", "dorm": "UTC"}
    told = tuple(
        changed(number, "2026-01-01", "account.set", name, fields={"timezone": zone, "seats": number})
        for number, (name, zone) in enumerate(zones.items(), 1)
    )
    made = drained(*SENT, changes=told)
    keep(made, definitions(METRICS))
    return made


def frames(store: FactStore, *metrics: Metric, many: int) -> Frames:
    model = replace(load(EXAMPLE.read_text(), "model.yaml"), metrics={one.name: one for one in metrics})
    made = Frames(store.connection, model, "UTC", many=many)
    store.run("delete from decided_position")
    store.run(
        """insert into decided_position (account, phase, phase_start, entry)
        select id, 'onboarding', timestamp '2026-03-02 08:00', 1 from account where external = 'acme'"""
    )
    return made


def read(store: FactStore, *metrics: Metric, many: int, zones: list[str] | None) -> dict[str, dict[str, Any]]:
    asked = frames(store, *metrics, many=many)
    asked.ask_all(at(NOON), zones)
    asked.build()
    asked.reread()
    names = dict(store.run("select id, external from account"))
    return {names[key]: row for key, row in asked.rows(names).items()}


@pytest.mark.parametrize("zones", [None, ["UTC"], ["Asia/Tokyo"]])
@pytest.mark.parametrize("metrics", [METRICS, METRICS[:-1]], ids=["from a position", "from facts alone"])
def test_many_are_answered_as_few_are(
    store: FactStore, metrics: list[Metric], zones: list[str] | None
) -> None:
    few, many = (read(store, *metrics, many=number, zones=zones) for number in (100, 0))
    assert many == few
    assert set(many) == {None: {"acme", "bolt", "cord", "dorm"}, "UTC": {"acme", "cord", "dorm"}}.get(
        zones and zones[0], {"bolt"}
    )


def test_a_plan_that_few_have_puts_nobody_into_the_place_of_another(store: FactStore) -> None:
    """Who has one is found first as plans are joined; positions stay those of each."""
    store.run(
        """insert into plan_note select id, 'plan', timestamp '2026-02-01', timestamp '2026-02-01', 99
        from account where external = 'dorm'"""
    )
    told = read(store, *METRICS[:-1], many=0, zones=None)
    assert {name: row["phase"] for name, row in told.items()} == {
        "acme": "onboarding",
        "bolt": None,
        "cord": None,
        "dorm": None,
    }


def test_what_many_are_told(store: FactStore) -> None:
    told = read(store, *METRICS, many=0, zones=["UTC"])
    names = [metric.name for metric in METRICS]
    assert [told["acme"][name] for name in names[:2]] == [2, 1]
    assert told["acme"]["ever"] == at("2026-03-02T11:00").replace(tzinfo=None)
    assert (told["acme"]["people"], told["cord"]["people"], told["dorm"]["people"]) == (1, None, 0)
    assert (told["acme"]["since_phase"], told["dorm"]["since_phase"]) == (1, None)
    assert (told["dorm"]["today"], told["dorm"]["ever"]) == (0, None)


def test_windows_that_begin_alike_are_constants(store: FactStore) -> None:
    asked = frames(store, *METRICS[:-1], many=0)
    asked.ask_all(at(NOON), ["UTC"])
    assert [type(one) for one in asked._reading[0]] == [AtOnce]
    assert "b." not in " ".join(str(source) for _, source in asked._reading[0][0].stages(many=True))
