"""What the coming turns will ask, read in one pass: until more facts arrive, nothing that it rests on changes.

A question that was not foreseen is read when it is put, as ever; so what is foreseen changes no decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from aloft.act.models import Due, DueKind
from aloft.engine import events, expectations, judging
from aloft.engine.turn import Turn
from aloft.engine.versions import Running
from aloft.measures.frame import FEW, Ask

Question = tuple[Running, Ask]
"""Put to the frames of one version: an outcome is judged by the version that its occurrence is pinned to."""


@dataclass(frozen=True)
class Coming:
    """What comes before more facts do: due rows, and the readings with the zones of each."""

    due: Sequence[Due] = ()
    readings: Sequence[tuple[datetime, tuple[str, ...]]] = ()


def foresee(turn: Turn, coming: Coming, arrived: Sequence[events.Found] | None = None) -> None:
    """Read what the `coming` turns will ask about the accounts that follow the turn's model; and what a turn of
    facts does, where `arrived` are its events."""
    asked: defaultdict[int, list[Ask]] = defaultdict(list)
    now = () if arrived is None else _by_facts(turn, arrived)
    for running, ask in (*now, *_at_readings(turn, coming), *_when_due(turn, coming)):
        asked[running.version.pk].append(ask)
    for version, asks in asked.items():
        turn.versions.get(version).frames.foresee(asks)


def foresee_everybody(turn: Turn) -> None:
    """How everybody is at the turn: asked again as they move, of the same facts."""
    accounts = turn.frames.accounts_of(None, turn.among)
    if len(accounts) <= FEW:
        turn.frames.foresee(Ask(account, account, turn.read_at) for account in accounts)


def _by_facts(turn: Turn, arrived: Sequence[events.Found]) -> Iterator[Question]:
    ours = [account for account in sorted(turn.touched) if account in turn.directory]
    for account in ours:
        yield turn.running, Ask(account, account, turn.at)
    for ask in (*expectations.questions(turn, ours), *events.questions(turn, arrived)):
        yield turn.running, ask
    yield from judging.questions(turn, judging.watched(turn, ours), turn.at)


def _at_readings(turn: Turn, coming: Coming) -> Iterator[Question]:
    for at, zones in coming.readings:
        read_at = at - datetime.resolution
        accounts = [
            account for account in turn.frames.accounts_of(zones, turn.among) if account in turn.directory
        ]
        for account in accounts:
            yield turn.running, Ask(account, account, read_at)
        yield from judging.questions(turn, judging.watched(turn, accounts, sliding=True), read_at)


def _when_due(turn: Turn, coming: Coming) -> Iterator[Question]:
    for due in coming.due:
        known = turn.directory.of_row(due.account_id)
        if known is None or not turn.follows(known.store):
            continue
        at = max(due.at, turn.at)
        if due.kind == DueKind.DEADLINE:
            yield turn.running, expectations.question(due, known.store, at)
        elif due.occurrence is None:
            yield turn.running, Ask(known.store, known.store, at)
        elif due.kind != DueKind.ESCALATE or judging.asks_before_escalating(turn, due):
            yield from judging.questions(turn, [due.occurrence], at)
