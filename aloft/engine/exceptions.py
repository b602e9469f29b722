"""Where one account is treated otherwise than by the model: read once per turn, as of its instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Q

from aloft.decide.owners import Resolved
from aloft.decide.values import Reason
from aloft.engagement.model import Moment, WorkingTime
from aloft.engine.directory import Directory, Known
from aloft.records.models import AccountException
from aloft.records.services.exceptions import LEVEL, OWNER, SKIP


class Exceptions:
    def __init__(self, at: datetime, clock: WorkingTime, directory: Directory) -> None:
        self._standing: dict[tuple[int, str], list[AccountException]] = {}
        for one in standing_at(at):
            known = directory.find(one.account.external_id)
            if known and known.calendar(clock).local_date(at) <= one.until:
                self._standing.setdefault((known.store, one.kind), []).append(one)

    def touch(self) -> Mapping[int, tuple[str, ...]]:
        """The levels of accounts that have others than their segment's, by the store's number."""
        return {
            account: tuple(rows[0].touch) for (account, kind), rows in self._standing.items() if kind == LEVEL
        }

    def touch_because(self, known: Known) -> str:
        """Empty where the account has the touch of its segment."""
        rows = self._standing.get((known.store, LEVEL), [])
        return said(rows[0]) if rows else ""

    def skipped(self, known: Known, moment: Moment) -> Reason | None:
        """Why the moment does not open at the account; what a person opens by hand does."""
        rows = [one for one in self._standing.get((known.store, SKIP), []) if one.moment == moment.name]
        if not rows or moment.trigger.kind == "manual":
            return None
        return Reason("exception", False, f"skips {moment.title}", said(rows[0]), moment.line)

    def owner(self, known: Known, moment: str, resolved: Resolved) -> Resolved:
        """The person named for the moment, else the one named for all; nobody takes an automated one's place."""
        rows = [one for one in self._standing.get((known.store, OWNER), []) if one.moment in (moment, "")]
        if not rows or resolved.automated:
            return resolved
        chosen = max(rows, key=lambda one: one.moment != "")
        return replace(resolved, person=chosen.owner_id, because=said(chosen), tell=None)


def said(one: AccountException) -> str:
    """“by exception of mia until 1 Jun 2026: reason”."""
    return f"by exception of {one.made_by} until {one.until.day} {one.until:%b %Y}: {one.reason}"


def standing_at(at: datetime) -> list[AccountException]:
    """Those that may stand: a day ends later where the sun sets later."""
    rows = AccountException.objects.select_related("account")
    rows = rows.filter(made_at__lte=at, until__gte=at.date() - timedelta(days=1))
    return list(rows.filter(Q(ended_at=None) | Q(ended_at__gt=at)).order_by("id"))
