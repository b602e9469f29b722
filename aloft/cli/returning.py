"""Back to an earlier version of a model, or out of force: told first, then done."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from aloft import clock
from aloft.cli import asking, printing
from aloft.cli.reading import refuse
from aloft.cli.ready import prepare
from aloft.engine.returning import Return
from aloft.records.refusals import Refused

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask")]


def rollback(
    model: Annotated[
        str | None, typer.Argument(help="Its name; not needed where one model is published")
    ] = None,
    to: Annotated[int | None, typer.Option(help="The version to return to; default the one before")] = None,
    yes: Yes = False,
) -> None:
    """Return to an earlier version of a model, after telling what that changes.

    It is published again as a further version, live from now. Open occurrences keep the version that opened them.
    """
    prepare()
    _return(lambda: asking.returning(model, to), yes)


def retire(
    model: Annotated[str, typer.Argument(help="The model's name")],
    yes: Yes = False,
) -> None:
    """Take a model out of force: it applies to nobody from now on, and opens nothing more.

    Open occurrences are finished under it; `aloft rollback` puts it in force again.
    """
    prepare()
    _return(lambda: asking.retiring(model), yes)


def _return(look: Callable[[], Return], yes: bool) -> None:
    try:
        found = look()
        printing.returning(out, found)
        if not yes and not (sys.stdin.isatty() and typer.confirm("Publish it?", err=True)):
            refuse("Nothing has changed. To publish it, say so with --yes.")
        with printing.filling(err) as progress:
            version = asking.return_to(found, clock.now(), progress)
    except (Refused, asking.Unanswered) as refused:
        refuse(str(refused))
    printing.published(out, version)
