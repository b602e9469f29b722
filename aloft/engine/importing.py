"""Files become part of the log: read, mapped, compared with what is known, and written as one segment or not at all.

Killed at any point, a run leaves nothing behind or all of its entries; the same files again find them there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from aloft.collect.files.counting import counted, judge, refusals, sides
from aloft.collect.files.document import write_mapping
from aloft.collect.files.entries import Reading, make_entries
from aloft.collect.files.mapping import Choice, Mapping
from aloft.collect.files.matching import Match, Matched, match, recognise
from aloft.collect.files.notes import notes
from aloft.collect.files.report import Report, as_object
from aloft.collect.files.settling import settled
from aloft.collect.files.staging import Staged, Undecided, Understood, ambiguous, stage, understand
from aloft.collect.files.tables import look_into
from aloft.collect.files.values import FileTable, PassedOver, Rows, Unopenable
from aloft.collect.imports import note_import
from aloft.collect.inbox import Inbox
from aloft.collect.place import inbox_of
from aloft.engine.alone import alone
from aloft.facts.known import know, write_draft
from aloft.facts.log import add_import
from aloft.records import tombstones
from aloft.records.services import declare_complete

Heard = Callable[[str, int, int | None], None]
Ordinals = dict[tuple[str, int], int]


class NotImported(Exception):
    """Nothing was stored; the message says what to do."""


class NoMapping(NotImported):
    """Nobody has said what these files mean."""


@dataclass(frozen=True)
class Asked:
    """What to import, and how it is to be read. `ordinals` are those of rows that come out of the quarantine."""

    match: Match
    mapping: Mapping
    passed_over: tuple[PassedOver, ...] = ()
    ordinals: Ordinals | None = None


def silent(phase: str, done: int, total: int | None) -> None:
    """Nobody listens."""


def tables_in(paths: Sequence[Path]) -> tuple[list[FileTable], list[PassedOver]]:
    """The tables of files and folders, in order. Raises NotImported."""
    tables: list[FileTable] = []
    over: list[PassedOver] = []
    for path in paths:
        try:
            found = look_into(path)
        except Unopenable as error:
            raise NotImported(str(error)) from error
        tables += found.tables
        over += found.passed_over
    return tables, over


def ask(paths: Sequence[Path], mapping: Mapping, takes: dict[str, str] | None = None) -> Asked:
    """What to import, with the options taken of the mapping's choices. Raises NotImported."""
    tables, over = tables_in(paths)
    if not tables:
        raise NotImported("there is no table in " + ", ".join(str(path) for path in paths))
    chosen = _choose(mapping, takes or {})
    found = match(chosen, tables)
    if not found.tables:
        lines = found.lacking or [f"{one.file}: no table of the mapping fits it" for one in found.over]
        raise NotImported("\n".join(lines))
    return Asked(found, chosen, tuple(over))


def known(paths: Sequence[Path]) -> Mapping | None:
    """The shipped mapping that knows all of these files, if there is one."""
    return recognise(tables_in(paths)[0])


def _choose(mapping: Mapping, takes: dict[str, str]) -> Mapping:
    choices: dict[str, Choice] = dict(mapping.choices)
    for choice, option in takes.items():
        if choice not in choices or option not in choices[choice].options:
            listed = "; ".join(f"{one}: {', '.join(told.options)}" for one, told in mapping.choices.items())
            raise NotImported(f"{choice}={option} cannot be chosen here. There is {listed or 'no choice'}")
        choices[choice] = choices[choice].model_copy(update={"take": option})
    return mapping.model_copy(update={"choices": choices})


def import_files(
    home: Path, asked: Asked, now: datetime, *, dry: bool = False, hear: Heard = silent
) -> Report:
    """The report. Raises Undecided for columns that read two ways, Misread, NotImported."""
    with alone(home) as free:
        if not free:
            raise NotImported("another import is running: wait until it is done")
        with tempfile.TemporaryDirectory(dir=home, prefix="import-") as folder:
            run = Run(home, Path(folder), asked, now.astimezone(UTC).replace(tzinfo=None), hear)
            return run.made(dry)


