"""The legal moves of an occurrence: the one table that services, the engine and the reference read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aloft.act.models import Occurrence, OccurrenceState

Move = Literal[
    "start",
    "finish",
    "snooze",
    "skip",
    "reopen",
    "wake",
    "hand_over",
    "record",
    "judge",
    "close",
    "retract",
    "cancel",
    "absorb",
    "join",
    "escalate",
    "append",
    "move",
    "reassign",
]

PLANNED, OPEN, STARTED, DONE, CLOSED = OccurrenceState


@dataclass(frozen=True)
class Legal:
    """From which states a move may be made, and where it leads; `to` None leaves the state as it is."""

    sources: frozenset[OccurrenceState]
    to: OccurrenceState | None
    means: str


LEGAL: dict[Move, Legal] = {
    "start": Legal(frozenset({OPEN}), STARTED, "the owner has begun"),
    "finish": Legal(frozenset({OPEN, STARTED}), DONE, "the owner's word that the work is finished"),
    "snooze": Legal(frozenset({OPEN, STARTED}), None, "the owner comes back to it later; the clocks run on"),
    "skip": Legal(frozenset({PLANNED, OPEN, STARTED}), CLOSED, "the owner lets it pass, with a reason"),
    "reopen": Legal(frozenset({STARTED, DONE, CLOSED}), OPEN, "a person's move is undone"),
    "wake": Legal(frozenset({OPEN, STARTED}), None, "a snooze is undone"),
    "hand_over": Legal(
        frozenset({OPEN, STARTED}), None, "the owner gives it to somebody else, with a reason"
    ),
    "record": Legal(frozenset(OccurrenceState), None, "a fact is noted on it"),
    "judge": Legal(frozenset(OccurrenceState), None, "the facts decide on its outcome"),
    "close": Legal(
        frozenset({PLANNED, OPEN, STARTED, DONE}), CLOSED, "its outcome is known and nothing is left"
    ),
    "retract": Legal(
        frozenset({PLANNED, OPEN, STARTED, DONE}), CLOSED, "late facts show that it should not be"
    ),
    "cancel": Legal(frozenset({PLANNED, OPEN, STARTED}), CLOSED, "its anchor is gone"),
    "absorb": Legal(frozenset({PLANNED, OPEN}), CLOSED, "a larger one due close to it takes it in"),
    "join": Legal(frozenset({PLANNED, OPEN, STARTED}), CLOSED, "another of the same customer stands for it"),
    "escalate": Legal(frozenset({OPEN, STARTED, DONE}), None, "it is late, and somebody else is told"),
    "append": Legal(frozenset({PLANNED, OPEN, STARTED, DONE}), None, "what calls for it again joins it"),
    "move": Legal(frozenset({PLANNED, OPEN, STARTED}), None, "its anchor has moved, and it with it"),
    "reassign": Legal(frozenset({PLANNED, OPEN}), None, "it follows a leave, or a change of books"),
}

PERSONS_WORD = frozenset({"skipped", "done"})
"""What closes an occurrence and can be undone by reopening; what facts closed stays closed."""


def counted_as_done(done_at: datetime | None, closed_as: str, closed_at: datetime | None) -> datetime | None:
    """From when another moment counts that is due after this one is done: the owner's word, or else that its
    outcome was met and closed it."""
    return done_at or (closed_at if closed_as == "met" else None)


class IllegalMove(ValueError):
    """A move that the table forbids. The message is for people."""


def check(occurrence: Occurrence, move: Move) -> OccurrenceState:
    """The state that `move` leads to; raises `IllegalMove` where it may not be made."""
    state = OccurrenceState(occurrence.state)
    legal = LEGAL[move]
    if state not in legal.sources:
        raise IllegalMove(f"“{occurrence.title}” is {_in_words(occurrence)}: it cannot {_verb(move)} now")
    if move == "reopen" and state is CLOSED and occurrence.closed_as not in PERSONS_WORD:
        raise IllegalMove(
            f"“{occurrence.title}” was closed by facts ({occurrence.closed_as}): it stays closed"
        )
    return legal.to or state


def _in_words(occurrence: Occurrence) -> str:
    if occurrence.state == CLOSED and occurrence.closed_as:
        return f"closed as {occurrence.closed_as}"
    return str(occurrence.state)


def _verb(move: Move) -> str:
    passive = {
        "start": "be started",
        "finish": "be finished",
        "skip": "be skipped",
        "snooze": "be snoozed",
        "hand_over": "be handed over",
    }
    return passive.get(move, f"take the move “{move}”")
