"""Contracts as SQL over the fact store: what an account pays, and which contract it is under, on a day.

Each function takes `asked`, a relation of (account INTEGER, day DATE) - the name of a table, or a query in
parentheses - and answers a query with one row for each pair asked for. Ends are exclusive and NULL is open.

A later recorded version of a line speaks for the days from its start on, so that an amendment leaves the
past as it was; to take earlier days back, record a version for them with the amount they should have had.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from aloft.facts.store import FactStore

# The last recorded version of each contract; one that only its lines tell of lasts as long as they do.
CONTRACTS = """
    SELECT account, contract, signed, starts, ends FROM contract
    QUALIFY row_number() OVER (PARTITION BY account, contract ORDER BY seq DESC) = 1
    UNION ALL
    SELECT account, contract, NULL AS signed, min(starts) AS starts,
        CASE WHEN bool_or(ends IS NULL) THEN NULL ELSE max(ends) END AS ends
    FROM (
        SELECT account, contract, line, min(starts) AS starts,
            arg_max(struct_pack(ends := ends), seq).ends AS ends
        FROM contract_line GROUP BY account, contract, line
    ) whole
    WHERE (account, contract) NOT IN (SELECT (account, contract) FROM contract)
    GROUP BY account, contract"""


@dataclass(frozen=True)
class Mrr:
    """`mrr` is None for an account without any contract line, 0 when none of its lines is live."""

    account: str
    day: date
    mrr: Decimal | None


def live_mrr(asked: str) -> str:
    """Columns account, day, mrr: all lines summed (F1), per month.

    NULL where the account has no line at all, so that an observed figure may stand in; 0 where none is live.
    """
    return f"""
        WITH asked_mrr AS (SELECT DISTINCT account, day FROM {asked}),
        in_force AS (
            SELECT q.account, q.day, l.contract, l.line,
                arg_max(struct_pack(mrr := l.mrr, ends := l.ends), l.seq) AS version
            FROM asked_mrr q JOIN contract_line l ON l.account = q.account AND l.starts <= q.day
            GROUP BY q.account, q.day, l.contract, l.line
        ),
        paid AS (
            SELECT account, day, sum(version.mrr) AS mrr FROM in_force
            WHERE version.ends IS NULL OR day < version.ends GROUP BY account, day
        )
        SELECT q.account, q.day,
            CASE WHEN q.account IN (SELECT account FROM contract_line)
                THEN coalesce(p.mrr, 0)::DECIMAL(18, 2) END AS mrr
        FROM asked_mrr q LEFT JOIN paid p ON p.account = q.account AND p.day = q.day"""


def contract_facts(asked: str, known: str = f"({CONTRACTS})") -> str:
    """Columns account, day, contract, contract_signed, contract_start, contract_end; NULL without a contract.

    `known` is the relation of CONTRACTS, for who holds it as a table.

    The contract in force on the day (the one that started last, of several), else the next to start, else
    the last that ended.
    """
    return f"""
        WITH asked_contract AS (SELECT DISTINCT account, day FROM {asked}),
        known AS (SELECT * FROM {known}),
        ranked AS (
            SELECT q.account, q.day, k.contract, k.signed, k.starts, k.ends,
                CASE WHEN k.ends <= q.day THEN 2 WHEN k.starts > q.day THEN 1 ELSE 0 END AS distance
            FROM asked_contract q JOIN known k ON k.account = q.account
        ),
        chosen AS (
            SELECT * FROM ranked QUALIFY row_number() OVER (
                PARTITION BY account, day
                ORDER BY distance, CASE WHEN distance = 2 THEN ends END DESC,
                    CASE WHEN distance = 1 THEN starts END, starts DESC, contract DESC
            ) = 1
        )
        SELECT q.account, q.day, c.contract, c.signed AS contract_signed, c.starts AS contract_start,
            c.ends AS contract_end
        FROM asked_contract q LEFT JOIN chosen c ON c.account = q.account AND c.day = q.day"""


def contract_status(asked: str, known: str = f"({CONTRACTS})") -> str:
    """Columns account, day, status, as it follows from the contracts: NULL where there is none.

    `active` from signature or start to the end of any contract, else `churned` after the end of one, else
    `prospect`.
    """
    return f"""
        WITH asked_status AS (SELECT DISTINCT account, day FROM {asked}),
        known AS (SELECT * FROM {known}),
        held AS (
            SELECT q.account, q.day,
                bool_or(coalesce(least(k.signed, k.starts), k.starts) <= q.day
                    AND (k.ends IS NULL OR q.day < k.ends)) AS active,
                bool_or(coalesce(k.ends <= q.day, false)) AS ended
            FROM asked_status q JOIN known k ON k.account = q.account GROUP BY q.account, q.day
        )
        SELECT q.account, q.day,
            CASE WHEN h.active THEN 'active' WHEN h.ended THEN 'churned'
                WHEN h.account IS NOT NULL THEN 'prospect' END AS status
        FROM asked_status q LEFT JOIN held h ON h.account = q.account AND h.day = q.day"""


def mrr_on(store: FactStore, day: date) -> list[Mrr]:
    """What every account pays on `day`, by external id."""
    asked = f"(SELECT id AS account, DATE '{day.isoformat()}' AS day FROM account)"
    rows = store.run(
        f"SELECT a.external, m.day, m.mrr FROM ({live_mrr(asked)}) m JOIN account a ON a.id = m.account ORDER BY 1"
    )
    return [Mrr(*row) for row in rows]
