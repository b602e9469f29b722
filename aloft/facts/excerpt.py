"""What the store holds of the log about some accounts: enough to roll them again, alone, up to an instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pyarrow as pa

from aloft.facts.store import LISTED, FactStore, listed


def entries_about(
    store: FactStore, accounts: Iterable[int], until: datetime, *, customers: bool = False
) -> pa.Table:
    """Entries recorded up to `until` (aware), in the order of the log; with their properties as the drain reads them.

    Those of the accounts' users are among them, wherever they were sent: they say whose a user was at what time.
    `customers`: with what says of everybody else who is a customer. A row of a file that was told otherwise later
    is there as it was told last.
    """
    further = "OR e.kind IN ('group', 'contract', 'contact', 'void')" if customers else ""
    found: pa.Table = store.connection.execute(
        f"""WITH asked AS (SELECT * FROM {LISTED.format("$accounts")} t(id)),
            people AS (SELECT DISTINCT app_user FROM membership WHERE account IN (SELECT id FROM asked))
        SELECT e.seq, e.received, e.source, e.message_id, e.kind, coalesce(n.name, '') AS name,
            CASE WHEN e.named_account THEN coalesce(a.external, '') ELSE '' END AS account,
            coalesce(u.external, '') AS "user", e.occurred, e.times, e.properties, false AS imported
        FROM event e LEFT JOIN event_name n ON n.id = e.name LEFT JOIN account a ON a.id = e.account
        LEFT JOIN app_user u ON u.id = e.app_user
        WHERE e.stream = 0 AND e.received <= $until
            AND (e.account IN (SELECT id FROM asked) OR e.app_user IN (SELECT app_user FROM people) {further})
        ORDER BY e.seq""",
        {"accounts": listed(accounts), "until": until.astimezone(UTC).replace(tzinfo=None)},
    ).to_arrow_table()
    return found


def family_of(store: FactStore, account: int) -> list[int]:
    """The account, the whole that it is a part of, and every account of their tree of parents and children."""
    found = store.run(
        """WITH RECURSIVE parent AS (
            SELECT t.account AS child, p.id AS parent FROM (
                SELECT account, arg_max(value, (rank, valid, recorded, seq)) AS told FROM attribute
                WHERE field = 'parent' GROUP BY account) t
            JOIN account p ON p.external = t.told ->> '$'
            UNION ALL SELECT id, whole FROM account WHERE whole IS NOT NULL),
        near AS (SELECT child AS one, parent AS other FROM parent UNION ALL SELECT parent, child FROM parent),
        family AS (SELECT $account::INTEGER AS id UNION SELECT near.other FROM near JOIN family ON near.one = family.id)
        SELECT id FROM family ORDER BY id""",
        {"account": account},
    )
    return [one for (one,) in found]
