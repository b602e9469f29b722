"""How each cell of a list is drawn: in Python, for a page has hundreds, and templates are slow at that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from aloft.measures.models import Listing
from aloft.records.models import Account
from aloft.ui import words
from aloft.ui.pictures import path
from aloft.workspace.listing.columns import Column, listing_of


@dataclass(frozen=True)
class Reads:
    """Whose eyes: the instant, and the zone in which they are told it."""

    now: datetime
    zone: tzinfo


@dataclass(frozen=True)
class Cell:
    """What a cell is drawn from."""

    account: Account
    listing: Listing | None
    value: Any
    reads: Reads


NO_DATA = mark_safe('<span class="dim">no data</span>')


def drawn(account: Account, column: Column, reads: Reads) -> SafeString:
    """A cell of the table: the head of its row, or data."""
    cell = Cell(account, listing_of(account), column.plain(account), reads)
    inside = _DRAW.get(column.cell, _plain)(cell)
    if column.cell == "name":
        return format_html('<th scope="row">{}</th>', inside)
    return format_html('<td class="{}">{}</td>', "num" if column.numeric else "nw", inside)


def _name(cell: Cell) -> SafeString:
    url = reverse("account", args=[cell.account.public_id])
    return format_html('<a data-row href="{}">{}</a>', url, cell.account.name)


def _phase(cell: Cell) -> SafeString:
    if cell.listing is None or not cell.listing.phase:
        return NO_DATA
    return path(words.humanised(cell.listing.phase), climbing="onboard" in cell.listing.phase)


def _touch(cell: Cell) -> SafeString:
    levels = [(level,) for level in cell.value.split(", ") if level]
    return format_html_join(" ", '<span class="tag">{}</span>', levels)


def _health(cell: Cell) -> SafeString:
    if cell.listing is None or not cell.listing.band:
        return mark_safe('<span class="dim">no reading</span>')
    if cell.value is None:
        return format_html('<span class="health {}">no data</span>', cell.listing.band)
    return format_html(
        '<span class="health {0}">{1}<span class="sr"> {0}</span></span>',
        cell.listing.band,
        f"{cell.value:.0f}",
    )


def _trend(cell: Cell) -> SafeString:
    return NO_DATA if cell.value is None else format_html("{}", f"{cell.value:+.1f}".replace("-", "−"))


def _due(cell: Cell) -> SafeString:
    return _instant(cell, words.due, "bad" if cell.value and cell.value < cell.reads.now else "")


def _day(cell: Cell) -> SafeString:
    return _instant(cell, words.day) or NO_DATA


def _instant(cell: Cell, spell: Callable[[datetime, datetime, tzinfo], str], css: str = "") -> SafeString:
    at = cell.value
    if at is None:
        return SafeString("")
    stamp = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return format_html(
        '<time datetime="{}" class="{}">{}</time>', stamp, css, spell(at, cell.reads.now, cell.reads.zone)
    )


def _plain(cell: Cell) -> SafeString:
    value = cell.value
    if value is None:
        return NO_DATA
    if isinstance(value, bool):
        return format_html("{}", "yes" if value else "no")
    return format_html("{}", words.number(value) if isinstance(value, int | float | Decimal) else value)


_DRAW: Mapping[str, Callable[[Cell], SafeString]] = {
    "name": _name,
    "phase": _phase,
    "touch": _touch,
    "health": _health,
    "trend": _trend,
    "due": _due,
    "renews": _day,
    "date": _day,
}
