"""Relationships: the part of an account that concerns one product, kept as an account of its own.

It has a number in `account`, with the account that it is a part of and the product, for each product that events
or contract lines of that account name. What they say of the product is copied to it, and so is what holds for the
whole account: attributes, notes on its plan, contacts. Everything that reads facts of an account then reads those
of a relationship. They follow from the facts alone, so that a store drained again has the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from aloft.facts import imported, state
from aloft.facts.rebuild import rebuild
from aloft.facts.store import FactStore, Positions
from aloft.records.relationships import LONGEST_PRODUCT, SEPARATOR

# The product that an event of the relation `e` names.
PRODUCT = f"""CASE WHEN e.name IS NOT NULL AND contains(e.properties, '"product"')
        AND json_type(e.properties, '$.product') = 'VARCHAR'
        AND length(json_extract_string(e.properties, '$.product')) <= {LONGEST_PRODUCT}
    THEN nullif(trim(json_extract_string(e.properties, '$.product')), '') END"""

# What is told of an account by people alone, and holds for its relationships.
OF_PLANS = ("plan_note", "plan_goal", "goal_reading", "plan_step")

# Of the whole alone: its place in the tree, and figures that several products share.
OF_THE_WHOLE = ("name", "parent", "product", "mrr", "arr", "acv", "clv", "seats")

_MOVED = f"""SELECT e.account, {PRODUCT} AS product FROM event e
    WHERE e.stream = 0 AND e.seq IN (SELECT seq FROM moved WHERE was IS NOT NULL)"""


_ALL = f"""SELECT e.account, {PRODUCT} AS product FROM event e
    WHERE e.stream < 2 AND e.account IN (SELECT unnest($stirred))"""


@dataclass(frozen=True)
class Followed:
    """What a step did to relationships, by the store's numbers; `rebuilt` are those whose state was made anew."""

    touched: frozenset[int] = frozenset()
    created: frozenset[int] = frozenset()
    rebuilt: frozenset[int] = frozenset()


def are_kept(store: FactStore) -> bool:
    return bool(store.run("SELECT relationships FROM store_version")[0][0])


def keep(store: FactStore, known: Iterable[tuple[str, str]] = ()) -> frozenset[int]:
    """Have relationships from now on: those that the facts name, and the `known` ones; gives those that are new.

    `known` are pairs of an account's external id and a product, of which something was decided already.
    """
    with store.transaction():
        created = _admit_known(store, known)
        if not are_kept(store):
            store.run("UPDATE store_version SET relationships = true")
            created |= _admit(
                store, f"SELECT e.account, {PRODUCT} AS product FROM event e WHERE e.stream < 2"
            )
            created |= _admit(store, "SELECT account, product FROM contract_line")
        _tell_all(store, created)
        _contract(store, created)
        _remake(store, created)
        return created


def follow(
    store: FactStore,
    before: Positions,
    rebuilt: frozenset[int],
    touched: frozenset[int],
    stirred: frozenset[int] = frozenset(),
) -> Followed:
    """Bring relationships up to date with a step of the drain: `rebuilt` and `touched` are the accounts of it.

    A product that is new at an account was named by no earlier event of it, so that only `fresh` ones are read;
    but of accounts that were `stirred` by a merge all are.
    """
    if not are_kept(store):
        return Followed()
    created = _admit(
        store, f"SELECT e.account, {PRODUCT} AS product FROM fresh e WHERE e.account IS NOT NULL"
    )
    if rebuilt:
        created |= _admit(store, _MOVED)
    if stirred:
        created |= _admit(store, _ALL, {"stirred": sorted(stirred)})
    listed = imported.told_of(store) | _edited(store) | stirred
    created |= _admit(
        store,
        "SELECT account, product FROM contract_line WHERE account IN (SELECT unnest($listed))",
        {"listed": sorted(listed)},
    )
    _tell_all(store, created)
    _tell_newer(store, before)
    _contract(store, created | _parts_of(store, listed))
    _move_zones(store)
    remade = _parts_of(store, rebuilt)
    _remake(store, remade)
    _append(store)
    return Followed(_parts_of(store, touched | rebuilt) | created, created, remade)


