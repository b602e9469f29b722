"""Changes, folded into the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pyarrow as pa

from aloft.facts.changes import ChangeRow, Row, fact_title, rows
from aloft.facts.store import FactStore

INSTANT = pa.timestamp("us")
TEXT, WHOLE, DATE = pa.string(), pa.int64(), pa.date32()
MEASURE = pa.decimal128(18, 4)
NAMED = [("external", TEXT), ("seq", WHOLE)]
COLUMNS: dict[str, pa.Schema] = {
    "attribute": pa.schema(
        [
            *NAMED,
            ("field", TEXT),
            ("value", TEXT),
            ("valid", INSTANT),
            ("recorded", INSTANT),
            ("rank", pa.int8()),
            ("stream", pa.int8()),
            ("source", TEXT),
        ]
    ),
    "contact": pa.schema([*NAMED, ("contact", TEXT), ("persona", TEXT), ("status", TEXT)]),
    "contract": pa.schema(
        [
            *NAMED,
            ("contract", TEXT),
            ("signed", DATE),
            ("starts", DATE),
            ("ends", DATE),
            ("recorded", INSTANT),
        ]
    ),
    "contract_line": pa.schema(
        [
            *NAMED,
            ("contract", TEXT),
            ("line", TEXT),
            ("product", TEXT),
            ("plan", TEXT),
            ("seats", pa.int32()),
            ("mrr", pa.decimal128(14, 2)),
            ("currency", TEXT),
            ("starts", DATE),
            ("ends", DATE),
            ("recorded", INSTANT),
            ("uplifts", pa.list_(pa.struct([("starts", DATE), ("mrr", pa.decimal128(14, 2))]))),
            ("stream", pa.int8()),
        ]
    ),
    "line_pause": pa.schema(
        [
            *NAMED,
            ("contract", TEXT),
            ("line", TEXT),
            ("starts", DATE),
            ("ends", DATE),
            ("recorded", INSTANT),
        ]
    ),
    "exchange_rate": pa.schema(
        [
            *NAMED,
            ("currency", TEXT),
            ("into", TEXT),
            ("starts", DATE),
            ("rate", pa.decimal128(18, 8)),
            ("recorded", INSTANT),
        ]
    ),
    "plan_note": pa.schema([*NAMED, ("kind", TEXT), ("occurred", INSTANT), ("recorded", INSTANT)]),
    "plan_goal": pa.schema(
        [
            *NAMED,
            ("goal", WHOLE),
            ("title", TEXT),
            ("metric", TEXT),
            ("baseline", MEASURE),
            ("target", MEASURE),
            ("starts", DATE),
            ("due", DATE),
            ("recorded", INSTANT),
        ]
    ),
    "goal_reading": pa.schema(
        [*NAMED, ("goal", WHOLE), ("value", MEASURE), ("occurred", INSTANT), ("recorded", INSTANT)]
    ),
    "plan_step": pa.schema(
        [
            *NAMED,
            ("step", WHOLE),
            ("title", TEXT),
            ("due", DATE),
            ("done", pa.bool_()),
            ("occurred", INSTANT),
            ("recorded", INSTANT),
        ]
    ),
    "recorded_fact": pa.schema(
        [
            *NAMED,
            ("id", WHOLE),
            ("moment", TEXT),
            ("anchor", TEXT),
            ("n", pa.int32()),
            ("fact", TEXT),
            ("contact", TEXT),
            ("persona", TEXT),
            ("value", TEXT),
            ("occurred", INSTANT),
            ("recorded", INSTANT),
            ("withdrawn", pa.bool_()),
        ]
    ),
}
RATES = "exchange_rate"
OF_AN_ACCOUNT = """SELECT a.id AS account, s.* EXCLUDE (external)
    FROM spelled s JOIN account a ON a.external = s.external ORDER BY s.seq"""
OF_NO_ACCOUNT = "SELECT * EXCLUDE (external) FROM spelled ORDER BY seq"
EDITED = pa.schema([*NAMED, ("title", TEXT)])
# What the event that a recorded fact is says of itself.
TOLD = """json_object('moment', moment, 'anchor', anchor, 'n', n, 'contact', contact, 'persona', persona,
    'value', value)"""
# Feedback says of what kind it is by the name that the customer's own product uses.
KIND = """CASE WHEN s.fact = 'feedback_given' THEN json_object('kind', value) ELSE '{}' END"""
TOLD_OF_A_PRODUCT = TOLD.removesuffix(")") + ", 'product', a.product)"


def stage(store: FactStore, changes: Sequence[ChangeRow]) -> None:
    """Make `edited`: the accounts that the changes name, and the titles of the facts they record."""
    edited = [
        {"external": change.account, "seq": change.seq, "title": fact_title(change.data["fact"])}
        if change.kind == "fact.recorded"
        else {"external": change.account, "seq": change.seq, "title": ""}
        for change in changes
    ]
    store.load("edited", pa.Table.from_pylist(edited, schema=EDITED))


def fold(store: FactStore, changes: Sequence[ChangeRow]) -> None:
    """Append what the changes say. Accounts are known by now; recorded facts join the table `fresh` too."""
    told: defaultdict[str, list[Row]] = defaultdict(list)
    for change in changes:
        for table, row in rows(change):
            told[table].append(row)
    for table, listed in told.items():
        store.load("spelled", pa.Table.from_pylist(listed, schema=COLUMNS[table]))
        if table == "contact":
            _only_the_last(store)
        store.run(f"INSERT INTO {table} BY NAME {OF_NO_ACCOUNT if table == RATES else OF_AN_ACCOUNT}")
        if table == "recorded_fact":
            _note_events(store)


def withdraw(store: FactStore, changes: Sequence[ChangeRow]) -> frozenset[int]:
    """Take back recorded facts: the row stays and says so, its event goes. The whole accounts to rebuild."""
    ids = [change.data["id"] for change in changes if change.kind == "fact.withdrawn"]
    if not ids:
        return frozenset()
    store.load("withdrawn", pa.table({"id": pa.array(ids, pa.int64())}))
    which = "SELECT f.seq FROM recorded_fact f SEMI JOIN withdrawn w USING (id)"
    store.run(f"DELETE FROM event WHERE stream = 1 AND seq IN ({which})")
    store.run("UPDATE recorded_fact SET withdrawn = true WHERE id IN (SELECT id FROM withdrawn)")
    return store.integers(
        """SELECT DISTINCT coalesce(a.whole, a.id) FROM recorded_fact f SEMI JOIN withdrawn w USING (id)
        JOIN account a ON a.id = f.account"""
    )


def _only_the_last(store: FactStore) -> None:
    store.run("DELETE FROM contact WHERE contact IN (SELECT contact FROM spelled)")
    store.run(
        """CREATE OR REPLACE TEMP TABLE spelled AS SELECT * FROM spelled
        QUALIFY row_number() OVER (PARTITION BY contact ORDER BY seq DESC) = 1"""
    )


def _note_events(store: FactStore) -> None:
    store.run(
        f"""INSERT INTO incoming BY NAME
        SELECT 1 AS stream, s.seq, 'records' AS source, s.id::TEXT AS message_id,
            coalesce(a.whole, a.id) AS account, n.id AS name, s.occurred, s.recorded AS received, 1 AS times,
            json_merge_patch(CASE WHEN a.whole IS NULL THEN {TOLD} ELSE {TOLD_OF_A_PRODUCT} END, {KIND}) AS properties,
            true AS named_account, 'fact' AS kind
        FROM spelled s JOIN account a ON a.external = s.external
        JOIN edited e ON e.seq = s.seq JOIN event_name n ON n.name = e.title"""
    )
