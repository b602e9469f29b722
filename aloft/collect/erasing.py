"""Somebody who is erased, in the inbox: what they did stays counted, and is nobody's in particular."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from aloft.collect import opening
from aloft.collect.place import Place
from aloft.collect.tables import Tables
from aloft.records.identity import Identity

PATIENCE = 30.0
NOTHING = b"{}"
EVERY = 'SELECT seq, message_id, kind, name, account, "user", body FROM entry ORDER BY seq'
GROUPED = ("group", "contract", "account")


@dataclass(frozen=True)
class Said:
    """What an entry says of who it is about."""

    message_id: str
    kind: str
    name: str
    account: str
    user: str
    body: bytes


Clean = Callable[[int, Said], Said]


def of_person(identity: Identity) -> Clean:
    """Their entries keep when and what happened; what others told keeps all but them."""

    def clean(seq: int, said: Said) -> Said:
        theirs = said.user.strip().lower() in identity.alone
        if said.kind == "contact" and identity.is_told_by(_contact_of(said.body)):
            return Said(f"{identity.key}-{seq}", "void", "", "", "", NOTHING)
        body = NOTHING if theirs and said.kind not in GROUPED else identity.clean_bytes(said.body)
        message_id = identity.clean(said.message_id)
        if message_id != said.message_id:
            message_id = f"{message_id}-{seq}"[:100]
        return replace(said, message_id=message_id, user=identity.key if theirs else said.user, body=body)

    return clean


def _contact_of(body: bytes) -> str:
    told = json.loads(body).get("properties") or {}
    return str(told.get("contact") or "")


def of_account(identity: Identity, users: Collection[str]) -> Clean:
    """Their entries say nothing any more; `users` are those of no other account."""

    def clean(seq: int, said: Said) -> Said:
        if said.account.strip().lower() in identity.alone or (said.user and said.user in users):
            return Said(f"{identity.key}-{seq}", "void", "", "", "", NOTHING)
        return replace(said, body=identity.clean_bytes(said.body))

    return clean


def each_entry(place: Place) -> Iterator[tuple[int, Said]]:
    """Every entry that waits in the inbox."""
    tables = opening.look(place, PATIENCE)
    if tables is None:
        return
    with closing(tables):
        for seq, *told in tables.execute(EVERY).fetchall():
            yield seq, Said(*told)


def erase_in_inbox(place: Place, clean: Clean) -> int:
    """How many entries say something else now. What stood there is overwritten, and the journal emptied."""
    there = opening.look(place, PATIENCE)
    if there is None:
        return 0
    there.close()
    with closing(opening.connect(place, PATIENCE)) as tables:
        tables.begin()
        changed = [_put(tables, seq, clean(seq, said), said) for seq, said in _all(tables)].count(True)
        tables.execute("DELETE FROM problem")
        tables.commit()
        tables.settle()
    return changed


def _all(tables: Tables) -> list[tuple[int, Said]]:
    return [(seq, Said(*told)) for seq, *told in tables.execute(EVERY).fetchall()]


def _put(tables: Tables, seq: int, fresh: Said, said: Said) -> bool:
    if fresh == said:
        return False
    told = (fresh.message_id, fresh.kind, fresh.name, fresh.account, fresh.user, fresh.body, seq)
    tables.execute(
        """UPDATE entry SET message_id = ?, kind = ?, name = ?, account = ?, "user" = ?, body = ?
        WHERE seq = ?""",
        told,
    )
    return True
