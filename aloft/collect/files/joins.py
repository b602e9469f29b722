"""Whose the rows of a table are: by a column that names accounts, or by a look-up in another table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from aloft.collect.files.profile import ColumnProfile, TableProfile
from aloft.collect.files.roles import (
    ACCOUNT_TABLES,
    ID_WORDS,
    STAND_INS,
    UPDATED,
    account_named,
    called,
    dated,
    first_with,
    table_words,
    unique,
    words,
)

Confidence = Literal["sure", "likely", "doubtful"]
OVERLAP = 0.95  # of the values that have to be found in the other column
FEW = 3


@dataclass(frozen=True)
class Whose:
    """`via` is the place of the table in which the column's values are looked up."""

    column: str
    via: int | None
    confidence: Confidence
    reason: str


def whose(profiles: Sequence[TableProfile]) -> list[Whose | None]:
    """For each table, the column that leads to an account; None where nothing does."""
    direct = [by_name(profile) for profile in profiles]
    ids = {value for one in named(profiles, direct) for value in one.values}
    direct = [one or by_values(profile, ids) for one, profile in zip(direct, profiles, strict=True)]
    looked_up = [one or by_look_up(place, profiles, direct) for place, one in enumerate(direct)]
    return [one or by_stand_in(profile) for one, profile in zip(looked_up, profiles, strict=True)]


def named(profiles: Sequence[TableProfile], direct: Sequence[Whose | None]) -> Iterator[ColumnProfile]:
    for one, profile in zip(direct, profiles, strict=True):
        if one:
            yield profile.columns[one.column]


def by_name(profile: TableProfile) -> Whose | None:
    named = [column for column in profile.columns.values() if account_named(column)]
    if named:
        best = max(named, key=lambda each: (bool({*words(each.name)} & ID_WORDS), each.share_filled))
        return Whose(best.name, None, "sure", "its name says so")
    own = next(
        (each for each in profile.columns.values() if words(each.name) == ("id",) and unique(each)), None
    )
    if own and {*table_words(profile)} & ACCOUNT_TABLES:
        return Whose(own.name, None, "likely", "the table is one of accounts, and each id comes once")
    return None


def by_values(profile: TableProfile, ids: set[str]) -> Whose | None:
    """The column in which the accounts of the other tables are found."""
    for column in profile.columns.values():
        if called(column) and {*words(column.name)} & ID_WORDS and len(ids) > FEW:
            share = len(ids & column.values.keys()) / len(ids)
            if share >= OVERLAP:
                return Whose(
                    column.name, None, "likely", f"{share:.0%} of the accounts of other tables are in it"
                )
    return None


def by_look_up(place: int, profiles: Sequence[TableProfile], direct: Sequence[Whose | None]) -> Whose | None:
    for other, (profile, one) in enumerate(zip(profiles, direct, strict=True)):
        if other == place or one is None:
            continue
        for target in profile.columns.values():
            if unique(target) and target.name != one.column and called(target):
                found = looked_up(profiles[place], target)
                if found:
                    says = f"{found[1]:.0%} of its values are in {profile.table.file}, column {target.name}"
                    return Whose(found[0], other, "sure", says)
    return None


def looked_up(profile: TableProfile, target: ColumnProfile) -> tuple[str, float] | None:
    """The column whose values are keys of the other table. Mere numbers must have its name as well."""
    for column in profile.columns.values():
        if not called(column) or len(column.values) < FEW:
            continue
        same_name = words(column.name)[-2:] == words(target.name)[-2:]
        numbers = all(value.isdecimal() for value in list(column.values)[:100])
        share = len(column.values.keys() & target.values.keys()) / len(column.values)
        if share >= OVERLAP and (same_name or not numbers):
            return column.name, share
    return None


def by_stand_in(profile: TableProfile) -> Whose | None:
    column = first_with(
        profile.columns.values(), STAND_INS, lambda each: called(each) and each.share_filled > 0.9
    )
    if column is None:
        return None
    return Whose(
        column.name, None, "doubtful", "no column names an account: this one tells the rows apart best"
    )


def key_of(profile: TableProfile, account: str) -> tuple[str, str | None] | None:
    """The column that names a row, and the one by which its last version is known where it has several."""
    stems = {word.rstrip("s") for word in table_words(profile)}
    ids = [
        column
        for column in profile.columns.values()
        if called(column) and column.name != account and column.share_filled > 0.99 and is_id(column, stems)
    ]
    updated = first_with(profile.columns.values(), UPDATED, dated)
    for column in sorted(ids, key=lambda each: -closeness(each, stems)):
        if column.share_unique == 1:
            return column.name, None
        if updated and updated.share_filled > 0.99 and closeness(column, stems) > 0:
            return column.name, updated.name
        if column.share_unique > 0.9:
            return column.name, None
    return None


def is_id(column: ColumnProfile, stems: set[str]) -> bool:
    named = {*words(column.name)}
    return bool(named & ID_WORDS) or (column.kind.holds == "identifier" and bool(named & stems))


def closeness(column: ColumnProfile, stems: set[str]) -> int:
    """`ticket_id` and `id` are a ticket's own; `problem_id` is another thing's."""
    named = [word for word in words(column.name) if word not in ID_WORDS]
    return 2 if not named else sum(word.rstrip("s") in stems for word in named)
