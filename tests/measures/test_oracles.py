"""Oracles of domain.md that metrics must give: T8, T16, T17, and what `open` means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aloft.collect.inbox import Logged
from aloft.engagement.load import load
from aloft.engagement.model import Duration, Metric, Rule
from aloft.engagement.parse import parse
from aloft.facts.drain import drain
from aloft.facts.keep import keep
from aloft.facts.store import FactStore
from aloft.measures.frame import Ask, Frames
from aloft.measures.metrics import definitions
from tests.engine.world import EXAMPLE
from tests.facts.timeline import at, changed, tracked


def metric(verb: Any, *events: str, where: str = "", **more: Any) -> Metric:
    return Metric("asked", verb, events, 1, where=Rule(parse(where), where, 1) if where else None, **more)


def value(asked: Metric, when: str, *entries: Logged, zones: Mapping[str, str] | None = None) -> Any:
    """What a metric of acme is at an instant (UTC)."""
    return value_in(metrics=[asked], when=when, entries=entries, zones=zones or {})["asked"]


def value_in(
    metrics: list[Metric], when: str, entries: tuple[Logged, ...], zones: Mapping[str, str]
) -> dict[str, object]:
    model = replace(load(EXAMPLE.read_text(), "model.yaml"), metrics={one.name: one for one in metrics})
    told = [
        changed(i, "2025-01-01", "account.set", name, fields={"timezone": zone})
        for i, (name, zone) in enumerate({"acme": "UTC", **zones}.items(), 1)
    ]
    with FactStore.open(":memory:", home_zone="UTC") as store:
        keep(store, definitions(metrics))
        drain(store, entries, told, datetime(2027, 1, 1, tzinfo=UTC))
        frames = Frames(store.connection, model, "UTC")
        key = store.run("select id from account where external = 'acme'")[0][0]
        frames.ask([Ask(key, key, at(when))])
        frames.build()
        return frames.rows([key])[key]


def opened(seq: int, when: str, ticket: str = "", priority: str = "urgent") -> Logged:
    return tracked(seq, when, "ann", "acme", name="Ticket Opened", ticket=ticket, priority=priority)


def solved(seq: int, when: str, ticket: str = "", priority: str = "urgent") -> Logged:
    return tracked(seq, when, "ann", "acme", name="Ticket Solved", ticket=ticket, priority=priority)


def test_an_event_belongs_to_the_day_of_its_account() -> None:
    """T8: 31 March 23:30Z is 1 April in Tokyo, 31 March in Los Angeles."""
    late = tracked(1, "2026-03-31T23:30", "ann", "acme")
    today = metric("count", "Signed In", over=Duration(1, "d"))
    assert value(today, "2026-04-01T06:00", late, zones={"acme": "Asia/Tokyo"}) == 1
    assert value(today, "2026-04-01T06:00", late, zones={"acme": "America/Los_Angeles"}) == 1
    assert value(today, "2026-04-01T07:00", late, zones={"acme": "America/Los_Angeles"}) == 0


def test_an_event_that_comes_three_times_counts_once_and_the_first_is_kept() -> None:
    """T16."""
    sent = [
        tracked(i, "2026-03-02T09:00", "ann", "acme", id="e1", rows=rows)
        for i, rows in enumerate((5, 5, 7), 1)
    ]
    assert value(metric("count", "Signed In"), "2026-03-03", *sent) == 1
    assert value(metric("sum", "Signed In", property="rows"), "2026-03-03", *sent) == 5.0


def test_the_current_answer_is_the_one_given_last_whatever_came_in_last() -> None:
    """T17: score 3 at 11:00 is received first, score 9 at 10:00 after it."""
    asked = metric("latest", "Survey Answered", property="score")
    answers = [
        tracked(1, "2026-03-02T11:00", "ann", "acme", name="Survey Answered", score=3, received="2026-03-02T11:01"),
        tracked(2, "2026-03-02T10:00", "ann", "acme", name="Survey Answered", score=9, received="2026-03-02T11:02"),
    ]  # fmt: skip
    assert value(asked, "2026-03-02T12:00", *answers) == "3"
    assert value(asked, "2026-04-02T12:00", *answers) == "3"


def test_of_two_answers_at_one_instant_the_one_received_later_counts() -> None:
    asked = metric("latest", "Survey Answered", property="score")
    answers = [
        tracked(1, "2026-03-02T10:00", "ann", "acme", name="Survey Answered", score=3, received="2026-03-02T11:05"),
        tracked(2, "2026-03-02T10:00", "bob", "acme", name="Survey Answered", score=9, received="2026-03-02T11:02"),
    ]  # fmt: skip
    assert value(asked, "2026-03-02T12:00", *answers) == "3"


def test_users_of_pre_aggregated_counts_are_unknown() -> None:
    counted = tracked(1, "2026-03-02T10:00", "", "acme", times=40)
    named = tracked(2, "2026-03-05T10:00", "ann", "acme")
    asked = metric("users", over=Duration(2, "d"))
    assert value(asked, "2026-03-03", counted, named) is None
    assert value(asked, "2026-03-05T12:00", counted, named) == 1
    assert value(metric("count"), "2026-03-06", counted, named) == 41


def test_what_is_open_was_opened_and_not_closed_since() -> None:
    asked = metric(
        "open", "Ticket Opened", until=("Ticket Solved",), by="ticket", where="priority = 'urgent'"
    )
    log = [
        opened(1, "2026-03-02T09:00", "t1"),
        opened(2, "2026-03-02T10:00", "t2"),
        opened(3, "2026-03-02T11:00", "t3", priority="low"),
        solved(4, "2026-03-03T09:00", "t1", priority=""),
        opened(5, "2026-03-05T09:00", "t1"),
    ]
    assert [value(asked, f"2026-03-0{day}T12:00", *log) for day in (1, 2, 3, 5)] == [0, 2, 1, 2]


def test_what_is_opened_and_closed_at_one_instant_is_closed() -> None:
    asked = metric("open", "Ticket Opened", until=("Ticket Solved",), by="ticket")
    assert (
        value(asked, "2026-03-03", solved(1, "2026-03-02T09:00", "t1"), opened(2, "2026-03-02T09:00", "t1"))
        == 0
    )


def test_without_a_key_each_closing_closes_one_that_is_open_if_any() -> None:
    asked = metric("open", "Ticket Opened", until=("Ticket Solved",))
    log = [
        solved(1, "2026-03-01T09:00"),
        opened(2, "2026-03-02T09:00"),
        opened(3, "2026-03-02T10:00"),
        solved(4, "2026-03-03T09:00"),
    ]
    assert [value(asked, f"2026-03-0{day}T12:00", *log) for day in (1, 2, 3)] == [0, 2, 1]


def test_money_adds_up_exactly() -> None:
    log = [tracked(i, "2026-03-02T09:00", "ann", "acme", paid=0.1) for i in range(1, 11)]
    assert value(metric("sum", "Signed In", property="paid"), "2026-03-02T12:00", *log) == 1.0
    assert value(metric("sum", "Signed In", property="paid"), "2026-03-09", *log) == 1.0


def test_a_number_that_is_none_is_left_out() -> None:
    log = [
        tracked(i, "2026-03-02T09:00", "ann", "acme", rows=rows)
        for i, rows in enumerate((4, "many", None, True, "8"), 1)
    ]
    assert value(metric("mean", "Signed In", property="rows"), "2026-03-09", *log) == 6.0
    assert value(metric("max", "Signed In", property="rows"), "2026-03-09") is None
