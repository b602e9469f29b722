"""What is strange about some rows, though they are kept: said with figures, and nothing done in silence."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Keyed
from hashlib import sha256
from pathlib import Path

from aloft.collect.files.entries import Reading, in_utc
from aloft.collect.files.mapping import AccountGiven, ContractGiven
from aloft.collect.files.sql import name, text
from aloft.collect.files.staging import Staged


def notes(reading: Reading, staged: Keyed[str, Staged]) -> tuple[str, ...]:
    return tuple(_all(reading, staged))


def _all(reading: Reading, staged: Keyed[str, Staged]) -> Iterator[str]:
    for one in staged.values():
        yield from _copies(one)
        yield from _repeated(reading, one)
        yield from _outside_contract(reading, one, staged)
        yield from _doubtful(reading, one)
        yield from _nothing_happened(reading, one)
    yield from _early(reading)
    yield from _unintroduced(reading, staged)
    yield from _late(reading)


def _copies(one: Staged) -> Iterator[str]:
    if one.table.sha256:
        for file in one.files:
            if file.path.is_file() and digest(file.path) not in one.table.sha256:
                yield (
                    f"{one.name}: {file.file} is another copy than the one this mapping was written for; "
                    "the columns fit, the rows may differ"
                )


def digest(path: Path) -> str:
    total = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            total.update(block)
    return total.hexdigest()


def _number(reading: Reading, sql: str) -> tuple[int, ...]:
    return tuple(cell or 0 for cell in reading.run(sql)[0])


def _repeated(reading: Reading, one: Staged) -> Iterator[str]:
    keys, rows = _number(
        reading,
        f"""SELECT count(*), sum(c) FROM (SELECT _file, _key, count(*) AS c FROM {name("keyed_" + one.name)}
            WHERE _counts GROUP BY ALL HAVING c > 1)""",
    )
    if not keys:
        return
    if one.table.keep:
        yield f"{one.name}: {keys:,} keys are on several rows ({rows:,} rows): the {_which(one)} counts"
    elif one.table.key:
        yield f"{one.name}: {keys:,} keys are on more than one row ({rows:,} rows): every row counts"
    else:
        yield f"{one.name}: {rows - keys:,} rows repeat another one exactly: every row counts"


def _which(one: Staged) -> str:
    keep = one.table.keep
    assert keep is not None
    return f"last by {keep.last}" if keep.last else f"first by {keep.first}"


def _early(reading: Reading) -> Iterator[str]:
    """Before the day on which their account began, by the account's own row."""
    rows = reading.run(
        """WITH began AS (SELECT account, min(occurred) AS at FROM entry WHERE began AND kind = 'group' GROUP BY 1)
        SELECT tbl, count(DISTINCT n), count(DISTINCT e.account) FROM entry e JOIN began b USING (account)
        WHERE e.kind IN ('track', 'tally', 'contract') AND e.occurred < b.at GROUP BY tbl ORDER BY tbl"""
    )
    for table, count, accounts in rows:
        yield f"{table}: {count:,} rows of {accounts:,} accounts lie before their account began: they are kept"


def _outside_contract(reading: Reading, one: Staged, staged: Keyed[str, Staged]) -> Iterator[str]:
    """Rows found by way of a table of contracts, and dated before that contract began or after it ended."""
    via = staged.get(one.table.account.via or "") if one.table.account else None
    told = next(
        (each for each in (via.table.gives.values() if via else ()) if isinstance(each, ContractGiven)), None
    )
    if via is None or told is None or one.table.account is None:
        return
    ends = f"t.{name(told.ends.column)}" if told.ends else "NULL"
    before, after = _number(
        reading,
        f"""SELECT count(DISTINCT e.n) FILTER (e.occurred::DATE < t.{name(told.starts)}::DATE),
            count(DISTINCT e.n) FILTER (e.occurred::DATE >= {ends}::DATE)
        FROM entry e JOIN {name("keyed_" + one.name)} k ON k._n = e.n
        JOIN {name("keyed_" + via.name)} t ON t._key = k.{name(one.table.account.column)}::VARCHAR
        WHERE e.tbl = {text(one.name)} AND e.kind IN ('track', 'tally')""",
    )
    if before:
        yield f"{one.name}: {before:,} rows are dated before their row of {via.name} starts: they are kept"
    if after:
        yield f"{one.name}: {after:,} rows are dated after their row of {via.name} ended: they are kept"


def _doubtful(reading: Reading, one: Staged) -> Iterator[str]:
    for doubt in one.table.doubts:
        (count,) = _number(
            reading,
            f"""SELECT count(*) FROM {name("keyed_" + one.name)}
            WHERE _counts AND {name(doubt.column)} > {name(doubt.than)} * {doubt.times}""",
        )
        if count:
            yield f"{one.name}: {count:,} rows have {doubt.says}: they are kept"


def _nothing_happened(reading: Reading, one: Staged) -> Iterator[str]:
    for given in one.table.gives.values():
        times = getattr(given, "times", None)
        if times:
            (count,) = _number(
                reading,
                f"SELECT count(*) FROM {name('keyed_' + one.name)} WHERE _counts AND {name(times)} = 0",
            )
            if count:
                yield f"{one.name}: {count:,} rows say 0 times: they are kept, and count as nothing"


def _unintroduced(reading: Reading, staged: Keyed[str, Staged]) -> Iterator[str]:
    told = [
        one.name
        for one in staged.values()
        if any(isinstance(given, AccountGiven) and given.fields for given in one.table.gives.values())
    ]
    if told:
        (count,) = _number(
            reading,
            """SELECT count(DISTINCT account) FROM entry WHERE account <> '' AND account NOT IN
            (SELECT account FROM entry WHERE kind = 'group')""",
        )
        if count:
            where = " or ".join(told)
            yield f"{count:,} accounts have rows, and none in {where}: they are made, with their id as name"


def _late(reading: Reading) -> Iterator[str]:
    (ahead,) = _number(
        reading, f"SELECT count(*) FROM entry WHERE occurred > TIMESTAMP '{reading.now:%Y-%m-%d %H:%M:%S}'"
    )
    if ahead:
        yield f"{ahead:,} entries lie in the future: they are known from today on"
    last = reading.mapping.complete_to
    if last:
        end = in_utc(f"TIMESTAMP '{last} 23:59:59.999999'", reading.mapping.timezone or "UTC")
        (later,) = _number(
            reading, f"SELECT count(*) FROM entry WHERE kind IN ('track', 'tally') AND occurred > {end}"
        )
        if later:
            yield f"{later:,} events lie after {last}, the last complete day of the source: they are kept"
