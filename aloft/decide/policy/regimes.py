"""Under which regime a country puts marketing to people at companies.

Configuration, not legal advice: a company's counsel signs it off before the first marketing message, and a model
may say `consent: opt_in` or `opt_out` for everybody. Sources, as domain.md 3.7 gives them: GDPR 21(2)-(3) and the
ePrivacy Directive 13(1)-(2) (existing customers, differing by state, an opt-out each time); CAN-SPAM (opt-out);
CASL (implied consent for two years after the contract's end); for Japan the Act on Regulation of Transmission of
Specified Electronic Mail (opt-in, with exceptions for business relations; recalled, to be checked).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from aloft.engagement.model import Duration
from aloft.engagement.policy import Consent

SIGNED_OFF: tuple[str, date] | None = None
"""By whom, and when. None: nobody has; the documentation says so too."""


@dataclass(frozen=True)
class Regime:
    """`asks`: only who said yes. `customers`: nobody asks those who buy from us, and those whose contract has
    ended for `after` more. A word of their own goes before it, always."""

    name: str
    strictness: int
    asks: bool
    customers: bool = False
    after: Duration | None = None


OPT_OUT = Regime("opt-out", 0, asks=False)
IMPLIED = Regime(
    "opt-in, implied for two years after the contract", 1, True, customers=True, after=Duration(2, "y")
)
CUSTOMERS = Regime("opt-in, but for customers", 2, asks=True, customers=True)
STRICTEST = Regime("opt-in", 3, asks=True)

_EUROPE = "AT BE BG CH CY CZ DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
REGIMES: Mapping[str, Regime] = {
    "US": OPT_OUT,
    "CA": IMPLIED,
    "JP": CUSTOMERS,
    "DE": CUSTOMERS,
    **dict.fromkeys(_EUROPE.split(), CUSTOMERS),
}
UNKNOWN = CUSTOMERS
"""For a country that is not listed, and where no country is known."""


def regime_of(consent: Consent, *countries: str | None) -> Regime:
    """As the model says for all; else the strictest of the contact's country and ours. Empty ones do not count."""
    if consent == "opt_in":
        return STRICTEST
    if consent == "opt_out":
        return OPT_OUT
    known = [REGIMES.get(country.upper(), UNKNOWN) for country in countries if country]
    return max(known, key=lambda regime: regime.strictness, default=UNKNOWN)
