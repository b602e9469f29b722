"""A model to begin with, written to a file."""

from __future__ import annotations

from pathlib import Path

from aloft.engagement.library import preset, presets, starting_model, title_of
from aloft.engagement.spelling import alternatives, did_you_mean, quoted


class NotWritten(Exception):
    """It could not be written; the message says what to do."""


def titles() -> dict[str, str]:
    """Of the presets, by name."""
    return {name: title_of(_preset(name)) for name in presets()}


def write(file: Path, name: str | None, *, force: bool) -> None:
    """The short start, or a preset whole. A file that is there is left alone, unless forced."""
    text = starting_model() if name is None else _preset(name)
    try:
        with file.open("w" if force else "x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise NotWritten(f"{file} is there already: choose another name, or --force") from None
    except OSError as error:
        raise NotWritten(f"{file} cannot be written: {error.strerror}") from None


def _preset(name: str) -> str:
    found = preset(name)
    if found is None:
        hint = did_you_mean(name, presets()) or f": it is {alternatives(presets())}"
        raise NotWritten(f"unknown preset {quoted(name)}{hint}")
    return found.text
