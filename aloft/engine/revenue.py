"""What the revenue pages ask: all figures of some months, and the accounts behind one of them."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from aloft.engine.asked import Asked, read
from aloft.facts.store import FactStore
from aloft.revenue import rates
from aloft.revenue.figures import behind, figures
from aloft.revenue.months import after
from aloft.revenue.retention import MonthRetained, quick_ratio

KEPT = 64
POINTS = 120  # of the curve: a picture shows no more
ROWS = 200

Answer = dict[str, Any]


class Desk:
    """Answers are kept until a contract or a rate changes: a page does not wait while they are counted."""

    def __init__(self, store: FactStore) -> None:
        self._store = store
        self._kept: OrderedDict[str, Answer] = OrderedDict()

    def figures(self, arguments: Mapping[str, Any], today: date) -> Answer:
        """Raises NoSuchReport, NoRate."""
        return self._answer("figures", arguments, today, self._figures)

    def behind(self, arguments: Mapping[str, Any], today: date) -> Answer:
        """`month` is its first day, `kind` as of `revenue.figures.behind`. Raises ValueError, NoRate."""
        return self._answer("behind", arguments, today, self._behind)

    def _answer(
        self,
        name: str,
        arguments: Mapping[str, Any],
        today: date,
        count: Callable[[Mapping[str, Any], date], Answer],
    ) -> Answer:
        key = json.dumps([name, arguments, today.isoformat(), self._newest()], sort_keys=True)
        if key not in self._kept:
            self._kept[key] = count(arguments, today)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]

    def _newest(self) -> list[str]:
        """What answers rest on, in short: rows of files are replaced, so their number does not tell."""
        tables = ("contract_line", "line_pause", "exchange_rate")
        told = ", ".join(f"(SELECT bit_xor(hash(t)) FROM {table} t)" for table in tables)
        return [str(value) for value in self._store.run(f"SELECT {told}")[0]]

    def _figures(self, arguments: Mapping[str, Any], today: date) -> Answer:
        asked = read(arguments, today)
        found = figures(self._store, asked.first, asked.before, asked.basis, asked.cuts)
        return {
            **_about(asked, found.currency),
            "months": [
                {**_plain(asdict(one)), "quick_ratio": _text(quick_ratio(one))} for one in found.months
            ],
            "retained": [_retained(one) for one in found.retained],
            "tiers": [_plain(asdict(tier)) for tier in found.tiers],
            "curve": curve(found.paying),
        }

    def _behind(self, arguments: Mapping[str, Any], today: date) -> Answer:
        asked = read(arguments, today)
        month = date.fromisoformat(arguments["month"])
        before = min(asked.before, after(month))
        listed = behind(self._store, month, before, str(arguments["kind"]), asked.basis)
        return {
            **_about(asked, rates.reported_in(self._store, asked.basis)),
            "total": len({one.account for one in listed}),
            "sum": str(sum((one.amount for one in listed), Decimal("0.00"))),
            "rows": [
                [one.account, one.day.isoformat() if one.day else None, str(one.amount)]
                for one in listed[:ROWS]
            ],
        }


def curve(paying: list[Decimal]) -> list[tuple[int, float]]:
    """How many of the largest accounts bring which share of all: at most POINTS places of it."""
    total, places = sum(paying), len(paying)
    step = max(1, places // POINTS)
    listed, so_far = [(0, 0.0)], Decimal(0)
    for place, amount in enumerate(paying, 1):
        so_far += amount
        if place % step == 0 or place == places:
            listed.append((place, float(so_far / total)))
    return listed


def _about(asked: Asked, currency: str) -> Answer:
    return {"currency": currency, "day": asked.day.isoformat(), "convention": str(asked.basis.convention)}


def _retained(one: MonthRetained) -> Answer:
    told: Answer = {"month": one.month}
    for over, retained in (("", one.one), ("_12m", one.year)):
        for name in ("grr", "nrr", "logo_churn"):
            told[name + over] = _text(getattr(retained, name))
    return told


def _plain(values: Mapping[str, Any]) -> Answer:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
