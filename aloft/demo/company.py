"""The demo's company: made once, whole or not at all, in the home folder of an empty deployment."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from rich.console import Console
from rich.progress import Progress

from aloft.collect.models import Source
from aloft.collect.services import create_source
from aloft.demo.entries import PRODUCT, SOURCES
from aloft.demo.history import live
from aloft.demo.living import catch_up, is_behind
from aloft.demo.northwind import Northwind, Span
from aloft.demo.reached import note_reached
from aloft.demo.truth import write_truth
from aloft.engine.home import seldom_collecting
from aloft.records.models import Account, ModelVersion, Person

DRAFT = "demo-in-the-making"
DATABASE = "aloft.sqlite3"
A_MINUTE = 8_000
"""Customers of a large company that are made in a minute."""
WRITE_KEY = "demo-write-key.txt"


class NotInAFile(Exception):
    """The demo's company is made beside its place, and moved there whole: its database has to be a file."""


def seed_once(*, now: datetime, say: Callable[[str], None], span: Span | None = None) -> None:
    """Make the company as of `now` (UTC), if nothing has been put into ALOFT_HOME yet.

    A company that was stopped for long lives through the time in between. Raises NotInAFile.
    """
    if connection.vendor != "sqlite":
        raise NotInAFile("the demo keeps its records in a file: start it without ALOFT_DATABASE")
    home: Path = settings.ALOFT_HOME
    if in_use():
        _go_on(home, now, say)
        return
    company = Northwind(now.date(), span or Span())
    say(announced(company.span))
    with _drafted(home) as draft, _progress() as progress:
        task = progress.add_task("The last weeks", total=1.0)
        make(draft, now, lambda share: progress.update(task, completed=share), company)
    say(f"Done. The write key of the source “{PRODUCT}” is in {home / WRITE_KEY}.")


def announced(span: Span) -> str:
    """What is about to be made, and about how long it takes: of a large company a processor is busy for minutes."""
    if not span.is_large:
        return (
            f"Making a company of {span.size:,} customers, and living through its last days: a minute or two."
        )
    minutes = max(round(span.size / A_MINUTE), 1)
    return (
        f"Making a company of {span.size:,} customers, for load: about {minutes} minutes on a quiet machine. "
        f"It has {span.known} days of facts, usage user by user of the last {span.by_user}, and one day lived through."
    )


def _go_on(home: Path, now: datetime, say: Callable[[str], None]) -> None:
    if is_behind(home, now):
        say("Living through the time since the last stop.")
        with _progress() as progress:
            task = progress.add_task("The time since", total=1.0)
            catch_up(home, now, lambda share: progress.update(task, completed=share))


def _progress() -> Progress:
    """With the time left, by how it went so far: of a large company a single step takes minutes."""
    return Progress(console=Console(stderr=True), transient=True, speed_estimate_period=3_600)


def in_use() -> bool:
    return any(model.objects.exists() for model in (Account, Person, ModelVersion, Source))


def make(home: Path, now: datetime, passed: Callable[[float], object], company: Northwind) -> None:
    """The company and its past, into Django's database and the other stores under `home`."""
    keys = [create_source(name=name, at=company.begins)[1] for name in SOURCES]
    with seldom_collecting():
        reached = live(home, now, passed, company)
    key = keys[SOURCES.index(PRODUCT)]
    descriptor = os.open(home / WRITE_KEY, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{key}\n")
    write_truth(home, company)
    note_reached(home, reached)


@contextmanager
def _drafted(home: Path) -> Iterator[Path]:
    """A folder within `home` for everything, with a copy of the database; at the end it moves to its place.

    What an interrupted start left there is thrown away. The database moves last: with it the accounts are there.
    """
    draft, database = home / DRAFT, connection.settings_dict["NAME"]
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    connection.close()
    shutil.copy(database, draft / DATABASE)
    _connect(draft / DATABASE)
    try:
        yield draft
    finally:
        _connect(database)
    for part in sorted(draft.iterdir(), key=lambda path: path.name == DATABASE):
        _move(part, home / part.name)
    draft.rmdir()


def _connect(database: Path) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database


def _move(part: Path, place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    part.replace(place)
