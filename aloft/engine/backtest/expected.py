"""What a backtest waits for: expectations and answers, each armed until its deadline is judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from aloft.act.models import Due
from aloft.engagement.model import AnswerTrigger
from aloft.engine import expectations
from aloft.engine.backtest.kept import Kept, Place, Waiting
from aloft.engine.turn import Turn


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
        for name, armed in self._armed.items():
            waiting = [
                (row, account)
                for account, rows in armed.items()
                for row in rows
                if account in asked and turn.read_at < datetime.fromisoformat(row.details["deadline"])
            ]
            for row, account in _come(turn, name, waiting):
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


def _come(turn: Turn, name: str, waiting: Sequence[tuple[Due, int]]) -> list[tuple[Due, int]]:
    """Of these rows of a moment, those for which what they wait for has come."""
    if not waiting:
        return []
    answers = isinstance(turn.program.model.moments[name].trigger, AnswerTrigger)
    keyed = dict(enumerate(waiting)) if answers else {account: (row, account) for row, account in waiting}
    values = expectations.judged(turn, name, keyed)
    return [keyed[key] for key, value in values.items() if value is True]
