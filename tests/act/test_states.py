"""The moves of an occurrence: domain.md 1.4, written out by hand beside the table that the code runs by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aloft.act.models import Occurrence, OccurrenceState
from aloft.act.states import LEGAL, IllegalMove, Move, check

LEADS = {  # by state: each move that may be made, and where it leads
    "planned": {
        "skip": "closed", "close": "closed", "retract": "closed", "cancel": "closed", "record": "planned",
        "absorb": "closed", "join": "closed", "judge": "planned", "append": "planned", "move": "planned",
        "reassign": "planned",
    },
    "open": {
        "start": "started", "finish": "done", "snooze": "open", "wake": "open", "skip": "closed",
        "close": "closed", "retract": "closed", "cancel": "closed", "record": "open", "judge": "open",
        "absorb": "closed", "join": "closed", "escalate": "open", "hand_over": "open", "append": "open", "move": "open",
        "reassign": "open",
    },
    "started": {
        "finish": "done", "snooze": "started", "wake": "started", "skip": "closed", "reopen": "open",
        "close": "closed", "retract": "closed", "cancel": "closed", "record": "started", "judge": "started",
        "escalate": "started", "hand_over": "started", "append": "started", "move": "started",
        "join": "closed",
    },
    "done": {
        "reopen": "open", "close": "closed", "retract": "closed", "record": "done", "judge": "done",
        "escalate": "done", "append": "done",
    },
    "closed": {"reopen": "open", "record": "closed", "judge": "closed"},
}  # fmt: skip


def every_move() -> Iterator[tuple[str, Move]]:
    for state in LEADS:
        for move in LEGAL:
            yield state, move


@pytest.mark.parametrize(("state", "move"), [*every_move()])
def test_a_move_leads_where_it_may_and_is_refused_elsewhere(state: str, move: Move) -> None:
    occurrence = Occurrence(title="Kickoff", state=OccurrenceState(state), closed_as="skipped")
    leads = LEADS[state].get(move)
    if leads is None:
        with pytest.raises(IllegalMove, match="Kickoff"):
            check(occurrence, move)
    else:
        assert check(occurrence, move) == leads


@pytest.mark.parametrize("facts", ["met", "missed", "retracted", "cancelled"])
def test_what_facts_closed_cannot_be_opened_by_a_person(facts: str) -> None:
    occurrence = Occurrence(title="Kickoff", state=OccurrenceState.CLOSED, closed_as=facts)
    with pytest.raises(IllegalMove, match="it stays closed"):
        check(occurrence, "reopen")
