"""Versions of contract lines as spans: stretches of days over which a line pays one amount.

A later recorded version of a line speaks for the days from its start on, so that an amendment leaves the
past as it was; to take earlier days back, record a version for them with the amount they should have had.
Ends are exclusive; FAR stands for none.
"""

from __future__ import annotations

from datetime import UTC

from aloft.facts.store import FactStore
from aloft.revenue.conventions import D1, Basis, Convention

FAR = "DATE '9999-12-31'"


def spans(convention: Convention = D1, only: str = "", known: str = "") -> str:
    """A query of account, contract, line, currency, since, opens, closes, mrr, step.

    `since` is when the version starts, `step` by how much an uplift agreed beforehand raised the line as the
    span opened (0 where none did); `currency` may be empty. `only` is a relation with the accounts wanted,
    `known` an SQL instant: versions recorded after it are left out.
    """
    semi = f"SEMI JOIN {only} o ON o.account = t.account" if only else ""
    then = f"WHERE t.recorded <= {known}" if known else ""
    one_more = "+ 1" if convention.end_day == "included" else ""
    return f"""
        WITH told AS (SELECT t.* FROM contract_line t {semi} {then}),
        spoken AS (
            SELECT * FROM told QUALIFY seq = max(seq) OVER (
                PARTITION BY account, contract, line ORDER BY starts, seq ROWS UNBOUNDED PRECEDING)
        ),
        version AS (
            SELECT account, contract, line, coalesce(currency, '') AS currency, starts AS since, mrr, uplifts,
                least(coalesce(ends {one_more}, {FAR}), lead(starts, 1, {FAR}) OVER (
                    PARTITION BY account, contract, line ORDER BY starts, seq)) AS closes
            FROM spoken
        ),
        stepped AS (
            SELECT v.* EXCLUDE (mrr, uplifts, closes), u.starts AS opens, u.mrr,
                lead(u.starts, 1, v.closes) OVER steps AS closes, u.mrr - lag(u.mrr) OVER steps AS step
            FROM version v, unnest(list_prepend({{'starts': v.since, 'mrr': v.mrr}}, v.uplifts)) s(u)
            WHERE v.uplifts IS NOT NULL AND u.starts < v.closes
            WINDOW steps AS (PARTITION BY v.account, v.contract, v.line, v.since ORDER BY u.starts)
        ),
        whole AS (
            SELECT account, contract, line, currency, since, since AS opens, closes, mrr, 0 AS step
            FROM version WHERE uplifts IS NULL AND since < closes
            UNION ALL BY NAME
            SELECT * REPLACE (coalesce(step, 0) AS step) FROM stepped WHERE opens < closes
        ),
        standing AS ({standing(convention.grace, semi, then)}),
        cut AS (
            SELECT w.account, w.contract, w.line, w.opens, s.stops AS at FROM whole w JOIN standing s
            USING (account, contract, line) WHERE s.stops > w.opens AND s.stops < w.closes
            UNION
            SELECT w.account, w.contract, w.line, w.opens, s.resumes FROM whole w JOIN standing s
            USING (account, contract, line) WHERE s.resumes > w.opens AND s.resumes < w.closes
            UNION
            SELECT account, contract, line, opens, opens FROM whole
            SEMI JOIN standing USING (account, contract, line)
        ),
        piece AS (
            SELECT w.* EXCLUDE (opens, closes, step), c.at AS opens,
                lead(c.at, 1, w.closes) OVER (
                    PARTITION BY w.account, w.contract, w.line, w.opens ORDER BY c.at) AS closes,
                CASE WHEN c.at = w.opens AND NOT EXISTS (
                    SELECT 1 FROM standing s WHERE s.account = w.account AND s.contract = w.contract
                        AND s.line = w.line AND s.resumes = w.opens) THEN w.step ELSE 0 END AS step
            FROM whole w JOIN cut c USING (account, contract, line, opens)
        )
        SELECT account, contract, line, currency, since, opens, closes, mrr, step
        FROM whole ANTI JOIN standing USING (account, contract, line)
        UNION ALL BY NAME
        SELECT * FROM piece p WHERE NOT EXISTS (
            SELECT 1 FROM standing s WHERE s.account = p.account AND s.contract = p.contract
                AND s.line = p.line AND s.stops <= p.opens AND p.opens < s.resumes)"""


def standing(grace: int, semi: str = "", then: str = "") -> str:
    """A query of account, contract, line, stops, resumes: pauses that have outlasted the grace period."""
    return f"""
        SELECT account, contract, line, starts + {grace} AS stops, coalesce(ends, {FAR}) AS resumes
        FROM (SELECT t.* FROM line_pause t {semi} {then}
            QUALIFY row_number() OVER (PARTITION BY account, contract, line, starts ORDER BY seq DESC) = 1)
        WHERE coalesce(ends, {FAR}) > starts + {grace}"""


def stage(store: FactStore, basis: Basis) -> None:
    """Make `span`, a temporary table of the spans that `basis` asks for."""
    only, known = "", ""
    if basis.accounts is not None:
        store.run(
            """CREATE OR REPLACE TEMP TABLE of_account AS SELECT id AS account FROM account
            WHERE list_contains(?, external)""",
            [list(basis.accounts)],
        )
        only = "of_account"
    if basis.known is not None:
        known = f"TIMESTAMP '{basis.known.astimezone(UTC).replace(tzinfo=None).isoformat(sep=' ')}'"
    store.run(f"CREATE OR REPLACE TEMP TABLE span AS {spans(basis.convention, only, known)}")
