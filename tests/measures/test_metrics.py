"""Every verb over every window equals the plain reference, whatever the log and however it came in."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aloft.collect.inbox import Logged
from aloft.engagement.load import load
from aloft.engagement.model import Anchor, Duration, Metric, Model, Rule
from aloft.engagement.parse import parse
from aloft.facts.changes import ChangeRow
from aloft.facts.compact import compact
from aloft.facts.drain import drain
from aloft.facts.keep import keep
from aloft.facts.rebuild import rebuild
from aloft.facts.state import Kept
from aloft.facts.store import FactStore
from aloft.measures.frame import Ask, Frames
from aloft.measures.metrics import definitions
from tests.engine.world import EXAMPLE
from tests.facts.timeline import changed, grouped, recorded, tracked
from tests.measures.reference import Happened, Plainly, Value, values

COUNTRIES = {"cord": "JP", "silent": "US"}  # the others are at home, in Germany
ZONES = {"acme": "UTC", "bolt": "America/New_York", "cord": "Asia/Tokyo", "silent": "Europe/Berlin"}
START = datetime(2025, 9, 1, tzinfo=UTC)  # New York and Berlin change their clocks within the log
DAYS = 320  # more than two seams of the words' blocks, and than twice 128 days
CONTRACT = date(2025, 11, 20)
WHERES = {
    "": lambda _properties: True,
    "priority = 'urgent'": lambda properties: properties.get("priority") == "urgent",
    "rows > 10": lambda properties: str(properties.get("rows")) in ("12", "1000000.25"),
}
OVER = {
    "3h": Duration(3, "h"), "90min": Duration(90, "min"), "1d": Duration(1, "d"), "7d": Duration(7, "d"),
    "28d": Duration(28, "d"), "64d": Duration(64, "d"), "128d": Duration(128, "d"), "129d": Duration(129, "d"),
    "2w": Duration(2, "w"), "1mo": Duration(1, "mo"), "5mo": Duration(5, "mo"), "1y": Duration(1, "y"),
    "5bd": Duration(5, "bd"), "12bh": Duration(12, "bh"),
}  # fmt: skip
SINCE = {
    "date": Anchor(date=date(2025, 10, 5)),
    "contract": Anchor(name="contract_start"),
    "go_live": Anchor(name="go_live"),
    "first": Anchor(name="first_export"),
}
TICKETS = {"until": ("Ticket Solved",), "by": "ticket"}


def rule(text: str) -> Rule | None:
    return Rule(parse(text), text, 1) if text else None


def metric(name: str, verb: Any, *events: str, where: str = "", window: str = "", **more: Any) -> Plainly:
    made = Metric(
        name, verb, events, 1, where=rule(where), over=OVER.get(window), since=SINCE.get(window), **more
    )
    return Plainly(made, WHERES[where])


FIRST_EXPORT = metric("first_export", "first", "Report Exported")


def every_shape() -> list[Plainly]:
    """Each verb, over each window, with and without a `where`."""
    found: list[Plainly] = []
    for number, window in enumerate(["", *OVER, *SINCE]):
        w = list(WHERES)[number % 3]
        found += [
            metric(f"count_{number}", "count", "Signed In", window=window),
            metric(f"count_where_{number}", "count", "Ticket Opened", where=w, window=window),
            metric(f"anything_{number}", "count", window=window),
            metric(f"users_{number}", "users", window=window),
            metric(f"users_where_{number}", "users", "Signed In", "Ticket Opened", where=w, window=window),
            metric(f"days_{number}", "days", "Signed In", where=w, window=window),
            metric(f"first_{number}", "first", "Signed In", where=w, window=window),
            metric(f"last_{number}", "last", window=window),
            metric(f"open_{number}", "open", "Ticket Opened", where=w, window=window, **TICKETS),
            metric(
                f"queue_{number}", "open", "Ticket Opened", where=w, window=window, until=("Ticket Solved",)
            ),
            metric(
                f"distinct_{number}", "distinct", "Report Exported", where=w, window=window, property="rows"
            ),
            metric(f"sum_{number}", "sum", "Report Exported", where=w, window=window, property="rows"),
            metric(f"min_{number}", "min", "Report Exported", window=window, property="rows"),
            metric(f"max_{number}", "max", window=window, property="rows"),
            metric(f"mean_{number}", "mean", "Report Exported", where=w, window=window, property="rows"),
            metric(f"latest_{number}", "latest", window=window, property="priority"),
            metric(
                f"latest_where_{number}", "latest", "Report Exported", where=w, window=window, property="rows"
            ),
        ]
    return found


def model_of(plain: list[Plainly]) -> Model:
    """The example with these metrics, and no rules of its own about others."""
    return replace(
        load(EXAMPLE.read_text(), "model.yaml"),
        metrics={one.metric.name: one.metric for one in plain},
        fields={"go_live": "date"},
    )


@dataclass(frozen=True)
class Log:
    """What came of a few accounts, as `tracked` or `grouped` take it; what was noted and perhaps withdrawn, and when;
    whether bolt has moved."""

    sent: list[dict[str, Any]]
    noted: list[tuple[str, bool]]
    moves: bool


@dataclass(frozen=True)
class Told:
    """Several logs as streams of one store, each with accounts, users and messages of its own."""

    entries: list[Logged]
    first: list[ChangeRow]
    later: list[ChangeRow]


def properties_of(draw: st.DrawFn) -> dict[str, Any]:
    told = {
        "priority": draw(st.sampled_from(["urgent", "low", None])),
        "rows": draw(st.sampled_from([0, 3, 10, 12, 2.5, 1000000.25, "many", "12", None, True])),
        "ticket": draw(st.sampled_from(["t1", "t2", "t3", None])),
    }
    return {name: value for name, value in told.items() if value is not None}


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Late, twice, out of order, of people who move, pre-aggregated; some facts recorded and withdrawn."""
    sent: list[dict[str, Any]] = []
    for number in range(1, draw(st.integers(0, 24)) + 1):
        occurred = START + timedelta(minutes=draw(st.integers(0, DAYS * 24 * 60)))
        late = timedelta(minutes=draw(st.sampled_from([0, 1, 60, 5 * 24 * 60, 150 * 24 * 60])))
        account = draw(st.sampled_from(["acme", "bolt", "cord", ""]))
        user = draw(st.sampled_from(["ann", "bob", "cyd", ""]))
        entry: dict[str, Any] = {
            "when": text(occurred), "user": user, "account": account, "received": text(occurred + late),
            "id": draw(st.sampled_from([f"m{number}", "m1", "m2"])),
        }  # fmt: skip
        if not (user and account and draw(st.integers(0, 9)) == 0):
            entry["name"] = draw(
                st.sampled_from(["Signed In", "Ticket Opened", "Ticket Solved", "Report Exported"])
            )
            entry |= {"times": draw(st.sampled_from([1, 1, 1, 4])), **properties_of(draw)}
        sent.append(entry)
    noted = st.tuples(st.integers(0, DAYS * 24 * 60), st.booleans())
    when = [
        (text(START + timedelta(minutes=minutes)), withdrawn)
        for minutes, withdrawn in draw(st.lists(noted, max_size=3))
    ]
    return Log(sent, when, draw(st.booleans()))


