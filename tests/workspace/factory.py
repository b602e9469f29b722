"""Rows for the workspace, written directly: what the engine and the services would have left behind."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from aloft.act.models import Delivery, Message, Occurrence, Step, Verdict
from aloft.collect.models import Import, Quarantined
from aloft.engine.models import Decided
from aloft.measures.listing import Terms, list_health, list_positions
from aloft.measures.models import AccountHealth, AccountProjection, HealthDay, Signal
from aloft.records.models import Account, Contact, Holding, ModelVersion, Person, Pulse, RecordedFact
from aloft.records.services import create_user_for

FOUNDED = datetime(2026, 1, 1, tzinfo=UTC)

DOCUMENT = """\
engagement_model: acme
title: Acme
clock: {home: {timezone: Europe/Berlin, country: DE}}
roles:
  csm: {hours_per_week: 24, rate: 100, reports_to: manager}
  manager: {hours_per_week: 10, rate: 140}
records:
  cause: [price, no time]
  seats_wanted: number
metrics:
  sign_ins_28d: {count: Signed In, over: 28d}
value_metrics:
  sign_ins: {metric: sign_ins_28d, unit: sign-ins, better: up}
phases:
  onboarding: {enters: "contract_start is not null", leaves: "sign_ins_28d >= 100"}
  ongoing: {}
segments:
  tier_1: {touch: {onboarding: high, ongoing: high}}
moments:
  usage_fell:
    phase: ongoing
    when: "sign_ins_28d < 799"
    owner: csm
    channel: call
    objective: Find the cause while it is cheap to fix
    outcome: {expect: "sign_ins_28d >= 1026", within: 30d}
  check_in:
    manual: true
    owner: csm
    channel: call
    objective: Hear how it goes
    outcome: {expect: "contacted", within: 5bd}
