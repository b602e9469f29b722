from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aloft.collect.tables import Tables

BITS_PER_ID = 32  # about one new id in thirty looks as if it were there, and is then looked up


class ClosedDays:
    """Which ids may be in the tables of days gone by. Such a table never changes, so one look at it is enough.

    Probing seven B-trees for every id would cost more than storing the event.
    """

    def __init__(self) -> None:
        self._filters: dict[str, Filter] = {}

    def candidates(self, tables: Tables, table: str, keys: Sequence[bytes]) -> list[bytes]:
        """All of the keys that are in the table, and few that are not."""
        if table not in self._filters:
            self._filters[table] = learned(tables, table)
        return self._filters[table].candidates(keys)

    def keep(self, names: Sequence[str]) -> None:
        self._filters = {name: known for name, known in self._filters.items() if name in names}


@dataclass(frozen=True)
class Filter:
    """One bit per id, at the place its first four bytes name: the keys are digests, so they spread evenly."""

    bits: bytes | bytearray

    def candidates(self, keys: Sequence[bytes]) -> list[bytes]:
        bits, mask = self.bits, len(self.bits) * 8 - 1
        places = [int.from_bytes(key[:4], "little") & mask for key in keys]
        return [key for key, place in zip(keys, places, strict=True) if bits[place >> 3] & (1 << (place & 7))]


def learned(tables: Tables, table: str) -> Filter:
    """Made once, by the first process to write on a new day, and kept in the file."""
    kept = tables.execute("SELECT bits FROM closed WHERE name = ?", (table,)).fetchone()
    if kept:
        return Filter(kept[0])
    bits = bits_of(tables, table)
    tables.execute("INSERT INTO closed VALUES (?, ?)", (table, bits))
    return Filter(bits)


def bits_of(tables: Tables, table: str) -> bytearray:
    ids = tables.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    places = min(1 << max(10, (ids * BITS_PER_ID).bit_length()), 1 << 32)
    bits, mask = bytearray(places // 8), places - 1
    for (key,) in tables.execute(f"SELECT key FROM {table}"):  # noqa: S608
        place = int.from_bytes(key[:4], "little") & mask
        bits[place >> 3] |= 1 << (place & 7)
    return bits
