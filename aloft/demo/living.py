"""The company lives on: while it is served its systems go on telling, and the team goes on working.

This runs in a process beside the web pages and the engine. Nobody is simulated whom somebody is signed in as,
and what somebody else has taken up is left to them.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, transaction

from aloft.clock import Clock, SetClock, SystemClock
from aloft.collect.inbox import Inbox, InboxUnavailable
from aloft.collect.place import inbox_of
from aloft.demo.conversations import held
from aloft.demo.entries import entries
from aloft.demo.history import go_on
from aloft.demo.northwind import Northwind
from aloft.demo.reached import Reached, note_reached, reached
from aloft.demo.team_at_work import Team, signed_in
from aloft.demo.truth import read_company
from aloft.engine.home import open_engine
from aloft.engine.timeline import HISTORY_AFTER

log = logging.getLogger("aloft.demo")

EVERY, OF_A_THOUSAND = 60.0, 10.0
"""Seconds between two looks, at least; and for each thousand customers."""
STOPPED = timedelta(hours=6)
"""After so long a stop the days in between are lived through before anything is served."""
HOURS = range(7, 17)
"""In UTC: when somebody of the team is at work."""


def is_behind(home: Path, now: datetime) -> bool:
    """Whether a company lives here that was stopped for long."""
    return read_company(home) is not None and now - reached(home).told >= STOPPED


def catch_up(home: Path, now: datetime, passed: Callable[[float], object]) -> None:
    """Live through what lies between the last look and now, as far as a company lives here."""
    company = read_company(home)
    if company is None:
        return
    with open_engine(home, SetClock(now + HISTORY_AFTER + timedelta(days=1))) as engine:
        note_reached(home, go_on(engine, company, reached(home), now, passed))


class Living:
    """One look after the other; what is told is told with the next look at the latest."""

    def __init__(self, home: Path, company: Northwind, clock: Clock | None = None) -> None:
        self.home, self.company, self.clock = home, company, clock or SystemClock()
        self.inbox = Inbox(inbox_of(home), self.clock)

    def look(self) -> int:
        """Tell what has happened since the last look, and let the team work; gives how many facts were told."""
        since, now = reached(self.home), self.clock.now()
        rows = entries(self.company.told(since.told, now, held()))
        self.inbox.append(rows)
        note_reached(self.home, Reached(now, self._work(since.worked, now)))
        return len(rows)

    def _work(self, since: datetime, now: datetime) -> datetime:
        """Up to when the team has worked: what falls into a night or a weekend is done after it."""
        if now.weekday() > 4 or now.hour not in HOURS:
            return since
        team = Team(self.company.first_day, absent=signed_in(now), pause=timedelta())
        with transaction.atomic():
            team.work(since, now)
        return now

    def run(self, stopping: threading.Event) -> None:
        """Look again and again; one that finds the disk full or a file locked is made again with the next."""
        every = max(EVERY, self.company.span.size / 1000 * OF_A_THOUSAND)
        while not stopping.wait(every):
            try:
                self.look()
            except (InboxUnavailable, DatabaseError):
                log.exception("a look failed; what it has not told is told with the next")
        self.inbox.close()


def live_on() -> None:
    """Until told to stop."""
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())
    company = read_company(settings.ALOFT_HOME)
    if company is None:
        stopping.wait()
    else:
        Living(settings.ALOFT_HOME, company).run(stopping)
