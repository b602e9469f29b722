from __future__ import annotations

from collections.abc import Mapping, Sequence

from aloft.collect.files.sql import name, text


def where(values: Mapping[str, Sequence[str]]) -> str:
    """SQL that is true of a row with one of these values in each column; `*` stands for any value at all."""
    return f"({' AND '.join(['true', *(_one(column, told) for column, told in values.items())])})"


def _one(column: str, values: Sequence[str]) -> str:
    if "*" in values:
        return f"{name(column)} IS NOT NULL"
    listed = ", ".join(text(value.lower()) for value in values)
    return f"coalesce(lower({name(column)}::VARCHAR) IN ({listed}), false)"
