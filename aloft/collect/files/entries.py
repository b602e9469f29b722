"""From staged rows to entries of the log, in the scratch database: no row passes through Python.

Every row gives the same entries each time it is read, `void` ones where it does not say a thing (any more) or
says that it happened 0 times, so
that a corrected file takes back what it no longer says. Their ids are TABLE/GIVEN/KEY, with #2, #3 ... for
further rows of the same key.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Keyed
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from aloft.collect.files.kinds import Kind
from aloft.collect.files.mapping import (
    AccountGiven,
    AccountOf,
    ContactGiven,
    ContractGiven,
    EventGiven,
    Gives,
    Mapping,
)
from aloft.collect.files.sql import body, name, text
from aloft.collect.files.staging import Staged
from aloft.collect.files.where import where

LONGEST_KEY = 70
MONTHS = {"month": 1, "quarter": 3, "year": 12}
ENTRY = """tbl VARCHAR, n BIGINT, version BIGINT, id VARCHAR, kind VARCHAR, name VARCHAR, account VARCHAR,
    "user" VARCHAR, occurred TIMESTAMP, times INTEGER, body VARCHAR, place TINYINT, began BOOLEAN"""
REFUSED = "tbl VARCHAR, file INTEGER, line BIGINT, n BIGINT, ordinal BIGINT, col VARCHAR, why VARCHAR"


@dataclass(frozen=True)
class Reading:
    """`known` is a relation of the scratch database: what the log knows of the source, by id."""

    scratch: duckdb.DuckDBPyConnection
    mapping: Mapping
    now: datetime
    known: str = "known"

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        return self.scratch.execute(sql).fetchall()


def make_entries(reading: Reading, staged: Keyed[str, Staged]) -> None:
    """Make the tables `entry` and `refused`: what the rows say, and the rows that cannot be used."""
    reading.run(f"CREATE OR REPLACE TABLE entry ({ENTRY})")
    reading.run(f"CREATE OR REPLACE TABLE refused ({REFUSED})")
    for one in staged.values():
        _number(reading, one)
    for one in staged.values():
        for via in _vias(one):
            _look_up_table(reading, via, staged.get(via))
    for one in staged.values():
        _read(reading, one)
    _date_accounts(reading)


def _number(reading: Reading, one: Staged) -> None:
    """Make `keyed_NAME`: the rows that count, each with its key and place among those of the same key."""
    table = one.table
    columns = table.key or tuple(one.kinds)
    words = [f"coalesce({_word(column, one.kinds)}, '')" for column in columns]
    key = f"concat_ws('|', {', '.join(words)})"
    short = f"CASE WHEN length({key}) > {LONGEST_KEY} THEN md5({key}) ELSE {key} END"
    given = "_ordinal" if "_ordinal" in _columns(reading, one.relation) else "NULL::BIGINT"
    ordinal = f"coalesce({given}, row_number() OVER (PARTITION BY _file, {key} ORDER BY _n))"
    version = "_n"
    if table.keep:
        ordinal = "1"
        column = name(table.keep.last or table.keep.first or "")
        version = (
            f"row_number() OVER (ORDER BY {column} {'ASC' if table.keep.last else 'DESC'} NULLS FIRST, _n)"
        )
    changed = "true"
    if table.changes:
        column = name(table.changes)
        changed = f"{column} IS DISTINCT FROM lag({column}) OVER (PARTITION BY _file, {key} ORDER BY _n)"
        changed += f" OR row_number() OVER (PARTITION BY _file, {key} ORDER BY _n) = 1"
        ordinal = f"coalesce({given}, row_number() OVER (PARTITION BY _file, {key} ORDER BY _n))"
    reading.run(
        f"""CREATE OR REPLACE TABLE {name("keyed_" + one.name)} AS
        SELECT *, {short} AS _key, {ordinal} AS _place, {version} AS _version,
            ({changed}) AND {where(table.where)} AS _counts
        FROM {name(one.relation)}"""
    )


def _columns(reading: Reading, relation: str) -> set[str]:
    return {str(row[0]) for row in reading.run(f"DESCRIBE {name(relation)}")}


def _vias(one: Staged) -> set[str]:
    accounts = [one.table.account, *(given.account for given in one.table.gives.values())]
    return {account.via for account in accounts if account and account.via}


def _look_up_table(reading: Reading, via: str, target: Staged | None) -> None:
    """Make `via_NAME`: the account of each key of a table, as these files or earlier ones tell it."""
    staged = "SELECT NULL::VARCHAR AS key, NULL::VARCHAR AS account LIMIT 0"
    if target is not None and target.table.account:
        account = _word(target.table.account.column, target.kinds)
        staged = f"SELECT _key AS key, {account} AS account FROM {name('keyed_' + via)} WHERE {account} IS NOT NULL"
    prefix = text(f"{via}/")
    reading.run(
        f"""CREATE OR REPLACE TABLE {name("via_" + via)} AS
        SELECT key, any_value(account) AS account FROM ({staged}) GROUP BY key
        UNION ALL
        SELECT split_part(id, '/', 3) AS key, any_value(account) FROM {reading.known}
        WHERE starts_with(id, {prefix}) AND account <> '' AND key NOT IN (SELECT key FROM ({staged}))
        GROUP BY key"""
    )


def _read(reading: Reading, one: Staged) -> None:
    rows = name("read_" + one.name)
    accounts = list(_accounts(reading, one))
    joins = "\n".join(join for _, join, _ in accounts)
    places = {account: spelled for account, _, spelled in accounts}
    reading.run(
        f"""CREATE OR REPLACE TABLE {rows} AS SELECT k.*, {
            ", ".join(f"{spelled} AS _account{place}" for place, spelled in enumerate(places.values()))
        }
        FROM {name("keyed_" + one.name)} k {joins} WHERE k._counts"""
    )
    numbered = {account: f"_account{place}" for place, account in enumerate(places)}
    givens = {
        given: (told, numbered[_whose(one, told)], _applies(reading.mapping, told))
        for given, told in one.table.gives.items()
    }
    _refuse(reading, one, rows, givens)
    for given, (told, account, applies) in givens.items():
        for entry in _entries(reading, one, given, told, account, applies):
            reading.run(
                f"INSERT INTO entry BY NAME SELECT {text(one.name)} AS tbl, _n AS n, _version AS version, {entry} "
                f"FROM {rows} r WHERE r._n NOT IN (SELECT n FROM refused WHERE tbl = {text(one.name)})"
            )


def _whose(one: Staged, told: Gives) -> AccountOf:
    account = told.account or one.table.account
    assert account is not None
    return account


def _accounts(reading: Reading, one: Staged) -> Iterator[tuple[AccountOf, str, str]]:
    """Each way in which the table names an account, with the join that finds it and how it is spelled."""
    ways = dict.fromkeys(_whose(one, told) for told in one.table.gives.values())
    for place, account in enumerate(ways):
        word = f"k.{name(account.column)}::VARCHAR"
        if account.via is None:
            yield account, "", word
        else:
            yield (
                account,
                f"LEFT JOIN {name('via_' + account.via)} v{place} ON v{place}.key = {word}",
                f"v{place}.account",
            )


Given = tuple[Gives, str, str]


def _refuse(reading: Reading, one: Staged, rows: str, givens: Keyed[str, Given]) -> None:
    """The first thing that is wrong with a row is why it cannot be used."""
    faults = list(_faults(reading, one, givens))
    cases = " ".join(
        f"WHEN {wrong} THEN struct_pack(col := {text(column)}, why := {why})" for wrong, column, why in faults
    )
    own = (
        "WHEN _bad IS NOT NULL THEN struct_pack(col := _bad, why := "
        f"'the value does not fit: ' || {_expected(one.kinds)})"
    )
    reading.run(
        f"""INSERT INTO refused BY NAME
        SELECT {text(one.name)} AS tbl, _file AS file, _line AS line, _n AS n, _place AS ordinal, told.col AS col,
            told.why AS why
        FROM (SELECT *, CASE {own} {cases} END AS told FROM {rows}) WHERE told IS NOT NULL"""
    )


def _expected(kinds: Keyed[str, Kind]) -> str:
    told = " ".join(f"WHEN {text(column)} THEN {text(_wanted(kind))}" for column, kind in kinds.items())
    return f"CASE _bad {told} ELSE 'another kind is expected' END"


def _wanted(kind: Kind) -> str:
    said = f" written as {kind.format}" if kind.format and kind.holds in ("date", "instant") else ""
    wanted = {
        "date": "a date",
        "instant": "a date",
        "flag": "true or false",
        "email": "an e-mail address",
        "integer": "a whole number",
        "money": "an amount",
        "country": "a country",
    }
    return f"{wanted.get(kind.holds, f'a {kind.holds}')}{said} is expected"


def _faults(reading: Reading, one: Staged, givens: Keyed[str, Given]) -> Iterator[tuple[str, str, str]]:
    """SQL that is true of a faulty row, the column to blame, and SQL that says why."""
    for column in one.table.key:
        yield f"{name(column)} IS NULL", column, "'the key is missing'"
    for told, account, applies in givens.values():
        whose = _whose(one, told)
        column = name(whose.column)
        blank = text("it names no account" if whose.via is None else f"it names no row of {whose.via}")
        yield f"{applies} AND {column} IS NULL", whose.column, blank
        if whose.via:
            unknown = f"concat('no row of ', {text(whose.via)}, ' has the key “', {column}, '”')"
            yield f"{applies} AND {account} IS NULL", whose.column, unknown
        yield f"{applies} AND length({account}) > 200", whose.column, "'the id is longer than 200 characters'"
        for wrong, blamed, why in _faults_of(told):
            yield f"{applies} AND {wrong}", blamed, text(why)


def _faults_of(told: Gives) -> Iterator[tuple[str, str, str]]:
    match told:
        case AccountGiven(at=str(at)):
            yield f"{name(at)} IS NULL", at, "the date is missing"
        case EventGiven(optional=False, at=at):
            yield f"{name(at)} IS NULL", at, "the date is missing"
        case ContractGiven(starts=starts, ends=ends, mrr=mrr):
            yield f"{name(starts)} IS NULL", starts, "the start is missing"
            yield f"{name(mrr)} IS NULL", mrr, "the amount is missing"
            yield f"abs({name(mrr)}) >= 1e12", mrr, "the amount is too large"
            if ends:
                yield f"{name(ends.column)} < {name(starts)}", ends.column, "it ends before it starts"
    if isinstance(told, EventGiven) and told.name_column:
        yield f"{name(told.name_column)} IS NULL", told.name_column, "the event has no name"
    if isinstance(told, EventGiven) and told.times:
        yield f"{name(told.times)} < 0", told.times, "it is negative"
        yield f"{name(told.times)} > 2147483647", told.times, "it is too large"


def _applies(mapping: Mapping, told: Gives) -> str:
    chosen = "true" if mapping.chosen(told.only) else "false"
    happened = f"{name(told.at)} IS NOT NULL" if isinstance(told, EventGiven) and told.optional else "true"
    return f"({chosen} AND {where(told.where)} AND {happened})"


def _entries(
    reading: Reading, one: Staged, given: str, told: Gives, account: str, applies: str
) -> Iterator[str]:
    """The select lists of what one `gives` of a table makes."""
    place = f"{text(f'{one.name}/{given}/')} || _key || CASE WHEN _place > 1 THEN '#' || _place ELSE '' END"
    zone = one.table.timezone or reading.mapping.timezone or "UTC"
    clock = Clock(one, zone, reading.now)
    match told:
        case AccountGiven():
            yield _account(reading, clock, told, place, account, applies)
        case EventGiven():
            yield _event(one, clock, told, place, account, applies)
        case ContractGiven():
            yield from _lines(reading, one, clock, told, place, account, applies)
        case ContactGiven():
            yield _contact(one, told, place, account, applies)


@dataclass(frozen=True)
class Clock:
    """Spells the instants of a table's columns in UTC."""

    one: Staged
    zone: str
    now: datetime

    def at(self, column: str) -> str:
        kind, said = self.one.kinds[column], self.one.table.columns.get(column)
        zone = (said.timezone if said else None) or self.zone
        return f"{name(column)}::TIMESTAMP" if kind.zoned else in_utc(f"{name(column)}::TIMESTAMP", zone)


