"""What was decided, in one line for a list of recent events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aloft.act.models import Verdict
from aloft.ui.words import humanised

SAYINGS = {
    "opened": "{title} opened",
    "appended": "Another event joined {title}",
    "warned": "{title} is falling behind",
    "deferred": "{title} was put off",
    "moved": "{title} moved",
    "absorbed": "{title} was absorbed",
    "suppressed": "{title} was suppressed",
    "blocked": "{title} is blocked",
    "skipped": "{title} was skipped",
    "satisfied": "{title} is satisfied",
    "retracted": "{title} was retracted",
    "reassigned": "{title} changed hands",
    "escalated": "{title} was escalated",
    "sent": "{title}: message sent",
    "held": "{title}: message held",
    "withdrawn": "{title} was withdrawn",
    "started": "{title} was started",
    "done": "{title} is done",
    "met": "{title}: outcome met",
    "missed": "{title}: outcome missed",
    "unknown": "{title}: outcome unknown",
    "cleared": "{title} cleared",
    "closed": "{title} closed",
    "reopened": "{title} was reopened",
    "cancelled": "{title} was cancelled",
}


@dataclass(frozen=True)
class News:
    at: datetime
    account: str
    account_id: object
    saying: str
    because: str
    verdict: str
    occurrence_id: object | None
    icon: str = ""  # where it is no verdict


def news_of(verdict: Verdict, names: Mapping[str, str]) -> News:
    """`names` are those of the team, by handle."""
    occurrence = verdict.occurrence
    return News(
        at=verdict.at,
        account=verdict.account.name,
        account_id=verdict.account.public_id,
        saying=saying_of(_said(verdict), occurrence.title if occurrence else humanised(verdict.moment)),
        because=because_of(verdict, names),
        verdict=verdict.verdict,
        occurrence_id=occurrence.public_id if occurrence else None,
    )


def saying_of(verdict: str, title: str) -> str:
    return SAYINGS.get(verdict, "{title}: " + verdict).format(title=title)


def _said(verdict: Verdict) -> str:
    """A person who reopens a moment is not the engine opening it."""
    by_hand = verdict.verdict == "opened" and verdict.details.get("by")
    return "reopened" if by_hand else verdict.verdict


def because_of(verdict: Verdict, names: Mapping[str, str]) -> str:
    """Who acted, and what they said; else the evidence of an opening; else what the rule found."""
    by, note = verdict.details.get("by"), verdict.details.get("note", "")
    if by:
        who = names.get(by, by)
        return f"{who}, “{note}”" if note and note != _said(verdict) else who
    if verdict.verdict == "opened" and verdict.occurrence:
        return verdict.occurrence.because
    found = [str(reason.get("found", "")) for reason in verdict.reasons]
    return next((words for words in found if words), "")
