"""Texts as files, `NAME.LANGUAGE.liquid` with `Subject: ...` as the first line: in `templates/` beside a model, where
they are under version control, and those that ship for what the presets send."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources.abc import Traversable
from pathlib import Path

from aloft.act import texts
from aloft.act.models import Text
from aloft.engagement import library

FOLDER = "templates"
SUBJECT = "Subject:"
SHIPPED = "aloft"
"""Who has written a text that ships."""


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


def shipped() -> list[Written]:
    """The texts that ship with Aloft, by name."""
    return [_read(file) for file in library.templates().values()]


def _read(file: Traversable) -> Written:
    name, _, language = file.name.removesuffix(".liquid").partition(".")
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


def bring_drafts(names: Iterable[str], *, at: datetime) -> list[str]:
    """Of these templates, those without any text get the one that ships, as a draft: nobody is sent it until a person
    approves it. The names of those."""
    there = set(Text.objects.filter(name__in=list(names)).values_list("name", flat=True))
    wanted = set(names) - there
    drafts = [one for one in shipped() if one.name in wanted]
    for one in drafts:
        texts.write(
            name=one.name, language=one.language, subject=one.subject, body=one.body, actor=SHIPPED, at=at
        )
    return sorted({one.name for one in drafts})