def in_utc(instant: str, zone: str) -> str:
    """What a clock on the wall of `zone` shows, in UTC."""
    return instant if zone == "UTC" else f"timezone('UTC', timezone({text(zone)}, {instant}))"


def _row(applies: str, **columns: str) -> str:
    """Void where it does not apply: an entry of that id which says nothing."""
    blank = {"kind": "'void'", "occurred": "NULL::TIMESTAMP", "times": "1", "body": "'{}'"}
    spelled = {
        key: f"CASE WHEN {applies} THEN {sql} ELSE {blank.get(key, chr(39) * 2)} END"
        for key, sql in columns.items()
        if key not in ("id", "place", "began")
    }
    fixed = {key: columns.get(key, "false") for key in ("id", "place", "began")}
    return ", ".join(f'{sql} AS "{key}"' for key, sql in {**spelled, **fixed}.items())


def _account(
    reading: Reading, clock: Clock, told: AccountGiven, place: str, account: str, applies: str
) -> str:
    fields = {field: _value(clock.one, column) for field, column in told.fields.items()}
    fields |= {field: text(value) for field, value in told.set.items()}
    last = reading.mapping.complete_to
    exported = in_utc(f"TIMESTAMP '{last} 23:59:59'", clock.zone) if last else "NULL::TIMESTAMP"
    at = clock.at(told.at) if told.at else exported if told.known == "complete_to" else "NULL::TIMESTAMP"
    return _row(
        applies, id=place, kind="'group'", name="''", account=account, user="''", occurred=at, times="1",
        body=body("traits", fields), place="0", began="true" if told.at and not told.set else "false",
    )  # fmt: skip


