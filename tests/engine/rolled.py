"""A home whose old events are rolled up, in a process of its own: `python -m tests.engine.rolled VERB...`."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
LATER = START + timedelta(days=120)
ANN = "canary-ann"


def make() -> None:
    from django.conf import settings

    from aloft.collect.inbox import Inbox
    from aloft.collect.place import inbox_of
    from aloft.collect.services import create_source
    from aloft.records import services
    from tests.engine.test_rolling import MODEL

    create_source(name="product", at=START)
    account = services.set_account(
        external_id="acme", fields={"name": "Acme", "timezone": "UTC"}, actor="mia", at=START
    )
    services.set_contact(
        external_id="c-1", account=account, name=ANN, email=f"{ANN}@acme.test", persona="champion",
        user_id=ANN, actor="mia", at=START,
    )  # fmt: skip
    live_from = LATER - timedelta(days=1)
    services.publish_model(
        name="kept", document=MODEL, digest="1", live_from=live_from, actor="mia", at=live_from
    )
    inbox = Inbox(inbox_of(settings.ALOFT_HOME))
    inbox.append([_entry(place) for place in range(7)], received=START + timedelta(hours=8))
    inbox.close()
    _run(LATER)


def _entry(place: int) -> Any:
    from aloft.collect.inbox import Entry

    said = {"rows": place + 1, "format": "pdf", "text": f"{ANN} said hello"}
    return Entry(
        source="product", message_id=f"m-{place}", kind="track", name="Export", account="acme",
        user=ANN if place < 5 else "ben", occurred=START + timedelta(hours=place), times=1,
        body=json.dumps({"properties": said}).encode(),
    )  # fmt: skip


def _run(until: datetime) -> None:
    from django.conf import settings

    from aloft.engine.home import open_engine

    with open_engine(settings.ALOFT_HOME) as engine:
        engine.run(until)


def keep() -> None:
    from aloft.cli import keeping

    keeping.keep("product", "90")
    _run(LATER + timedelta(days=1))


def save(file: str) -> None:
    from django.conf import settings

    from aloft.engine.backup import back_up

    back_up(settings.ALOFT_HOME, Path(file), LATER)


def erase() -> None:
    from django.conf import settings

    from aloft.engine import erasing

    erasing.erase_person(told=ANN, home=settings.ALOFT_HOME, actor="mia", at=LATER)
    _run(LATER + timedelta(days=2))


def look() -> dict[str, Any]:
    """What is counted, and of how many rolled events nobody knows the rows."""
    import duckdb
    from django.conf import settings

    with duckdb.connect(str(settings.ALOFT_HOME / "facts.duckdb"), read_only=True) as store:
        exports, users = store.execute(
            "select (select sum(n)::int from day_count), (select count(distinct app_user) from user_word)"
        ).fetchall()[0]
        rows = store.execute("select sum(total)::int from kept_day").fetchall()[0][0]
        forgotten = store.execute(
            "select count(*) from rolled_up where not list_contains(properties, 'rows')"
        ).fetchall()[0][0]
    return {"exports": exports, "users": users, "rows": rows, "forgotten": forgotten}


def bring_back(file: str) -> None:
    from django.conf import settings

    from aloft.engine.backup import restore

    restore(Path(file), settings.ALOFT_HOME, LATER)


def main() -> None:
    from aloft.cli.ready import prepare

    verb, _, told = sys.argv[1].partition("=")
    if verb == "bring_back":
        bring_back(told)
        prepare()
        _run(LATER + timedelta(days=2))
    else:
        prepare()
        {"make": make, "keep": keep, "erase": erase, "save": lambda: save(told)}[verb]()
    sys.stdout.write(json.dumps(look()) + "\n")


if __name__ == "__main__":
    import django

    django.setup()
    main()
