"""What the daily pass found, as columns of a frame: signals, ranks, health. Conditions read the newest.

`decided_daily` has a row for each account and thing judged: 1, 0 or NULL (unknown) of a signal, a number of
the others. Before the first reading there is no row, and the column is unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from aloft.measures.detectors.asked import Detector
from aloft.measures.health.bands import NAMES

TABLE = "create temp table if not exists decided_daily (account integer, key text, value double)"

HEALTH, BAND = "health", "band"
_BANDS = " ".join(f"when {number} then '{name}'" for number, name in enumerate(NAMES))


def columns(detectors: Sequence[Detector], names: Collection[str]) -> dict[str, tuple[str, str]]:
    """By the name of a column: the key that it reads, and its SQL over `value`."""
    read = {
        one.text: (one.key, "{}.value" if one.function == "rank" else "{}.value = 1") for one in detectors
    }
    if HEALTH in names:
        read[HEALTH] = (HEALTH, "{}.value")
    if BAND in names:
        read[BAND] = (BAND, f"case {{}}.value::integer {_BANDS} end")
    return read


def joined(read: dict[str, tuple[str, str]], account: str) -> tuple[list[str], list[str]]:
    """The joins of a view to the columns, and the columns; `account` is the SQL of an account's number."""
    joins, told = [], []
    for i, (name, (key, value)) in enumerate(read.items()):
        joins.append(f"left join decided_daily j{i} on j{i}.account = {account} and j{i}.key = '{key}'")
        told.append(f"{value.format(f'j{i}')} as {quoted(name)}")
    return joins, told


def quoted(name: str) -> str:
    """A column's name as SQL: the text of a call may hold any character."""
    return '"' + name.replace('"', '""') + '"'
