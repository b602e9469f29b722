"""A report on a terminal, as CSV or as JSON: the same rows, exact in the last two."""

from __future__ import annotations

import csv
import json
import sys
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from rich.console import Console

from aloft.ui.words import number

Format = Literal["table", "csv", "json"]
Row = Sequence[str | None]


def day(text: str, *, last: bool) -> date:
    """A date, or a month as its first or last day. Raises ValueError."""
    if len(text) == len("2026-01"):
        first = date.fromisoformat(f"{text}-01")
        return first.replace(day=monthrange(first.year, first.month)[1]) if last else first
    return date.fromisoformat(text)


def show(out: Console, err: Console, told: dict[str, Any], form: Format) -> None:
    """Rows go to standard output. Beside CSV and JSON the caption goes to standard error, to leave them whole."""
    if form == "table":
        out.print(told["caption"], markup=False)
        out.print(_table(told["columns"], told["rows"]), markup=False)
        return
    err.print(told["caption"], markup=False)
    if form == "csv":
        _csv(told["columns"], told["rows"])
    else:
        sys.stdout.write(_json(told["columns"], told["rows"]))


def _table(columns: Sequence[tuple[str, str]], rows: Sequence[Row]) -> str:
    """Aligned, and never cut to the width of the terminal."""
    kinds = [kind for _, kind in columns]
    shown = [
        [name for name, _ in columns],
        *([_shown(*pair) for pair in zip(row, kinds, strict=True)] for row in rows),
    ]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if kind == "text" else cell.rjust(width)
            for cell, width, kind in zip(line, widths, kinds, strict=True)
        ).rstrip()
        for line in shown
    )


def _shown(value: str | None, kind: str) -> str:
    if value is None:
        return "–"
    match kind:
        case "money" | "number":
            return number(Decimal(value))
        case "share":
            return f"{Decimal(value) * 100:.2f} %"
    return value


def _csv(columns: Sequence[tuple[str, str]], rows: Sequence[Row]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(name for name, _ in columns)
    writer.writerows(rows)


def _json(columns: Sequence[tuple[str, str]], rows: Sequence[Row]) -> str:
    """A list of objects. Numbers are written digit by digit: a float would not keep them."""
    listed = ",\n  ".join(_object(columns, row) for row in rows)
    return f"[\n  {listed}\n]\n" if rows else "[]\n"


def _object(columns: Sequence[tuple[str, str]], row: Row) -> str:
    pairs = zip(columns, row, strict=True)
    return (
        "{" + ", ".join(f"{json.dumps(name)}: {_literal(value, kind)}" for (name, kind), value in pairs) + "}"
    )


def _literal(value: str | None, kind: str) -> str:
    if value is None:
        return "null"
    return json.dumps(value, ensure_ascii=False) if kind == "text" else value
