"""Accounts that became part of another: what was told of both is seen under the one that stays.

`account.merged_into` is the survivor, through any number of merges. Rows of facts are moved to it, and `absorbed`
keeps where each was told, so that an account that comes apart again has exactly its own. Fields stay with the
account that they were told of. What users did follows them: their memberships are read anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from aloft.facts.changes import ChangeRow
from aloft.facts.store import FactStore

MERGED, UNMERGED = "account.merged", "account.unmerged"

STANDS = """(a.merged_into IS NULL AND (a.whole IS NULL
    OR a.whole NOT IN (SELECT id FROM account WHERE merged_into IS NOT NULL)))"""
"""SQL of whether the account `a` is no part of another, nor a relationship of such a part."""

# Relations whose rows say themselves of which account they are, and the stream of their `seq`.
TOLD: Mapping[str, str] = {
    "event": "t.stream",
    "contract": "1",
    "contract_line": "t.stream",
    "line_pause": "1",
    "recorded_fact": "1",
    "plan_note": "1",
    "plan_goal": "1",
    "goal_reading": "1",
    "plan_step": "1",
}
# Whose account is read from the memberships of its user; and copies that relationships have.
_DERIVED = {"event": "AND t.stream < 2 AND (t.stream = 1 OR t.named_account)"}


def follow(store: FactStore, changes: Sequence[ChangeRow]) -> frozenset[int]:
    """Part of the drain, once changes are folded: gives the accounts that stand or stood for others and change now.

    Rows of `incoming` and of all relations are with the survivor afterwards.
    """
    stirred = _decide(store, changes)
    if not stirred and store.run("SELECT count(*) FROM account WHERE merged_into IS NOT NULL") == [(0,)]:
        return frozenset()
    store.run("DELETE FROM absorbed WHERE stream = 0 AND seq IN (SELECT seq FROM amended)")
    for relation, stream in TOLD.items():
        _settle(store, relation, relation, stream, anew=bool(stirred))
    _settle(store, "incoming", "event", "t.stream", anew=False)
    _settle_contacts(store)
    if stirred:
        store.run("DELETE FROM absorbed USING account a WHERE a.id = absorbed.was AND a.merged_into IS NULL")
    return stirred


def _decide(store: FactStore, changes: Sequence[ChangeRow]) -> frozenset[int]:
    """Who is merged into whom now; gives all accounts on either side of what changed."""
    told = [change for change in changes if change.kind in (MERGED, UNMERGED)]
    if not told:
        return frozenset()
    before = _survivors(store)
    for change in told:
        store.run(
            """UPDATE account SET merging = (SELECT into_.id FROM account into_ WHERE into_.external = $into)
            WHERE external = $account""",
            {"into": change.data.get("into"), "account": change.account},
        )
    after = _survivors(store)
    moved = {account for account in before | after if before.get(account) != after.get(account)}
    store.load("surviving", _table(after))
    store.run(
        """UPDATE account SET merged_into =
            (SELECT s.survivor FROM surviving s WHERE s.account = account.id)"""
    )
    return frozenset(moved | {end[one] for end in (before, after) for one in moved if one in end})


def _survivors(store: FactStore) -> dict[int, int]:
    """By account that is merged, the one that stays in the end."""
    into = dict(store.run("SELECT id, merging FROM account WHERE merging IS NOT NULL"))
    return {account: _end(account, into) for account in into}


def _end(account: int, into: Mapping[int, int]) -> int:
    while account in into:
        account = into[account]
    return account


def _table(survivors: Mapping[int, int]) -> pa.Table:
    pairs = {"account": list(survivors), "survivor": list(survivors.values())}
    return pa.table(pairs, schema=pa.schema([("account", pa.int32()), ("survivor", pa.int32())]))


def _settle(store: FactStore, table: str, relation: str, stream: str, *, anew: bool) -> None:
    """Bring the rows of `table`, which are those of `relation`, to the survivors of the accounts that told them."""
    only = _DERIVED.get(relation, "")
    if anew:
        store.run(
            f"""UPDATE {table} AS t SET account = coalesce(a.merged_into, a.id)
            FROM absorbed b JOIN account a ON a.id = b.was
            WHERE b.relation = '{relation}' AND b.stream = {stream} AND b.seq = t.seq {only}"""
        )
    store.run(
        f"""INSERT INTO absorbed SELECT '{relation}', {stream}, t.seq, t.account
        FROM {table} t JOIN account a ON a.id = t.account WHERE a.merged_into IS NOT NULL {only}"""
    )
    store.run(
        f"""UPDATE {table} AS t SET account = a.merged_into FROM account a
        WHERE a.id = t.account AND a.merged_into IS NOT NULL {only}"""
    )


def _settle_contacts(store: FactStore) -> None:
    """A contact is where it was told last: people's edits say where, entries of files tell it of their account."""
    store.run(
        """UPDATE contact AS c SET account = i.account FROM incoming i
        WHERE i.kind = 'contact' AND i.stream = 0 AND c.seq = i.seq AND i.properties ->> 'contact' = c.contact"""
    )
    store.run(
        """UPDATE contact AS c SET account = a.id
        FROM absorbed b JOIN account a ON a.id = b.was AND a.merged_into IS NULL
        JOIN event e ON e.stream = 0 AND e.seq = b.seq AND e.kind = 'contact'
        WHERE b.relation = 'event' AND b.stream = 0
            AND c.seq = b.seq AND e.properties ->> 'contact' = c.contact"""
    )
