"""`aloft import`: files, what they mean, and a report that closes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aloft.cli.ready import prepare


def import_(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files, or folders of files")] = None,
    mapping: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="What their columns mean, YAML")
    ] = None,
    choose: Annotated[
        list[str] | None, typer.Option(help="Where sources contradict each other: churn=churn_events")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Accept what is proposed for files that nobody has told about")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report, and store nothing")] = False,
    replay_: Annotated[bool, typer.Option("--replay", help="Take in mended rows of the quarantine")] = False,
    quarantined: Annotated[
        Path | None, typer.Option("--quarantine", help="Write the rows that cannot be used to this file, CSV")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON")] = False,
) -> None:
    """Bring your own data: CSV, TSV, XLSX, Parquet, JSON lines, gzip of these, or a folder of them."""
    from aloft.cli import bringing

    prepare()
    if replay_:
        bringing.replay_mended()
    elif paths:
        bringing.bring(paths, mapping, choose or [], yes=yes, dry_run=dry_run, as_json=as_json)
    elif quarantined is None:
        bringing.refuse_with("name a file or a folder", 2)
    if quarantined is not None:
        bringing.write_quarantine(quarantined)