def told(several: list[Log]) -> Told:
    """By turns an entry of each log; what is edited of accounts first, the rest last."""
    found = Told([], [], [])
    for place in range(max((len(log.sent) for log in several), default=0)):
        for number, log in enumerate(several):
            if place < len(log.sent):
                found.entries.append(logged(len(found.entries) + 1, log.sent[place], f"-{number}"))
    edits = [edit for number in range(len(several)) for edit in edited(f"-{number}")]
    found.first.extend(changed(seq, *edit, **fields) for seq, (*edit, fields) in enumerate(edits, 1))
    for number, log in enumerate(several):
        found.later.extend(rest(log, f"-{number}", len(found.first) + len(found.later)))
    return found


def logged(seq: int, entry: dict[str, Any], of: str) -> Logged:
    more = {name: value for name, value in entry.items() if name not in ("when", "user", "account")}
    user, account = (entry[name] and entry[name] + of for name in ("user", "account"))
    more["id"] += of
    return (tracked if "name" in entry else grouped)(seq, entry["when"], user, account, **more)


def edited(of: str) -> list[tuple[Any, ...]]:
    zones = [
        (
            "2025-08-30",
            "account.set",
            name + of,
            {"fields": {"timezone": zone, "go_live": "2026-01-15", "country": COUNTRIES.get(name, "")}},
        )
        for name, zone in ZONES.items()
    ]
    contract = {"contract": f"c{of}", "signed": None, "starts": CONTRACT.isoformat(), "ends": None}
    return [*zones, ("2025-08-31", "contract.set", "acme" + of, contract)]


def rest(log: Log, of: str, before: int) -> list[ChangeRow]:
    found: list[ChangeRow] = []
    for when, withdrawn in log.noted:
        seq = before + len(found) + 1
        found.append(recorded(seq, when, "cord" + of, "contacted"))
        if withdrawn:
            found.append(changed(seq + 1, when, "fact.withdrawn", "cord" + of, id=seq))
    if log.moves:
        seq = before + len(found) + 1
        found.append(
            changed(seq, "2026-06-01", "account.set", "bolt" + of, fields={"timezone": "Asia/Tokyo"})
        )
    return found


def text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S")


