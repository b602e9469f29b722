"""Claim: pages about 100,000 accounts take less than 200 ms (p95) and 30 queries, for who sees all of them too.

The named alternative is the same page at 1,000 accounts: the ratio tells what a hundred times as many cost. The
database holds what the engine leaves behind (accounts, projections with the 30 metrics of the benchmark model,
health, holdings, moments, contracts, contacts), written as rows of the same tables; lists are made from them by
`measures.listing`. Requests go through all of Django, by turns over the pages; a page's time is that of its thread on
a processor, which a busy machine does not stretch, and by the clock beside it. The engine does not run.
Run: `python benchmarks/pages.py [accounts] [rounds]`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIMIT, MOST = 0.2, 30
SMALL = 1_000


@dataclass
class Measured:
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    queries: int = 0


def p(times: list[float], share: float) -> float:
    """The nearest rank."""
    return sorted(times)[max(0, -(-int(len(times) * share * 100) // 100) - 1)]


def pages(account: str) -> dict[str, str]:
    return {
        "today": "/",
        "accounts": "/accounts/",
        "accounts, page 1000": "/accounts/?page=1000",
        "accounts by MRR": "/accounts/?sort=-mrr",
        "accounts by health": "/accounts/?sort=health",
        "accounts by a metric": "/accounts/?sort=-sign_ins_28d",
        "accounts by owner": "/accounts/?sort=owner",
        "accounts, first due": "/accounts/?sort=due",
        "red ones of tier 1": "/accounts/?segment=tier_1&health=red&sort=-mrr",
        "three metrics": "/accounts/?where=sign_ins_28d+lt+50&where=open_urgent+ge+1&where=mrr+ge+500",
        "of a region": "/accounts/?region=DE&sort=renews",
        "by name": "/accounts/?q=mer+77",
        "account": f"/accounts/{account}/",
    }


def measure(accounts: int, rounds: int) -> dict[str, Measured]:
    """By reader and page, in a home of its own."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from made.rows import company

    cast, account = company(accounts)
    found: dict[str, Measured] = {}
    for who, user in cast.items():
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        asked = pages(account)
        for name, url in asked.items():
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            found[f"{who}: {name}"] = Measured(queries=len(queries))
        for _ in range(rounds):
            for name, url in asked.items():
                one = found[f"{who}: {name}"]
                wall, cpu = time.perf_counter(), time.thread_time()
                answer = client.get(url)
                one.cpu.append(time.thread_time() - cpu)
                one.wall.append(time.perf_counter() - wall)
                if answer.status_code != 200:
                    raise SystemExit(f"{url} answered {answer.status_code}")
    return found


def at(accounts: int, rounds: int) -> dict[str, Measured]:
    """In a process of its own: Django is set up once, for one home."""
    from multiprocessing import get_context

    with get_context("spawn").Pool(1) as pool:
        return pool.apply(alone, (accounts, rounds))


def alone(accounts: int, rounds: int) -> dict[str, Measured]:
    with tempfile.TemporaryDirectory() as home:
        os.environ["ALOFT_HOME"], os.environ["DJANGO_SETTINGS_MODULE"] = home, "aloft.settings"
        sys.path.insert(0, str(HERE))
        import django
        from django.conf import settings
        from django.core.management import call_command

        settings.ALLOWED_HOSTS = ["testserver"]
        django.setup()
        call_command("migrate", verbosity=0)
        return measure(accounts, rounds)


def main() -> None:
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    small, large = at(SMALL, rounds), at(accounts, rounds)
    print(f"{accounts:,} accounts beside {SMALL:,}; {rounds} requests for each page and reader; ms")
    print(f"{'':34}{'p50':>8}{'p95':>8}{'by clock':>10}{'queries':>9}{'ratio':>8}")
    for name, one in large.items():
        ratio = p(one.cpu, 0.5) / p(small[name].cpu, 0.5)
        print(
            f"{name:34}{p(one.cpu, 0.5) * 1000:8.0f}{p(one.cpu, 0.95) * 1000:8.0f}"
            f"{p(one.wall, 0.95) * 1000:10.0f}{one.queries:9}{ratio:8.1f}"
        )
    slow = [name for name, one in large.items() if p(one.cpu, 0.95) >= LIMIT or one.queries >= MOST]
    every = [seconds for one in large.values() for seconds in one.cpu]
    before = [seconds for one in small.values() for seconds in one.cpu]
    print(f"{'all pages':34}{p(every, 0.5) * 1000:8.0f}{p(every, 0.95) * 1000:8.0f}")
    print(f"ratio          {p(every, 0.5) / p(before, 0.5):6.1f}")
    if slow:
        raise SystemExit(f"not within {LIMIT * 1000:.0f} ms and {MOST} queries: {', '.join(slow)}")


if __name__ == "__main__":
    main()
