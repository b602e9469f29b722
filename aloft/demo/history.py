"""The company's past, lived through again: facts by the doors that real ones use, the engine in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from aloft.act.services import open_by_hand
from aloft.act.text_files import put_in_force, read_beside
from aloft.clock import SetClock
from aloft.collect.inbox import Inbox
from aloft.collect.place import inbox_of
from aloft.demo import cast
from aloft.demo.chance import chance
from aloft.demo.consents import note_consents
from aloft.demo.contracts import INSIGHTS, LEDGER, PAYROLL
from aloft.demo.conversations import held
from aloft.demo.entries import entries
from aloft.demo.exceptions import make_exceptions
from aloft.demo.northwind import Northwind, handed_over
from aloft.demo.plans import agree_plans
from aloft.demo.reached import Reached
from aloft.demo.team_at_work import Team
from aloft.engagement.digest import timings
from aloft.engagement.load import load
from aloft.engine.loop import Engine
from aloft.engine.timeline import HISTORY_AFTER
from aloft.facts.log import SEGMENT, add_import
from aloft.records.models import Account, Person
from aloft.records.services import publish_model, set_product

MODEL = "model.yaml"
NOON = (12 * 60 + 10, 12 * 60 + 30)
"""When the team looks at its lists, in minutes of the day (UTC): shortly before its customers' systems tell of the
day, so that all of a day's facts are one turn of the engine."""
HANDED_OVER = time(12, 45)
PUBLISHED = timedelta(hours=12, minutes=46)
STORED, TAKEN_IN, MOVED_IN = 0.1, 0.4, 0.5
"""The share of the making that is over by then."""
VISITS = (3, 7, 11)
"""How many days ago the manager said that she means to see a customer."""

Passed = Callable[[float], object]


def document() -> str:
    return (files("aloft.demo") / MODEL).read_text()


def live(home: Path, now: datetime, passed: Passed, company: Northwind) -> Reached:
    """Live through all of it, up to `now`. `passed` hears the share of it that is over."""
    first_live = company.first_day - timedelta(days=company.span.live)
    begins = min(datetime.combine(first_live, time(), UTC) + PUBLISHED, now)
    found(company.begins)
    store_past(home, company, begins)
    passed(STORED)
    # All of it is history to the engine, which is why it is turned day by day.
    clock = SetClock(now + HISTORY_AFTER + timedelta(days=1))
    engine = Engine(home, load(document(), MODEL).clock.home_zone, clock)
    try:
        _take_in(engine, begins, passed)
        go_live(company, begins)
        passed(MOVED_IN)
        reached = Reached(begins, begins)
        return go_on(engine, company, reached, now, lambda share: passed(MOVED_IN + (1 - MOVED_IN) * share))
    finally:
        engine.close()


def found(at: datetime) -> None:
    """What there was before the first customer was told of."""
    cast.hire(at)
    for product in (LEDGER, PAYROLL, INSIGHTS):
        set_product(name=product, is_core=product == LEDGER, actor=cast.BY, at=at)


def store_past(home: Path, company: Northwind, until: datetime) -> None:
    """All that was told before as one segment of the log: what an import of files leaves there."""
    draft, log = home / "past.tmp", home / "log"
    log.mkdir(exist_ok=True)
    rows = handed_over(company.told(None, until, {}), HANDED_OVER, until)
    pq.write_table(rows, draft, compression="zstd", row_group_size=SEGMENT)
    inbox = Inbox(inbox_of(home))
    try:
        add_import(log, inbox, draft)
    finally:
        inbox.close()


def _take_in(engine: Engine, until: datetime, passed: Passed) -> None:
    """What was told before anything is decided."""
    every = max(engine.waiting(), 1)
    engine.run(until, lambda _at: passed(TAKEN_IN - (TAKEN_IN - STORED) * engine.waiting() / every))


@transaction.atomic
def go_live(company: Northwind, at: datetime) -> None:
    """The team moves in: books, plans and exceptions that were agreed before, what contacts allow, texts, the model."""
    agree_plans(company, at)
    make_exceptions(company, at)
    note_consents(at)
    cast.give_books(cast.coras(company.customers), at)
    cast.send_on_leave(company.first_day, at)
    put_in_force(read_beside(Path(str(files("aloft.demo") / MODEL))), actor="opal", at=at)
    text = document()
    model = load(text, MODEL)
    publish_model(
        name=model.name, document=text, digest=model.digest, timings=timings(model), live_from=at, actor="opal", at=at
    )  # fmt: skip


def go_on(engine: Engine, company: Northwind, since: Reached, now: datetime, passed: Passed) -> Reached:
    """Up to now: day by day the customers' systems tell, the engine turns, the team works."""
    team, told, worked = Team(company.first_day), since.told, since.worked
    for until in (*looks(told, now), now):
        upto = now if until == now else max(last_hand_over(until), told)
        deliver(engine.inbox, handed_over(company.told(told, upto, held()), HANDED_OVER, upto))
        engine.run(until, lambda at: passed(_share(since.told, at, now)))
        if until < now:
            with transaction.atomic():
                team.work(worked, until)
                _visit(company, until)
            worked = until
        told = upto
    passed(1.0)
    return Reached(told, worked)


def _share(since: datetime, at: datetime, now: datetime) -> float:
    return max(at - since, timedelta()) / max(now - since, datetime.resolution)


def last_hand_over(until: datetime) -> datetime:
    last = datetime.combine(until.date(), HANDED_OVER, UTC)
    while last > until or last.weekday() > 4:
        last -= timedelta(days=1)
    return last


def deliver(inbox: Inbox, rows: pa.Table) -> None:
    """To the inbox, together what was told together; in order."""
    for at in rows["received"].unique().to_pylist():
        together = rows.filter(pa.compute.equal(rows["received"], pa.scalar(at, pa.timestamp("us"))))
        inbox.append(entries(together), received=at.replace(tzinfo=UTC))


def looks(begins: datetime, now: datetime) -> Iterator[datetime]:
    """When the team looks at its lists: each working noon."""
    day = begins.date()
    while (at := _noon(day)) < now - timedelta(hours=1):
        if begins < at and day.weekday() < 5:
            yield at
        day += timedelta(days=1)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(minutes=chance("noon", day).randint(*NOON))


def _visit(company: Northwind, at: datetime) -> None:
    """Now and then the manager means to see a customer herself."""
    if (company.first_day - at.date()).days in VISITS:
        drawn = chance("visit", at.date())
        known = [one.external for one in company.customers[: max(len(company.customers) // 20, 1)]]
        account = Account.objects.filter(external_id=drawn.choice(known)).first()
        if account is not None:
            mia = Person.objects.get(handle="mia")
            open_by_hand(account=account, moment="executive_visit", actor=mia, at=at)
