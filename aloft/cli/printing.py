"""Answers on a terminal, in the words of the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from aloft.decide.values import Reason
from aloft.engine.explained import Explanation
from aloft.engine.returning import Return
from aloft.engine.spoken import instant
from aloft.records.models import ModelVersion

_MARKS = {True: "✓", False: "✗", None: "·"}


def published(out: Console, version: ModelVersion) -> None:
    out.print(
        f"{version.name}, version {version.version}, is live from {instant(version.live_from)}.", markup=False
    )


def wordless(err: Console, templates: Sequence[str], drafts: Sequence[str]) -> None:
    """Templates that messages are blocked for, `drafts` those of them that only have to be approved."""
    unwritten = [name for name in templates if name not in drafts]
    for names, mend in ((drafts, "Read and approve the drafts"), (unwritten, "Write them")):
        if names:
            listed = ", ".join(names)
            err.print(
                f"No approved text yet, so nobody gets them: {listed}. {mend} under Templates.", markup=False
            )


def unaddressed(err: Console, webhooks: Sequence[str]) -> None:
    """Webhooks that lead nowhere yet."""
    for name in webhooks:
        err.print(f"Webhook {name} leads nowhere yet: aloft webhook {name} URL", markup=False)


def returning(out: Console, found: Return) -> None:
    """What would follow, before it is done."""
    name = found.newest.name
    what = f"Version {found.to} of {name} comes back" if found.to else f"{name} goes out of force"
    out.print(f"{what}, as version {found.number}, in place of version {found.newest.version}:", markup=False)
    told = {"comes": found.changes.comes, "goes": found.changes.goes, "changes": found.changes.differs}
    for verb, names in told.items():
        for part in names:
            out.print(f"  {part} {verb}", markup=False)
    for version, n in sorted(found.open.items()):
        said = f"{n} open occurrence keeps" if n == 1 else f"{n} open occurrences keep"
        out.print(f"  {said} to version {version}", markup=False)
    if not found.open:
        out.print("  nothing is open", markup=False)


def not_run(out: Console, notes: Iterable[object]) -> None:
    """What a model just published has that this version does not act on."""
    for note in notes:
        out.print(str(note), markup=False)


def levels(out: Console, told: dict[str, Any]) -> None:
    out.print(f"As of {told['as_of']}, from what is there:", markup=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    for feature, works, says in told["answers"]:
        table.add_row(_MARKS[works], feature, says)
    out.print(table)


def not_available(out: Console, told: dict[str, Any]) -> None:
    """What a model just published cannot have yet."""
    lacking = [feature for feature, works, _ in told["answers"] if not works]
    if lacking:
        out.print(f"Not available from the data yet: {'; '.join(lacking)}. See: aloft levels", markup=False)


def sources(out: Console, told: list[dict[str, Any]]) -> None:
    for one in told:
        late = ": LATE" if one["late"] else ""
        last = f", last arrival {one['last']}" if one["last"] else ""
        out.print(f"{one['source']}{late}: complete to {one['complete_to']}{last}", markup=False)


@contextmanager
def turning(err: Console, until: datetime) -> Iterator[Callable[[datetime], None]]:
    """How far the clock has come, and the time left, on a terminal; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("Taking in what is known", total=None)
        first: list[datetime] = []

        def made(at: datetime) -> None:
            if not first:
                first.append(at)
            whole, done = (until - first[0]).total_seconds(), (at - first[0]).total_seconds()
            progress.update(task, description=f"{at:%Y-%m-%d}", total=whole or 1.0, completed=done)

        yield made


@contextmanager
def filling(err: Console) -> Iterator[Callable[[int, int], None]]:
    """How many events have been read for metrics that are new, how fast, and the time left, on a terminal."""
    columns = (
        TextColumn("Filling new metrics"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        tasks: list[TaskID] = []

        def filled(done: int, events: int) -> None:
            if not tasks:
                tasks.append(progress.add_task("", total=events, rate=""))
            speed = progress.tasks[0].speed
            rate = f"{speed:,.0f} events/s" if speed else ""
            progress.update(tasks[0], completed=done, rate=rate)

        yield filled


def moved(out: Console, told: dict[str, Any]) -> None:
    out.print(f"{told['turns']} turns; everything is decided up to {told['at']}.", markup=False)


def explanation(out: Console, one: Explanation) -> None:
    out.print(one.headline, style="bold", markup=False)
    out.print(f"  {one.account} · {one.moment} · {one.verdict} · {one.model} · {one.place}", markup=False)
    if one.owner:
        out.print(f"  Owner: {one.owner}", markup=False)
    if one.due:
        out.print(f"  Due: {instant(one.due)}", markup=False)
    if one.outcome_until:
        out.print(f"  Expected outcome: {one.outcome}, until {instant(one.outcome_until)}", markup=False)
    out.print(_reasons(one.reasons))
    if one.change:
        out.print(f"  {one.change}", markup=False)
    for at, verdict, said in one.history:
        out.print(f"  {instant(at)}  {verdict}{': ' + said if said else ''}", markup=False)
    out.print()


def explained(out: Console, one: Mapping[str, Any], depth: int = 0) -> None:
    """A value, what it says, and the facts behind it, newest first."""
    pad = "  " * depth
    says = f"  ({one['says']})" if one["says"] else ""
    out.print(
        f"{pad}{one['name']} = {'unknown' if one['value'] is None else one['value']}{says}", markup=False
    )
    for fact in one["facts"]:
        said = ", ".join(f"{name} {value}" for name, value in fact["says"].items())
        who = f" by {fact['user']}" if fact["user"] else ""
        out.print(
            f"{pad}  {fact['at'][:19]}Z  {fact['what']}{who}  {fact['source']} {fact['id']}  {said}",
            markup=False,
        )
    if one["more"]:
        out.print(f"{pad}  and {one['more']} more", markup=False)
    for part in one["parts"]:
        explained(out, part, depth + 1)


def _reasons(reasons: tuple[Reason, ...]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for reason in reasons:
        place = f"line {reason.line}" if reason.line else ""
        table.add_row(f"  {_MARKS[reason.held]}", reason.rule, reason.says, reason.found, place)
    return table
