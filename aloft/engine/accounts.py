"""Account rows, who holds them, and what is shown of them: kept in step with the facts."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F

from aloft.engagement.load import check_book_rule
from aloft.engagement.problems import InvalidModel
from aloft.engine.turn import Turn
from aloft.facts.store import FactStore
from aloft.measures.compile import sql
from aloft.measures.frame import aware
from aloft.measures.listing import Shown, Terms, list_positions, list_records
from aloft.measures.models import LONGEST_STATUS, AccountProjection
from aloft.records.models import Book, Holding
from aloft.records.observed import ObservedAccount, upsert_observed
from aloft.records.observed_contracts import ObservedContact, ObservedLine, upsert_contacts, upsert_lines
from aloft.records.rows import NAMED, among, batched, put
from aloft.records.selectors import accounts_by_external
from aloft.records.services import Held, set_holdings
from aloft.records.spelling import Scalar

_WINNERS = """
select a.external, coalesce(w.external, ''), coalesce(a.product, ''), t.field, t.value from account a
left join account w on w.id = a.whole
left join (select * from attribute where account in (select unnest($accounts))
  qualify row_number() over (partition by account, field
    order by rank desc, valid desc, recorded desc, seq desc) = 1) t on t.account = a.id
where a.id in (select unnest($accounts)) order by a.id
"""


_LINES = """
select a.external, l.contract, l.line, l.product, l.plan, l.seats, l.mrr, l.currency, l.starts, l.ends,
  l.recorded
from contract_line l join account a on a.id = l.account
where l.stream = 0 and l.account in (select unnest(?)) order by l.contract, l.line, l.seq
"""
_PEOPLE = """
select a.external, e.properties from event e join account a on a.id = e.account
where e.stream = 0 and e.kind = 'contact' and e.account in (select unnest(?)) order by e.seq
"""

"""Rows named in one statement."""
_CENT = Decimal("0.01")


def observe(store: FactStore, accounts: Iterable[int], at: datetime, folded: int) -> None:
    """Write what the facts say of these accounts to their rows, and make rows for new ones."""
    wanted = list(accounts)
    if not wanted:
        return
    found: dict[tuple[str, str, str], dict[str, Scalar]] = {}
    for external, whole, product, name, value in store.run(_WINNERS, {"accounts": wanted}):
        fields = found.setdefault((external, whole, product), {})
        if name is not None:
            fields[name] = json.loads(value) if value is not None else None
    rows = [
        ObservedAccount(external, fields, whole, product)
        for (external, whole, product), fields in found.items()
    ]
    # A relationship stands on the row of its account.
    for some in ([row for row in rows if not row.whole], [row for row in rows if row.whole]):
        if some:
            upsert_observed(some, at=at, folded=folded)
    list_records([one.pk for one in accounts_by_external([external for external, _, _ in found]).values()])


def observe_listed(store: FactStore, accounts: Iterable[int]) -> None:
    """Write contracts and contacts of these accounts as files have told them."""
    ids = list(accounts)
    if not ids:
        return
    lines = [ObservedLine(*row) for row in store.run(_LINES, [ids])]
    upsert_lines(store_accounts(store, ids), lines)
    people = store.run(_PEOPLE, [ids])
    upsert_contacts([ObservedContact(account, **_told(told)) for account, told in people])


def _told(properties: str) -> dict[str, str]:
    told = json.loads(properties)
    return {name: told.get(name) or "" for name in ("contact", "name", "email", "persona", "user")}


def store_accounts(store: FactStore, ids: list[int]) -> list[str]:
    rows = store.run("select external from account where id in (select unnest(?)) order by id", [ids])
    return [external for (external,) in rows]


def hold(turn: Turn, accounts: Iterable[int] | None) -> None:
    """Read the rules of books for these accounts of the frame; None: for all of it. Books hold whole accounts.

    A rule that reads a field of another model holds nobody of this one.
    """
    keys = None if accounts is None else [one for one in accounts if one in turn.directory]
    if keys == []:
        return
    held: list[Held] = []
    books = dict(_books(turn))
    found = turn.frames.each({str(book.pk): rule for book, rule in books.items()}, keys)
    for book in books:
        ours = (turn.directory.get(key) for key in found[str(book.pk)])
        rows = sorted(known.row for known in ours if known and known.is_whole)
        held += [Held(row, book.person_id, book.person.role, book.pk) for row in rows]
    set_holdings(held, accounts=None if keys is None else [turn.directory[key].row for key in keys])
    turn.staff.forget_holders()


def _books(turn: Turn) -> Iterator[tuple[Book, str]]:
    """Those that have a rule, in order, each with its SQL over the frame."""
    for book in Book.objects.exclude(rule="").select_related("person"):
        with suppress(InvalidModel):
            rule = check_book_rule(book.rule, turn.program.model.fields)
            yield book, sql(rule.expression)


def project(turn: Turn) -> None:
    """Write where the accounts of the frame stand, with the values of their metrics, for pages to read."""
    metrics = list(turn.program.model.metrics)
    columns = ", ".join(f'"{name}"' for name in metrics) or "null"
    found = turn.frames.connection.execute(
        f"select _account, renewal_date, status, phase, phase_start, _entry, segment, segment_since, _waits, "
        f"_touch_set, mrr, {columns} from frame"
    ).fetchall()
    shown = [(known, *told) for account, *told in found if (known := turn.directory.get(account))]
    owners = _owners({known.customer for known, *_ in shown})
    said = hash((turn.program.model.name, *metrics))
    changed, terms, same = [], {}, []
    for known, renews, status, *told in shown:
        beside = owners.get(known.customer), turn.joined.get(known.store)
        if turn.mirror.projects(known.row, hash((said, repr((beside, renews, status, told))))):
            changed.append(_shown(turn, known.row, *beside, told))
            terms[known.row] = Terms(aware(renews), (status or "")[:LONGEST_STATUS])
        else:
            same.append(known.row)
    put(AccountProjection, Shown._fields, changed, unique=["account_id"])
    _still_true(same, turn.at)
    list_positions(changed, terms)


def _shown(
    turn: Turn, account: int, owner: int | None, joined: datetime | None, told: Sequence[Any]
) -> Shown:
    """`told` are the columns of the frame that are shown, those of the metrics last."""
    phase, start, entry, segment, since, waits, touch, mrr, *values = told
    metrics = zip(turn.program.model.metrics, values, strict=False)
    return Shown(
        account_id=account,
        model=turn.program.model.name if phase else "",
        model_since=joined,
        phase=phase or "",
        phase_since=aware(start),
        phase_entry=entry or 0,
        segment=segment or "",
        segment_since=aware(since),
        segment_waits=waits or "",
        touch=touch or [],
        owner_id=owner,
        mrr=None if mrr is None else Decimal(str(mrr)).quantize(_CENT),
        values={name: _written(value) if isinstance(value, datetime) else value for name, value in metrics},
        as_of=turn.at,
    )


def _still_true(accounts: Collection[int], at: datetime) -> None:
    for some in batched(sorted(accounts)):
        AccountProjection.objects.filter(account__in=among(some)).update(as_of=at)


def _owners(accounts: Collection[int]) -> dict[int, int]:
    """By account: whose book holds it; where several do, the first book counts. At least of these."""
    held = Holding.objects.order_by(F("book__position").desc(nulls_first=True), "-pk")
    if len(accounts) <= NAMED:
        held = held.filter(account__in=among(accounts))
    return dict(held.values_list("account", "person"))


def _written(instant: datetime) -> str:
    """As JSON holds it, with its zone."""
    return instant.replace(tzinfo=UTC).isoformat()
