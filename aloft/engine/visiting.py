"""How an account is met by what opens there: on site, or by the next channel of the moment."""

from __future__ import annotations

from dataclasses import replace

from aloft.coverage.visits import approach
from aloft.decide.values import Reason
from aloft.engagement.economy import ONSITE
from aloft.engagement.model import Moment
from aloft.engine.turn import Row, Turn


def held_at(turn: Turn, moment: Moment, row: Row, role: str) -> tuple[Moment, list[Reason]]:
    """The moment with the channels that it has for the account of the row, and why it visits it or does not.

    `role`: whose hour it takes.
    """
    model = turn.program.model
    mrr = row.get("mrr")
    found = approach(
        model,
        moment,
        phase=row["phase"],
        arr=None if mrr is None else 12 * float(mrr),
        rate=model.roles[role].rate if role in model.roles else None,
    )
    if found.visited is None:
        return moment, []
    reason = Reason("channel", found.visited, f"{ONSITE} where it pays", found.because, moment.line)
    return replace(moment, channel=found.channels), [reason]
