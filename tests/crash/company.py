"""A company in a home of its own; `python -m tests.crash.company make`, `opened` and `look` are
processes of their own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

ACCOUNTS = [f"acc{number}" for number in range(24)]
SIGNED = datetime(2026, 1, 5, tzinfo=UTC)


def make() -> str:
    """The write key of a company whose accounts all meet `urgent_ticket`."""
    from aloft import clock
    from aloft.cli.ready import prepare
    from aloft.collect.services import create_source
    from aloft.engagement.digest import timings
    from aloft.engagement.load import load
    from aloft.records import services

    prepare()
    now = clock.now()
    rows = []
    for name in ACCOUNTS:
        row = services.set_account(
            external_id=name, fields={"name": name, "timezone": "UTC", "country": "US"}, actor="test", at=now
        )
        contract = services.set_contract(
            external_id=f"{name}-1", account=row, starts_on=date(2026, 1, 5), actor="test", at=now
        )
        services.amend_line(
            contract=contract, line="1", mrr=Decimal(6000), starts_on=date(2026, 1, 5), actor="test", at=now
        )
        rows.append(row)
    for handle, role in (("cora", "csm"), ("mia", "manager")):
        person = services.set_person(handle=handle, name=handle, role=role, actor="test", at=now)
        services.set_book(person=person, name="all", accounts=rows, actor="test", at=now)
    document = (Path(__file__).parents[2] / "docs/examples/first-model.yaml").read_text()
    model = load(document, "first-model.yaml")
    services.publish_model(
        name=model.name, document=document, digest=model.digest, timings=timings(model), live_from=now,
        actor="test", at=now,
    )  # fmt: skip
    _, key = create_source(name="product", at=now)
    return key


def opened() -> int:
    """How many tickets have opened so far."""
    from aloft.act.models import Occurrence

    return Occurrence.objects.filter(moment="urgent_ticket").count()


def look() -> dict[str, object]:
    """What is counted and what has opened, once the engine is stopped."""
    import duckdb
    from django.conf import settings

    from aloft.act.models import Occurrence, Verdict

    store = duckdb.connect(str(settings.ALOFT_HOME / "facts.duckdb"), read_only=True)
    ids = store.execute("select message_id, sum(times) from event where stream = 0 group by 1").fetchall()
    counted = store.execute(
        "select coalesce(sum(n), 0) from day_count d join event_name n on n.id = d.name where n.name = 'Ticket Opened'"
    ).fetchall()
    store.close()
    opened = Occurrence.objects.filter(moment="urgent_ticket").values_list("anchor", flat=True)
    said = Verdict.objects.filter(moment="urgent_ticket", verdict="opened").values_list("anchor", flat=True)
    return {"ids": dict(ids), "counted": int(counted[0][0]), "opened": list(opened), "said": list(said)}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aloft.settings")
    import django

    django.setup()
    verbs: dict[str, Callable[[], object]] = {"make": make, "opened": opened, "look": look}
    sys.stdout.write(json.dumps(verbs[sys.argv[1]]()))


if __name__ == "__main__":
    main()
