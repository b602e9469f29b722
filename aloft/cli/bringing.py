"""What `aloft import` does: reading files, taking them in, and a report that closes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NoReturn

import typer
from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from aloft import clock
from aloft.cli.proposing import accepted
from aloft.collect.files.document import InvalidMapping, load_mapping
from aloft.collect.files.mapping import Mapping
from aloft.collect.files.report import Report, as_object
from aloft.collect.files.staging import Misread, Undecided
from aloft.collect.imports import as_csv, quarantine
from aloft.engine import client
from aloft.engine.home import open_engine
from aloft.engine.importing import Heard, NoMapping, NotImported, ask, import_files, known
from aloft.engine.replaying import replay

UNDECIDED = 3
SHOWN = 10
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def bring(
    paths: list[Path], mapping: Path | None, choose: list[str], *, yes: bool, dry_run: bool, as_json: bool
) -> None:
    try:
        given: Mapping | None = load_mapping(mapping.read_text(), str(mapping)) if mapping else None
        takes = dict(one.partition("=")[::2] for one in choose)
        asked = ask(paths, given or known(paths) or accepted(paths, yes=yes), takes)
        with Told() as told:
            report = import_files(settings.ALOFT_HOME, asked, clock.now(), dry=dry_run, hear=told)
            if not dry_run:
                told("taking in", 0, None)
                take_in()
    except (Undecided, NoMapping) as undecided:
        refuse_with(str(undecided), UNDECIDED)
    except (NotImported, Misread, InvalidMapping) as refused:
        refuse_with(str(refused), 1)
    if as_json:
        out.print(json.dumps(as_object(report), indent=2), markup=False)
    else:
        show(report)


def take_in() -> None:
    """The running engine notices by itself; where none runs, the store is opened here.

    Also when nothing was stored: a run that was killed may have left entries that nobody has taken in.
    A model that is live, or waits to be, decides at `aloft run`: until then its clock stands.
    """
    if client.ask("ping", patience=5.0) is not None:
        return
    from aloft.records.models import ModelVersion

    with open_engine(settings.ALOFT_HOME) as engine:
        engine.run(engine.at if ModelVersion.objects.exists() else clock.now())


def replay_mended() -> None:
    with Told() as told:
        taken, left = replay(settings.ALOFT_HOME, clock.now(), hear=told)
        take_in()
    out.print(f"{taken:,} mended rows are taken in, {left:,} are left in quarantine.", markup=False)


def refuse_with(message: str, code: int) -> NoReturn:
    err.print(message, markup=False)
    raise typer.Exit(code)


class Told:
    """Rows, their rate and the time left, on a terminal; nothing elsewhere."""

    def __init__(self) -> None:
        columns = (
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f} rows"),
            TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
        )  # fmt: skip
        self._progress = Progress(*columns, console=err, transient=True, disable=not sys.stderr.isatty())
        self._task: TaskID | None = None
        self._phase = ""

    def __enter__(self) -> Heard:
        self._progress.start()
        return self.hear

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def hear(self, phase: str, done: int, total: int | None) -> None:
        if self._task is None or phase != self._phase:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task = self._progress.add_task(phase, total=total, rate="")
            self._phase = phase
        self._progress.advance(self._task, done)
        speed = next(task.speed for task in self._progress.tasks if task.id == self._task)
        self._progress.update(self._task, rate=f"{speed:,.0f} rows/s" if speed else "")


def show(report: Report) -> None:
    head = f"{report.mapping}: {report.rows:,} rows, {report.first} to {report.last}"
    out.print(head + (", tried and not stored" if report.dry else ""), style="bold", markup=False)
    if report.credit:
        out.print(f"Data by {report.credit}", markup=False)
    out.print(_counts(report))
    for choice in report.choices:
        out.print(f"\n{choice.says}", markup=False)
        for side in choice.options:
            mark = "▸" if side.taken else " "
            out.print(
                f"  {mark} {side.option}: {side.says}: {side.rows:,} rows, {side.accounts:,} accounts",
                markup=False,
            )
        out.print(
            f"    {choice.agreed:,} of {choice.named:,} accounts are named by all; "
            f"choose with --choose {choice.choice}={choice.options[0].option}",
            markup=False,
        )
    _lines("Understood", report.understood)
    _lines("Strange", report.strange)
    _lines("Passed over", report.over)
    refused = [f"{one.file}:{one.line}: {one.column or 'row'}: {one.reason}" for one in report.refused]
    _lines(
        "In quarantine", refused[:SHOWN] + ([f"and {len(refused) - SHOWN:,} more"] if refused[SHOWN:] else [])
    )


def _counts(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    names = ("read", "stored", "updated", "duplicate", "quarantined")
    for head in ("", *names, "left out"):
        table.add_column(head, justify="left" if not head else "right")
    for one in report.tables:
        table.add_row(one.table, *(f"{getattr(one, name):,}" for name in names), f"{one.left_out:,}")
    table.add_row("all", *(f"{report.total(name):,}" for name in names), f"{report.total('left_out'):,}")
    return table


def _lines(head: str, lines: list[str] | tuple[str, ...]) -> None:
    if lines:
        out.print(f"\n{head}", style="bold")
        for line in lines:
            out.print(f"  {line}", markup=False)


def write_quarantine(to: Path) -> None:
    """The rows that could not be used, as CSV."""
    rows = quarantine()
    to.write_text(as_csv(rows), encoding="utf-8-sig", newline="")
    err.print(f"{rows.count():,} rows are in {to}", markup=False)
