"""How complete a source is: what has arrived of it, and what it has declared (`language.md`, Triggers and clocks).

A streaming source is complete to a quarter of an hour ago while something arrives from it within its own usual
gap; else its mark stops, and it is late. A source that declares how far it is complete is so, until it declares
again. Instants are aware UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from aloft.facts.changes import ChangeRow
from aloft.facts.store import FactStore

PRODUCT = "product"
"""Where events come from that no source of the model names."""
ON_ITS_WAY = timedelta(minutes=15)
SHORTEST_GAP = timedelta(hours=1)
QUANTILE = 0.99
FEWEST_GAPS = 20
"""With fewer nobody can say what is usual, and the source is taken as complete."""
REMEMBERED = timedelta(days=28)
DECLARED_DAILY = timedelta(days=2)
"""How far behind a source that declares may be before it is late: a nightly file, and a night that failed."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SLOT = 600  # seconds: gaps of an hour and more are told apart well enough


Arrival = tuple[str, str | None, datetime]
"""Who sent, the name of the event, and when the last of them was received."""


def note(store: FactStore, changes: Sequence[ChangeRow]) -> tuple[Arrival, ...]:
    """Part of the drain: what has arrived (table `staged`), which it gives, and what sources have declared."""
    store.run(
        f"""INSERT INTO arrival SELECT source, name, (epoch(received) // {SLOT})::INTEGER AS slot,
            max(received) AS last FROM staged GROUP BY ALL"""
    )
    declared = [change for change in changes if change.kind == "source.complete"]
    if declared:
        store.load("declared", _declared(declared))
        store.run("INSERT INTO source_mark SELECT * FROM declared")
    return _received(store.run("SELECT source, name, max(received) FROM staged GROUP BY ALL"))


def _received(rows: Iterable[tuple[Any, ...]]) -> tuple[Arrival, ...]:
    return tuple((source, name, last.replace(tzinfo=UTC)) for source, name, last in rows)


def _declared(changes: Sequence[ChangeRow]) -> pa.Table:
    return pa.table(
        {
            "source": [change.data["source"] for change in changes],
            "complete_to": pa.array(
                [datetime.fromisoformat(change.data["complete_to"]) for change in changes], pa.timestamp("us")
            ),
            "recorded": pa.array([change.at for change in changes], pa.timestamp("us")),
            "seq": pa.array([change.seq for change in changes], pa.int64()),
        }
    )


