"""What publishing would do, told before it is done."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from rich.console import Console

from aloft.cli import asking, plans
from aloft.cli.reading import read, refuse
from aloft.cli.ready import prepare
from aloft.engagement.load import Reading

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def plan(
    model: Annotated[str, typer.Argument(help="The engagement model, YAML; or a stored version: acme@3")],
    replay: Annotated[
        bool, typer.Option("--replay", help="Ask the last 90 days how often rules open that are not in force")
    ] = False,
    spark: Annotated[
        str | None, typer.Option(help="Spark reads the facts, of an export: sc://HOST:PORT, or a master")
    ] = None,
    warehouse: Annotated[
        Path | None, typer.Option(help="With --spark, the export; default ALOFT_HOME/warehouse")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON")] = False,
) -> None:
    """If it were published now: who moves, what opens, hours against capacity for 13 weeks, cost beside revenue.

    Nothing is changed. A stored version tells what going back to it would do. Exit code 0 whatever it tells, 1 where
    it cannot be told. With --spark the engine is not asked: facts are those of the last `aloft warehouse`.
    """
    prepare()
    asked = {**_asked_for(model), "replay": replay}
    found = _planned_by_spark(asked, spark, warehouse) if spark else _planned(asked)
    if as_json:
        out.print(json.dumps(found, indent=2), markup=False)
    else:
        plans.show(out, found)


def show_first(reading: Reading, *, ask: bool) -> None:
    """The plan of what is about to be published; who says no ends it there. Nobody is asked but on a terminal."""
    told = _planned(asking.text_of(reading))
    if not told["accounts"] and told["before"] is None:
        return  # there is nothing yet that it could do anything to
    plans.show(err, told)
    if ask and err.is_terminal and sys.stdin.isatty() and not typer.confirm("Publish it?", err=True):
        refuse("Nothing is published.")


def _asked_for(model: str) -> dict[str, object]:
    """What to plan: the text of a file, or a version that is stored."""
    if Path(model).is_file():
        return asking.text_of(read(Path(model)))
    name, sign, number = model.rpartition("@")
    if not sign or not number.isdigit():
        refuse(f"{model}: there is no such file; a stored version is written NAME@NUMBER, as in acme@3")
    return {"model": name, "version": int(number)}


def _planned(asked: dict[str, object]) -> dict[str, Any]:
    try:
        with plans.planning(err) as progress:
            return asking.plan(progress, **asked)
    except asking.Unanswered as refused:
        refuse(str(refused))


def _planned_by_spark(asked: dict[str, object], spark: str, warehouse: Path | None) -> dict[str, Any]:
    from aloft.engine.plan.exported import plan as told_by
    from aloft.engine.plan.service import NoPlan
    from aloft.facts.warehouse import NoWarehouse, folder_of, manifest_of
    from aloft.measures.spark.session import NoSpark, session_of

    home = settings.ALOFT_HOME
    exported = (warehouse or folder_of(home)).resolve()
    try:
        manifest_of(exported)
        with (
            plans.planning(err) as progress,
            session_of(spark) as session,
            tempfile.TemporaryDirectory(dir=exported.parent) as scratch,
        ):
            return told_by(session, home, exported, Path(scratch), asked, progress)
    except (NoPlan, NoWarehouse, NoSpark) as refused:
        refuse(str(refused))