def fill(store: FactStore, log: Told, steps: int, kept_from: int, kept: tuple[Kept, ...]) -> None:
    """Drain the log in so many steps; the definitions are kept from one of them on."""
    size = max(1, -(-len(log.entries) // steps))
    for step in range(steps):
        if step == kept_from:
            keep(store, kept)
        entries = log.entries[step * size : (step + 1) * size]
        changes = [*log.first, *log.later] if step == steps - 1 else log.first
        drain(store, entries, changes, START + timedelta(days=400))
    keep(store, kept)


def happened(store: FactStore) -> dict[str, list[Happened]]:
    rows = store.run(
        """select a.external, n.name, e.occurred, e.received, e.message_id, coalesce(u.external, ''), e.times,
          e.properties
        from event e join account a on a.id = e.account join event_name n on n.id = e.name
        left join app_user u on u.id = e.app_user"""
    )
    found: dict[str, list[Happened]] = {name: [] for (name,) in store.run("select external from account")}
    for account, name, occurred, received, *rest, properties in rows:
        told = json.loads(properties)
        known = {key: value for key, value in told.items() if value is not None}
        instants = occurred.replace(tzinfo=UTC), received.replace(tzinfo=UTC)
        found[account].append(Happened(name, *instants, *rest, properties=known))
    return found


def read(
    store: FactStore, model: Model, instants: list[datetime], way: str
) -> dict[tuple[str, datetime], dict[str, Value]]:
    """By account and instant: asked about one by one, or everybody at each instant, at once or zone by zone."""
    frames = Frames(store.connection, model, "UTC", many=0)
    names = dict(store.run("select id, external from account"))
    if way == "one by one":
        asks = [Ask(key * 100 + i, key, at) for key in names for i, at in enumerate(instants)]
        frames.ask(asks)
        frames.build()
        rows = frames.rows(ask.key for ask in asks)
        return {(names[ask.account], ask.at): rows[ask.key] for ask in asks}  # type: ignore[misc]
    zones = sorted(set(ZONES.values())) if way == "by zone" else [None]
    return {
        (names[key], at): row
        for at in instants
        for zone in zones
        for key, row in of_everybody(frames, at, names, zone).items()
    }


def of_everybody(
    frames: Frames, at: datetime, keys: Iterable[int], zone: str | None = None
) -> dict[int, dict[str, Any]]:
    frames.ask_all(at, None if zone is None else [zone])
    frames.build()
    return frames.rows(keys)


def plainly(
    store: FactStore, instants: list[datetime], shapes: list[Plainly]
) -> dict[tuple[str, datetime], dict[str, Value]]:
    zones = dict(store.run("select external, case zone when '' then 'UTC' else zone end from account"))
    found = {}
    for account, events in happened(store).items():
        zone = ZoneInfo(zones[account])
        anchors = {
            "contract_start": datetime(2025, 11, 20, tzinfo=zone) if account.startswith("acme") else None,
            "go_live": datetime(2026, 1, 15, tzinfo=zone),
        }
        for at in instants:
            country = COUNTRIES.get(account.partition("-")[0], "DE")
            found[account, at] = values(shapes, events, at, zone, anchors, country)
    return found


def check(
    several: list[Log],
    shapes: list[Plainly],
    minutes: list[int],
    steps: int,
    kept_from: int,
    mended: bool,
    way: str,
) -> None:
    instants = [START + timedelta(minutes=one) for one in sorted(set(minutes))]
    asked = [FIRST_EXPORT, *shapes]
    model = model_of(asked)
    with FactStore.open(":memory:", home_zone="UTC", threads=1) as store:
        fill(store, told(several), steps, kept_from, definitions(model.metrics.values()))
        if mended:
            compact(store, minimum=0)
            rebuild(store, store.integers("select id from account where id % 2 = 0"))
        ours, wanted = read(store, model, instants, way), plainly(store, instants, asked)
    for key, expected in wanted.items():
        found = {name: aware(ours[key][name]) for name in expected}
        assert found == expected, (*key, found, expected)


def aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


AT_ONCE = 20  # logs of one store: to plan statements takes longer than to run them


def any_logs(number: int) -> dict[str, Any]:
    return {
        "several": st.lists(logs(), min_size=number, max_size=number),
        "shapes": st.lists(
            st.sampled_from(every_shape()), min_size=1, max_size=6, unique_by=lambda one: one.metric.name
        ),
        "minutes": st.lists(st.integers(0, (DAYS + 10) * 24 * 60), min_size=1, max_size=2),
        "steps": st.integers(1, 3),
        "kept_from": st.integers(0, 3),
        "mended": st.booleans(),
        "way": st.sampled_from(["one by one", "everybody", "by zone"]),
    }


LOGS = int(os.environ.get("ALOFT_LOGS", "500"))
QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


@pytest.mark.slow
@settings(max_examples=max(1, LOGS // AT_ONCE), **QUIET)
@given(**any_logs(AT_ONCE))
def test_every_metric_equals_a_plain_count(
    several: list[Log],
    shapes: list[Plainly],
    minutes: list[int],
    steps: int,
    kept_from: int,
    mended: bool,
    way: str,
) -> None:
    """Of 500 random logs."""
    check(several, shapes, minutes, steps, kept_from, mended, way)


@settings(max_examples=5, derandomize=True, **QUIET)
@given(**any_logs(1))
def test_every_metric_equals_a_plain_count_on_a_few_logs(
    several: list[Log],
    shapes: list[Plainly],
    minutes: list[int],
    steps: int,
    kept_from: int,
    mended: bool,
    way: str,
) -> None:
    check(several, shapes, minutes, steps, kept_from, mended, way)
