"""What the daily pass found, as columns of a frame: signals, ranks, health. Conditions read the newest.

`decided_daily` has a row for each account and thing judged: 1, 0 or NULL (unknown) of a signal, a number of
the others. Before the first reading there is no row, and the column is unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from zlib import crc32

from aloft.engagement.expressions import Expression
from aloft.measures.detectors.asked import FUNCTIONS, Detector
from aloft.measures.health.bands import NAMES
from aloft.measures.names import calls_in, names_in

TABLE = "create temp table if not exists decided_daily (account integer, key text, value double)"

HEALTH, BAND, PROFILE = "health", "band", "health_profile"
SCORED_BY = "_health_profile"
"""The name of the profile that scored, of a model that has some."""
NO_PROFILE = "-"
"""In its place, where none takes the account: no name of a model has a hyphen."""
_BANDS = " ".join(f"when {number} then '{name}'" for number, name in enumerate(NAMES))


def columns(
    detectors: Sequence[Detector], names: Collection[str], profiles: Collection[str] = ()
) -> dict[str, tuple[str, str]]:
    """By the name of a column: the key that it reads, and its SQL over the value."""
    read = {one.text: (one.key, "{}" if one.function == "rank" else "{} = 1") for one in detectors}
    if HEALTH in names:
        read[HEALTH] = (HEALTH, "{}")
    if BAND in names:
        read[BAND] = (BAND, f"case ({{}})::integer {_BANDS} end")
    if profiles and {HEALTH, BAND} & set(names):
        known = " ".join(f"when {code_of(name)} then '{name}'" for name in (*profiles, NO_PROFILE))
        read[SCORED_BY] = (PROFILE, f"case ({{}})::bigint {known} end")
    return read


def is_read_by(rule: Expression) -> bool:
    """Whether it can turn at a daily reading though no fact arrives."""
    called = {call.function for call in calls_in(rule)}
    return bool(called & set(FUNCTIONS) or {HEALTH, BAND} & set(names_in(rule)))


def code_of(profile: str) -> int:
    """What stands for its name among numbers, whatever version of the model spoke."""
    return crc32(profile.encode())


def pivoted(read: dict[str, tuple[str, str]]) -> list[str]:
    """The columns as aggregates over the rows of an account."""
    newest = "max(value) filter (where key = '{}')"
    return [
        f"{spelled.format(newest.format(key))} as {quoted(name)}" for name, (key, spelled) in read.items()
    ]


def quoted(name: str) -> str:
    """A column's name as SQL: the text of a call may hold any character."""
    return '"' + name.replace('"', '""') + '"'
