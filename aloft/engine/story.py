"""What the page of an account asks: its weeks of use, what happened on its days, what was told of it, and its MRR."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from aloft.engine.turn import Turn
from aloft.facts import story
from aloft.facts.changes import TITLED, fact_title
from aloft.facts.store import FactStore

WEEKS = 26
NOTED = tuple(sorted(fact_title(fact) for fact in TITLED))


def tell(turn: Turn, store: FactStore, account: int) -> dict[str, Any]:
    """As of the turn's instant, in JSON; `mrr` are the days on which it changed, the oldest first."""
    today = turn.at.date()
    return {
        "as_of": turn.at.isoformat(),
        "weeks": [_plain(one) for one in story.weeks(store, account, today, WEEKS, NOTED)],
        "days": [_plain(one) for one in story.days(store, account, today, NOTED)],
        "told": [_plain(one) for one in story.told(store, account)],
        "mrr": _mrr(turn, account, today),
    }


def _mrr(turn: Turn, account: int, today: date) -> list[list[str]]:
    """Committed MRR from the contracts, as far back as they tell and not beyond today."""
    turn.frames.refresh_standing()
    rows = turn.frames.connection.execute(
        "select opens, coalesce(mrr, 0) from standing where account = ? and opens <= ? order by opens",
        [account, today + timedelta(days=1)],
    ).fetchall()
    changed: list[list[str]] = []
    for day, amount in rows:
        if not changed and not amount:
            continue
        if not changed or changed[-1][1] != str(amount):
            changed.append([day.isoformat(), str(amount)])
    return changed


def _plain(one: Any) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in asdict(one).items()
    }
