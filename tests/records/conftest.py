from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from aloft.records.models import Account, AuditEntry, Change, Contact
from aloft.records.services import set_account, set_contact
from tests.conftest import NOW


@pytest.fixture
def account(db: None) -> Account:
    return set_account(external_id="acme", fields={"name": "Acme"}, actor="cora", at=NOW)


@pytest.fixture
def other_account(db: None) -> Account:
    return set_account(external_id="globex", fields={"name": "Globex"}, actor="cora", at=NOW)


@pytest.fixture
def contact(account: Account) -> Contact:
    return set_contact(
        external_id="c-1", account=account, name="Ann", persona="champion", actor="cora", at=NOW
    )


class Written:
    """What was added to the two logs inside `with written() as w`."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, str, Any]] = []
        self.audit: list[tuple[str, str, str]] = []
        self.payloads: list[Any] = []
        self.instants: set[datetime] = set()


@contextmanager
def written() -> Iterator[Written]:
    last_change = Change.objects.order_by("-id").values_list("id", flat=True).first() or 0
    last_entry = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    told = Written()
    yield told
    for change in Change.objects.filter(id__gt=last_change).order_by("id"):
        told.changes.append((change.kind, change.account, change.data))
        told.instants.add(change.at)
    for entry in AuditEntry.objects.filter(id__gt=last_entry).order_by("id"):
        told.audit.append((entry.actor, entry.action, entry.subject))
        told.payloads.append(entry.payload)
        told.instants.add(entry.at)
