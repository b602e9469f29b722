"""What tables are called in a mapping, and by what the next export of the same is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from aloft.collect.files.values import FileTable


def table_names(tables: Sequence[FileTable]) -> list[str]:
    """Words of the file, or of the sheet, without what all of them begin with; no name twice."""
    names: list[str] = []
    common = names_in_common(tables) if len(tables) > 1 else ""
    for each in tables:
        full = slug(each.sheet or stem(each)) or "rows"
        plain = full.removeprefix(common).strip("_") or full
        again = sum(name == plain or name.startswith(f"{plain}_") for name in names)
        names.append(f"{plain}_{again + 1}" if plain in names else plain)
    return names


def names_in_common(tables: Sequence[FileTable]) -> str:
    """What the names of all files begin with, else the name of the first, or of its folder."""
    stems = [slug(stem(each)).split("_") for each in tables]
    if len({tuple(each) for each in stems}) == 1:
        return "_".join(stems[0]) if stems else "files"
    shared: list[str] = []
    for parts in zip(*stems, strict=False):
        if len({*parts}) > 1:
            break
        shared.append(parts[0])
    return "_".join(shared) or slug(tables[0].path.absolute().parent.name) or "files"


def stem(table: FileTable) -> str:
    return Path(table.file).name.partition(".")[0]


def slug(text: str) -> str:
    return "_".join(re.findall(r"[a-z0-9]+", text.lower()))


def pattern(table: FileTable) -> str:
    """The next export has another date in its name."""
    name = table.sheet or stem(table)
    return re.sub(r"[\[\]*?]", "?", re.sub(r"\d+([-_.]\d+)+|\d{4,}", "*", name)) + (
        "" if table.sheet else "*"
    )
