from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from aloft.records import fields as check
from aloft.records.changes import RateSet, log_change
from aloft.records.models import ExchangeRate
from aloft.records.refusals import Refused
from aloft.records.services.editing import assign, editing, note


def set_rate(
    *, currency: str, into: str, starts_on: date, rate: Decimal | int | str, actor: str, at: datetime
) -> ExchangeRate:
    """One `currency` is worth `rate` of `into`, from `starts_on` until the pair's next rate. Raises Refused.

    Exact to eight places. A rate a month, or one a day: as often as they are given.
    """
    currency, into = check.currency("currency", currency), check.currency("into", into)
    if currency == into:
        raise Refused("into", f"it is {currency} as well", "Give another currency.")
    exact = check.number("rate", rate, 18, 8)
    if exact <= 0:
        raise Refused("rate", f"{rate} is not above 0", "Give what one unit is worth.")
    with editing():
        pair = ExchangeRate.objects.filter(currency=currency, into=into, starts_on=starts_on)
        row = pair.first() or ExchangeRate(currency=currency, into=into, starts_on=starts_on)
        difference = assign(row, {"rate": exact})
        if difference:
            row.save()
            note(actor=actor, action="rate.set", subject=row, difference=difference, at=at)
            log_change(RateSet(currency=currency, into=into, starts=starts_on, rate=exact), at=at)
        return row
