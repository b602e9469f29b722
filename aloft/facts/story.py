"""What the fact store holds of one account over its last weeks, summed up for a picture and a timeline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aloft.facts.days import block, word
from aloft.facts.store import FactStore

EPOCH = date(1970, 1, 1)
DAYS_OF_FACTS, MOST = 90, 200


@dataclass(frozen=True)
class Week:
    """Seven days of the account's own, up to and with `last`: what happened, and how many people it was."""

    last: date
    events: int
    users: int


@dataclass(frozen=True)
class DayOf:
    """How often an event happened on a day of the account's own; `at` is the last time, in UTC."""

    day: date
    name: str
    times: int
    at: datetime


@dataclass(frozen=True)
class Told:
    """A field that was told a value that it had not had. `source` is empty for what our people said."""

    at: datetime
    field: str
    value: Any
    source: str


def weeks(store: FactStore, account: int, until: date, count: int, noted: tuple[str, ...] = ()) -> list[Week]:
    """The newest last. `noted` are titles of what our people record: events, but nobody's usage."""
    last = (until - EPOCH).days
    first = last - 7 * count + 1
    used = store.run(
        """SELECT (day - $first) // 7, sum(n)::BIGINT FROM day_count c JOIN event_name e ON e.id = c.name
        WHERE account = $account AND day BETWEEN $first AND $last AND NOT list_contains($noted, e.name) GROUP BY 1""",
        {"account": account, "first": first, "last": last, "noted": list(noted)},
    )
    people = store.run(
        f"""WITH d AS (SELECT unnest(range($first::INTEGER, $last::INTEGER + 1))::INTEGER AS day)
        SELECT (d.day - $first) // 7, count(DISTINCT u.app_user) FROM user_word u
        JOIN d ON u.block = {block("d.day")} AND (u.word & {word("d.day")}) <> 0
        WHERE u.account = $account AND u.app_user IS NOT NULL GROUP BY 1""",
        {"account": account, "first": first, "last": last},
    )
    events, users = dict(used), dict(people)
    ends = [until - timedelta(days=7 * (count - 1 - place)) for place in range(count)]
    return [Week(end, events.get(place, 0), users.get(place, 0)) for place, end in enumerate(ends)]


def days(store: FactStore, account: int, until: date, noted: tuple[str, ...] = ()) -> list[DayOf]:
    """By day and event, the newest first; of the last 90 days, the newest 200."""
    last = (until - EPOCH).days
    rows = store.run(
        """SELECT day, e.name, sum(n)::BIGINT, max(last) FROM day_count c JOIN event_name e ON e.id = c.name
        WHERE account = $account AND day > $after AND NOT list_contains($noted, e.name)
        GROUP BY day, e.name ORDER BY 4 DESC, 2 LIMIT $most""",
        {"account": account, "after": last - DAYS_OF_FACTS, "most": MOST, "noted": list(noted)},
    )
    return [
        DayOf(EPOCH + timedelta(days=day), name, times, at.replace(tzinfo=UTC))
        for day, name, times, at in rows
    ]


def told(store: FactStore, account: int) -> list[Told]:
    """What was told of its fields, where it differs from what the same source had told; the newest 200 first."""
    rows = store.run(
        """SELECT valid, field, value, source FROM (
            SELECT *, lag(value) OVER (PARTITION BY field, source ORDER BY valid, recorded, seq) AS before,
                row_number() OVER (PARTITION BY field, source ORDER BY valid, recorded, seq) AS place
            FROM attribute WHERE account = ?)
        WHERE place = 1 OR value IS DISTINCT FROM before ORDER BY valid DESC, field LIMIT ?""",
        [account, MOST],
    )
    return [
        Told(at.replace(tzinfo=UTC), field, json.loads(value) if value else None, source or "")
        for at, field, value, source in rows
    ]
