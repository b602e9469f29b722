"""A file as a model, and what a command says where it goes no further."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console

from aloft.act import text_files
from aloft.engagement.library import beside
from aloft.engagement.load import Reading, read_model
from aloft.engagement.problems import InvalidModel

err = Console(stderr=True, highlight=False, soft_wrap=True)


def refuse(message: str) -> NoReturn:
    """Say what to mend, and end with exit code 1."""
    err.print(message, markup=False)
    raise typer.Exit(1)


def read(file: Path) -> Reading:
    """The model of a file, with what it extends read from beside it."""
    try:
        return read_model(file.read_text("utf-8-sig"), str(file), beside(file.parent))
    except UnicodeDecodeError as undecoded:
        refuse(f"{file}: a model is text in UTF-8, and byte {undecoded.start} is none")
    except InvalidModel as invalid:
        refuse("\n".join(str(problem) for problem in invalid.problems))


def texts_beside(model: Path) -> list[text_files.Written]:
    """What its messages are to say; one that cannot be read is refused."""
    try:
        return text_files.read_beside(model)
    except text_files.NotAText as refused:
        refuse(str(refused))


def instant_of(text: str | None, otherwise: datetime) -> datetime:
    """An instant as somebody wrote it, UTC where they say no zone; `otherwise` where they wrote none."""
    if text is None:
        return otherwise
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        refuse(f"{text!r} is no date: write 2026-01-31, or 2026-01-31T09:00Z")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
