"""A message in the outbox, with everybody it concerns; `python -m tests.act.letters make` does so in a home."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta

import django

MODEL = """
engagement_model: letters
title: Letters
roles: {digital: {automated: true}}
phases: {ongoing: {}}
segments: {all: {touch: tech}}
moments:
  welcome:
    event: Signed Up
    owner: digital
    objective: Say hello
    outcome: {expect: "contacted", within: 14d}
"""
NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
BODY = "Hello {{ contact.first_name }},\n\n{{ account.name }} has made {{ metrics.exports | default: 0 }} exports.\n"


def put_out(external: str = "ann", at: datetime = NOW, purpose: str = "marketing") -> object:
    """The delivery, waiting since `at`."""
    from aloft.act import texts
    from aloft.act.models import Delivery, Message, Occurrence
    from aloft.engagement.load import load
    from aloft.records import services
    from aloft.records.models import ModelVersion

    account = services.set_account(
        external_id="acme", fields={"name": "Acme", "status": "active"}, actor="ops", at=at
    )
    contact = services.set_contact(
        external_id=external, account=account, name=f"{external.capitalize()} Åberg", persona="champion",
        email=f"{external}@acme.example", actor="ops", at=at,
    )  # fmt: skip
    version = ModelVersion.objects.first() or services.publish_model(
        name="letters", document=MODEL, digest=load(MODEL, "m.yaml").digest, live_from=at, actor="ops", at=at
    )
    text = texts.write(
        name="welcome", language="en", subject="Welcome, {{ account.name }}", body=BODY, actor="ops", at=at
    )
    texts.approve(text=text, actor="ops", at=at)
    occurrence = Occurrence.objects.create(
        account=account, moment="welcome", called="welcome", anchor=f"event:{external}", n=1,
        model_version=version, trigger="event", title="Welcome", objective="Say hello", expected="contacted",
        because="Signed Up", role="digital", opened_at=at, due_at=at, outcome_until=at + timedelta(days=14),
    )  # fmt: skip
    message = Message.objects.create(
        key=f"key-{external}", occurrence=occurrence, account=account, contact=contact, path="0",
        template="welcome", channel="email", purpose=purpose, state="queued", planned_at=at,
        ends_at=occurrence.outcome_until, released_at=at,
    )  # fmt: skip
    return Delivery.objects.create(
        key=message.key, channel="email", message=message, to=contact.email, next_at=at, created_at=at
    )


def put_out_call(key: str = "crm", at: datetime = NOW, to: str = "crm") -> object:
    """A call of a webhook, waiting since `at`."""
    from aloft.act.models import Delivery

    payload = {"type": "step.reached", "data": {"account": {"id": "acme", "name": "Åberg"}}}
    return Delivery.objects.create(
        key=f"key-{key}", channel="webhook", to=to, payload=payload, next_at=at, created_at=at
    )


def main(verb: str) -> object:
    from aloft import clock
    from aloft.act import endpoints
    from aloft.act.models import Delivery, DeliveryState
    from aloft.act.outbox import claims, services
    from aloft.cli.ready import prepare
    from aloft.records.services import set_person

    prepare()
    now = clock.now()
    if verb == "make":
        put_out(at=now)
    elif verb.startswith("call http"):
        endpoints.set_endpoint(name="crm", url=verb.removeprefix("call "), actor="ops", at=now)
        put_out_call(at=now)
    elif verb == "call again":
        put_out_call("another", at=now)
    elif verb == "later":
        claims.release(at=now + claims.LEASE + timedelta(minutes=1))
        Delivery.objects.filter(state=DeliveryState.WAITING).update(next_at=now)
    elif verb == "again":
        mia = set_person(handle="mia", name="Mia", role="csm", actor="ops", at=now)
        services.send_again(delivery=Delivery.objects.get(), actor=mia, at=now)
    return list(Delivery.objects.values_list("state", flat=True))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aloft.settings")
    django.setup()
    sys.stdout.write(json.dumps(main(sys.argv[1])))
