"""A home full of canaries, in a process of its own: `python -m tests.engine.canaries VERB`, with ALOFT_HOME set."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ANN = {
    "contact": "canary-contact",
    "user": "canary-user",
    "email": "canary@acme.test",
    "name": "Canary Person",
}
BOLT = {
    "account": "canary-bolt",
    "contact": "canary-bo",
    "email": "canary-bo@bolt.test",
    "user": "canary-bo-user",
}
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def make() -> dict[str, Any]:
    """Two accounts, a person at each; facts in the log and in the inbox, a refused message, notes and an audit log."""
    from django.conf import settings

    from aloft.cli.ready import prepare
    from aloft.collect.inbox import Inbox
    from aloft.collect.services import Letter, create_source, dead_letter
    from aloft.records import services

    prepare()
    create_source(name="product", at=START)
    told: dict[str, Any] = {"actor": "cora", "at": START}
    for name in ("acme", BOLT["account"]):
        account = services.set_account(
            external_id=name, fields={"name": f"{name} Ltd", "timezone": "UTC"}, **told
        )
        contract = services.set_contract(
            external_id=f"{name}-1", account=account, starts_on=date(2026, 1, 1), **told
        )
        services.amend_line(contract=contract, line="1", mrr=100, starts_on=date(2026, 1, 1), **told)
        known = ANN if name == "acme" else {**BOLT, "name": "Canary Bo"}
        contact = services.set_contact(
            external_id=known["contact"], account=account, name=known["name"], email=known["email"],
            persona="champion", user_id=known["user"], **told,
        )  # fmt: skip
        services.set_consent(contact=contact, purpose="marketing", granted=False, **told)
        services.record_fact(
            account=account, fact="contacted", contact=contact, remark=f"{known['name']} was away", **told
        )
    letter = json.dumps({"type": "track", "userId": ANN["user"], "traits": {"email": ANN["email"]}}).encode()
    dead_letter(source="product", letters=[Letter("unknown_type", "?", letter)], at=START)
    inbox = Inbox(settings.ALOFT_HOME / "inbox.sqlite3")
    inbox.append([_entry(place) for place in range(6)], received=START + timedelta(hours=1))
    _run(minimum=1)
    inbox.append([_entry(place) for place in range(6, 8)], received=START + timedelta(hours=2))
    inbox.close()
    _run()
    _export()
    return look()


def _export() -> None:
    from django.conf import settings

    from aloft.engine import warehouse
    from aloft.engine.home import open_engine

    with open_engine(settings.ALOFT_HOME) as engine:
        warehouse.answer(engine, lambda _done, _of: None)


def _entry(place: int) -> Any:
    from aloft.collect.inbox import Entry

    known = (ANN, {**BOLT}, {"user": "somebody"})[place % 3]
    said = {"text": f"{ANN['email']} said hello", "rows": place}
    return Entry(
        source="product", message_id=f"m-{place}", kind="track", name="Report Exported",
        account=known.get("account", "acme"), user=known["user"], occurred=START,
        body=json.dumps({"properties": said}).encode(),
    )  # fmt: skip


def _run(minimum: int = 5_000) -> None:
    from django.conf import settings

    from aloft.engine.home import open_engine
    from aloft.facts.log import export

    with open_engine(settings.ALOFT_HOME) as engine:
        engine.run(START + timedelta(days=1))
        export(engine.store, engine.inbox, engine.log, minimum)


def look() -> dict[str, Any]:
    """What is counted, by account; and whether the audit log holds."""
    import duckdb
    from django.conf import settings

    from aloft.records import audit
    from aloft.records.models import Account, Contact, RecordedFact

    with duckdb.connect(str(settings.ALOFT_HOME / "facts.duckdb"), read_only=True) as store:
        counted = store.execute(
            """select a.external, sum(n)::int from day_count c join account a on a.id = c.account
            group by 1 order by 1"""
        ).fetchall()
        users = store.execute("select count(distinct app_user) from user_word").fetchall()[0][0]
    return {
        "counted": dict(counted),
        "users": users,
        "accounts": sorted(Account.objects.values_list("external_id", flat=True)),
        "contacts": sorted(Contact.objects.values_list("status", flat=True)),
        "facts": RecordedFact.objects.count(),
        "broken": audit.verify(),
    }


def erase_person() -> dict[str, Any]:
    from django.conf import settings

    from aloft.engine import erasing

    erasing.erase_person(told=ANN["email"].upper(), home=settings.ALOFT_HOME, actor="mia", at=START)
    _run()
    return look()


def erase_account() -> dict[str, Any]:
    from django.conf import settings

    from aloft.engine import erasing
    from aloft.records.models import Account

    row = Account.objects.get(external_id=BOLT["account"])
    erasing.erase_account(account=row, home=settings.ALOFT_HOME, actor="mia", at=START)
    _run()
    return look()


def hand_over() -> dict[str, Any]:
    from django.conf import settings

    from aloft.engine import exporting

    tables = exporting.of_person(settings.ALOFT_HOME, ANN["email"])
    file = Path(settings.ALOFT_HOME).parent / "ann.zip"
    exporting.write(file, tables, START)
    return {name: len(rows) for name, rows in tables.items()}


VERBS = {one.__name__: one for one in (make, look, erase_person, erase_account, hand_over)}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aloft.settings")
    import django

    django.setup()
    sys.stdout.write(json.dumps([VERBS[verb]() for verb in sys.argv[1:]]))


if __name__ == "__main__":
    main()
