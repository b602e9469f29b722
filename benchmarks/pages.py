"""Claim: pages about 100,000 accounts take less than 200 ms (p95) and 30 queries, for who sees all of them too.

The named alternative is the same page at 1,000 accounts: the ratio tells what a hundred times as many cost. The
database holds what the engine leaves behind (accounts, projections with the 30 metrics of the benchmark model,
health, holdings, moments, contracts, contacts), written as rows of the same tables: a thousand, and copies of them;
lists are made from them by `measures.listing`. Requests go through all of Django, by turns over the pages; a page's
time is that of its thread on a processor, which a busy machine stretches less than the clock's, and by the clock beside
it. The engine does not run.
Run: `python benchmarks/pages.py [accounts] [rounds] [folder]`. The rows are made once a day, and kept in the temporary
folder; in a folder that is named they are made once, and asked as of the day on which they were.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIMIT, MOST = 0.2, 30
SMALL = 1_000
MADE = "made.txt"


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
        "renewals at risk": "/accounts/?where=renews+le+2099-01-01&health=yellow&touch=tech&owner=csm-7",
        "account": f"/accounts/{account}/",
        "revenue": "/revenue/",
        "model": "/model/",
        "data": "/data/",
        "notices": "/notices/",
        "find a name": "/find?q=mer+77",
        "find a letter": "/find?q=c",
    }


def measure(rounds: int) -> dict[str, Measured]:
    """By reader and page, in a process that has loaded and set what one of the web has."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from made.rows import an_account, cast

    import aloft.wsgi  # noqa: F401

    found: dict[str, Measured] = {}
    for who, user in cast().items():
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        asked = pages(an_account())
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


def at(accounts: int, rounds: int, folder: str | None) -> dict[str, Measured]:
    """In a process of its own: Django is set up once, for one home."""
    from multiprocessing import get_context

    home = Path(folder).resolve() / str(accounts) if folder else home_of(accounts)
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(alone, (accounts, rounds, home))


def alone(accounts: int, rounds: int, home: Path) -> dict[str, Measured]:
    os.environ["ALOFT_HOME"], os.environ["DJANGO_SETTINGS_MODULE"] = str(home), "aloft.settings"
    sys.path.insert(0, str(HERE))
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["testserver"]
    django.setup()
    if not (home / MADE).exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        call_command("migrate", verbosity=0)
        made(home, accounts)
    return measure(rounds)


def home_of(accounts: int) -> Path:
    """One for each size, day and way of making it."""
    told = hashlib.sha256(str(datetime.now(UTC).date()).encode())
    migrations = (HERE.parent / "aloft").glob("*/migrations/*.py")
    for file in sorted([HERE / "made" / "rows.py", HERE / "model.yaml", *migrations]):
        told.update(file.read_bytes())
    return Path(tempfile.gettempdir()) / f"aloft-pages-{accounts}-{told.hexdigest()[:12]}"


def made(home: Path, accounts: int) -> None:
    from django.db import connection, transaction
    from made.multiplied import multiply
    from made.rows import company

    from aloft.records.models import Person

    wall, cpu = time.perf_counter(), time.process_time()
    with connection.cursor() as cursor:
        # One that is not made to its end is made anew: nothing need be on disk before.
        cursor.execute("PRAGMA synchronous = OFF")
        with transaction.atomic():
            company(min(accounts, SMALL))
            holds = [Person.objects.get(handle=handle) for handle in ("cora", "csm-1")]
            multiply(accounts // SMALL, *holds)
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("PRAGMA synchronous = FULL")
    took = time.perf_counter() - wall, time.process_time() - cpu
    (home / MADE).write_text(
        f"{accounts:,} accounts took {took[0]:.0f} s by clock, {took[1]:.0f} s of a processor"
    )
    print((home / MADE).read_text(), file=sys.stderr)


def main() -> None:
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    folder = sys.argv[3] if len(sys.argv) > 3 else None
    small, large = at(SMALL, rounds, folder), at(accounts, rounds, folder)
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
