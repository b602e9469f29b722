"""Calendar months: a month is its first day, and an index that counts them."""

from __future__ import annotations

from datetime import date, timedelta


def months_between(first: date, before: date) -> list[date]:
    """Each month that has a day from that month's first of `first` up to `before` (exclusive)."""
    months, month = [], first.replace(day=1)
    while month < before:
        months.append(month)
        month = after(month)
    return months


def month_ends(months: list[date], before: date) -> list[date]:
    """The days on which the months, and the one before them, are read; `before` may cut the last short."""
    ends = [month - timedelta(days=1) for month in months]
    return [*ends, before - timedelta(days=1)]


def after(month: date, months: int = 1) -> date:
    """The first day of the month so many later; earlier where negative."""
    whole = index(month) + months
    return date(whole // 12, whole % 12 + 1, 1)


def index(day: date) -> int:
    return day.year * 12 + day.month - 1


def label(month: date | None) -> str:
    """“2026-03”; nothing for no month."""
    return f"{month:%Y-%m}" if month else ""
