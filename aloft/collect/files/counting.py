"""Each row is stored, updated, duplicate, kept aside or left out: judged in the scratch database, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Keyed

from aloft.collect.files.entries import Reading
from aloft.collect.files.mapping import Choice
from aloft.collect.files.report import Chosen, Counted, Refusal, Sided
from aloft.collect.files.sql import name, text
from aloft.collect.files.staging import Staged
from aloft.collect.files.where import where

CONTENT = """CASE WHEN kind = 'void' AND occurred IS NULL THEN 'void' ELSE
    md5(concat_ws(chr(31), kind, name, account, "user", occurred, times, body)) END"""


def judge(reading: Reading) -> int:
    """Make `fresh`, the entries that the log lacks, and `judged`, a verdict on each row; how many are fresh.

    Of several rows with one id the last version counts. When it is what the log has, nothing has come.
    """
    reading.run(
        f"""CREATE OR REPLACE TABLE weighed AS
        WITH known AS (SELECT id, received, {CONTENT} AS content FROM {reading.known}),
            told AS (SELECT *, {CONTENT} AS content FROM entry)
        SELECT t.*, k.content AS was, k.received AS since, {_versions(reading)}
        FROM told t LEFT JOIN known k ON k.id = t.id"""
    )
    reading.run(
        """CREATE OR REPLACE TABLE judged AS
        SELECT tbl, n, CASE WHEN bool_or(verdict = 'changed') THEN 'updated'
            WHEN bool_or(verdict = 'new') THEN CASE WHEN bool_or(verdict = 'same') THEN 'updated' ELSE 'stored' END
            WHEN bool_or(verdict = 'same') THEN 'duplicate' ELSE 'left_out' END AS verdict
        FROM (SELECT tbl, n, CASE
                WHEN final = was THEN 'same'
                WHEN content = 'void' AND coalesce(before, was, 'void') = 'void' THEN NULL
                WHEN coalesce(before, was, 'void') = 'void' THEN 'new'
                WHEN coalesce(before, was) = content THEN 'same' ELSE 'changed' END AS verdict
            FROM weighed)
        GROUP BY tbl, n"""
    )
    reading.run(
        f"""CREATE OR REPLACE TABLE fresh AS
        SELECT tbl, n, id, kind, name, account, "user", coalesce(occurred, since) AS occurred, times, body, place,
            coalesce(since, least(occurred, TIMESTAMP '{reading.now:%Y-%m-%d %H:%M:%S}')) AS received
        FROM weighed WHERE last AND content IS DISTINCT FROM coalesce(was, 'void')"""
    )
    fresh: int = reading.run("SELECT count(*) FROM fresh")[0][0]
    return fresh


def _versions(reading: Reading) -> str:
    """What the row before said, what the last one says, and whether it is that: rarely is there more than one."""
    if reading.run("SELECT count(DISTINCT id) = count(*) FROM entry") == [(True,)]:
        return "NULL::VARCHAR AS before, t.content AS final, true AS last"
    same = "(PARTITION BY t.id ORDER BY t.version"
    whole = f"{same} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
    return f"""lag(t.content) OVER {same}) AS before, last_value(t.content) OVER {whole} AS final,
        row_number() OVER {same}) = count(*) OVER {whole} AS last"""


def counted(reading: Reading, staged: Keyed[str, Staged]) -> Iterator[Counted]:
    verdicts = {
        (table, verdict): count
        for table, verdict, count in reading.run("SELECT tbl, verdict, count(*) FROM judged GROUP BY ALL")
    }
    refused: dict[str, int] = dict(reading.run("SELECT tbl, count(*) FROM refused GROUP BY ALL"))
    for one in staged.values():
        told = {
            verdict: verdicts.get((one.name, verdict), 0) for verdict in ("stored", "updated", "duplicate")
        }
        kept_aside = refused.get(one.name, 0)
        left_out = one.rows - kept_aside - sum(told.values())
        yield Counted(
            table=one.name,
            files=tuple(dict.fromkeys(file.file for file in one.files)),
            **told,
            quarantined=kept_aside + len(one.unreadable),
            left_out=left_out,
        )


def refusals(reading: Reading, staged: Keyed[str, Staged]) -> Iterator[Refusal]:
    """Each row that cannot be used, with its cells as they stand in the file."""
    rows = reading.run("SELECT tbl, file, line, col, why, ordinal FROM refused ORDER BY tbl, file, line")
    for one in staged.values():
        own = [row for row in rows if row[0] == one.name]
        cells = _cells(one, {(row[1], row[2]) for row in own})
        for _, file, line, column, why, ordinal in own:
            place = (file, line)
            yield Refusal(
                one.name, one.files[place[0]].file, place[1], column, why, ordinal,
                cells.get(place, {}),
            )  # fmt: skip
        for bad in one.unreadable:
            yield Refusal(one.name, bad.file, bad.line, "", bad.reason, 1, {"": bad.text})


def _cells(one: Staged, places: set[tuple[int, int]]) -> dict[tuple[int, int], dict[str, str]]:
    found: dict[tuple[int, int], dict[str, str]] = {}
    for file in sorted({file for file, _ in places}):
        wanted = {line for place, line in places if place == file}
        for batch in one.files[file].rows():
            for row, line in enumerate(batch.lines.to_pylist()):
                if line in wanted:
                    cells = batch.cells.slice(row, 1).to_pylist()[0]
                    found[file, line] = {key: value or "" for key, value in cells.items()}
    return found


def sides(reading: Reading, staged: Keyed[str, Staged]) -> Iterator[Chosen]:
    for key, choice in reading.mapping.choices.items():
        if all(option.table in staged for option in choice.options.values()):
            yield _side_by_side(reading, key, choice, staged)


def _side_by_side(reading: Reading, key: str, choice: Choice, staged: Keyed[str, Staged]) -> Chosen:
    options, whose = [], []
    for name_of, option in choice.options.items():
        one = staged[option.table]
        account = name(one.table.account.column) if one.table.account else "NULL"
        rows = f"FROM {name('keyed_' + one.name)} WHERE {where(option.where)}"
        count, accounts = reading.run(f"SELECT count(*), count(DISTINCT {account}) {rows}")[0]
        says = option.says or name_of
        options.append(Sided(name_of, says, count, accounts, taken=name_of == choice.take))
        whose.append(f"SELECT DISTINCT {text(name_of)} AS option, {account}::VARCHAR AS account {rows}")
    named = f"SELECT account, count(*) AS options FROM ({' UNION ALL '.join(whose)}) GROUP BY account"
    agreed, all_named = reading.run(
        f"SELECT count(*) FILTER (options = {len(options)}), count(*) FROM ({named})"
    )[0]
    return Chosen(key, choice.says, tuple(options), agreed, all_named)