def _admit_known(store: FactStore, known: Iterable[tuple[str, str]]) -> frozenset[int]:
    """A store that is drained again has relationships, and their accounts, before the facts name them."""
    pairs = list(known)
    if not pairs:
        return frozenset()
    accounts, products = zip(*pairs, strict=True)
    store.load("known_part", pa.table({"external": pa.array(accounts, pa.string()), "product": products}))
    store.run(
        """INSERT INTO account (id, external, zone)
        SELECT (SELECT coalesce(max(id), 0) FROM account) + row_number() OVER (ORDER BY external), external, ''
        FROM (SELECT DISTINCT external FROM known_part) k
        ANTI JOIN account a ON a.external = k.external"""
    )
    return _admit(
        store,
        "SELECT a.id AS account, k.product FROM known_part k JOIN account a ON a.external = k.external",
    )


def _admit(store: FactStore, named: str, parameters: dict[str, object] | None = None) -> frozenset[int]:
    """Number the pairs of account and product in the SQL relation `named` that are new; gives the new numbers."""
    before = store.run("SELECT coalesce(max(id), 0) FROM account")[0][0]
    store.run(
        f"""INSERT INTO account (id, external, zone, whole, product)
        SELECT {before} + row_number() OVER (ORDER BY w.external, n.product),
            w.external || '{SEPARATOR}' || n.product, w.zone, w.id, n.product
        FROM (SELECT DISTINCT account, product FROM ({named}) WHERE product <> '') n
        JOIN account w ON w.id = n.account AND w.whole IS NULL
        ANTI JOIN account known ON known.whole = n.account AND known.product = n.product""",
        parameters,
    )
    return store.integers("SELECT id FROM account WHERE id > ?", [before])


def _edited(store: FactStore) -> frozenset[int]:
    return store.integers("SELECT a.id FROM account a SEMI JOIN edited e ON e.external = a.external")


def _tell_all(store: FactStore, created: frozenset[int]) -> None:
    """What was ever told of the accounts holds for relationships that are new."""
    _load(store, "created_part", created)
    for table in ("attribute", *OF_PLANS):
        _hold(store, table, "p.id IN (SELECT id FROM created_part)")


def _tell_newer(store: FactStore, before: Positions) -> None:
    """What this step told of the accounts holds for the others; rows that files amended have their old numbers."""
    edited = f"t.seq > {before.changes}"
    observed = f"(t.seq > {before.inbox} OR t.seq IN (SELECT seq FROM amended))"
    older = "p.id NOT IN (SELECT id FROM created_part)"
    _hold(store, "attribute", f"{older} AND (t.stream = 0 AND {observed} OR t.stream = 1 AND {edited})")
    for table in OF_PLANS:
        _hold(store, table, f"{older} AND {edited}")


def _hold(store: FactStore, table: str, which: str) -> None:
    theirs = f"t.field NOT IN {OF_THE_WHOLE}" if table == "attribute" else "true"
    store.run(
        f"""INSERT INTO {table} SELECT t.* REPLACE (p.id AS account)
        FROM {table} t JOIN account p ON p.whole = t.account WHERE {theirs} AND {which}"""
    )


def _contract(store: FactStore, parts: frozenset[int]) -> None:
    """What is contracted of the product, and with whom, made anew from what is told of the account.

    A line that goes on with another product ends there for this one. A contract begins and ends with the lines
    of the product in it; its signature counts where they begin with it.
    """
    if not parts:
        return
    _load(store, "contracting", parts)
    store.run(
        """CREATE OR REPLACE TEMP TABLE contracted AS
        SELECT a.id, a.whole, a.product FROM account a SEMI JOIN contracting c USING (id)"""
    )
    for table in ("contract", "contract_line", "line_pause", "contact"):
        store.run(f"DELETE FROM {table} WHERE account IN (SELECT id FROM contracted)")
    for statement in (_LINES, _PAUSES, _CONTRACTS, _CONTACTS):
        store.run(statement)


# Versions of a line from the first that is of the product; but not of a line that was recorded as another's since.
_LINES = """
    INSERT INTO contract_line
    WITH told AS (
        SELECT t.* REPLACE (p.id AS account), t.product IS NOT DISTINCT FROM p.product AS ours
        FROM contract_line t JOIN contracted p ON p.whole = t.account
    ), held AS (
        SELECT account, contract, line, min(seq) AS since, max(seq) AS last, min(starts) AS first
        FROM told WHERE ours GROUP BY ALL
    )
    SELECT t.* EXCLUDE (ours) REPLACE (
        CASE WHEN ours THEN mrr ELSE 0 END AS mrr, CASE WHEN ours THEN ends ELSE starts END AS ends,
        CASE WHEN ours THEN uplifts END AS uplifts)
    FROM told t JOIN held h USING (account, contract, line)
    WHERE t.seq >= h.since AND NOT EXISTS (
        SELECT 1 FROM told o WHERE o.account = t.account AND o.contract = t.contract AND o.line = t.line
            AND NOT o.ours AND o.seq > h.last AND o.starts <= h.first)"""

