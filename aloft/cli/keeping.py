"""For how long raw events are kept; a copy of all that is kept, taken while Aloft runs, and a home made of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from rich.console import Console

from aloft import clock
from aloft.cli.reading import refuse
from aloft.cli.ready import prepare

out = Console(highlight=False, soft_wrap=True)

File = Annotated[Path, typer.Argument(help="The backup", dir_okay=False)]


def keep(
    source: Annotated[str, typer.Argument(help="What sends: product, helpdesk, ...")],
    days: Annotated[str, typer.Argument(help="Days for which raw events are kept (90 and more), or ever")],
) -> None:
    """For how long the raw events of a source are kept. Then they are rolled up: what models count of them stays."""
    prepare()
    from aloft.collect.models import Source
    from aloft.collect.services import keep_events
    from aloft.records.refusals import Refused

    found = Source.objects.filter(name=source).first()
    if found is None:
        refuse(f"no source is called {source!r}")
    if days != "ever" and not days.isdecimal():
        refuse(f"{days!r} is no number of days: write 400, or ever")
    try:
        keep_events(source=found, days=None if days == "ever" else int(days), actor="cli", at=clock.now())
    except Refused as refused:
        refuse(str(refused))
    said = "for ever" if days == "ever" else f"for {int(days):,} days, and rolled up after"
    out.print(f"Raw events of {source} are kept {said}.", markup=False)


def backup(file: File) -> None:
    """Copy all that is kept into one file, while Aloft runs: every event acknowledged before is in it."""
    prepare()
    from aloft.engine.backup import NotBackedUp, back_up

    try:
        saved = back_up(settings.ALOFT_HOME, file, clock.now())
    except NotBackedUp as refused:
        refuse(str(refused))
    except OSError as error:
        refuse(f"{file} cannot be written: {error.strerror}")
    out.print(
        f"{file}: {saved.files} files, {saved.bytes:,} bytes, up to entry {saved.entries:,} of the log.",
        markup=False,
    )


def restore(
    file: File,
    tombstones: Annotated[
        Path | None,
        typer.Option(
            help="tombstones.json of the home that was lost: whom it knows is erased again", dir_okay=False
        ),
    ] = None,
) -> None:
    """Make an empty ALOFT_HOME what it was when the backup was taken. Nothing that fired then fires again."""
    from aloft.engine import backup as copies

    home = settings.ALOFT_HOME
    try:
        about = copies.restore(file, home, clock.now())
    except (copies.NotRestored, OSError) as refused:
        refuse(str(refused))
    prepare()
    copies.note_restored(home)
    erased = _erase_again(home, tombstones)
    out.print(
        f"{home} is as of {about['at']}, up to entry {about['entries']:,} of the log. "
        + (f"{erased} erased since were erased again. " if erased else "")
        + "Facts are drained as the engine starts: aloft serve",
        markup=False,
    )


def _erase_again(home: Path, known: Path | None) -> int:
    from aloft.engine.erasing import erase_again
    from aloft.records import tombstones

    if known is not None:
        try:
            tombstones.join(home, known)
        except (OSError, ValueError, KeyError, json.JSONDecodeError) as refused:
            refuse(f"{known} was not read, so nobody was erased again: {refused}")
    return erase_again(home, "cli", clock.now())
