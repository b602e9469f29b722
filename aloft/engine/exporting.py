"""Everything that is kept of one person or one account, as tables: to be handed over on request."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from aloft.collect.erasing import Said, each_entry
from aloft.collect.place import inbox_of
from aloft.engine.erasing import OURS, person_named
from aloft.engine.models import Erasure, Planned
from aloft.facts.erasing import each_row
from aloft.records.identity import Identity
from aloft.records.models import Account, CachedValue, Contact, ModelVersion

Rows = list[dict[str, Any]]
Tables = Mapping[str, Rows]
LEFT_OUT = (CachedValue, Erasure, ModelVersion, Planned)
RISKY = tuple("=+-@\t\r\n")
"""How a cell begins that a spreadsheet would take for a formula."""


def of_person(home: Path, told: str) -> Tables:
    """By table, only those that say something of them."""
    identity = person_named(told).bare
    contacts = set(Contact.objects.filter(external_id__in=identity.ids).values_list("pk", flat=True))
    kept = dict(_tables(lambda row: getattr(row, "contact_id", None) in contacts or _tells(row, identity)))
    return _with_entries(kept, home, lambda said: said.user in identity.ids or _told(said, identity))


def of_account(home: Path, account: Account) -> Tables:
    identity = Identity((account.external_id,), "")
    kept = dict(_tables(lambda row: _belongs(row, account) or _tells(row, identity)))
    return _with_entries(kept, home, lambda said: said.account == account.external_id)


def write(file: Path | IO[bytes], tables: Tables, at: datetime) -> None:
    """One JSON document, and a CSV for each table."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        document = {"exported_at": at.isoformat(), **tables}
        zipped.writestr(
            "data.json", json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        )
        for name, rows in tables.items():
            zipped.writestr(f"{name}.csv", _csv(rows))


def _tables(wanted: Callable[[models.Model], bool]) -> Iterator[tuple[str, Rows]]:
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            if model in LEFT_OUT:
                continue
            rows = [_plain(row) for row in model._default_manager.all().iterator() if wanted(row)]
            if rows:
                yield model._meta.label_lower, rows


def _plain(row: models.Model) -> dict[str, Any]:
    told = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {
        name: _text(value) if isinstance(value, bytes | memoryview) else value for name, value in told.items()
    }


def _text(value: bytes | memoryview) -> str:
    return bytes(value).decode("utf-8", "replace")


def _tells(row: models.Model, identity: Identity) -> bool:
    return any(_says(value, identity) for value in _plain(row).values())


def _says(value: Any, identity: Identity) -> bool:
    if isinstance(value, str):
        return identity.is_told_by(value)
    if isinstance(value, dict):
        return any(_says(one, identity) for pair in value.items() for one in pair)
    return isinstance(value, list) and any(_says(one, identity) for one in value)


def _belongs(row: models.Model, account: Account) -> bool:
    """The account itself, and what names it by its row."""
    if isinstance(row, Account):
        return account.pk in (row.pk, row.whole_id)
    return any(
        getattr(row, field.attname) == account.pk
        for field in row._meta.concrete_fields
        if field.is_relation and field.related_model is Account
    )


def _told(said: Said, identity: Identity) -> bool:
    text = said.body.decode("utf-8", "replace")
    return identity.may_be_told_by(text) and _says(json.loads(text or "null"), identity)


def _with_entries(tables: Tables, home: Path, wanted: Callable[[Said], bool]) -> Tables:
    listed = [
        {"seq": seq, **asdict(said), "body": _text(said.body)}
        for entries in (each_row(home / "log"), each_entry(inbox_of(home)))
        for seq, said in entries
        if wanted(said)
    ]
    return {**tables, "events": listed} if listed else tables


def _csv(rows: Rows) -> str:
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return written.getvalue()


def _cell(value: Any) -> str:
    plain = isinstance(value, str) or value is None
    text = value or "" if plain else json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).strip('"')
    return f"'{text}" if isinstance(value, str) and text.startswith(RISKY) else str(text)
