"""What each column of a table holds, judged by all of its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aloft.collect.files import dates
from aloft.collect.files.candidates import EXPLAINS, NUMBERED, Candidate, Told, Weights, candidates
from aloft.collect.files.kinds import ABSENT_WHERE_NO_WORD, WORDS, Kind, absent
from aloft.collect.files.sayings import sayings
from aloft.collect.files.values import FileTable, Unreadable

KEPT = 50_000  # distinct values of a column
EXAMPLES = 5
CHOICES = 100
FEW = 20
CODE = r"^[\w.:/-]*\d[\w.:/-]*$"
UUID = r"^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$"
UNREADABLE_KEPT = 100


@dataclass(frozen=True)
class ColumnProfile:
    """What a column holds. `other` is the kind that fits just as well: then somebody has to say which.

    `rows` are all, `filled` those that hold a value, `misfits` those whose value does not fit the kind.
    `values` are its distinct values with how often they come, up to KEPT of them in the order of the file;
    `counted` are the cells that these stand for. `missing` are spellings of no value with their counts.
    `latest` is the last day that a column of dates or instants names.
    """

    name: str
    kind: Kind
    other: Kind | None
    rows: int
    filled: int
    misfits: int
    counted: int
    values: Mapping[str, int]
    missing: Mapping[str, int]
    examples: tuple[str, ...]
    latest: date | None = None
    notes: tuple[str, ...] = ()

    @property
    def share_filled(self) -> float:
        return self.filled / self.rows if self.rows else 0.0

    @property
    def share_unique(self) -> float:
        """Distinct values by cells, among those counted."""
        return len(self.values) / self.counted if self.counted else 0.0


@dataclass(frozen=True)
class TableProfile:
    table: FileTable
    rows: int
    unreadable: int
    first_unreadable: tuple[Unreadable, ...]
    columns: Mapping[str, ColumnProfile]


def profile(table: FileTable, told: Mapping[str, Told] | None = None) -> TableProfile:
    """Reads the table once. `told` says what is known of some columns already."""
    watches = {name: Watch(name, (told or {}).get(name, Told())) for name in table.columns}
    rows, unreadable = 0, 0
    first: list[Unreadable] = []
    for batch in table.rows():
        rows += len(batch)
        unreadable += len(batch.unreadable)
        first += batch.unreadable[: UNREADABLE_KEPT - len(first)]
        for name, watch in watches.items():
            watch.add(batch.cells.column(name))
    columns = {name: watch.profile(rows) for name, watch in watches.items()}
    return TableProfile(table, rows, unreadable, tuple(first), columns)


@dataclass
class Watch:
    """Counts the values of a column; beyond KEPT of them, only judges those kinds that explain what was counted."""

    name: str
    told: Told
    counts: dict[str, int] = field(default_factory=dict)
    beyond: int = 0
    alive: list[Candidate] | None = None

    def add(self, column: pa.ChunkedArray) -> None:
        held = pc.value_counts(pc.drop_null(pc.utf8_trim_whitespace(column)))
        words, weights = held.field("values"), held.field("counts")
        if self.alive is not None:
            self.add_beyond(words, weights)
            return
        for word, weight in zip(words.to_pylist(), weights.to_pylist(), strict=True):
            self.counts[word] = self.counts.get(word, 0) + weight
        if len(self.counts) > KEPT:
            self.settle()

    def add_beyond(self, words: pa.Array, weights: pa.Array) -> None:
        self.beyond += pc.sum(weights).as_py() or 0
        stands = self.standing(words)
        self.judge(words.filter(stands), dates.numbers(weights.filter(stands)))

    def settle(self) -> None:
        words, weights = self.valued()
        self.alive = candidates(self.name, words, self.told) if len(words) else []
        self.judge(words, weights)
        held = int(weights.sum())
        if not self.told.holds:
            self.alive = [each for each in self.alive if each.bad <= held * (1 - EXPLAINS)]

    def judge(self, words: pa.Array, weights: Weights) -> None:
        for candidate in self.alive or []:
            candidate.judge(words, weights)

    def valued(self) -> tuple[pa.Array, Weights]:
        """Counted words that stand for something, whatever the kind."""
        words = pa.array(list(self.counts), pa.string())
        weights = np.fromiter(self.counts.values(), np.int64, len(self.counts))
        stands = self.standing(words)
        return words.filter(stands), weights[dates.as_flags(stands)]

    def standing(self, words: pa.Array) -> pa.Array:
        absent = pa.array([*ABSENT_WHERE_NO_WORD, *self.told.missing])
        return pc.invert(pc.is_in(pc.utf8_lower(words), absent))

    def profile(self, rows: int) -> ColumnProfile:
        if self.alive is None:
            self.settle()
        kind, other, misfits, latest = self.chosen()
        none = {*absent(kind), *kind.missing}
        missing = {word: count for word, count in self.counts.items() if word.lower() in none}
        values = {word: count for word, count in self.counts.items() if word not in missing}
        counted = sum(values.values())
        found = ColumnProfile(
            name=self.name,
            kind=kind,
            other=other,
            rows=rows,
            filled=counted + self.beyond,
            misfits=misfits,
            counted=counted,
            values=values,
            missing=missing,
            examples=tuple(list(values)[:EXAMPLES]),
            latest=latest,
        )
        return replace(found, notes=sayings(found))

    def chosen(self) -> tuple[Kind, Kind | None, int, date | None]:
        """The kind that most cells fit; of equals the more telling. Dates that read two ways are left open."""
        if not self.alive:
            return self.in_words(), None, 0, None
        best = min(self.alive, key=lambda each: each.bad)
        kind = best.settled(self.told)
        return kind, self.other_date(best), best.bad, None if best.latest is None else dates.day(best.latest)

    def other_date(self, best: Candidate) -> Kind | None:
        if best.kind.holds not in ("date", "instant"):
            return None
        rivals = [
            each
            for each in self.alive or []
            if each.kind.holds == best.kind.holds
            and each.kind.format not in dates.NUMBERED
            and (each.bad, each.first == best.first) == (best.bad, False)
        ]
        return rivals[0].settled(self.told) if rivals else None

    def in_words(self) -> Kind:
        words, weights = self.valued()
        kind = Kind("text", missing=self.told.missing)
        if self.told.holds in WORDS:
            return replace(kind, holds=self.told.holds)
        held = int(weights.sum())
        if self.named_or_single_words(words, held):
            return replace(kind, holds="identifier")
        few = 0 < len(words) <= CHOICES and len(words) * 2 <= held
        return replace(kind, holds="choice") if few else kind

    def named_or_single_words(self, words: pa.Array, held: int) -> bool:
        if NUMBERED.search(self.name.lower()):
            return True
        if len(words) and pc.all(pc.match_substring_regex(words, UUID)).as_py():
            return True
        codes = pc.match_substring_regex(words, CODE)
        return len(words) > FEW and len(words) * 2 > held and bool(pc.all(codes).as_py())
