"""What a backtest waits for: expectations and answers, each armed until its deadline is judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from aloft.act.models import Due
from aloft.engagement.model import AnswerTrigger
from aloft.engine import expectations
from aloft.engine.backtest.kept import Kept, Place, Waiting
from aloft.engine.turn import Turn

Waited = Mapping[str, Sequence[tuple[Due, int]]]
"""By moment, what is waited for and its account."""


class Expected:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._deadlines = Waiting()
        self._armed: dict[str, dict[int, Sequence[Due]]] = defaultdict(dict)

    def replace(self, place: Place, rows: Sequence[Due]) -> None:
        account, name = place
        self._deadlines.replace(place, rows)
        self._armed[name].pop(account, None)
        if rows:
            self._armed[name][account] = rows

    def drop(self, place: Place) -> None:
        self._deadlines.drop(place)
        self._armed[place[1]].pop(place[0], None)

    def satisfy(self, turn: Turn, asked: frozenset[int]) -> None:
        """What was expected of these accounts, and has come true before the deadline."""
        waiting = {
            name: [
                (row, account)
                for account, rows in armed.items()
                for row in rows
                if account in asked and turn.read_at < datetime.fromisoformat(row.details["deadline"])
            ]
            for name, armed in self._armed.items()
        }
        for name, row, account in [*_true(turn, waiting), *_answered(turn, waiting)]:
            self.settle((account, name), row)

    def settle(self, place: Place, row: Due) -> None:
        """What else is expected there goes on waiting."""
        self._kept.resolve(place, row.anchor, row.n)
        account, name = place
        others = [one for one in self._armed[name].pop(account, ()) if one is not row]
        if others:
            self._armed[name][account] = others
        else:
            self._deadlines.drop(place)

    def due(self, until: datetime, among: frozenset[int]) -> list[tuple[Place, Due]]:
        """Take what is to be judged and not settled."""
        found = self._deadlines.due(until, among)
        return [(place, row) for place, row in found if (*place, row.anchor, row.n) not in self._kept.keys]

    def look_again(self, place: Place, row: Due, at: datetime) -> None:
        """It is unknown: an expectation has one row for each account and moment."""
        again = Due(at=at + expectations.LOOK_AGAIN, anchor=row.anchor, n=row.n, details=row.details)
        self._deadlines.replace(place, [again])


def _true(turn: Turn, waiting: Waited) -> Iterator[tuple[str, Due, int]]:
    """Of the expectations of a condition, those whose condition holds; an account has one of a moment."""
    moments = turn.program.moments
    conditions = {
        name: moments[name].condition or "null"
        for name, ours in waiting.items()
        if ours and not isinstance(moments[name].moment.trigger, AnswerTrigger)
    }
    found = turn.frames.each(conditions, {account for name in conditions for _, account in waiting[name]})
    for name, accounts in found.items():
        rows = {account: row for row, account in waiting[name]}
        yield from ((name, rows[account], account) for account in accounts if account in rows)


def _answered(turn: Turn, waiting: Waited) -> Iterator[tuple[str, Due, int]]:
    """Of what asks, that to which the answer has come."""
    for name, ours in waiting.items():
        if ours and isinstance(turn.program.moments[name].moment.trigger, AnswerTrigger):
            answers = expectations.judged(turn, name, dict(enumerate(ours)))
            yield from ((name, *ours[key]) for key, come in answers.items() if come)
