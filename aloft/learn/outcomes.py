"""Did it achieve what it was for? Outcomes are judged from facts alone.

Met at the first reading at which the expectation holds, from the opening to the end of its window; else missed
at the end, or unknown. A fact from inside the window that arrives later turns missed into met.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from django.db.models import Q, QuerySet

from aloft.act.models import Occurrence, OccurrenceState, OutcomeState
from aloft.act.states import check
from aloft.measures.frame import ACTOR, Ask

Judged = Literal["met", "missed", "unknown"]


def watched(accounts: Iterable[int], at: datetime) -> QuerySet[Occurrence]:
    """The occurrences of these accounts whose outcome new facts can decide: still open, or missed so far."""
    standing = Q(outcome=OutcomeState.WATCHED) & ~Q(state=OccurrenceState.CLOSED)
    late = Q(outcome=OutcomeState.MISSED, outcome_until__lte=at)
    return Occurrence.objects.filter(standing | late, account__in=list(accounts)).order_by("id")


def question(occurrence: Occurrence, account: int, at: datetime) -> Ask:
    """How the account and the occurrence stand at `at`, or at the end of the outcome's window if that is over."""
    return Ask(
        key=occurrence.pk,
        account=account,
        at=min(at, occurrence.outcome_until - datetime.resolution),
        moment=occurrence.called,
        anchor=occurrence.anchor,
        n=occurrence.n,
        opened=occurrence.opened_at,
        due=occurrence.due_at,
        started=occurrence.started_at is not None,
        done=occurrence.done_at is not None,
        met=occurrence.outcome == OutcomeState.MET,
        cleared=occurrence.cleared_at is not None,
        opening=json.dumps(occurrence.opening),
        event=_event(occurrence),
    )


def _event(occurrence: Occurrence) -> str | None:
    """Its properties, and who of the contacts caused it."""
    if occurrence.event is None:
        return None
    actor = {ACTOR: occurrence.actor_contact} if occurrence.actor_contact else {}
    return json.dumps({**occurrence.event, **actor})


def judge(occurrence: Occurrence, value: bool | None, *, at_end: bool) -> Judged | None:
    """What a reading says of the outcome; None while nothing is decided."""
    if value is True:
        return "met"
    if not at_end or occurrence.outcome != OutcomeState.WATCHED:
        return None
    return "missed" if value is False else "unknown"


def settle(occurrence: Occurrence, judged: Judged, at: datetime, *, automated: bool) -> None:
    """Keep the judgement. Met closes the occurrence; missed and unknown leave that to its owner, if it has one."""
    check(occurrence, "judge")
    occurrence.outcome = OutcomeState(judged)
    occurrence.outcome_at = at
    closes = judged == "met" or automated or occurrence.state == OccurrenceState.DONE
    if closes and occurrence.state != OccurrenceState.CLOSED:
        occurrence.state = check(occurrence, "close")
        occurrence.closed_as, occurrence.closed_at = judged, at
    occurrence.save()
    if occurrence.state == OccurrenceState.CLOSED:
        occurrence.dues.all().delete()
