"""A disk that is full for a while, and one whose n-th call fails: nobody is told that what is not stored is stored.

Web and engine run on without being started again, and once the disk is well nothing is missing and nothing doubled.
"""

from __future__ import annotations

import errno
import os
import random
import sys
import time
import urllib.request

import pytest
from django.db import connection

from tests.crash.deployment import Processes, ran_through, sending, start_company, until_answered, until_taken
from tests.crash.disk import Disk

CYCLES = int(os.environ.get("ALOFT_FULL_DISKS", "6"))
FAULTS = int(os.environ.get("ALOFT_DISK_FAULTS", "40"))
FURTHEST = 40  # calls ahead
LONGEST = 4.0  # seconds until one that does not come is given up
KINDS = ("write", "fsync", "open")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its own files"),
]


def test_a_full_disk_is_told_and_nothing_is_missing_once_there_is_room(
    on_disk: Processes, disk: Disk, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(20260105)
    key = start_company(on_disk)
    with sending(on_disk, key) as clients:
        for _ in range(CYCLES):
            disk.room(chance.choice([0, 0, chance.randrange(400_000)]))
            until_answered(clients, 503)
            assert page(on_disk.port) == 200
            disk.room(None)
            until_taken(clients)
            time.sleep(chance.uniform(0, 3))
    told = ran_through(on_disk, clients)
    with capsys.disabled():
        sys.stdout.write(f"\n{CYCLES} times full: {told}\n")


def test_whichever_call_fails_nothing_is_lost_or_doubled(
    on_disk: Processes, disk: Disk, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(20260105)
    key = start_company(on_disk)
    with sending(on_disk, key) as clients:
        for number in range(FAULTS):
            disk.fail(chance.choice(KINDS), 1 + number % FURTHEST, chance.choice([errno.EIO, errno.ENOSPC]))
            end = time.monotonic() + LONGEST
            while disk.waits() and time.monotonic() < end:
                time.sleep(0.1)
            time.sleep(chance.uniform(0, 1))
        until_taken(clients)
        failed = disk.faults()
    told = ran_through(on_disk, clients)
    assert failed >= FAULTS // 2
    with capsys.disabled():
        sys.stdout.write(f"\n{failed} failed calls: {told}\n")


def page(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=10) as answer:
        return int(answer.status)