"""


def version(now: datetime) -> ModelVersion:
    made, _ = ModelVersion.objects.get_or_create(
        name="acme",
        version=3,
        defaults={
            "document": DOCUMENT,
            "digest": hashlib.sha256(DOCUMENT.encode()).hexdigest(),
            "live_from": now - timedelta(days=30),
            "published_at": now - timedelta(days=30),
            "published_by": "tests",
        },
    )
    return made


def with_an_automated_role(now: datetime) -> ModelVersion:
    """A later version, in which `digital` is nobody."""
    version(now)
    text = DOCUMENT.replace("roles:\n", "roles:\n  digital: {automated: true}\n")
    return ModelVersion.objects.create(
        name="acme",
        version=4,
        document=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        live_from=now - timedelta(days=20),
        published_at=now - timedelta(days=20),
        published_by="tests",
    )


def account(
    name: str,
    now: datetime,
    *,
    held_by: Person | None = None,
    mrr: str | None = "6240",
    stands: str = "active",
    **more: Any,
) -> Account:
    """An account of tier 1 that the engine has read; `mrr=None` leaves it without a projection.

    `stands`: the status that it was read with.
    """
    made = Account.objects.create(
        external_id=name.lower().replace(" ", "-"), name=name, timezone="UTC", created_at=now, **more
    )
    if held_by:
        Holding.objects.create(account=made, role=held_by.role, person=held_by)
    if mrr is not None:
        projection = AccountProjection.objects.create(
            account=made,
            model="acme",
            phase="ongoing",
            phase_since=now - timedelta(days=200),
            segment="tier_1",
            touch=["high"],
            owner=held_by,
            mrr=Decimal(mrr),
            values={"sign_ins_28d": 742},
            as_of=now,
        )
        list_positions([projection], {made.pk: Terms(status=stands)})
    return made


def contact(of: Account, name: str, persona: str = "champion") -> Contact:
    return Contact.objects.create(
        external_id=f"{of.external_id}:{name}",
        account=of,
        name=name,
        persona=persona,
        email="them@aloft.example",
    )


def occurrence(
    of: Account, owner: Person | None, now: datetime, *, due: timedelta, **more: Any
) -> Occurrence:
    values: dict[str, Any] = {
        "moment": "usage_fell",
        "called": "usage_fell",
        "anchor": "phase:1",
        "n": Occurrence.objects.count() + 1,
        "trigger": "when",
        "title": "Usage fell",
        "objective": "Find the cause while it is cheap to fix",
        "expected": "sign_ins_28d >= 1026",
        "channel": "call",
        "effort_minutes": 60,
        "because": "Sign-ins in 28 days are 742, 799 needed",
        "evidence": [reason(now)],
        "role": "csm",
        "owned_because": "as csm for high touch: holds the book Tier 1",
        "opened_at": now - timedelta(hours=3),
        "outcome_until": now + timedelta(days=30),
    }
    made = Occurrence.objects.create(
        account=of, owner=owner, model_version=version(now), due_at=now + due, **{**values, **more}
    )
    verdict(made, "opened", made.opened_at)
    return made


def reason(now: datetime) -> dict[str, Any]:
    return {
        "rule": "when",
        "held": True,
        "says": "sign_ins_28d < 799",
        "found": "sign_ins_28d is 742",
        "line": 19,
        "inputs": [
            {
                "name": "sign_ins_28d",
                "value": "742",
                "true_at": (now - timedelta(hours=9)).isoformat(),
                "known_at": (now - timedelta(hours=4)).isoformat(),
                "source": "product",
            }
        ],
    }


def verdict(of: Occurrence, name: str, at: datetime, **more: Any) -> Verdict:
    return Verdict.objects.create(
        at=at,
        account=of.account,
        moment=of.moment,
        anchor=of.anchor,
        n=of.n,
        occurrence=of,
        verdict=name,
        model_version=of.model_version,
        reasons=of.evidence,
        **more,
    )


def task(of: Occurrence, title: str = "Call them", **more: Any) -> Step:
    values = {
        "path": f"{of.steps.count()}",
        "kind": "task",
        "state": "waiting",
        "awaited": True,
        "title": title,
    }
    return Step.objects.create(occurrence=of, owner=of.owner, begun_at=of.opened_at, **{**values, **more})


def delivery(of: Occurrence, to: Contact, template: str = "welcome", state: str = "unknown") -> Delivery:
    """A mail in the outbox, with the message that it carries."""
    key = f"key-{Message.objects.count()}"
    message = Message.objects.create(
        key=key, occurrence=of, account=of.account, contact=to, path="0", template=template, channel="email",
        purpose="service", state="queued", planned_at=of.opened_at, ends_at=of.outcome_until,
    )  # fmt: skip
    return Delivery.objects.create(
        key=key, channel="email", message=message, to=to.email, state=state, next_at=of.opened_at,
        created_at=of.opened_at,
    )  # fmt: skip


def decided(at: datetime) -> None:
    Decided.objects.update_or_create(pk=1, defaults={"inbox": 1, "changes": 1, "at": at})


def fact(
    on: Occurrence, by: Person, now: datetime, *, name: str = "contacted", value: str = ""
) -> RecordedFact:
    return RecordedFact.objects.create(
        account=on.account,
        moment=on.called,
        anchor=on.anchor,
        n=on.n,
        fact=name,
        value=value,
        noted_by=by,
        occurred_at=now,
        recorded_at=now,
    )


def sign_in(client: Client, person: Person) -> Client:
    user = person.user or create_user_for(person=person, actor="tests", at=FOUNDED)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def kept_aside(says: str, now: datetime) -> Quarantined:
    """A line of an import that could not be read as a row."""
    report = {"tables": [], "first": "", "credit": says, "understood": [says]}
    run = Import.objects.create(source=says, at=now, files=[f"{says}.csv"], mapping="", report=report)
    return Quarantined.objects.create(
        source=says, table="t", file=f"{says}.csv", line=2, reason=f"{says} reason", cells={"": says}, of=run
    )


def health(account: Account, now: datetime, score: float = 67.4, band: str = "yellow") -> AccountHealth:
    """A score that has fallen for six weeks, with what drives it, a signal, and what somebody said."""
    for days in range(42):
        HealthDay.objects.create(
            account=account, day=now.date() - timedelta(days=days), score=score + days / 4, band="yellow",
            coverage=0.85,
        )  # fmt: skip
    Signal.objects.create(
        account=account, detector="declined('Signed In', 0.3)", key="fell", day=now.date(), at=now, raised=True,
        statistic=-0.6, p=0.0002, flapping=0.25,
        says="Signed In: 40 in the last week and 42 in the one before, against 100 a week in the four before those",
    )  # fmt: skip
    Pulse.objects.create(account=account, person=None, score=2, reason="Their champion left", given_at=now)
    told = [("usage", 52, 0.41, -4.8), ("value", 88, 0.41, 4.2), ("support", None, 0.0, 0.0)]
    made = AccountHealth.objects.create(
        account=account, day=now.date(), at=now, score=score, band=band, coverage=0.85, trend=-1.75,
        dimensions=[
            {"name": name, "says": f"{name}_28d / seats", "value": 1, "score": at, "weight": 0.35,
             "share": share, "points": points, "age": 0}
            for name, at, share, points in told
        ],
    )  # fmt: skip
    list_health([made])
    return made