def _event(one: Staged, clock: Clock, told: EventGiven, place: str, account: str, applies: str) -> str:
    properties = {key: _value(one, column) for key, column in told.properties.items()}
    kind = "'track'"
    if told.times:  # a row of counts says nothing of who, also where it counts one
        kind = f"CASE WHEN coalesce({name(told.times)}, 1) = 0 THEN 'void' ELSE 'tally' END"
    return _row(
        applies, id=place, kind=kind,
        name=_event_name(told), account=account,
        user=f"coalesce({name(told.user)}::VARCHAR, '')" if told.user else "''",
        occurred=clock.at(told.at),
        times=f"coalesce({name(told.times)}, 1)::INTEGER" if told.times else "1",
        body=body("properties", properties), place="3",
    )  # fmt: skip


def _event_name(told: EventGiven) -> str:
    if told.name_column is None:
        return text(told.name or "")
    column = f"{name(told.name_column)}::VARCHAR"
    cases = " ".join(f"WHEN {text(written)} THEN {text(meant)}" for written, meant in told.names.items())
    return f"CASE {column} {cases} ELSE {column} END" if cases else column


def _lines(
    reading: Reading, one: Staged, clock: Clock, told: ContractGiven, place: str, account: str, applies: str
) -> Iterator[str]:
    """The line as known from its start; and, where nobody knew of its end before it came, as known since."""
    ends = f"{name(told.ends.column)}::DATE" if told.ends else "NULL::DATE"
    late = told.ends is not None and told.ends.known == "at_end"
    month = f"({name(told.mrr)} / {MONTHS[told.per]})"
    said = {
        "contract": f"{name(told.contract or one.table.key[0])}::VARCHAR",
        "line": f"coalesce({name(told.line)}::VARCHAR, '1')" if told.line else "'1'",
        "product": f"{name(told.product)}::VARCHAR" if told.product else "NULL",
        "plan": f"{name(told.plan)}::VARCHAR" if told.plan else "NULL",
        "seats": f"{name(told.seats)}::BIGINT" if told.seats else "NULL",
        "mrr": f"round({month}::DECIMAL(28, 6), 2)::DECIMAL(14, 2)::VARCHAR",
        "currency": f"coalesce({name(told.currency)}::VARCHAR, {text(reading.mapping.currency)})"
        if told.currency
        else text(reading.mapping.currency),
        "starts": f"{name(told.starts)}::DATE",
    }
    common = {"kind": "'contract'", "name": "''", "account": account, "user": "''", "times": "1"}
    known = body("properties", {**said, "ends": "NULL::DATE" if late else ends})
    yield _row(applies, id=place, occurred=clock.at(told.starts), body=known, place="1", **common)
    if told.ends and late:
        ended = body("properties", {**said, "ends": ends})
        over = f"({applies} AND {ends} IS NOT NULL)"
        at = clock.at(told.ends.column)
        yield _row(over, id=f"{place} || '/end'", occurred=at, body=ended, place="1", **common)


