"""One moment in a list, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from aloft.act.models import Occurrence, OccurrenceState
from aloft.act.states import PERSONS_WORD
from aloft.measures.models import AccountProjection
from aloft.records.models import Account

CALL, VISIT, MAIL = ("phone", "Start the call"), ("map-pin", "Start the visit"), ("mail", "Start the mail")
FIRST_STEPS = {
    "call": CALL,
    "phone": CALL,
    "video": ("video", "Start the call"),
    "onsite": VISIT,
    "email": MAIL,
}
NO_CHANNEL = ("play", "Start")


@dataclass(frozen=True)
class Evidence:
    """One line of the rule that opened it, as it was stored."""

    rule: str
    says: str
    found: str


@dataclass(frozen=True)
class Row:
    occurrence: Occurrence
    state: str  # what the list must say of it: started, snoozed, done, closed, or nothing
    evidence: tuple[Evidence, ...]
    phase: str
    climbing: bool
    mrr: Decimal | None
    band: str  # of health; empty where nothing is scored
    score: int | None
    change: int  # points a week
    start_icon: str
    start_word: str
    served: tuple[Occurrence, ...] = ()
    """Of a group session: what stands with it at all of its accounts, by their names."""

    @property
    def accounts(self) -> int:
        return len({one.account_id for one in self.served})

    @property
    def may_start(self) -> bool:
        return self.occurrence.state == OccurrenceState.OPEN

    @property
    def may_finish(self) -> bool:
        return self.occurrence.state == OccurrenceState.STARTED

    @property
    def may_reopen(self) -> bool:
        """A person's word can be taken back; what facts closed stays closed."""
        done = self.occurrence.state == OccurrenceState.DONE
        return done or self.occurrence.closed_as in PERSONS_WORD

    @property
    def waits(self) -> bool:
        return self.may_start or self.may_finish


def row(occurrence: Occurrence, now: datetime, served: Iterable[Occurrence] = ()) -> Row:
    projection = projection_of(occurrence.account)
    icon, word = FIRST_STEPS.get(occurrence.channel, NO_CHANNEL)
    phase = projection.phase if projection else ""
    return Row(
        occurrence=occurrence,
        state=state_of(occurrence, now),
        evidence=tuple(evidence_of(occurrence.evidence)),
        phase=phase,
        climbing="onboard" in phase,
        mrr=projection.mrr if projection else None,
        **health_of(occurrence.account),
        start_icon=icon,
        start_word="Start the session" if occurrence.group else word,
        served=tuple(served),
    )


def state_of(occurrence: Occurrence, now: datetime) -> str:
    """Only what a list would not say anyway: neither begun nor put off has none."""
    if occurrence.state in {OccurrenceState.DONE, OccurrenceState.CLOSED}:
        return occurrence.closed_as or occurrence.state
    if occurrence.snoozed_until and occurrence.snoozed_until > now:
        return "snoozed"
    return "" if occurrence.state == OccurrenceState.OPEN else occurrence.state


def evidence_of(stored: Iterable[Mapping[str, object]]) -> Iterable[Evidence]:
    for reason in stored:
        yield Evidence(str(reason.get("rule", "")), str(reason.get("says", "")), str(reason.get("found", "")))


def health_of(account: Account) -> dict[str, Any]:
    """Band, score and change, as of the newest daily reading; the account comes with its `health`."""
    kept = getattr(account, "health", None)
    if kept is None:
        return {"band": "", "score": None, "change": 0}
    score = None if kept.score is None else round(kept.score)
    return {"band": kept.band, "score": score, "change": round(kept.trend or 0)}


def projection_of(account: Account) -> AccountProjection | None:
    return cast("AccountProjection | None", getattr(account, "projection", None))
