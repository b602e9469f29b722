"""What a customer's systems tell, as entries with the instant at which they tell it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import pyarrow as pa

from aloft.collect.values import Entry
from aloft.demo.customers import Customer
from aloft.facts.log import SCHEMA

PRODUCT, HELPDESK, CRM, BILLING, SURVEYS = "product", "helpdesk", "crm", "billing", "surveys"
SOURCES = (PRODUCT, HELPDESK, CRM, BILLING, SURVEYS)

COLUMNS = [field for field in SCHEMA if field.name not in ("seq", "imported")]
SEGMENT = pa.schema(COLUMNS)
"""A segment of the log, without the numbers that the log gives."""


class Told(NamedTuple):
    """`received` is when the source tells it."""

    received: datetime
    entry: Entry


def event(
    customer: Customer, name: str, at: datetime, key: str, source: str, user: str = "", **said: object
) -> Told:
    body = {"properties": said}
    return _told(customer, "track", key, source, at, body, name=name, user=user)


def fact(
    customer: Customer, kind: str, at: datetime, key: str, source: str, said: Mapping[str, object]
) -> Told:
    """Of a kind that is no event: `contract` or `contact`, whose properties files tell; `group`, with traits."""
    return _told(customer, kind, key, source, at, {"traits" if kind == "group" else "properties": said})


def _told(
    customer: Customer,
    kind: str,
    key: str,
    source: str,
    at: datetime,
    body: Mapping[str, object],
    name: str = "",
    user: str = "",
) -> Told:
    told = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    message = f"{customer.external}:{key}"
    return Told(at, Entry(source, message, kind, name, customer.external, user, at, 1, told))


def table(told: Iterable[Told]) -> pa.Table:
    listed = list(told)
    columns = {
        "received": [_naive(one.received) for one in listed],
        "occurred": [_naive(one.entry.occurred) for one in listed],
    }
    for field in COLUMNS:
        if field.name not in columns:
            columns[field.name] = [getattr(one.entry, field.name) for one in listed]
    return pa.table([pa.array(columns[field.name], field.type) for field in COLUMNS], schema=SEGMENT)


def entries(rows: pa.Table) -> list[Entry]:
    """The rows of a segment, as the inbox takes them."""
    names = ("source", "message_id", "kind", "name", "account", "user", "occurred", "times", "body")
    columns = [rows[name].to_pylist() for name in names]
    return [
        Entry(source, message, kind, name, account, user, occurred.replace(tzinfo=UTC), times, body)
        for source, message, kind, name, account, user, occurred, times, body in zip(*columns, strict=True)
    ]


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
