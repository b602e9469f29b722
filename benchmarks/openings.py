"""Claim: what opens at many accounts at one instant costs each of them the same few statements, however many they are.

Two moments come on one day at 10:00 UTC at all accounts of a made company: a review, which is a meeting of half an hour
with an owner from a book, a cap on meetings, an outcome and an escalation; and a letter that the review absorbs where
they are due close together, here three weeks apart. One turn opens both. Printed are seconds of processors and
statements to Django's database for each opening. The ratio is of those at the first size to those at the last.
Run: `python benchmarks/openings.py [accounts...]`; without, at 500 and 2,000.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from publish import AT, MINUTE, prepared

TEXT = """\
engagement_model: openings
title: What opens at one instant
clock: {home: {timezone: UTC}, holidays: none}
roles: {csm: {}}
contact_policy: {caps: [{channel: meeting, most: {high: 480min}, per: 90d}], merge_within: 5bd}
phases: {customers: {enters: "contract_start is not null"}}
segments: {everyone: {touch: high}}
moments:
  review:
    schedule: 2026-07-02 at 10:00
    absorbs: [letter]
    owner: csm
    channel: video
    length: 30min
    objective: Look at the half year together
    outcome: {expect: "attended", within: 20d}
    escalate: [{after: 5d, to: csm}]
  letter:
    schedule: 2026-07-23 at 10:00
    lead: 21d
    owner: csm
    channel: email
    objective: Tell what is new
    outcome: {expect: "contacted", within: 30d}
"""


def measure(home: Path, accounts: int) -> tuple[float, float, int]:
    """Seconds and statements for each opening, and how many there were."""
    from aloft.act.models import Occurrence
    from aloft.clock import SetClock
    from aloft.engagement.load import load
    from aloft.engine.home import seldom_collecting
    from aloft.engine.loop import Engine
    from aloft.records.services import publish_model

    prepared(home, accounts, accounts * 10, None)
    engine = Engine(home, "UTC", SetClock(AT + timedelta(days=9)))
    engine.run(AT)
    model = load(TEXT, "openings.yaml")
    publish_model(
        name=model.name, document=TEXT, digest=model.digest, live_from=AT + MINUTE, actor="b", at=AT
    )
    opens = AT + timedelta(days=2)
    engine.run(opens - MINUTE)
    used = time.process_time()
    with seldom_collecting(), counted() as statements:
        engine.run(opens)
    cpu, found = time.process_time() - used, Occurrence.objects.count()
    engine.close()
    return cpu / found, statements() / found, found


@contextmanager
def counted() -> Iterator[Callable[[], int]]:
    """How many statements were put to Django's database."""
    from django.db import connection

    number = 0

    def count(execute: Any, *told: Any) -> Any:
        nonlocal number
        number += 1
        return execute(*told)

    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(count))
        yield lambda: number


def alone(accounts: int) -> tuple[float, float, int]:
    with tempfile.TemporaryDirectory() as home:
        os.environ["ALOFT_HOME"], os.environ["DJANGO_SETTINGS_MODULE"] = home, "aloft.settings"
        import django

        django.setup()
        return measure(Path(home), accounts)


def at(accounts: int) -> tuple[float, float, int]:
    """In a process of its own: Django is set up once, for one home."""
    from multiprocessing import get_context

    with get_context("spawn").Pool(1) as pool:
        return pool.apply(alone, (accounts,))


def main() -> int:
    sizes = [int(size) for size in sys.argv[1:]] or [500, 2_000]
    told = [at(size) for size in sizes]
    for size, (cpu, statements, found) in zip(sizes, told, strict=True):
        print(
            f"{size:>7,} accounts: {found:,} openings in one turn, {cpu * found:.1f} s of processors; "
            f"of each {cpu * 1000:.2f} ms and {statements:.2f} statements"
        )
    print(f"ratio          {told[0][0] / told[-1][0]:6.1f}")
    return 0 if all(found == 2 * size for size, (_, _, found) in zip(sizes, told, strict=True)) else 1


if __name__ == "__main__":
    sys.exit(main())
