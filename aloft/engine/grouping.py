"""Group sessions: what is due at one instant at many accounts has one owner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from aloft.act import sessions
from aloft.act.models import Occurrence
from aloft.decide.owners import Resolved
from aloft.decide.values import Reason
from aloft.engagement.model import Moment
from aloft.engine import words
from aloft.engine.turn import Turn


@dataclass(frozen=True)
class Session:
    """Who holds it, and how many others it serves already."""

    owner: Resolved
    others: int = 0

    def reasons(self, moment: Moment, due: datetime) -> list[Reason]:
        if not moment.group:
            return []
        accounts = f"{self.others} other{'' if self.others == 1 else 's'}"
        found = f"the session of {words.instant(due)}, " + (
            f"with {accounts}" if self.others else "the first"
        )
        return [Reason("group", None, "one session for all who are due then", found, moment.line)]


def session(turn: Turn, moment: Moment, owner: Resolved, due: datetime) -> Session:
    """The one that stands for this instant, with whom it is; without one the account's own owner holds it."""
    if not moment.group:
        return Session(owner)
    asked = Occurrence(moment=moment.name, due_at=due, role=owner.role, group=True)
    standing = list(sessions.all_of(asked).filter(state__in=sessions.UNDONE).values_list("owner", flat=True))
    held_by = next((person for person in standing if person is not None), None)
    if held_by is None or owner.automated:
        return Session(owner, len(standing))
    because = f"{turn.staff.name(held_by)} holds the session"
    return Session(replace(owner, person=held_by, because=because, tell=None), len(standing))


def leading(occurrence: Occurrence) -> Occurrence:
    """Whose account says who holds the session: that of the first that opened; without a session its own."""
    return (sessions.all_of(occurrence).first() if occurrence.group else None) or occurrence