def sources_of(events: Iterable[str], named: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The sources that these events come from by a model's `sources`; of any event, the product."""
    return frozenset(_given(event, named) or PRODUCT for event in events) or frozenset({PRODUCT})


def _given(event: str, named: Mapping[str, Sequence[str]]) -> str | None:
    return next((source for source, events in named.items() if event in events), None)


@dataclass(frozen=True)
class Standing:
    """A source at an instant. `mark`: it is complete to there. `late_at`: when it will be late, unless
    something arrives; None while nobody can say."""

    source: str
    mark: datetime
    late_at: datetime | None
    last: datetime | None
    usual: timedelta | None
    declares: bool

    def is_late(self, now: datetime) -> bool:
        return self.late_at is not None and now >= self.late_at


@dataclass
class Sources:
    """The sources of a model, from the arrivals that the store keeps: read once, then kept current by `refresh`.

    `events` are the names that the model gives to each source. An arrival belongs to the source that its event's
    name is given to, else to the source that the sender is called by, else to the product.
    """

    store: FactStore
    events: Mapping[str, Sequence[str]]
    streams: bool = True
    """Whether arrivals say how complete a source is; otherwise it is complete to now, until it declares."""
    _last: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _marks: dict[str, datetime] = field(default_factory=dict)
    _usual: dict[str, tuple[date, timedelta | None]] = field(default_factory=dict)

    def load(self) -> None:
        self._last.clear()
        self.refresh(_received(self.store.run("SELECT source, name, max(last) FROM arrival GROUP BY ALL")))

    def refresh(self, arrived: Iterable[Arrival]) -> None:
        """After a drain: what it brought."""
        for source, name, last in arrived:
            key = (source, name or "")
            self._last[key] = max(last, self._last.get(key, EPOCH))
        self._read_marks()

    def _read_marks(self) -> None:
        rows = self.store.run("SELECT source, arg_max(complete_to, seq) FROM source_mark GROUP BY source")
        self._marks = {source: mark.replace(tzinfo=UTC) for source, mark in rows}

    def name(self, events: Mapping[str, Sequence[str]]) -> None:
        """Another model, with other sources."""
        self.events = events
        self._usual.clear()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([PRODUCT, *self.events]))

    def senders(self) -> dict[str, datetime]:
        """When something last arrived of each who sends, whatever a model calls what they send."""
        found: dict[str, datetime] = {}
        for (sender, _), last in self._last.items():
            found[sender] = max(last, found.get(sender, EPOCH))
        return found

    def late_at(self, source: str) -> datetime | None:
        return self.standing(source, EPOCH).late_at

    def _of_arrival(self, sender: str, event: str) -> str:
        return _given(event, self.events) or (sender if sender in self.events else PRODUCT)

    def standing(self, source: str, now: datetime) -> Standing:
        """What it declares itself counts alone; fed by a stream and by others that declare, the further does."""
        declares = self._declaring(source)
        if not self.streams:
            return declares or Standing(source, now, None, None, None, declares=False)
        streams = None if source in self._marks else self._streaming(source, now)
        if streams is None and declares is None:
            return Standing(source, now - ON_ITS_WAY, None, None, None, declares=False)
        if streams is None or declares is None:
            return streams or declares  # type: ignore[return-value]  # one of them is there
        both = (streams.late_at, declares.late_at)
        late_at = None if None in both else max(at for at in both if at)
        return Standing(
            source, max(streams.mark, declares.mark), late_at, streams.last, streams.usual, declares=True
        )

    def _streaming(self, source: str, now: datetime) -> Standing | None:
        arrived = [
            last
            for (sender, event), last in self._last.items()
            if sender not in self._marks and self._of_arrival(sender, event) == source
        ]
        if not arrived:
            return None
        last = max(arrived)
        usual = self._usual_gap(source, last.date())
        late_at = None if usual is None else last + usual
        stands = now if late_at is None else min(now, late_at)
        return Standing(source, stands - ON_ITS_WAY, late_at, last, usual, declares=False)

    def _declaring(self, source: str) -> Standing | None:
        told = [
            mark
            for sender, mark in self._marks.items()
            if sender == source
            or source in {self._of_arrival(*pair) for pair in self._last if pair[0] == sender}
        ]
        if not told:
            return None
        mark = max(told)
        return Standing(source, mark, mark + DECLARED_DAILY, None, None, declares=True)

    def _usual_gap(self, source: str, day: date) -> timedelta | None:
        """The gap that one in a hundred exceeds, of the four weeks before the UTC day of the last arrival; an
        hour at least. So it is measured once a day, and is the same whenever it is asked for."""
        measured = self._usual.get(source)
        if measured is None or measured[0] != day:
            measured = self._usual[source] = (day, self._measured(source, day))
        return measured[1]

    def _measured(self, source: str, day: date) -> timedelta | None:
        until = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) // SLOT
        pairs = [
            pair for pair in self._last if pair[0] not in self._marks and self._of_arrival(*pair) == source
        ]
        self.store.load(
            "feeding",
            pa.table(
                {"source": [sender for sender, _ in pairs], "name": [event for _, event in pairs]},
                schema=pa.schema([("source", pa.string()), ("name", pa.string())]),
            ),
        )
        gaps, quantile = self.store.run(
            f"""WITH slots AS (SELECT DISTINCT a.slot FROM arrival a
                JOIN feeding f ON f.source = a.source AND f.name = a.name WHERE a.slot >= ? AND a.slot < ?),
            spaced AS (SELECT slot - lag(slot) OVER (ORDER BY slot) AS gap FROM slots)
            SELECT count(gap), quantile_cont(gap, {QUANTILE}) FROM spaced""",
            [until - int(REMEMBERED.total_seconds()) // SLOT, until],
        )[0]
        if gaps < FEWEST_GAPS:
            return None
        return max(timedelta(seconds=quantile * SLOT), SHORTEST_GAP)