class Run:
    def __init__(self, home: Path, folder: Path, asked: Asked, now: datetime, hear: Heard) -> None:
        self.home, self.log, self.inbox = home, home / "log", inbox_of(home)
        self.draft = folder / "draft.tmp"
        self.asked, self.now, self.hear = asked, now, hear
        self.scratch = duckdb.connect(config={"temp_directory": str(folder)})

    def made(self, dry: bool) -> Report:
        try:
            understood = [self._understood(matched) for matched in self.asked.match.tables]
            self._refuse_undecided(understood)
            staged = self._staged(understood)
            return self._settled(staged, understood, dry)
        finally:
            self.scratch.close()

    def _understood(self, matched: Matched) -> list[Understood]:
        self.hear("looking at", 0, None)
        return understand(self.asked.mapping, self._heard(matched))

    def _heard(self, matched: Matched) -> Matched:
        files = (replace(file, read=partial(self._listening, file)) for file in matched.files)
        return replace(matched, files=tuple(files))

    def _listening(self, file: FileTable) -> Iterator[Rows]:
        for batch in file.rows():
            self.hear("looking at", len(batch), None)
            yield batch

    def _refuse_undecided(self, understood: list[list[Understood]]) -> None:
        tables = zip(self.asked.match.tables, understood, strict=True)
        open_ones = [one for matched, told in tables for one in ambiguous(matched.name, matched.table, told)]
        if open_ones:
            raise Undecided(open_ones)

    def _staged(self, understood: list[list[Understood]]) -> dict[str, Staged]:
        total = sum(
            column.rows for told in understood for one in told for column in list(one.columns.values())[:1]
        )
        self.hear("reading", 0, total)
        staged = {}
        for matched, told in zip(self.asked.match.tables, understood, strict=True):
            staged[matched.name] = stage(
                self.scratch, self.asked.mapping, matched, told,
                lambda rows: self.hear("reading", rows, total), self.asked.ordinals,
            )  # fmt: skip
        return staged

    def _settled(self, staged: dict[str, Staged], understood: list[list[Understood]], dry: bool) -> Report:
        mapping = self.asked.mapping
        reading = Reading(self.scratch, mapping, self.now)
        self.hear("comparing", 0, None)
        know(self.scratch, self.log, mapping.source_name)
        make_entries(reading, staged)
        fresh = judge(reading) - self._leave_out_erased()
        report = self._report(reading, staged, fresh, dry)
        if not dry:
            self.hear("storing", 0, None)
            self._store(fresh)
            told = zip(self.asked.match.tables, understood, strict=True)
            self._note(report, settled(mapping, {matched.name: one for matched, one in told}))
        return report

    def _leave_out_erased(self) -> int:
        """Rows about somebody who was erased: a file still tells them, and they are not to be known again."""
        erased = tombstones.read(self.home)
        if not erased:
            return 0
        told = self.scratch.execute(
            """SELECT DISTINCT unnest([account, "user", body ->> '$.properties.contact',
                body ->> '$.properties.email', body ->> '$.traits.email']) FROM fresh"""
        ).fetchall()
        theirs = [one for (one,) in told if one and erased.knows(one)]
        dropped = self.scratch.execute(
            """DELETE FROM fresh WHERE list_has_any([account, "user", body ->> '$.properties.contact',
                body ->> '$.properties.email', body ->> '$.traits.email'], $theirs)""",
            {"theirs": theirs},
        ).fetchall()
        return int(dropped[0][0])

    def _report(self, reading: Reading, staged: dict[str, Staged], fresh: int, dry: bool) -> Report:
        mapping = self.asked.mapping
        spans = reading.run("SELECT min(occurred)::DATE::VARCHAR, max(occurred)::DATE::VARCHAR FROM entry")
        tables = tuple(counted(reading, staged))
        return Report(
            source=mapping.source_name,
            mapping=mapping.title or mapping.mapping,
            credit=mapping.credit,
            rows=sum(one.rows + len(one.unreadable) for one in staged.values()),
            tables=tables,
            choices=tuple(sides(reading, staged)),
            understood=tuple(dict.fromkeys(says for one in staged.values() for says in one.understood)),
            strange=notes(reading, staged),
            over=tuple(_left_over(self.asked)),
            refused=tuple(refusals(reading, staged)),
            entries=fresh,
            first=str(spans[0][0] or ""),
            last=str(spans[0][1] or ""),
            dry=dry,
        )

    def _store(self, fresh: int) -> None:
        if not fresh:
            return
        self.log.mkdir(parents=True, exist_ok=True)
        inbox = Inbox(self.inbox)
        try:
            inbox.release()  # what an earlier run reserved and, killed, never wrote
            write_draft(self.scratch, self.asked.mapping.source_name, self.draft)
            add_import(self.log, inbox, self.draft)
        finally:
            inbox.close()

    def _note(self, report: Report, mapping: Mapping) -> None:
        if self.asked.ordinals is not None:
            return
        note_import(
            source=report.source,
            at=self.now.replace(tzinfo=UTC),
            files=list(dict.fromkeys(file for table in report.tables for file in table.files)),
            mapping=write_mapping(mapping),
            report=as_object(report),
            refused=report.refused,
            complete_to=mapping.complete_to,
            credit=mapping.credit,
        )
        if mapping.complete_to is not None:
            self._declare(report.source, mapping.complete_to, mapping.timezone or "UTC")

    def _declare(self, source: str, last: date, zone: str) -> None:
        """The source has sent everything up to the end of its last complete day, or up to now within it."""
        over = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone))
        now = self.now.replace(tzinfo=UTC)
        declare_complete(source=source, complete_to=min(over, now), actor="import", at=now)


def _left_over(asked: Asked) -> list[str]:
    over = [f"{one.file}: {one.reason}" for one in asked.passed_over]
    over += [*asked.match.left, *asked.match.lacking]
    lacking = " ".join(asked.match.lacking)
    return over + [
        f"{one.file}: no table of the mapping is about it"
        for one in asked.match.over
        if one.file not in lacking
    ]
