from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from aloft.records import audit
from aloft.records.models import AuditEntry
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids() -> list[int]:
    """Five entries; the third holds what a database may spell otherwise."""
    payloads: list[dict[str, object]] = [{}, {"name": "Ånn"}, {"n": 1e16, "x": 0.1}, {"a": [1]}, {"z": None}]
    return [
        audit.record(actor="cora", action="tested", subject="test", payload=payload, at=NOW).pk
        for payload in payloads
    ]


def test_an_empty_log_holds() -> None:
    assert audit.verify() is None


def test_an_untouched_log_holds_and_each_entry_names_the_one_before(ids: list[int]) -> None:
    assert audit.verify() is None
    entries = list(AuditEntry.objects.order_by("id"))
    assert [entry.previous for entry in entries] == [audit.FIRST, *(e.entry_digest for e in entries[:-1])]


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "dev"},
        {"action": "other"},
        {"subject": "other"},
        {"at": NOW + timedelta(microseconds=1)},
        {"payload": {"name": "Bob"}},
        {"payload": None},
        {"payload_digest": "0" * 64},
        {"salt": "0" * 32},
        {"previous": "0" * 64},
        {"entry_digest": "0" * 64},
    ],
)
def test_a_changed_entry_is_found(ids: list[int], change: dict[str, object]) -> None:
    AuditEntry.objects.filter(id=ids[1]).update(**change)

    assert audit.verify() == ids[1]


def test_a_missing_entry_is_found_at_the_one_after(ids: list[int]) -> None:
    AuditEntry.objects.filter(id=ids[2]).delete()

    assert audit.verify() == ids[3]


def test_a_changed_entry_with_digests_made_to_fit_is_found_at_the_one_after(ids: list[int]) -> None:
    entry = AuditEntry.objects.get(id=ids[1])
    entry.actor = "dev"
    entry.entry_digest = audit.digest_of_entry(entry)
    entry.save()

    assert audit.verify() == ids[2]


def test_the_log_holds_without_the_payloads_and_says_that_they_went(ids: list[int]) -> None:
    removed = audit.remove_payloads(ids[1:3], actor="mia", reason="erasure", at=NOW)

    assert removed == 2
    assert audit.verify() is None
    assert list(AuditEntry.objects.filter(id__in=ids[1:3]).values_list("payload", "salt")) == [(None, "")] * 2
    last = AuditEntry.objects.order_by("id").last()
    assert last is not None
    assert (last.actor, last.action) == ("mia", "audit.payload_removed")
    assert last.payload == {"entries": ids[1:3], "reason": "erasure"}


def test_payloads_that_are_gone_are_not_removed_again(ids: list[int]) -> None:
    audit.remove_payloads(ids[1:2], actor="mia", reason="erasure", at=NOW)
    count = AuditEntry.objects.count()

    assert audit.remove_payloads(ids[1:2], actor="mia", reason="erasure", at=NOW) == 0
    assert AuditEntry.objects.count() == count


def test_equal_payloads_have_unequal_digests() -> None:
    told = [
        audit.record(actor="cora", action="tested", subject="test", payload={"a": 1}, at=NOW)
        for _ in range(2)
    ]

    assert told[0].payload_digest != told[1].payload_digest


PREPARER = """
import django
django.setup()
from aloft.cli.ready import prepare
prepare()
"""

WRITER = """
import sys
import django
django.setup()
from aloft import clock
from aloft.records import audit
for n in range(25):
    audit.record(actor=sys.argv[1], action="raced", subject="test", payload={"n": n}, at=clock.now())
"""

VERIFIER = """
import django
django.setup()
from aloft.records import audit
from aloft.records.models import AuditEntry
print(AuditEntry.objects.filter(action="raced").count(), audit.verify())
"""


@pytest.mark.slow
def test_processes_that_write_at_once_make_one_chain(tmp_path: Path) -> None:
    env = {**os.environ, "ALOFT_HOME": str(tmp_path)}

    def python(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, *arguments], env=env, stdout=subprocess.PIPE, text=True)

    assert python("-c", PREPARER).wait(timeout=60) == 0
    writers = [python("-c", WRITER, f"writer {number}") for number in range(4)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0, 0]
    verdict, _ = python("-c", VERIFIER).communicate(timeout=60)
    assert verdict.split() == ["100", "None"]
