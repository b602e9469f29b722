"""A company under a set clock: facts go in by the doors that real ones use, and the engine is turned."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from aloft.act.models import Occurrence, Verdict
from aloft.clock import SetClock
from aloft.collect.inbox import Entry, Outcome
from aloft.engagement.digest import timings
from aloft.engagement.load import load
from aloft.engine.loop import Engine
from aloft.measures.models import AccountProjection
from aloft.records import services
from aloft.records.models import Account, Contact, Person

EXAMPLE = Path(__file__).parents[2] / "docs/examples/first-model.yaml"


def at(text: str) -> datetime:
    """`2026-01-05`, `2026-01-05 09:30` or with seconds: UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class World:
    home: Path
    start: str = "2026-01-01"
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.clock = SetClock(at(self.start))
        self.engine = Engine(self.home, home_zone="UTC", clock=self.clock)

    def close(self) -> None:
        self.engine.close()

    def restart(self) -> None:
        self.engine.close()
        self.engine = Engine(self.home, home_zone="UTC", clock=self.clock)

    def publish(
        self, document: str, when: str, live_from: str | None = None, bases: tuple[str, ...] = ()
    ) -> Any:
        model = load(document, "model.yaml")
        return services.publish_model(
            name=model.name,
            document=document,
            digest=model.digest,
            bases=bases,
            timings=timings(model),
            live_from=at(live_from or when),
            actor="ops",
            at=at(when),
        )

    def account(self, external: str, when: str, **fields: Any) -> Account:
        return services.set_account(external_id=external, fields=fields, actor="ops", at=at(when))

    def contract(
        self,
        account: str,
        when: str,
        starts: str,
        mrr: str,
        ends: str | None = None,
        signed: str | None = None,
    ) -> None:
        row = Account.objects.get(external_id=account)
        contract = services.set_contract(
            external_id=f"{account}-1",
            account=row,
            signed_on=date.fromisoformat(signed) if signed else None,
            starts_on=date.fromisoformat(starts),
            ends_on=date.fromisoformat(ends) if ends else None,
            actor="ops",
            at=at(when),
        )
        services.amend_line(
            contract=contract,
            line="1",
            mrr=Decimal(mrr),
            starts_on=date.fromisoformat(starts),
            ends_on=date.fromisoformat(ends) if ends else None,
            actor="ops",
            at=at(when),
        )

    def person(
        self, handle: str, role: str, when: str = "2026-01-01", holds: tuple[str, ...] = (), **more: Any
    ) -> Person:
        person = services.set_person(
            handle=handle, name=handle.capitalize(), role=role, email=f"{handle}@aloft.example",
            actor="ops", at=at(when), **more,
        )  # fmt: skip
        if holds:
            accounts = list(Account.objects.filter(external_id__in=holds))
            services.set_book(person=person, name=f"{handle}'s", accounts=accounts, actor="ops", at=at(when))
        return person

    def contact(self, external: str, account: str, persona: str, when: str = "2026-01-01") -> Contact:
        row = Account.objects.get(external_id=account)
        return services.set_contact(
            external_id=external, account=row, name=external.capitalize(), persona=persona,
            actor="ops", at=at(when),
        )  # fmt: skip

    def entry(
        self,
        account: str,
        name: str,
        when: str,
        user: str = "",
        id: str | None = None,  # noqa: A002
        **properties: Any,
    ) -> Entry:
        return Entry(
            source="product",
            message_id=id or f"m{next(self.numbers)}",
            kind="track",
            name=name,
            account=account,
            user=user,
            occurred=at(when),
            times=1,
            body=json.dumps({"properties": properties}).encode(),
        )

    def track(
        self, account: str, name: str, when: str, user: str = "", received: str | None = None, **more: Any
    ) -> Outcome:
        entry = self.entry(account, name, when, user, **more)
        return self.engine.inbox.append([entry], received=at(received or when))[0]

    def run(self, until: str) -> int:
        self.clock.instant = at(until)
        return self.engine.run(at(until))

    def occurrences(self, account: str | None = None, moment: str | None = None) -> list[Occurrence]:
        rows = Occurrence.objects.select_related("account", "owner").order_by(
            "opened_at", "moment", "anchor", "n"
        )
        if account:
            rows = rows.filter(account__external_id=account)
        return list(rows.filter(moment=moment) if moment else rows)

    def only(self, account: str, moment: str) -> Occurrence:
        found = self.occurrences(account, moment)
        assert len(found) == 1, f"{len(found)} occurrences of {moment}"
        return found[0]

    def verdicts(self, account: str, moment: str) -> list[tuple[str, str]]:
        """Verdict and instant, in order."""
        rows = Verdict.objects.filter(account__external_id=account, moment=moment).order_by("at", "id")
        return [(row.verdict, shown(row.at)) for row in rows]

    def stands(self, account: str) -> AccountProjection:
        return AccountProjection.objects.get(account__external_id=account)


def shown(instant: datetime | None) -> str:
    if instant is None:
        return ""
    text = instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return text.removesuffix(":00").removesuffix(" 00:00")


def decisions(world: World) -> list[Mapping[str, Any]]:
    """Every decision there is, without the numbers that the database gave."""
    rows = Verdict.objects.order_by("at", "account__external_id", "moment", "anchor", "n", "verdict")
    names = ("at", "account__external_id", "moment", "anchor", "n", "verdict", "details", "reasons")
    return list(rows.values(*names))
