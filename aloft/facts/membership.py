"""Which account a user belongs to, and since when: as a function of the set of messages, not of their order.

A `group` call says it from its instant on; any other message that names an account says it from the first
such message on. Events that name no account belong to the newest membership at their time, else to the
user's earliest one, else to nobody.
"""

from __future__ import annotations

from aloft.facts.days import local_day, zone_of
from aloft.facts.store import FactStore

# Those of whom there may be earlier messages: only they are looked for among all events.
_KNOWN = "(SELECT app_user FROM changed WHERE app_user <= {})"


def learn(store: FactStore, known: int, stirred: frozenset[int] = frozenset()) -> None:
    """Bring `membership` up to date with `incoming`; `changed` holds the users whose rows may differ.

    `known`: the newest user there was before. `stirred`: accounts whose earlier messages belong to others now.
    """
    store.run(
        """CREATE OR REPLACE TEMP TABLE told AS
        SELECT app_user, account, min(occurred) AS first, bool_or(kind = 'group') AS called
        FROM incoming WHERE named_account AND app_user IS NOT NULL GROUP BY ALL"""
    )
    store.run(
        """CREATE OR REPLACE TEMP TABLE changed AS
        WITH held AS (SELECT m.* FROM membership m SEMI JOIN told t USING (app_user)),
            accounts AS (SELECT app_user, count(*) AS n FROM held GROUP BY app_user)
        SELECT DISTINCT t.app_user FROM told t
        LEFT JOIN (SELECT app_user, account, min(since) AS since FROM held GROUP BY ALL) h
            USING (app_user, account)
        LEFT JOIN accounts a USING (app_user)
        WHERE h.since IS NULL OR t.first < h.since OR (t.called AND a.n > 1)
        UNION SELECT app_user FROM amended WHERE named_account AND app_user IS NOT NULL
        UNION SELECT app_user FROM membership WHERE account IN (SELECT unnest($stirred))""",
        {"stirred": sorted(stirred)},
    )
    ((users, earlier),) = store.run(f"SELECT count(*), count(*) FILTER (app_user <= {known}) FROM changed")
    if users:
        _write(store, _NAMED_EARLIER.format(_KNOWN.format(known)) if earlier else "")


_NAMED_EARLIER = """
            UNION ALL
            SELECT app_user, account, occurred, seq, kind FROM event
            WHERE stream = 0 AND named_account AND app_user IN {}"""


def _write(store: FactStore, further: str) -> None:
    store.run(
        f"""CREATE OR REPLACE TEMP TABLE belonging AS
        WITH named AS (
            SELECT app_user, account, occurred, seq, kind FROM incoming
            WHERE named_account AND app_user IN (SELECT app_user FROM changed){further}
        ), calls AS (
            SELECT app_user, account, occurred AS since, seq FROM named WHERE kind = 'group'
            UNION ALL
            SELECT app_user, account, min(occurred), arg_min(seq, occurred) FROM named
            GROUP BY app_user, account
        ), one AS (
            SELECT c.app_user, c.since, c.account, c.seq FROM calls c JOIN account a ON a.id = c.account
            QUALIFY row_number() OVER (PARTITION BY c.app_user, c.since ORDER BY a.external DESC, c.seq) = 1
        )
        SELECT app_user, account, since, seq FROM one
        QUALIFY lag(account) OVER (PARTITION BY app_user ORDER BY since) IS DISTINCT FROM account"""
    )
    store.run("DELETE FROM membership WHERE app_user IN (SELECT app_user FROM changed)")
    store.run("INSERT INTO membership SELECT * FROM belonging")


def attribute(store: FactStore) -> None:
    """Make `placed`: the account of each row of `incoming` that names none but has a user."""
    _place(store, "placed", "SELECT stream, seq, app_user, occurred FROM incoming WHERE NOT named_account")


def attribute_again(store: FactStore, known: int) -> None:
    """Make `moved`: earlier events of the `changed` users that belong to another account now; move them.

    `known`: the newest user there was before.
    """
    store.run("CREATE OR REPLACE TEMP TABLE moved (seq BIGINT, was INTEGER, account INTEGER)")
    if store.run(f"SELECT count(*) FROM {_KNOWN.format(known)}") != [(0,)]:
        _move(store, known)


def _move(store: FactStore, known: int) -> None:
    _place(
        store,
        "placed_again",
        f"""SELECT seq, app_user, account AS was, occurred FROM event
        WHERE stream = 0 AND NOT named_account AND app_user IN {_KNOWN.format(known)}""",
    )
    store.run(
        "INSERT INTO moved SELECT seq, was, account FROM placed_again WHERE was IS DISTINCT FROM account"
    )
    if store.run("SELECT count(*) FROM moved") == [(0,)]:
        return
    day = local_day("event.occurred", zone_of("a", store.home_zone))
    store.run(
        f"""UPDATE event SET account = m.account, day = {day}
        FROM moved m JOIN account a ON a.id = m.account
        WHERE event.stream = 0 AND event.seq = m.seq"""
    )


def _place(store: FactStore, name: str, wanted: str) -> None:
    store.run(
        f"""CREATE OR REPLACE TEMP TABLE {name} AS
        WITH wanted AS ({wanted}),
            held AS (SELECT m.* FROM membership m SEMI JOIN wanted w USING (app_user)),
            earliest AS (SELECT app_user, arg_min(account, since) AS account FROM held GROUP BY app_user)
        SELECT w.*, coalesce(h.account, f.account) AS account
        FROM wanted w
        ASOF LEFT JOIN held h ON h.app_user = w.app_user AND h.since <= w.occurred
        LEFT JOIN earliest f ON f.app_user = w.app_user"""
    )
