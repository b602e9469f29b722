"""What is kept of one account over time: read once for a page, whose parts look at the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from aloft.act.models import Occurrence, OccurrenceState
from aloft.measures.models import HealthDay, Signal
from aloft.records.models import Account, ContractLine, Pulse

PAST = (OccurrenceState.DONE, OccurrenceState.CLOSED)


@dataclass(frozen=True)
class History:
    account: Account

    @cached_property
    def waiting(self) -> list[Occurrence]:
        """What is to be done or planned here, by due."""
        rows = self.account.occurrences.select_related("contact", "owner", "model_version")
        return list(rows.exclude(state__in=PAST).order_by("due_at"))

    @cached_property
    def health(self) -> list[HealthDay]:
        """By day."""
        return list(HealthDay.objects.filter(account=self.account).order_by("day"))

    @cached_property
    def signals(self) -> list[Signal]:
        """By detector, the newest first."""
        return list(Signal.objects.filter(account=self.account).order_by("detector", "-day"))

    @cached_property
    def pulses(self) -> list[Pulse]:
        """The newest first."""
        return list(Pulse.objects.filter(account=self.account).select_related("person"))

    @cached_property
    def lines(self) -> list[ContractLine]:
        """All versions of the lines, by contract and line, the newest first; of a relationship those of its product."""
        rows = ContractLine.objects.filter(contract__account=self.account.customer_id)
        if self.account.whole_id:
            rows = rows.filter(product__name=self.account.product)
        return list(
            rows.select_related("contract", "product").order_by(
                "-contract__starts_on", "contract", "line", "-recorded_at", "-id"
            )
        )
