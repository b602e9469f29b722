"""What every service does: a row, its audit entry and its change are written in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

from aloft.records import audit


@dataclass(frozen=True)
class Difference:
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def __bool__(self) -> bool:
        return bool(self.after)


@contextmanager
def editing() -> Iterator[None]:
    """A transaction that no other writer enters, so that what was read still holds when it is written."""
    with transaction.atomic():
        audit.lock()
        yield


def compare(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Difference:
    """`old` None: the thing is new, and every value of it differs."""
    changed = [name for name, value in new.items() if old is None or old[name] != value]
    before = {name: _plain(old[name]) for name in changed} if old else {}
    return Difference(before, {name: _plain(new[name]) for name in changed})


def assign(row: models.Model, values: Mapping[str, Any]) -> Difference:
    """Set the values on the row and tell which differ."""
    old = None if row._state.adding else {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    return compare(old, values)


def note(
    *, actor: str, action: str, subject: models.Model, difference: Difference, at: datetime, **more: object
) -> None:
    """The subject is told by row number: what people are called must be able to go."""
    told = {"before": difference.before, "after": difference.after, **more}
    audit.record(actor=actor, action=action, subject=_named(subject), payload=told, at=at)


def note_new(
    *, actor: str, action: str, told: Iterable[tuple[models.Model, Difference]], at: datetime
) -> None:
    """The same for many rows that were not there before, in their order."""
    payloads = ((_named(row), {"before": found.before, "after": found.after}) for row, found in told)
    audit.record_each(payloads, actor=actor, action=action, at=at)


def _named(subject: models.Model) -> str:
    return f"{subject._meta.model_name}:{subject.pk}"


def _plain(value: Any) -> Any:
    """Rows are told by the name that the customer's systems use, our people by handle."""
    if not isinstance(value, models.Model):
        return value
    for key in ("external_id", "handle", "name"):
        if hasattr(value, key):
            return getattr(value, key)
    return value.pk
