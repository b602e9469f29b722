"""Claim: with 100,000 accounts, the benchmark model and 1,000 events a second, 99 of 100 occurrences are stored less
than a second after the client was told that their event is.

The real web and the real engine run; events come over HTTP in batches of ten, one in fifty of them is an urgent ticket,
and each ticket must open an occurrence. Counted is from the answer 200 to when another process reads the occurrence
in the database, which is looked at every 5 ms. The named alternative is the same company at a tenth of the rate, in the
same run: the ratio tells what the load costs.
Run: `python benchmarks/latency.py [accounts] [rate] [seconds] [folder]`; the sizes of the claim are 100000 1000 300
<folder>. The company is made up to yesterday, its model goes live as it would (which takes longest), and the home
that comes of it is kept in the folder for the day. SQLite alone.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path

from idle import surroundings

HERE = Path(__file__).resolve().parent
LIMIT = 1.0
BATCH = 10  # events
CALLERS = 8
TICKETS = 50  # one event in so many is an urgent one
EVENTS = 110  # in the past of an account
WARM = 20.0  # seconds of the rate, before what is counted
LOOK = 0.005  # seconds between looks for occurrences
LONGEST = 120.0  # seconds that what is sent may take to be decided
PARTS = ("wait for the tick", "wait for the engine", "drain", "decide", "commit", "be read")


@dataclass
class Sent:
    """When the client was told of each ticket, by message id, and how long its batches took; seconds since 1970."""

    tickets: dict[str, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    events: int = 0


@dataclass(frozen=True)
class Measured:
    """`each`: of every ticket, in seconds; `parts`: where they went, by ticket, in the order of PARTS."""

    each: list[float]
    parts: list[tuple[float, ...]]
    answers: list[float]
    rate: float
    used: float
    """Seconds of processors that the engine's turns took for a second of events."""


def prepared(home: str, accounts: int, folder: str | None, key: str) -> None:
    """In a process of its own: Django is set up once, for one home. The write key is left in the file `key`."""
    os.environ.update(surroundings(home))
    sys.path.insert(0, str(HERE))
    import django

    django.setup()
    from made.company import DAYS, company, model
    from made.decided import published, recorded

    from aloft.cli.ready import prepare
    from aloft.clock import now
    from aloft.collect.opening import connect
    from aloft.collect.place import inbox_of
    from aloft.collect.services import create_source
    from aloft.collect.tables import move_position
    from aloft.engine.home import open_engine
    from aloft.engine.models import Decided
    from aloft.facts.compact import compact
    from aloft.facts.keep import keep
    from aloft.measures.program import compile_model

    prepare()
    at, events, program = now(), accounts * EVENTS, compile_model(model())
    first = (at - datetime(1970, 1, 1, tzinfo=UTC)).days - DAYS
    with company(accounts, events, folder, first) as store:
        keep(store, program.kept)
        compact(store)
        store.run(
            "insert into membership select app_user, account, min(occurred), arg_min(seq, occurred) from event "
            "where app_user is not null group by app_user, account"
        )
        for told in ("attribute", "contract", "contract_line"):  # long ago
            store.run(f"update {told} set seq = 0")
        store.run('update position set inbox = ?, "at" = ?', [events, at.replace(tzinfo=None)])
        store.run("checkpoint")
        (path,) = store.run("select path from duckdb_databases() where database_name = current_database()")[0]
        shutil.copyfile(path, Path(home) / "facts.duckdb")
    with closing(connect(inbox_of(Path(home)), patience=60)) as tables:
        move_position(tables, events, 0)
    recorded(accounts, at)
    published(program, at)
    Decided.objects.update_or_create(pk=1, defaults={"inbox": events, "changes": 0, "at": at})
    Path(key).write_text(create_source(name="product", at=at)[1])
    began = time.perf_counter()
    with open_engine(Path(home)) as engine:
        engine.run(now())
    print(f"{accounts:,} accounts went live in {time.perf_counter() - began:,.0f} s", flush=True)


