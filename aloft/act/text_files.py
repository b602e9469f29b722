"""Texts under version control: `templates/NAME.LANGUAGE.liquid` beside a model, the first line `Subject: ...`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aloft.act import texts
from aloft.act.models import Text

FOLDER = "templates"
SUBJECT = "Subject:"


@dataclass(frozen=True)
class Written:
    name: str
    language: str
    subject: str
    body: str


class NotAText(ValueError):
    """A file that holds no text of a template; the message names it, with the mend."""


def read_beside(model: Path) -> list[Written]:
    """The texts beside a model's file, by name. Raises NotAText."""
    return [_read(file) for file in sorted((model.parent / FOLDER).glob("*.liquid"))]


def _read(file: Path) -> Written:
    name, _, language = file.stem.partition(".")
    first, _, rest = file.read_text(encoding="utf-8").partition("\n")
    if not first.startswith(SUBJECT) or not first.removeprefix(SUBJECT).strip():
        raise NotAText(f"{file}:1: the first line is the subject: `{SUBJECT} Welcome to ...`")
    if not rest.strip():
        raise NotAText(f"{file}:2: the text is missing below the subject")
    return Written(name, language or texts.USUAL, first.removeprefix(SUBJECT).strip(), rest.lstrip("\n"))


def put_in_force(written: Sequence[Written], *, actor: str, at: datetime) -> list[Text]:
    """Written and approved; the same words again change nothing."""
    found = []
    for one in written:
        text = texts.write(
            name=one.name, language=one.language, subject=one.subject, body=one.body, actor=actor, at=at
        )
        found.append(texts.approve(text=text, actor=actor, at=at))
    return found
