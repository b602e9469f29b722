"""Records and decisions of a made company, as rows of Django's database: what the engine would have left behind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from aloft.act.models import Occurrence
from aloft.engine.models import Decided, Live
from aloft.facts.store import FactStore
from aloft.measures.frame import Frames
from aloft.measures.models import AccountProjection
from aloft.measures.program import Program
from aloft.records.models import Account, Book, Holding, ModelVersion, Person
from aloft.records.services import publish_model, set_person

AT_ONCE = 2_000
PEOPLE = 40
MODEL = Path(__file__).resolve().parent.parent / "model.yaml"


def decided(store: FactStore, program: Program, accounts: int, now: datetime, one_in: int) -> None:
    """All accounts stand where the model in force puts them; one of so many has something open."""
    version = published(program, now - timedelta(days=120))
    Live.objects.create(name=version.name, version=version)
    Decided.objects.update_or_create(pk=1, defaults={"inbox": 0, "changes": 1, "at": now})
    by_name = {row.external_id: row for row in recorded(accounts, now)}
    placed = list(_placed(store, program, by_name, now))
    AccountProjection.objects.bulk_create(placed, batch_size=AT_ONCE)
    Occurrence.objects.bulk_create(_open(placed[::one_in], version, now), batch_size=AT_ONCE)


def published(program: Program, at: datetime) -> ModelVersion:
    """The benchmark model, live from then on."""
    return publish_model(
        name=program.model.name,
        document=MODEL.read_text(),
        digest=program.model.digest,
        live_from=at,
        actor="b",
        at=at,
    )


def recorded(accounts: int, now: datetime) -> list[Account]:
    """The records of as many accounts, each in somebody's book."""
    rows = [
        Account(
            external_id=f"account-{n}", name=f"Customer {n}", country="DE", status="active", created_at=now
        )
        for n in range(1, accounts + 1)
    ]
    Account.objects.bulk_create(rows, batch_size=AT_ONCE)
    _held(rows, now)
    return rows


def _held(rows: list[Account], now: datetime) -> None:
    team: list[Person] = [
        set_person(
            handle=f"csm-{n}", name=f"Person {n}", role="csm", email=f"{n}@aloft.example", actor="b", at=now
        )
        for n in range(PEOPLE)
    ]
    books = [Book.objects.create(person=person, name="own") for person in team]
    Holding.objects.bulk_create(
        [
            Holding(account=one, person=team[n % PEOPLE], book=books[n % PEOPLE], role="csm")
            for n, one in enumerate(rows)
        ],
        batch_size=AT_ONCE,
    )


def _placed(
    store: FactStore, program: Program, by_name: dict[str, Account], now: datetime
) -> Iterable[AccountProjection]:
    frames = Frames(store.connection, program.model, "UTC")
    frames.ask_all(now)
    frames.build()
    first = f"select *, {program.next_phase} as _to_phase, {program.next_segment} as _segment_now from frame"
    onward = f"select * exclude (_to_phase), {program.next_phase} as _to_phase from entered"
    found = store.run(
        f"""with first as ({first}), entered as (select * replace (_to_phase as phase) from first), f as ({onward})
        select a.external, _to_phase, contract_start, _segment_now, {program.touch}, mrr
        from f join account a on a.id = f._account where _to_phase is not null"""
    )
    for external, phase, since, segment, touch, mrr in found:
        at = since.replace(tzinfo=UTC)
        yield AccountProjection(
            account=by_name[external], model=program.model.name, model_since=at, phase=phase, phase_since=at,
            phase_entry=1, segment=segment, segment_since=at, touch=touch,
            mrr=Decimal(str(mrr)).quantize(Decimal("1.00")), as_of=now,
        )  # fmt: skip


def _open(placed: list[AccountProjection], version: ModelVersion, now: datetime) -> list[Occurrence]:
    return [
        Occurrence(
            account=one.account, moment="event_0", called="event_0", anchor=f"event:{n}", n=1, model_version=version,
            trigger="event", title="Event 0", objective="Keep the customer on course", expected="contacted",
            because="An event", role="csm", opened_at=now - timedelta(days=n % 80), due_at=now + timedelta(days=n % 20),
            outcome_until=now + timedelta(days=20),
        )
        for n, one in enumerate(placed)
    ]  # fmt: skip
