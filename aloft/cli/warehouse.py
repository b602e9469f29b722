"""`aloft warehouse`: the fact store as Parquet, for Spark and for anything else that reads Parquet."""

from __future__ import annotations

from rich.console import Console

from aloft.cli import asking, plans
from aloft.cli.reading import refuse
from aloft.cli.ready import prepare

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def warehouse() -> None:
    """Write the fact store as Parquet into ALOFT_HOME/warehouse, as of now: only what has changed is written again.

    A manifest names the files that belong together; it comes last, so that a reader sees all of an export or none.
    """
    prepare()
    try:
        with plans.planning(err, "Exporting") as progress:
            told = asking.ask("warehouse", progress)
    except (asking.Unanswered, OSError) as refused:
        refuse(f"Nothing is exported: {refused}")
    out.print(
        f"{told['folder']}: {told['events']:,} events, {told['files']} files, {told['bytes']:,} bytes; "
        f"{told['written']} files written. As of {told['at']}, entry {told['entries']:,} of the log.",
        markup=False,
    )