_PAUSES = """
    INSERT INTO line_pause
    SELECT t.* REPLACE (p.id AS account) FROM line_pause t JOIN contracted p ON p.whole = t.account
    SEMI JOIN contract_line l ON l.account = p.id AND l.contract = t.contract AND l.line = t.line"""

_CONTACTS = """
    INSERT INTO contact
    SELECT t.* REPLACE (p.id AS account) FROM contact t JOIN contracted p ON p.whole = t.account"""

# As it was known whenever the contract or a line was recorded, numbered in that order.
_CONTRACTS = """
    INSERT INTO contract
    WITH told AS (
        SELECT k.* REPLACE (c.id AS account) FROM contract k JOIN contracted c ON c.whole = k.account
    ), line AS (
        SELECT l.* FROM contract_line l SEMI JOIN contracted c ON c.id = l.account
    ), known AS (
        SELECT account, contract, recorded FROM told UNION SELECT account, contract, recorded FROM line
    ), sold AS (
        SELECT n.account, n.contract, n.recorded, l.line,
            min(l.starts) FILTER (l.ends IS NULL OR l.ends > l.starts) AS starts,
            arg_max(struct_pack(ends := l.ends), l.seq).ends AS ends
        FROM known n JOIN line l ON l.account = n.account AND l.contract = n.contract AND l.recorded <= n.recorded
        GROUP BY ALL
    ), part AS (
        SELECT account, contract, recorded, min(starts) AS starts,
            CASE WHEN bool_or(ends IS NULL) THEN NULL ELSE max(ends) END AS ends
        FROM sold GROUP BY ALL
    ), term AS (
        SELECT n.account, n.contract, n.recorded,
            arg_max(struct_pack(signed := k.signed, starts := k.starts, ends := k.ends), k.seq) AS k
        FROM known n JOIN told k ON k.account = n.account AND k.contract = n.contract AND k.recorded <= n.recorded
        GROUP BY ALL
    )
    SELECT t.account, t.contract, CASE WHEN p.starts <= t.k.starts THEN t.k.signed END AS signed,
        greatest(t.k.starts, p.starts) AS starts, least(t.k.ends, p.ends) AS ends, t.recorded,
        row_number() OVER (PARTITION BY t.account, t.contract ORDER BY t.recorded) AS seq
    FROM term t JOIN part p ON p.account = t.account AND p.contract = t.contract AND p.recorded = t.recorded"""


def _move_zones(store: FactStore) -> None:
    store.run(
        """UPDATE account SET zone = w.zone FROM account w
        WHERE w.id = account.whole AND w.zone <> account.zone"""
    )


def _parts_of(store: FactStore, wholes: frozenset[int]) -> frozenset[int]:
    return store.integers("SELECT id FROM account WHERE whole IN (SELECT unnest(?))", [sorted(wholes)])


def _remake(store: FactStore, parts: frozenset[int]) -> None:
    """Their events and all state, from the events of their accounts."""
    _load(store, "remade_part", parts)
    if not parts:
        return
    store.run("DELETE FROM event WHERE stream >= 2 AND account IN (SELECT id FROM remade_part)")
    store.run(_copied("event", "SEMI JOIN remade_part r ON r.id = p.id"))
    rebuild(store, parts)


def _append(store: FactStore) -> None:
    """What is fresh, for those that were not made anew."""
    store.run("CREATE OR REPLACE TEMP TABLE fresh_part AS SELECT * FROM event LIMIT 0")
    rebuilt = "ANTI JOIN remade_part r ON r.id = p.id"
    store.run(_copied("fresh", rebuilt, into="fresh_part"))
    store.run("INSERT INTO event SELECT * FROM fresh_part")
    names = store.integers("SELECT DISTINCT name FROM fresh_part")
    if names:
        state.add(store, "fresh_part", names)


def _copied(source: str, which: str, into: str = "event") -> str:
    return f"""INSERT INTO {into}
        SELECT e.* REPLACE (e.stream + 2 AS stream, p.id AS account)
        FROM {source} e JOIN account p ON p.whole = e.account {which}
        WHERE e.stream < 2 AND {PRODUCT} = p.product ORDER BY e.stream, e.seq"""


def _load(store: FactStore, name: str, ids: frozenset[int]) -> None:
    store.load(name, pa.table({"id": pa.array(sorted(ids), pa.int32())}))