def home_of(accounts: int, folder: str | None, scratch: Path) -> Path:
    """A home of one's own, made or found."""
    kept = Path(folder or scratch) / f"latency-{datetime.now(UTC):%Y-%m-%d}-{accounts}"
    if not kept.exists():
        part = kept.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        with get_context("spawn").Pool(1) as pool:
            pool.apply(prepared, (str(part), accounts, folder, str(part / "key")))
        part.rename(kept)
    return Path(shutil.copytree(kept, scratch / "home"))


@contextmanager
def serving(home: Path) -> Iterator[int]:
    """Web and engine, each in a group of its own; the port of the web."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    web = [
        *(
            "granian",
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--blocking-threads",
            "16",
        ),
        *("--no-access-log", "--log-level", "error", "aloft.wsgi:application"),
    ]
    commands = [[str(HERE / "made" / "clocked.py"), str(home / "turns")], ["-m", *web]]
    around = {**surroundings(str(home)), "PYTHONPATH": os.pathsep.join(sys.path[1:])}
    running = [
        subprocess.Popen([sys.executable, *command], env=around, start_new_session=True)
        for command in commands
    ]
    try:
        yield port
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


class Client:
    """Sends `rate` events a second from several connections, as long as it is told, each batch at its time."""

    def __init__(self, port: int, key: str, accounts: int) -> None:
        secret = base64.b64encode(f"{key}:".encode()).decode()
        self._headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/json"}
        self._port, self._accounts = port, accounts
        self._runs = 0
        self._rested = cycle(random.Random(accounts).sample(range(1, accounts + 1), accounts))

    def send(self, rate: float, seconds: float) -> Sent:
        sent, began = Sent(), time.time()
        self._runs += 1
        threads = [
            threading.Thread(target=self._call, args=(number, began, rate, seconds, sent))
            for number in range(CALLERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sent

    def _call(self, number: int, began: float, rate: float, seconds: float, sent: Sent) -> None:
        chance = random.Random(f"{self._runs}-{number}")
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        every = BATCH * CALLERS / rate
        batch = 0
        while (at := began + every * (batch + number / CALLERS)) < began + seconds:
            time.sleep(max(at - time.time(), 0))
            ids = [f"{self._runs}-{number}-{batch}-{place}" for place in range(BATCH)]
            tickets = [one for one in ids if chance.randrange(TICKETS) == 0]
            body = json.dumps({"batch": [self._event(one, one in tickets, chance) for one in ids]})
            asked = time.time()
            connection.request("POST", "/v1/batch", body, self._headers)
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != 200:
                raise SystemExit(f"{answer.status} {told.decode()}")
            answered = time.time()
            sent.took.append(answered - asked)
            sent.tickets.update(dict.fromkeys(tickets, answered))
            sent.events += BATCH
            batch += 1

    def _event(self, message: str, ticket: bool, chance: random.Random) -> dict[str, object]:
        """Of few accounts much, as in the company's past; tickets of all in turn: a second one joins what is open."""
        account = next(self._rested) if ticket else 1 + int(self._accounts * chance.random() ** 3)
        about = {"ticket_id": message, "priority": "urgent"} if ticket else {"rows": 12}
        return {
            "type": "track",
            "event": "Ticket Opened" if ticket else "Signed In",
            "messageId": message,
            "userId": f"user-{account * 64 + chance.randrange(16)}",
            "properties": about,
            "context": {"groupId": f"account-{account}"},
        }