def _contact(one: Staged, told: ContactGiven, place: str, account: str, applies: str) -> str:
    said = {"contact": f"{name(told.contact or one.table.key[0])}::VARCHAR"}
    named = {"name": told.name, "email": told.email, "persona": told.persona, "user": told.user}
    said |= {key: f"{name(column)}::VARCHAR" for key, column in named.items() if column}
    user = f"coalesce({name(told.user)}::VARCHAR, '')" if told.user else "''"
    return _row(
        applies, id=place, kind="'contact'", name="''", account=account, user=user,
        occurred="NULL::TIMESTAMP", times="1", body=body("properties", said), place="2",
    )  # fmt: skip


def _date_accounts(reading: Reading) -> None:
    """What has no instant of its own is told from its account's first sign, and stays there once known."""
    last = reading.mapping.complete_to
    fallback = f"TIMESTAMP '{last} 00:00:00'" if last else f"TIMESTAMP '{reading.now:%Y-%m-%d %H:%M:%S}'"
    reading.run(
        f"""UPDATE entry SET occurred = coalesce(
            (SELECT k.occurred FROM {reading.known} k WHERE k.id = entry.id AND k.kind = entry.kind),
            (SELECT f.first FROM (SELECT account, min(occurred) AS first FROM entry GROUP BY account) f
                WHERE f.account = entry.account),
            {fallback})
        WHERE occurred IS NULL AND kind <> 'void'"""
    )


def _value(one: Staged, column: str) -> str:
    """As JSON has it: an amount is a number without noughts at its end."""
    return f"{name(column)}::DOUBLE" if one.kinds[column].holds == "money" else name(column)


def _word(column: str, kinds: Keyed[str, Kind]) -> str:
    return f"{name(column)}::VARCHAR" if column in kinds else "NULL"
