"""`aloft backtest`: a model over the past, told as text or JSON."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from aloft import clock
from aloft.cli.reading import read, refuse
from aloft.cli.ready import prepare

if TYPE_CHECKING:
    from aloft.engine.backtest.run import Backtest, Heard

_MOST = 25
"""Openings listed on a terminal; `--json` gives all."""
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def backtest(
    model: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The engagement model, YAML")],
    from_: Annotated[str, typer.Option("--from", help="The first day")],
    to: Annotated[str, typer.Option("--to", help="The last day, included")],
    spark: Annotated[
        str | None, typer.Option(help="Spark plays it, from an export: sc://HOST:PORT, or a master")
    ] = None,
    warehouse: Annotated[
        Path | None, typer.Option(help="With --spark, the export; default ALOFT_HOME/warehouse")
    ] = None,
    parts: Annotated[
        int | None, typer.Option(help="With --spark, into how many parts accounts fall", min=1)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON")] = False,
) -> None:
    """Replay the past as it was known then: what the model would have opened, when, for whom, and what it was worth.

    An alert (of a condition, an expectation or an event) is a hit where a churn or a downsell of 20 % follows within
    90 days. Nothing is changed, and the engine may run meanwhile. With --spark the past is that of the last
    `aloft warehouse --log`.
    """
    from aloft.engine.backtest.run import NotTested
    from aloft.engine.backtest.run import backtest as play
    from aloft.engine.backtest.told import as_object
    from aloft.facts.warehouse import NoWarehouse
    from aloft.measures.spark.session import NoSpark
    from aloft.revenue.rates import NoRate

    prepare()
    now, first, last = clock.now(), _day(from_), _day(to)
    if first > now.date():
        refuse(f"{from_} lies ahead: a backtest is of the past")
    wanted = read(model)
    try:
        if spark:
            found = _played_by_spark(wanted.document, first, last, spark, warehouse, parts)
        else:
            with playing(_err, first, min(last, now.date())) as heard:
                found = play(settings.ALOFT_HOME, wanted.model, first, last, now, heard)
    except (NotTested, NoRate, NoWarehouse, NoSpark) as refused:
        refuse(str(refused))
    told = as_object(found)
    if as_json:
        _out.print(json.dumps(told, indent=2), markup=False)
        return
    tell(_out, told)


def _played_by_spark(
    document: str, first: date, last: date, spark: str, warehouse: Path | None, parts: int | None
) -> Backtest:
    from aloft.engine.backtest.exported import backtest as told_by
    from aloft.facts.warehouse import folder_of, manifest_of
    from aloft.measures.spark.session import session_of

    exported = (warehouse or folder_of(settings.ALOFT_HOME)).resolve()
    manifest_of(exported)
    with session_of(spark) as session, tempfile.TemporaryDirectory(dir=exported.parent) as scratch:
        return told_by(session, exported, Path(scratch), document, first, last, parts)


def part(folder: Path, number: int) -> None:
    """Play a part of a backtest by Spark; called where its executors run."""
    from aloft.engine.backtest.part import play as play_part

    prepare()
    play_part(folder, number)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse(f"{text!r} is no day: write 2026-01-31")


@contextmanager
def playing(err: Console, first: date, last: date) -> Iterator[Heard]:
    """The day reached, and the time left, on a terminal; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("Rolling what was before", total=(last - first).days + 1)

        def heard(at: datetime) -> None:
            progress.update(task, description=f"{at:%Y-%m-%d}", completed=(at.date() - first).days)

        yield heard


def tell(out: Console, told: dict[str, Any]) -> None:
    """`told` is of `engine.backtest.told`."""
    out.print(
        f"{told['model']} from {told['from']} to {told['to']}: {told['accounts']:,} accounts, "
        f"{told['readings']:,} daily readings, {told['opened']:,} moments would have opened.",
        markup=False,
    )
    if told["held_back"]:
        listed = ", ".join(f"{moment} {number:,}" for moment, number in sorted(told["held_back"].items()))
        out.print(f"More are held back, for experiments hold their accounts out: {listed}.", markup=False)
    if told["moments"]:
        out.print(_moments(told["moments"]))
    out.print(f"Of alerts, {_precision(told['alerts'])}; {_base(told['base_rate'])}.", markup=False)
    for one in told["roles"]:
        out.print(_of_role(one), markup=False)
    out.print(_lead(told["lead"]), markup=False)
    for one in told["decisions"][:_MOST]:
        out.print(f"  {one['at'][:16]}Z  {one['moment']}  {one['account']}", markup=False)
    if len(told["decisions"]) > _MOST:
        out.print(f"  and {len(told['decisions']) - _MOST:,} more: --json gives all", markup=False)


def _moments(moments: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("Moment", "Trigger"):
        table.add_column(title)
    for title in ("Opened", "Accounts", "Hits", "Precision"):
        table.add_column(title, justify="right")
    for one in moments:
        judged = one["judged"] > 0
        table.add_row(
            one["moment"],
            one["trigger"],
            f"{one['opened']:,}",
            f"{one['accounts']:,}",
            f"{one['hits']:,} of {one['judged']:,}" if judged else "",
            _share(one["precision"]) if judged else "",
        )
    return table


def _share(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.1%}"


def _precision(hits: dict[str, Any]) -> str:
    if not hits["judged"]:
        return "none is 90 days old yet"
    return (
        f"{hits['hits']:,} of {hits['judged']:,} ({_share(hits['precision'])}) were followed within 90 days by a "
        "churn or a downsell of 20 %"
    )


def _base(rate: float | None) -> str:
    return "no base rate is known" if rate is None else f"of all customers it was {_share(rate)}"


def _of_role(one: dict[str, Any]) -> str:
    load = (
        "nobody has the role"
        if one["alerts_per_person_week"] is None
        else (f"{one['alerts_per_person_week']:.1f} a week for each of {one['people']}")
    )
    role, worked = one["role"] or "no role", _precision(one["worked"])
    return f"{role}: {one['alerts']:,} alerts, {load}; as many as can be worked: {worked}"


def _lead(lead: dict[str, Any]) -> str:
    if not lead["lost"]:
        return "No customer was lost in that time."
    lost = "1 loss" if lead["lost"] == 1 else f"{lead['lost']} losses"
    were = "1 was" if lead["warned"] == 1 else f"{lead['warned']} were"
    warned = f"{lost}, of which {were} preceded by an alert"
    if lead["median"] is None:
        return f"{warned}."
    return (
        f"{warned}: {lead['median']:.0f} days before in the median, {_share(lead['of_60_days'])} at least 60."
    )
