"""Amounts in several currencies, told in one: rates hold from their day until the next of the pair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aloft.facts.store import FactStore
from aloft.revenue.conventions import Basis

# Of whoever names none; a line that names none is taken to be in the currency of the report.
ALWAYS = "DATE '0001-01-01'"
FIRST_CURRENCY = (
    """coalesce((SELECT arg_min(currency, seq) FROM contract_line WHERE currency <> ''), 'USD')"""
)


@dataclass(frozen=True)
class NoRate(Exception):
    """A line is in a currency that nobody has told the worth of."""

    currency: str
    into: str
    day: date

    def __str__(self) -> str:
        return (
            f"no exchange rate from {self.currency} into {self.into} holds on {self.day}: "
            f"set one that starts on that day or before, or report in another currency"
        )


def table(into: str = FIRST_CURRENCY) -> str:
    """A query of currency, starts, rate into the currency that the SQL `into` names, that one at 1."""
    return f"""
        SELECT currency, starts, rate FROM exchange_rate WHERE "into" = {into}
        QUALIFY row_number() OVER (PARTITION BY currency, starts ORDER BY seq DESC) = 1
        UNION ALL SELECT {into}, {ALWAYS}, 1 UNION ALL SELECT '', {ALWAYS}, 1"""


def worth(amount: str, rate: str) -> str:
    """The SQL of the sum of amounts, each at its rate: exact until it is rounded to the cent."""
    return f"round(sum({amount}::DECIMAL(18,2) * {rate}::DECIMAL(18,8)), 2)::DECIMAL(18,2)"


def reported_in(store: FactStore, basis: Basis) -> str:
    """The currency of the figures."""
    if basis.currency is not None:
        return basis.currency
    told: str = store.run(f"SELECT {FIRST_CURRENCY}")[0][0]
    return told


def quoted(currency: str) -> str:
    """As an SQL literal."""
    return "'" + currency.replace("'", "''") + "'"


def stage(store: FactStore, basis: Basis) -> None:
    """Make `rate`, a temporary table of currency, starts, rate. `span` is there. Raises NoRate."""
    into = reported_in(store, basis)
    store.run(f"CREATE OR REPLACE TEMP TABLE rate AS {table(quoted(into))}")
    missing = store.run(
        """SELECT s.currency, min(s.opens) FROM span s
        LEFT JOIN (SELECT currency, min(starts) AS first FROM rate GROUP BY currency) r USING (currency)
        WHERE r.first IS NULL OR s.opens < r.first GROUP BY s.currency ORDER BY 1 LIMIT 1"""
    )
    if missing:
        raise NoRate(missing[0][0], into, missing[0][1])


def several(store: FactStore) -> bool:
    """Is any span in a currency that has to be told in another?"""
    abroad: int = store.run(
        f"""SELECT count(*) FROM (SELECT DISTINCT currency FROM span)
        WHERE currency IN (SELECT currency FROM rate GROUP BY currency HAVING min(starts) > {ALWAYS})"""
    )[0][0]
    return abroad > 0
