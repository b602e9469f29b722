"""How many events a second are stored, each on disk and counted once before it is acknowledged.

Into an empty inbox, and into one that refuses the 5 million ids of the last seven days. Compared with what one
would write first: a connection per request that inserts into one table with a unique key; and with the same
function as a view of Django. Run `python benchmarks/ingest.py [ids in the store]`: where a number is given, also
while the engine drains into a store that refuses so many ids of the last year, which are written by its own
statements (100 million take a minute and 1.2 GB). Everything happens on 127.0.0.1 and in a directory that is removed.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from aloft.clock import now
from aloft.collect import opening
from aloft.collect.ids import KEY_BYTES, Ids
from aloft.collect.inbox import Entry, Inbox, Outcome
from aloft.collect.place import inbox_of
from aloft.collect.tables import move_position
from aloft.facts.arrivals import HASH
from aloft.facts.store import FactStore

CALLERS = 16
BATCH = 100
SECONDS = 8.0
WINDOW = 5_000_000  # ids
DAYS = 7
PIECE = 10_000
AT_ONCE = 5_000_000  # ids of the store
VIEW = "made.viewed:application"
PROPERTIES = (
    b'{"report":"Quarterly revenue by region","rows":1280,"format":"xlsx","seconds":3.75,"shared":true}'
)
SOURCE = """
import django
django.setup()
from django.core.management import call_command
from aloft.clock import now
from aloft.collect.services import create_source
call_command("migrate", verbosity=0)
print(create_source(name="product", at=now())[1])
"""
Call = Callable[[], None]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aloft.settings")
    stored = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        figures = {
            "inbox.append": measured(appending(home / "appended.sqlite3", 0)),
            "inbox.append, 5 M ids": measured(appending(home / "full.sqlite3", WINDOW)),
            "HTTP, granian": over_http(home / "empty", 0),
            "HTTP, granian, 5 M ids": over_http(home / "full", WINDOW),
            "two processes, 5 M ids": over_http(home / "shared", WINDOW, processes=2),
            "as a view, 5 M ids": over_http(home / "viewed", WINDOW, VIEW),
            "a connection per request": measured(connecting(home / "alternative.sqlite3", 0)),
            "the same, 5 M ids": measured(connecting(home / "full_alternative.sqlite3", WINDOW)),
        }
        if stored:
            remember(home / "draining", stored)
            figures[f"and {stored:,} in the store"] = over_http(home / "draining", WINDOW, drained=True)
    report(figures)


def report(figures: dict[str, tuple[float, float]]) -> None:
    print(
        f"{CALLERS} callers, batches of {BATCH}, {SECONDS:.0f} s each, every batch synced before its answer"
    )
    for name, (rate, slowest) in figures.items():
        print(f"{name:26} {rate:9,.0f} events/s   p99 {slowest * 1000:6.1f} ms")
    for base, compared in (
        ("a connection per request", ("inbox.append", "HTTP, granian")),
        ("the same, 5 M ids", ("inbox.append, 5 M ids", "HTTP, granian, 5 M ids")),
        ("as a view, 5 M ids", ("HTTP, granian, 5 M ids", "two processes, 5 M ids")),
    ):
        for name in compared:
            print(f"{name:26} {figures[name][0] / figures[base][0]:9.1f} times {base}")


def measured(caller: Callable[[], Call]) -> tuple[float, float]:
    """Events a second, and the 99th percentile of the seconds a call took."""
    took: list[float] = []
    until = time.monotonic() + SECONDS
    started = time.monotonic()

    def work() -> None:
        call = caller()
        while time.monotonic() < until:
            begun = time.monotonic()
            call()
            took.append(time.monotonic() - begun)

    threads = [Thread(target=work) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    return len(took) * BATCH / seconds, sorted(took)[int(len(took) * 0.99)]


def ids() -> list[str]:
    """Random like the ids of real clients, at the cost of one."""
    first = uuid.uuid4().hex
    return [f"{first[place % 32 :]}{place:04}{first[: place % 32]}" for place in range(BATCH)]


def filled(path: Path, known: int) -> None:
    """An inbox that has taken that many ids in the last seven days."""
    if not known:
        return
    with closing(opening.connect(path, patience=60)) as tables:
        taken, today = Ids(), now().date()
        for number in range(0, known, PIECE):
            tables.begin()
            taken.seen(
                tables, [os.urandom(KEY_BYTES)], today - timedelta(days=DAYS - 1 - number * DAYS // known)
            )
            taken.add(tables, number + PIECE, [(os.urandom(KEY_BYTES), b"12345678") for _ in range(PIECE)])
            tables.commit()
        move_position(tables, known, 0)


def appending(path: Path, known: int) -> Callable[[], Call]:
    filled(path, known)
    inbox, at = Inbox(path), now()
    body = b'{"properties":' + PROPERTIES + b"}"

    def call() -> None:
        entries = [Entry("product", name, "track", "Exported", "acme", "u1", at, 1, body) for name in ids()]
        if inbox.append(entries).count(Outcome.stored) != BATCH:
            raise SystemExit("not every event was stored")

    return lambda: call


def connecting(path: Path, known: int) -> Callable[[], Call]:
    rows_of = "INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?, ?)"
    with closing(connected(path)) as connection:
        connection.execute(
            "CREATE TABLE event (source TEXT, message_id TEXT, name TEXT, account TEXT, user TEXT,"
            " occurred TEXT, body BLOB, UNIQUE (source, message_id))"
        )
        connection.execute("BEGIN")
        ids_kept = sorted(uuid.uuid4().hex for _ in range(known))  # in order, or it would take an hour
        connection.executemany(
            rows_of, (("product", one, "Exported", "acme", "u1", "2026-01-01", b"{}") for one in ids_kept)
        )
        connection.execute("COMMIT")

    def call() -> None:
        at = now().isoformat()
        rows = [("product", name, "Exported", "acme", "u1", at, PROPERTIES) for name in ids()]
        with closing(connected(path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(rows_of, rows)
            connection.execute("COMMIT")

    return lambda: call


def connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def over_http(
    home: Path,
    known: int,
    application: str = "aloft.wsgi:application",
    drained: bool = False,
    processes: int = 1,
) -> tuple[float, float]:
    """`drained`: the engine runs beside it."""
    home.mkdir(exist_ok=True)
    filled(inbox_of(home), known)
    with serving(home, application, drained, processes) as (port, key):
        return measured(lambda: posting(port, key))


def remember(home: Path, ids: int) -> None:
    """A fact store that refuses so many ids of the last year, by their digests."""
    home.mkdir()
    today = (now() - datetime(1970, 1, 1, tzinfo=UTC)).days
    with FactStore.open(home / "facts.duckdb") as store:
        for first in range(0, ids, AT_ONCE):
            upto = min(first + AT_ONCE, ids)
            store.run(
                f"INSERT INTO seen SELECT $today - 365 + i * 365 // $ids, {HASH} FROM (SELECT i, 'product' AS source,"
                " i::VARCHAR AS message_id FROM range($first, $upto) t(i))",
                {"today": today, "ids": ids, "first": first, "upto": upto},
            )


def posting(port: int, key: str) -> Call:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    around = b'{"writeKey":"%s","batch":[' % key.encode()
    message = (
        b'{"type":"track","messageId":"%s","timestamp":"2026-01-01T00:00:00.000Z","userId":"u1",'
        b'"event":"Report Exported","properties":' + PROPERTIES + b","
        b'"context":{"groupId":"acme","library":{"name":"analytics-python","version":"2.4.0"}}}'
    )

    def call() -> None:
        body = around + b",".join(message % name.encode() for name in ids()) + b"]}"
        connection.request("POST", "/v1/batch", body)
        reply = connection.getresponse()
        if not reply.read().startswith(b'{"success":true,"accepted":%d,' % BATCH):
            raise SystemExit(f"not every event was stored: {reply.status}")

    return call


@contextmanager
def serving(home: Path, application: str, drained: bool, processes: int) -> Iterator[tuple[int, str]]:
    """A real server, and an engine where it is wanted, in process groups of their own; its port and a write key."""
    settings = os.environ["DJANGO_SETTINGS_MODULE"]
    surroundings = {**os.environ, "ALOFT_HOME": str(home), "DJANGO_SETTINGS_MODULE": settings}
    surroundings["PYTHONPATH"] = os.pathsep.join(sys.path)
    key = subprocess.check_output([sys.executable, "-c", SOURCE], env=surroundings, text=True).strip()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--interface", "wsgi", "--port", str(port), "--workers", str(processes)]
    options += ["--blocking-threads", str(CALLERS), "--no-log"]
    commands = [["-m", "granian", *options, application], *([["-m", "aloft", "engine"]] if drained else [])]
    running = [
        subprocess.Popen([sys.executable, *command], env=surroundings, start_new_session=True)
        for command in commands
    ]
    try:
        wait_until_it_answers(running[0], port)
        yield port, key
    finally:
        for process in running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the server did not come up")


if __name__ == "__main__":
    main()
