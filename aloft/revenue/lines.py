"""Contracts as SQL over the fact store: what an account pays, and which contract it is under, on a day.

Each function takes `asked`, a relation of (account INTEGER, day DATE) - the name of a table, or a query in
parentheses - and answers a query with one row for each pair asked for. Ends are exclusive and NULL is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from aloft.facts.store import FactStore
from aloft.revenue import rates, spans
from aloft.revenue.conventions import D1, EVERYTHING, Basis, Convention
from aloft.revenue.rates import worth

# The last recorded version of each contract; one that only its lines tell of lasts as long as they do. There is
# none before `made`: the first of the days on which it was signed, recorded (less one: days are the account's), starts.
_LAST_TOLD = f"""
    SELECT account, contract, signed, starts, ends, least(starts, signed,
        (min(recorded) OVER (PARTITION BY account, contract) - INTERVAL 1 DAY)::DATE) AS made
    FROM contract QUALIFY row_number() OVER (PARTITION BY account, contract ORDER BY seq DESC) = 1
    UNION ALL
    SELECT account, contract, NULL AS signed, min(starts) AS starts,
        CASE WHEN bool_or(ends IS NULL) THEN NULL ELSE max(ends) END AS ends,
        least(min(starts), (min(told) - INTERVAL 1 DAY)::DATE) AS made
    FROM (
        SELECT account, contract, line, min(starts) AS starts, min(recorded) AS told,
            arg_max(struct_pack(ends := ends), {spans.SAID}).ends AS ends
        FROM contract_line GROUP BY account, contract, line
    ) whole
    WHERE (account, contract) NOT IN (SELECT (account, contract) FROM contract)
    GROUP BY account, contract"""

# A contract that runs on under its own name begins another term wherever its end moves on by half of what it was
# first told to last, or more. An end that moves by less, or comes nearer, is the end of the same term.
_TERMS = f"""
    WITH told AS (
        SELECT account, contract, starts, ends, seq FROM contract
        UNION ALL
        SELECT account, contract, starts, ends, {spans.SAID} FROM contract_line
        WHERE (account, contract) NOT IN (SELECT (account, contract) FROM contract)
    ),
    moved AS (
        SELECT account, contract, first_value(ends - starts IGNORE NULLS) OVER so_far AS lasts,
            ends - max(ends) OVER (so_far ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS days
        FROM told WINDOW so_far AS (PARTITION BY account, contract ORDER BY seq)
    )
    SELECT account, contract, 1 + count(*) FILTER (2 * days >= lasts) AS term
    FROM moved GROUP BY account, contract"""

CONTRACTS = f"SELECT c.*, t.term FROM ({_LAST_TOLD}) c JOIN ({_TERMS}) t USING (account, contract)"
"""Columns account, contract, signed, starts, ends, made, term (1 for the first)."""


@dataclass(frozen=True)
class Mrr:
    """`mrr` is None for an account without any contract line, 0 when none of its lines is live."""

    account: str
    day: date
    mrr: Decimal | None


def live_lines(asked: str, source: str, convention: Convention = D1) -> str:
    """The spans of `source` that count on the days asked for: their columns, and the day."""
    latest = """QUALIFY row_number() OVER (
        PARTITION BY q.account, q.day ORDER BY s.since DESC, s.line DESC, s.contract DESC) = 1"""
    return f"""
        SELECT q.day, s.* FROM {asked} q JOIN {source} s
        ON s.account = q.account AND s.opens <= q.day AND q.day < s.closes
        {latest if convention.contracts == "latest" else ""}"""


def live_mrr(asked: str, convention: Convention = D1) -> str:
    """Columns account, day, mrr: what its live lines pay per month (F1), over the tables of `spans` and `rates`.

    NULL where the account has no line at all, so that an observed figure may stand in, and where no rate is
    known for the currency of a line; 0 where none is live.
    """
    return f"""
        WITH asked_mrr AS (SELECT DISTINCT account, day FROM {asked}),
        paid AS (
            SELECT h.account, h.day,
                CASE WHEN count(r.rate) = count(*) THEN {worth("h.mrr", "r.rate")} END AS mrr, true AS live
            FROM ({live_lines("asked_mrr", "span", convention)}) h
            ASOF LEFT JOIN rate r ON r.currency = h.currency AND h.day >= r.starts
            GROUP BY h.account, h.day
        )
        SELECT q.account, q.day, CASE WHEN p.live THEN p.mrr
            WHEN q.account IN (SELECT account FROM line_version) THEN 0 END::DECIMAL(18, 2) AS mrr
        FROM asked_mrr q LEFT JOIN paid p ON p.account = q.account AND p.day = q.day"""


def committed_stages(asked: str, known: str = f"({CONTRACTS})") -> list[tuple[str, str]]:
    """Tables and the queries that make them, over those of `spans` and `rates`; the last, `mrr_then`, has account,
    day, mrr.

    As `live_mrr`; where nothing is live, what is live as the next contract that is signed already starts: so
    an account that has signed and not started is worth what it has committed to. `known` is the relation of
    CONTRACTS, for who holds it as a table.
    """
    return [
        (
            "next_start",
            f"""SELECT q.account, q.day, min(k.starts) AS starts
            FROM {asked} q JOIN {known} k ON k.account = q.account
            WHERE k.signed <= q.day AND q.day < k.starts GROUP BY q.account, q.day""",
        ),
        (
            "mrr_level",
            live_mrr(f"(SELECT account, day FROM {asked} UNION SELECT account, starts FROM next_start)"),
        ),
        (
            "mrr_then",
            f"""SELECT DISTINCT q.account, q.day, CASE WHEN l.mrr = 0 AND n.starts IS NOT NULL THEN c.mrr
                ELSE l.mrr END AS mrr
            FROM {asked} q JOIN mrr_level l ON l.account = q.account AND l.day = q.day
            LEFT JOIN next_start n ON n.account = q.account AND n.day = q.day
            LEFT JOIN mrr_level c ON c.account = n.account AND c.day = n.starts""",
        ),
    ]


def contract_facts(asked: str, known: str = f"({CONTRACTS})") -> str:
    """Columns account, day, contract, contract_term, contract_signed, contract_start, contract_end; NULL without a
    contract. `contract_term` names the contract and, after its first, its term.

    `known` is the relation of CONTRACTS, for who holds it as a table.

    Of those that were made by then: the contract in force on the day (the one that started last, of several),
    else the next to start, else the last that ended.
    """
    return f"""
        WITH asked_contract AS (SELECT DISTINCT account, day FROM {asked}),
        known AS (SELECT * FROM {known}),
        ranked AS (
            SELECT q.account, q.day, k.contract, k.term, k.signed, k.starts, k.ends,
                CASE WHEN k.ends <= q.day THEN 2 WHEN k.starts > q.day THEN 1 ELSE 0 END AS distance
            FROM asked_contract q JOIN known k ON k.account = q.account AND k.made <= q.day
        ),
        chosen AS (
            SELECT * FROM ranked QUALIFY row_number() OVER (
                PARTITION BY account, day
                ORDER BY distance, CASE WHEN distance = 2 THEN ends END DESC,
                    CASE WHEN distance = 1 THEN starts END, starts DESC, contract DESC
            ) = 1
        )
        SELECT q.account, q.day, c.contract,
            c.contract || CASE WHEN c.term > 1 THEN ':' || c.term ELSE '' END AS contract_term,
            c.signed AS contract_signed, c.starts AS contract_start, c.ends AS contract_end
        FROM asked_contract q LEFT JOIN chosen c ON c.account = q.account AND c.day = q.day"""


def contract_status(asked: str, known: str = f"({CONTRACTS})") -> str:
    """Columns account, day, status, as it follows from the contracts: NULL where there is none.

    `active` from signature or start to the end of any contract, else `churned` after the end of one, else
    `prospect`. A pause leaves it `active` until the grace period ends; then, if no line is live, `churned`.
    Over the tables of `spans`.
    """
    return f"""
        WITH asked_status AS (SELECT DISTINCT account, day FROM {asked}),
        known AS (SELECT * FROM {known}),
        held AS (
            SELECT q.account, q.day,
                bool_or(q.day < k.starts AND k.signed <= q.day) AS signed,
                bool_or(k.starts <= q.day AND (k.ends IS NULL OR q.day < k.ends)) AS running,
                bool_or(coalesce(k.ends <= q.day, false)) AS ended
            FROM asked_status q JOIN known k ON k.account = q.account GROUP BY q.account, q.day
        ),
        still AS (
            SELECT q.account, q.day FROM asked_status q JOIN line_standing s
            ON s.account = q.account AND s.stops <= q.day AND q.day < s.resumes
            EXCEPT
            SELECT q.account, q.day FROM asked_status q JOIN span s
            ON s.account = q.account AND s.opens <= q.day AND q.day < s.closes
        )
        SELECT q.account, q.day,
            CASE WHEN h.signed OR h.running AND l.account IS NULL THEN 'active'
                WHEN h.ended OR h.running THEN 'churned'
                WHEN h.account IS NOT NULL THEN 'prospect' END AS status
        FROM asked_status q LEFT JOIN held h ON h.account = q.account AND h.day = q.day
        LEFT JOIN still l ON l.account = q.account AND l.day = q.day"""


def mrr_on(store: FactStore, day: date, basis: Basis = EVERYTHING) -> list[Mrr]:
    """What every whole account, or every one that the basis names, pays on `day`, by external id. Raises NoRate."""
    of = (
        "account WHERE whole IS NULL"
        if basis.accounts is None
        else "account WHERE id IN (SELECT account FROM of_account)"
    )
    spans.stage(store, basis)
    rates.stage(store, basis)
    asked = f"(SELECT id AS account, DATE '{day.isoformat()}' AS day FROM {of})"
    rows = store.run(
        f"""SELECT a.external, m.day, m.mrr FROM ({live_mrr(asked, basis.convention)}) m
        JOIN account a ON a.id = m.account ORDER BY 1"""
    )
    return [Mrr(*row) for row in rows]
