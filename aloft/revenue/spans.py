"""Versions of contract lines as spans: stretches of days over which a line pays one amount.

A later recorded version of a line speaks for the days from its start on, so that an amendment leaves the
past as it was; to take earlier days back, record a version for them with the amount they should have had.
Ends are exclusive; FAR stands for none.
"""

from __future__ import annotations

from datetime import UTC

from aloft.facts.relationships import are_kept
from aloft.facts.store import FactStore
from aloft.revenue.conventions import D1, Basis, Convention

FAR = "DATE '9999-12-31'"
# The order in which versions were said: what people edit (stream 1) stands over what files tell (stream 0).
SAID = "(coalesce(stream, 1)::BIGINT << 56) + seq"


def stages(convention: Convention = D1, only: str = "", known: str = "") -> list[tuple[str, str]]:
    """Tables and the queries that make them, in order; the last is `span`.

    `span`: account, contract, line, currency, since, opens, closes, mrr, step. `since` is when the version
    starts, `step` by how much an uplift agreed beforehand raised the line as the span opened (0 where none
    did); `currency` may be empty. `line_version` has every line that there is, `line_standing` the pauses
    that have outlasted the grace period: from `stops` up to `resumes`.

    `only` is a relation with the accounts wanted, `known` an SQL instant: versions recorded after it are left
    out. Each stage is a statement of its own: one large one would be bound many times over.
    """
    semi = f"SEMI JOIN {only} o ON o.account = t.account" if only else ""
    then = f"WHERE t.recorded <= {known}" if known else ""
    one_more = "+ 1" if convention.end_day == "included" else ""
    return [
        ("line_version", _VERSION.format(told=f"contract_line t {semi} {then}", one_more=one_more)),
        ("line_whole", _WHOLE),
        ("line_standing", _STANDING.format(told=f"line_pause t {semi} {then}", grace=convention.grace)),
        ("line_cut", _CUT),
        ("span", _SPAN),
    ]


_VERSION = f"""
    WITH spoken AS (
        SELECT t.account, contract, line, currency, starts, ends, mrr, uplifts, {SAID} AS said
        FROM {{told}} QUALIFY said = max(said) OVER (
            PARTITION BY t.account, contract, line ORDER BY starts, said ROWS UNBOUNDED PRECEDING)
    )
    SELECT account, contract, line, coalesce(currency, '') AS currency, starts AS since, mrr, uplifts,
        least(coalesce(ends {{one_more}}, {FAR}), lead(starts, 1, {FAR}) OVER (
            PARTITION BY account, contract, line ORDER BY starts, said)) AS closes
    FROM spoken"""

_WHOLE = """
    SELECT account, contract, line, currency, since, since AS opens, closes, mrr, 0::DECIMAL(14,2) AS step
    FROM line_version WHERE uplifts IS NULL AND since < closes
    UNION ALL BY NAME
    SELECT * REPLACE (coalesce(step, 0) AS step) FROM (
        SELECT v.* EXCLUDE (mrr, uplifts, closes), u.starts AS opens, u.mrr,
            lead(u.starts, 1, v.closes) OVER steps AS closes, u.mrr - lag(u.mrr) OVER steps AS step
        FROM line_version v, unnest(list_prepend({'starts': v.since, 'mrr': v.mrr}, v.uplifts)) s(u)
        WHERE v.uplifts IS NOT NULL AND u.starts < v.closes
        WINDOW steps AS (PARTITION BY v.account, v.contract, v.line, v.since ORDER BY u.starts)
    ) WHERE opens < closes"""

_STANDING = f"""
    SELECT account, contract, line, starts + {{grace}} AS stops, coalesce(ends, {FAR}) AS resumes
    FROM (SELECT t.* FROM {{told}}
        QUALIFY row_number() OVER (PARTITION BY t.account, contract, line, starts ORDER BY seq DESC) = 1)
    WHERE coalesce(ends, {FAR}) > starts + {{grace}}"""

# Where a span of a line that stood still is cut into pieces.
_CUT = """
    SELECT w.account, w.contract, w.line, w.opens, unnest([w.opens, s.stops, s.resumes]) AS at
    FROM line_whole w JOIN line_standing s USING (account, contract, line)"""

_SPAN = """
    SELECT account, contract, line, currency, since, opens, closes, mrr, step
    FROM line_whole ANTI JOIN line_standing USING (account, contract, line)
    UNION ALL BY NAME
    SELECT p.* EXCLUDE (step), CASE WHEN p.begins AND NOT EXISTS (
        SELECT 1 FROM line_standing s WHERE s.account = p.account AND s.contract = p.contract
            AND s.line = p.line AND s.resumes = p.opens) THEN p.step ELSE 0 END AS step
    FROM (
        SELECT w.account, w.contract, w.line, w.currency, w.since, w.mrr, w.step, c.at AS opens,
            lead(c.at, 1, w.closes) OVER (
                PARTITION BY w.account, w.contract, w.line, w.opens ORDER BY c.at) AS closes,
            c.at = w.opens AS begins
        FROM line_whole w JOIN (SELECT DISTINCT * FROM line_cut) c USING (account, contract, line, opens)
        WHERE c.at >= w.opens AND c.at < w.closes
    ) p
    WHERE NOT EXISTS (
        SELECT 1 FROM line_standing s WHERE s.account = p.account AND s.contract = p.contract
            AND s.line = p.line AND s.stops <= p.opens AND p.opens < s.resumes)"""


def stage(store: FactStore, basis: Basis) -> None:
    """Make the tables of `stages`, temporary ones, for what `basis` asks for.

    Of no accounts in particular: of all whole ones, for what relationships pay is part of it.
    """
    only, known = "", ""
    if basis.accounts is not None or are_kept(store):
        wanted = "whole IS NULL" if basis.accounts is None else "list_contains($named, external)"
        store.run(
            f"CREATE OR REPLACE TEMP TABLE of_account AS SELECT id AS account FROM account WHERE {wanted}",
            None if basis.accounts is None else {"named": list(basis.accounts)},
        )
        only = "of_account"
    if basis.known is not None:
        known = f"TIMESTAMP '{basis.known.astimezone(UTC).replace(tzinfo=None).isoformat(sep=' ')}'"
    for name, query in stages(basis.convention, only, known):
        store.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
