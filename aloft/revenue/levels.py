"""What each account pays, day by day, as the statements that make it from `span`, `rate` and `revalued`.

`delta` holds by how much an account's amount in a currency changes on a day; `level` what an account paid
before that day, what that is worth at the day's rates (`was`), and what it pays from then on (`now`).
"""

from __future__ import annotations

from aloft.facts.store import FactStore
from aloft.revenue import rates
from aloft.revenue.conventions import D3, Contracts
from aloft.revenue.lines import live_lines
from aloft.revenue.rates import ALWAYS, worth
from aloft.revenue.spans import FAR

_ALL = f"""
    SELECT account, currency, day, sum(amount)::DECIMAL(18,2) AS amount, sum(step)::DECIMAL(18,2) AS step
    FROM (
        SELECT account, currency, opens AS day, mrr AS amount, step FROM span
        UNION ALL SELECT account, currency, closes, -mrr, 0 FROM span WHERE closes < {FAR}
    ) GROUP BY account, currency, day"""

# The line that counts can change where any starts or ends; it takes over from the one that counted before.
_LATEST = f"""
    WITH edge AS (
        SELECT account, opens AS day FROM span UNION SELECT account, closes FROM span WHERE closes < {FAR}
    ),
    chosen AS (
        SELECT e.account, e.day, c.contract, c.line, c.currency, coalesce(c.mrr, 0) AS mrr,
            CASE WHEN c.opens = e.day THEN c.step ELSE 0 END AS step
        FROM edge e LEFT JOIN ({live_lines("edge", "span", D3)}) c ON c.account = e.account AND c.day = e.day
    ),
    turned AS (
        SELECT *, lag(currency) OVER days AS old_currency, coalesce(lag(mrr) OVER days, 0) AS old_mrr,
            (lag(contract) OVER days, lag(line) OVER days) = (contract, line) AS same
        FROM chosen WINDOW days AS (PARTITION BY account ORDER BY day)
    )
    SELECT account, currency, day, sum(amount)::DECIMAL(18,2) AS amount, sum(step)::DECIMAL(18,2) AS step
    FROM (
        SELECT account, currency, day, mrr AS amount, CASE WHEN same THEN step ELSE 0 END AS step FROM turned
        WHERE currency IS NOT NULL
        UNION ALL SELECT account, old_currency, day, -old_mrr, 0 FROM turned WHERE old_currency IS NOT NULL
    ) GROUP BY account, currency, day"""

# An amount in another currency is told anew on the days given, from its first on.
_POINT = f"""
    SELECT DISTINCT account, day FROM delta
    UNION
    SELECT f.account, r.day FROM revalued r JOIN (
        SELECT d.account, min(d.day) AS first FROM delta d
        WHERE d.currency IN (SELECT currency FROM rate GROUP BY currency HAVING min(starts) > {ALWAYS})
        GROUP BY d.account
    ) f ON r.day > f.first"""

_AMOUNT = """
    SELECT p.account, p.day, c.currency, coalesce(d.amount, 0) AS change, coalesce(d.step, 0) AS step,
        (sum(coalesce(d.amount, 0)) OVER days)::DECIMAL(18,2) AS amount
    FROM point p JOIN (SELECT DISTINCT account, currency FROM delta) c ON c.account = p.account
    LEFT JOIN delta d ON d.account = p.account AND d.day = p.day AND d.currency = c.currency
    WINDOW days AS (PARTITION BY p.account, c.currency ORDER BY p.day ROWS UNBOUNDED PRECEDING)"""

_VALUED = f"""
    SELECT a.account, a.day, {worth("a.amount", "r.rate")} AS now,
        {worth("(a.amount - a.change)", "r.rate")} AS was, {worth("a.step", "r.rate")} AS stepped
    FROM amount a ASOF JOIN rate r ON r.currency = a.currency AND a.day >= r.starts
    GROUP BY a.account, a.day"""

# Where all is in the currency of the figures there is nothing to tell anew.
_AMOUNT_OF_ONE = """
    SELECT account, day, '' AS currency, step, change,
        (sum(change) OVER (PARTITION BY account ORDER BY day ROWS UNBOUNDED PRECEDING))::DECIMAL(18,2) AS amount
    FROM (
        SELECT account, day, sum(amount)::DECIMAL(18,2) AS change, sum(step)::DECIMAL(18,2) AS step
        FROM delta GROUP BY account, day
    )"""

_VALUED_OF_ONE = "SELECT account, day, amount AS now, amount - change AS was, step AS stepped FROM amount"

_LEVEL = """
    SELECT *, was - before AS fx, coalesce(first_paid < day, false) AS paid_before FROM (
        SELECT *, coalesce(lag(now) OVER (PARTITION BY account ORDER BY day), 0)::DECIMAL(18,2) AS before,
            min(CASE WHEN now > 0 THEN day END) OVER (PARTITION BY account) AS first_paid
        FROM valued
    )"""


def stages(store: FactStore, contracts: Contracts) -> list[tuple[str, str]]:
    """Tables and the queries that make them, in order; the last is `level`."""
    delta = ("delta", _LATEST if contracts == "latest" else _ALL)
    if rates.several(store):
        return [delta, ("point", _POINT), ("amount", _AMOUNT), ("valued", _VALUED), ("level", _LEVEL)]
    return [delta, ("amount", _AMOUNT_OF_ONE), ("valued", _VALUED_OF_ONE), ("level", _LEVEL)]
