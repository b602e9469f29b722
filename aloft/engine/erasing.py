"""A person or an account is erased: from every table, the inbox, the log and, drained anew, the fact store.

What was counted stays, under a key that says nothing. It is asked for in one transaction, which erases the tables;
files follow as the engine looks, or here where none runs. A crash between the two loses nothing: what is asked for
stands until it is done.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection, models, transaction
from django.db.models import Q

from aloft.act.models import Occurrence
from aloft.collect.erasing import each_entry, erase_in_inbox, of_account, of_person
from aloft.collect.place import inbox_of
from aloft.engine.models import Erasure
from aloft.facts.erasing import each_row, erase_in_log, users_of_no_other
from aloft.facts.place import remove
from aloft.facts.warehouse import folder_of, forget
from aloft.records import audit, tombstones
from aloft.records.changes import ContactSet, ErasureAsked, log_change
from aloft.records.identity import Identity
from aloft.records.models import Account, AuditEntry, CachedValue, Change, Contact
from aloft.records.refusals import Refused
from aloft.records.services.editing import editing

OURS = ("records", "act", "learn", "collect", "measures", "engine", "workspace")
TELLING = (
    "records.RecordedFact",
    "records.Change",
    "records.Goal",
    "records.PlanStep",
    "records.Pulse",
    "records.Consent",
    "act.Occurrence",
    "act.Verdict",
    "act.Due",
    "act.Step",
    "act.Message",
    "act.Delivery",
    "act.Unreachable",
    "learn.Assignment",
    "learn.Contamination",
    "collect.DeadLetter",
    "collect.Quarantined",
    "collect.Import",
)
"""Tables that tell of customers in words of others; what we named ourselves is not looked through."""
WORDS = frozenset(
    {"moment", "called", "role", "fact", "verdict", "channel", "source", "code", "table", "column", "file"}
    | {"mapping", "template", "kind", "trigger", "state", "account"}
)
"""Columns that hold names of models and of files: an id may be spelled like one of them."""
TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
PATIENCE = 20  # tries of a second each, while somebody reads the database
PERSON, ACCOUNT = "person", "account"


@dataclass(frozen=True)
class Erased:
    """What was removed, in numbers; `entries` of the inbox and the log once the engine has been there."""

    rows: int
    payloads: int
    tombstones: int
    entries: int | None = None


def person_named(told: str) -> Identity:
    """Everything that the person is called: contacts by id, user or e-mail, and who shares one of those."""
    ids, found = {told.strip()}, True
    while found:
        known = Contact.objects.filter(
            Q(external_id__in=ids)
            | Q(user_id__in=ids - {""})
            | Q(email__in={one.lower() for one in ids} - {""})
        )
        more = {
            one for contact in known for one in (contact.external_id, contact.user_id, contact.email) if one
        }
        found = bool(more - ids)
        ids |= more
    names = known.exclude(name="").values_list("name", flat=True)
    return Identity(tuple(sorted(ids)), _key(), tuple(sorted(set(names) - ids)))


def _key() -> str:
    return f"erased-{secrets.token_hex(6)}"


def erase_person(*, told: str, home: Path, actor: str, at: datetime) -> Erasure:
    """`told`: an id of a contact or of a user, or an e-mail address. Raises Refused where nobody is called so."""
    identity = person_named(told)
    contacts = list(Contact.objects.filter(external_id__in=identity.ids))
    if not contacts and not _does_anything(home, told):
        raise Refused(
            "person", f"nobody is called {told!r}", "Give the id of a contact or a user, or an address."
        )
    tombstones.add(home, identity.ids, at)
    with editing():
        payloads = _forget_payloads(identity, [f"contact:{contact.pk}" for contact in contacts], actor, at)
        rows = _scrub(identity, {contact.pk for contact in contacts})
        for place, contact in enumerate(contacts):
            _empty(contact, f"{identity.key}-{place}" if place else identity.key, at)
        return _asked(PERSON, identity, Erased(rows + len(contacts), payloads, len(identity.ids)), actor, at)


def erase_account(*, account: Account, home: Path, actor: str, at: datetime) -> Erasure:
    """With its contacts, contracts, occurrences, and the users of no other account. Raises Refused."""
    if account.whole_id or account.merged.exists():
        why = "it is a relationship" if account.whole_id else "another account is part of it"
        raise Refused(
            "account", f"{account.external_id!r}: {why}", "Erase that account, or unmerge it first."
        )
    people = [person_named(contact.external_id) for contact in account.contacts.all()]
    ids = dict.fromkeys([account.external_id, *(one for person in people for one in person.ids)])
    names = dict.fromkeys(one for person in people for one in person.names)
    identity = Identity(tuple(ids), _key(), tuple(names))
    contacts = set(account.contacts.values_list("pk", flat=True))
    tombstones.add(home, identity.ids, at)
    with editing():
        payloads = _forget_payloads(identity, list(_subjects(account)), actor, at)
        rows = _scrub(identity, contacts)
        Account.objects.filter(parent=account).update(parent=None)
        Change.objects.filter(account=account.external_id).update(account="", kind="erased", data={})
        parts = Account.objects.filter(whole=account)
        get_user_model().objects.filter(contact__account=account).delete()
        deleted = sum(
            rows.delete()[0]
            for rows in (Account.objects.filter(pk__in=parts), Account.objects.filter(pk=account.pk))
        )
        return _asked(ACCOUNT, identity, Erased(rows + deleted, payloads, len(identity.ids)), actor, at)


def _asked(kind: str, identity: Identity, erased: Erased, actor: str, at: datetime) -> Erasure:
    CachedValue.objects.all().delete()
    made = Erasure.objects.create(
        kind=kind, key=identity.key, ids=list(identity.ids), told=asdict(erased), asked_at=at
    )
    audit.record(
        actor=actor, action=f"{kind}.erased", subject=f"erasure:{made.pk}", payload=asdict(erased), at=at
    )
    log_change(ErasureAsked(), at=at)
    return made


def _does_anything(home: Path, user: str) -> bool:
    return any(said.user == user for _, said in _entries(home))


def _entries(home: Path) -> Iterator[Any]:
    return chain(each_entry(inbox_of(home)), each_row(home / "log"))


def _empty(contact: Contact, key: str, at: datetime) -> None:
    """The row stays, for what was noted of it; rules count it no longer."""
    if contact.sign_in:
        contact.sign_in.delete()
        contact.sign_in = None
    contact.invitations.all().delete()
    contact.external_id, contact.status = key, "erased"
    contact.name = contact.email = contact.user_id = contact.timezone = contact.locale = ""
    contact.save()
    told = {"persona": contact.persona, "name": "", "email": "", "user": "", "status": "erased"}
    log_change(ContactSet(account=contact.account.external_id, contact=key, **told), at=at)


def _subjects(account: Account) -> Iterator[str]:
    yield f"account:{account.pk}"
    yield from (f"contact:{pk}" for pk in account.contacts.values_list("pk", flat=True))
    yield from (f"contract:{pk}" for pk in account.contracts.values_list("pk", flat=True))
    theirs = Occurrence.objects.filter(Q(account=account) | Q(account__whole=account))
    yield from (f"occurrence:{pk}" for pk in theirs.values_list("pk", flat=True))


def _forget_payloads(identity: Identity, subjects: list[str], actor: str, at: datetime) -> int:
    """What the audit log said of them; that something was done, by whom and when, stays, and the chain holds."""
    telling = AuditEntry.objects.filter(payload__isnull=False)
    ids = set(telling.filter(subject__in=subjects).values_list("pk", flat=True))
    ids |= {row.pk for row in telling.iterator() if identity.bare.clean(row.payload) != row.payload}
    return audit.remove_payloads(ids, actor=actor, reason="erased", at=at) if ids else 0


def _scrub(identity: Identity, contacts: set[int]) -> int:
    """Their ids out of every text and document about customers; how many rows say something else now."""
    models = (apps.get_model(label) for label in TELLING)
    return sum(_scrub_table(identity, contacts, model) for model in models)


def _scrub_table(identity: Identity, contacts: set[int], model: type[models.Model]) -> int:
    fields = [field for field in model._meta.concrete_fields if _may_tell(field)]
    changed = 0
    for row in model._default_manager.all().iterator():
        known = identity if _is_about(row, contacts) or _tells(row, fields, identity) else identity.bare
        fresh = {field.attname: _cleaned(known, getattr(row, field.attname)) for field in fields}
        told = {name: value for name, value in fresh.items() if value != getattr(row, name)}
        if told:
            changed += 1
            model._default_manager.filter(pk=row.pk).update(**told)
    return changed


def _may_tell(field: Any) -> bool:
    return isinstance(field, TEXTS) and field.name not in WORDS and not field.choices


def _is_about(row: models.Model, contacts: set[int]) -> bool:
    return getattr(row, "contact_id", None) in contacts


def _tells(row: models.Model, fields: list[Any], identity: Identity) -> bool:
    return any(
        _cleaned(identity.bare, getattr(row, field.attname)) != getattr(row, field.attname)
        for field in fields
    )


def _cleaned(identity: Identity, value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        body = bytes(value)
        fresh = identity.clean_bytes(body)
        return value if fresh == body else fresh
    return identity.clean(value)


def pending() -> bool:
    return Erasure.objects.filter(done_at=None).exists()


def completed() -> int:
    """How many were, ever."""
    return Erasure.objects.exclude(done_at=None).count()


def complete(home: Path, at: datetime) -> int:
    """Files of what is asked for, while nobody has the fact store open; gives how many erasures that were.

    The fact store is removed: it is drained again from what the log says now.
    """
    asked = list(Erasure.objects.filter(done_at=None).order_by("pk"))
    for erasure in asked:
        identity = Identity(tuple(erasure.ids), erasure.key)
        clean = of_person(identity)
        if erasure.kind == ACCOUNT:
            waiting = each_entry(inbox_of(home))
            clean = of_account(identity, users_of_no_other(home / "log", waiting, erasure.ids[0]))
        entries = erase_in_log(home / "log", clean) + erase_in_inbox(inbox_of(home), clean)
        shutil.rmtree(home / "uploads", ignore_errors=True)
        forget(folder_of(home))
        remove(home)
        with transaction.atomic():
            told = {**erasure.told, "entries": entries}
            Erasure.objects.filter(pk=erasure.pk).update(ids=[], told=told, done_at=at)
    if asked:
        settle()
    return len(asked)


def settle() -> None:
    """Nothing of what was deleted is left in the database's file, nor in its journal."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    for _ in range(PATIENCE):
        with suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(1)


def erase_again(home: Path, actor: str, at: datetime) -> int:
    """Erase whom a backup has brought back, though they were erased since; how many people and accounts that were."""
    known = tombstones.read(home)
    if not known:
        return 0
    erased = 0
    for account in Account.objects.filter(whole=None):
        if known.knows(account.external_id):
            erase_account(account=account, home=home, actor=actor, at=at)
            erased += 1
    for told in sorted(_everybody(home)):
        if known.knows(told) and not told.startswith("erased-"):
            with suppress(Refused):  # known by another id, and gone with it
                erase_person(told=told, home=home, actor=actor, at=at)
                erased += 1
    return erased


def _everybody(home: Path) -> set[str]:
    rows = Contact.objects.values_list("external_id", "user_id", "email")
    return {one for row in rows for one in row if one} | {
        said.user for _, said in _entries(home) if said.user
    }
