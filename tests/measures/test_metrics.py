"""Metrics over a frame equal a plain count over the log, day by day, across zones and the seams of state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aloft.collect.inbox import Logged
from aloft.engagement.load import load
from aloft.engagement.model import Model
from aloft.facts.drain import drain
from aloft.facts.keep import keep
from aloft.facts.store import FactStore
from aloft.measures.frame import Ask, Frames
from aloft.measures.program import compile_model
from tests.engine.world import EXAMPLE
from tests.facts.timeline import changed, tracked

ZONES = {"acme": "UTC", "bolt": "America/New_York", "cord": "Asia/Tokyo", "silent": "Europe/Berlin"}
START = datetime(2025, 10, 1, tzinfo=UTC)  # New York and Berlin change their clocks within the log
METRICS = """
metrics:
  sign_ins_28d:     {count: Signed In, over: 28d}
  sign_ins_3h:      {count: Signed In, over: 3h}
  active_users_7d:  {users: any, over: 7d}
  active_users_90d: {users: any, over: 90d}
  users_created:    {users: User Created, since: 2025-10-05}
  urgent_30d:       {count: Ticket Opened, where: "priority = 'urgent'", over: 30d}
"""


def model() -> Model:
    """The example, with metrics of every shape that is run."""
    text = EXAMPLE.read_text()
    head, _, rest = text.partition("metrics:")
    tail = rest[rest.index("phases:") :]
    rules = tail.replace("active_users_28d < 3", "active_users_7d < 3")
    return load(f"{head}{METRICS}\n{rules}", "model.yaml")


Event = tuple[str, str, int, int, str]  # account, name, minutes after START, user, priority
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["acme", "bolt", "cord"]),
        st.sampled_from(["Signed In", "User Created", "Ticket Opened"]),
        st.integers(0, 140 * 24 * 60),
        st.integers(0, 4),
        st.sampled_from(["urgent", "low"]),
    ),
    max_size=40,
)


def when(event: Event) -> datetime:
    return START + timedelta(minutes=event[2])


def logged(events: Sequence[Event]) -> list[Logged]:
    return [
        tracked(
            seq, when(event).strftime("%Y-%m-%d %H:%M:%S"), f"{event[0]}-{event[3]}", event[0],
            name=event[1], priority=event[4],
        )
        for seq, event in enumerate(events, 1)
    ]  # fmt: skip


def plainly(events: Sequence[Event], account: str, at: datetime) -> dict[str, int]:
    """The same numbers by hand."""
    zone = ZoneInfo(ZONES[account])
    today = at.astimezone(zone).date()
    ours = [(event, when(event)) for event in events if event[0] == account and when(event) <= at]

    def over(days: int) -> list[Event]:
        first = today - timedelta(days=days - 1)
        return [event for event, moment in ours if moment.astimezone(zone).date() >= first]

    created_from = datetime(2025, 10, 5, tzinfo=zone).astimezone(UTC)
    return {
        "sign_ins_28d": sum(event[1] == "Signed In" for event in over(28)),
        "sign_ins_3h": sum(
            event[1] == "Signed In" for event, moment in ours if moment >= at - timedelta(hours=3)
        ),
        "active_users_7d": len({event[3] for event in over(7)}),
        "active_users_90d": len({event[3] for event in over(90)}),
        "users_created": len(
            {event[3] for event, moment in ours if event[1] == "User Created" and moment >= created_from}
        ),
        "urgent_30d": sum(event[1] == "Ticket Opened" and event[4] == "urgent" for event in over(30)),
    }


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=EVENTS, minutes=st.integers(0, 145 * 24 * 60), later=st.booleans())
def test_every_metric_equals_a_plain_count(events: list[Event], minutes: int, later: bool) -> None:
    program = compile_model(model())
    at = START + timedelta(minutes=minutes)
    with FactStore.open(":memory:", home_zone="UTC") as store:
        zoned = [
            changed(number, "2025-09-01", "account.set", name, fields={"timezone": zone})
            for number, (name, zone) in enumerate(ZONES.items(), 1)
        ]
        if not later:
            keep(store, program.kept)
        drain(store, logged(events), zoned, START + timedelta(days=150))
        if later:
            keep(store, program.kept)
        frames = Frames(store.connection, program.model, "UTC")
        ids = dict(store.run("select external, id from account"))
        frames.ask([Ask(number, number, at) for number in ids.values()])
        frames.build()
        rows = frames.rows(ids.values())
    for account in ZONES:
        wanted = plainly(events, account, at)
        assert {name: rows[ids[account]][name] for name in wanted} == wanted, account
