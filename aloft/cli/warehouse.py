"""`aloft warehouse` writes the fact store as Parquet; `aloft evaluate` has Spark read all accounts from it."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from rich.console import Console

from aloft.cli import asking, plans
from aloft.cli.reading import instant_of, read, refuse
from aloft.cli.ready import prepare

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def warehouse(
    log: Annotated[
        bool, typer.Option("--log", help="With what was recorded and when, for backtests with Spark")
    ] = False,
) -> None:
    """Write the fact store as Parquet into ALOFT_HOME/warehouse, as of now: only what has changed is written again.

    A manifest names the files that belong together; it comes last, so that a reader sees all of an export or none.
    """
    prepare()
    try:
        with plans.planning(err, "Exporting") as progress:
            told = asking.ask("warehouse", progress, log=log)
    except (asking.Unanswered, OSError) as refused:
        refuse(f"Nothing is exported: {refused}")
    out.print(
        f"{told['folder']}: {told['events']:,} events, {told['files']} files, {told['bytes']:,} bytes; "
        f"{told['written']} files written. As of {told['at']}, entry {told['entries']:,} of the log.",
        markup=False,
    )


def evaluate(
    model: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The engagement model, YAML")],
    to: Annotated[Path, typer.Argument(help="The folder to write, as Parquet")],
    spark: Annotated[
        str, typer.Option(help="sc://HOST:PORT of Spark Connect or Sail, or a master: local[2]")
    ],
    as_of: Annotated[str | None, typer.Option(help="As of this instant; default that of the export")] = None,
    folder: Annotated[
        Path | None, typer.Option("--warehouse", help="The export; default ALOFT_HOME/warehouse")
    ] = None,
) -> None:
    """Read all accounts from the export with Spark: every metric and name of a model, where it would put each, what
    it would meet.

    One row for each account, and for each relationship. The export must lie where every machine of the cluster sees it
    under the same name; what is put down on the way lies beside it, and goes.
    """
    from aloft.facts.warehouse import NoWarehouse, folder_of, manifest_of
    from aloft.measures.spark.session import NoSpark

    exported = (folder or folder_of(settings.ALOFT_HOME)).resolve()
    if to.exists():
        refuse(f"{to} is there already: name a folder that is not")
    try:
        at = instant_of(as_of, datetime.fromisoformat(manifest_of(exported).at))
        rows = _evaluated(model, exported, spark, at, to.resolve())
    except (NoWarehouse, NoSpark) as refused:
        refuse(str(refused))
    out.print(f"{to}: {rows:,} accounts and relationships as of {at.isoformat()}.", markup=False)


def _evaluated(model: Path, exported: Path, spark: str, at: datetime, to: Path) -> int:
    from aloft.measures.spark.evaluation import evaluate as told_by
    from aloft.measures.spark.evaluation import opened
    from aloft.measures.spark.session import session_of

    wanted = read(model).model
    with session_of(spark) as session, tempfile.TemporaryDirectory(dir=exported.parent) as scratch:
        connection, manifest = opened(session, exported, Path(scratch))
        told_by(connection, manifest, wanted, at).write.parquet(str(to))
        return int(session.read.parquet(str(to)).count())