class Watch:
    """Looks for occurrences as they are stored; when each was seen, by message id."""

    def __init__(self, home: Path) -> None:
        self.seen: dict[str, float] = {}
        self._path, self._stopping = home / "aloft.sqlite3", threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _look(self) -> None:
        query = "select id, anchor from act_occurrence where id > ? and moment = 'event_0' order by id"
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=20)) as database:
            (last,) = database.execute("select coalesce(max(id), 0) from act_occurrence").fetchone()
            while not self._stopping.wait(LOOK):
                rows = database.execute(query, (last,)).fetchall()
                at = time.time()
                self.seen.update({anchor.rpartition(":")[2]: at for _, anchor in rows})
                last = rows[-1][0] if rows else last

    def has(self, sent: Sent) -> bool:
        return sent.tickets.keys() <= self.seen.keys()

    def wait_for(self, sent: Sent) -> None:
        until = time.monotonic() + LONGEST
        while not self.has(sent):
            if time.monotonic() > until:
                missing = len(sent.tickets.keys() - self.seen.keys())
                raise SystemExit(f"{missing} of {len(sent.tickets)} tickets opened nothing")
            time.sleep(0.1)


def measured(client: Client, watch: Watch, home: Path, rate: float, seconds: float) -> Measured:
    began = time.time()
    sent = client.send(rate, seconds)
    took = time.time() - began
    watch.wait_for(sent)
    time.sleep(1.0)  # until the last turn has told of itself
    turns = [json.loads(line) for line in (home / "turns").read_text().splitlines()]
    turns = [turn for turn in turns if turn["began"] >= began and "decide" in turn]
    each = [watch.seen[one] - at for one, at in sent.tickets.items()]
    parts = [parts_of(at, watch.seen[one], turns) for one, at in sent.tickets.items()]
    used = sum(turn["processors"] for turn in turns) / took
    return Measured(each, parts, sent.took, sent.events / took, used)


def parts_of(answered: float, seen: float, turns: list[dict[str, float]]) -> tuple[float, ...]:
    """Of one ticket, by the turn that took it: the last that had begun when it was seen."""
    turn = next(one for one in reversed(turns) if one["began"] < seen)
    over = min(max(turn["until"], answered), turn["began"])
    drained = turn["began"] + turn["drain"]
    decided = drained + turn["decide"]
    stored = min(turn["ended"] - turn.get("export", 0.0), seen)
    return (
        over - answered, turn["began"] - max(over, answered), turn["drain"], turn["decide"], stored - decided,
        seen - stored,
    )  # fmt: skip


def p(times: list[float], share: float) -> float:
    """The nearest rank."""
    return sorted(times)[max(0, -(-int(len(times) * share * 1000) // 1000) - 1)]


def report(title: str, found: Measured) -> None:
    print(
        f"{title}: {found.rate:,.0f} events/s, {len(found.each):,} occurrences; accepted to opened "
        f"p50 {p(found.each, 0.5):.2f} s, p95 {p(found.each, 0.95):.2f} s, p99 {p(found.each, 0.99):.2f} s; "
        f"answers p99 {p(found.answers, 0.99) * 1000:.0f} ms; the engine's turns took {found.used:.2f} s of processors "
        "for a second of events"
    )
    for place, part in enumerate(PARTS):
        times = [one[place] for one in found.parts]
        print(f"  {part:20} mean {sum(times) / len(times):6.3f} s, p99 {p(times, 0.99):6.3f} s", flush=True)


def main() -> int:
    given = [int(one) for one in sys.argv[1:4]]
    accounts, rate, seconds = given if len(given) == 3 else (2_000, 200, 20)
    folder = sys.argv[4] if len(sys.argv) > 4 else None
    with tempfile.TemporaryDirectory() as scratch:
        home = home_of(accounts, folder, Path(scratch))
        with serving(home) as port, Watch(home) as watch:
            client = Client(port, (home / "key").read_text(), accounts)
            came_up(port)
            watch.wait_for(client.send(rate, WARM))
            tenth = measured(client, watch, home, rate / 10, max(seconds / 5, 10))
            report("a tenth of the rate", tenth)
            full = measured(client, watch, home, rate, seconds)
            report(f"{accounts:,} accounts", full)
    print(f"ratio          {p(full.each, 0.99) / p(tenth.each, 0.99):6.1f}")
    return int(p(full.each, 0.99) >= LIMIT)


def came_up(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not come up")


if __name__ == "__main__":
    sys.exit(main())
