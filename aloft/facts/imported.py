"""What only files tell: lines of contracts and contacts, folded from the entries that have arrived."""

from __future__ import annotations

from aloft.facts.store import FactStore


def fold_lines(store: FactStore) -> None:
    """Versions of contract lines, each recorded when its entry was."""
    store.run(
        """INSERT INTO contract_line BY NAME
        SELECT account, properties ->> 'contract' AS contract, properties ->> 'line' AS line,
            properties ->> 'product' AS product, coalesce(properties ->> 'plan', '') AS plan,
            TRY_CAST(properties ->> 'seats' AS INTEGER) AS seats,
            CAST(properties ->> 'mrr' AS DECIMAL(14, 2)) AS mrr, properties ->> 'currency' AS currency,
            CAST(properties ->> 'starts' AS DATE) AS starts, CAST(properties ->> 'ends' AS DATE) AS ends,
            received AS recorded, seq, 0 AS stream
        FROM incoming WHERE kind = 'contract' AND account IS NOT NULL ORDER BY seq"""
    )


def fold_contacts(store: FactStore) -> None:
    """As last told, each."""
    store.run(
        """CREATE OR REPLACE TEMP TABLE people AS
        SELECT properties ->> 'contact' AS contact, account, coalesce(properties ->> 'persona', '') AS persona,
            'active' AS status, seq
        FROM incoming WHERE kind = 'contact' AND account IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY contact ORDER BY seq DESC) = 1"""
    )
    store.run("DELETE FROM contact WHERE contact IN (SELECT contact FROM people)")
    store.run("INSERT INTO contact BY NAME SELECT * FROM people")


def told_of(store: FactStore) -> frozenset[int]:
    """The accounts whose contract lines or contacts these entries change."""
    return store.integers(
        """SELECT account FROM incoming WHERE kind IN ('contract', 'contact') AND account IS NOT NULL
        UNION SELECT account FROM amended WHERE kind IN ('contract', 'contact') AND account IS NOT NULL"""
    )
