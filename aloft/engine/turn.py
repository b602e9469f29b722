"""One turn of the engine: the accounts in question at one instant, under one version of one model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from aloft.act.log import verdict_of
from aloft.act.models import Verdict
from aloft.decide.values import Reason, VerdictName
from aloft.engine.directory import Directory, Known
from aloft.engine.exceptions import Exceptions
from aloft.engine.mirror import Mirror
from aloft.engine.sources import SourceWatch
from aloft.engine.staff import Staff
from aloft.engine.versions import Running, Versions
from aloft.measures.frame import Ask, Frames
from aloft.measures.program import CompiledMoment, Program

Row = Mapping[str, Any]
"""A row of a frame: names of the model and the frame's own columns; instants are naive UTC."""

_TOLD: Mapping[str, tuple[str, ...]] = {
    "opened": ("opened", "due"),
    "moved": ("due",),
    "absorbed": ("opened", "due"),
    "met": ("done", "met"),
}
"""The instants of a moment that a verdict on it tells."""


@dataclass
class Turn:
    at: datetime
    running: Running
    directory: Directory
    mirror: Mirror
    staff: Staff
    versions: Versions
    watch: SourceWatch
    touched: frozenset[int] = frozenset()
    zones: tuple[str, ...] = ()
    everyone: bool = False
    before: tuple[int, int] = (0, 0)
    """The positions (inbox, changes) before this turn's facts: what lies above them is new."""
    moved: set[int] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)
    new: set[int] = field(default_factory=set)
    """The occurrences opened in this turn; `opened` are their accounts."""
    among: tuple[str, ...] | None = None
    """The names of the models whose followers are in question; None: the model is the only one, for all."""
    joined: Mapping[int, datetime] = field(default_factory=dict)
    """Those followers, each with the instant since when."""
    awaited: set[int] = field(default_factory=set)
    """Accounts at which an instant was told that other moments are due after."""
    leaves: bool = False
    """Whether messages go to the outbox; else they are kept, and nobody gets them."""
    edited: frozenset[int] = frozenset()
    """Accounts of which people told something in this turn: what is noted on occurrences can only change there."""

    @cached_property
    def exceptions(self) -> Exceptions:
        return Exceptions(self.at, self.program.model.clock, self.directory)

    @property
    def program(self) -> Program:
        return self.running.program

    @property
    def frames(self) -> Frames:
        return self.running.frames

    @property
    def read_at(self) -> datetime:
        """A daily reading belongs to the day just ended."""
        return self.at - datetime.resolution if self.zones else self.at

    def follows(self, account: int) -> bool:
        return self.among is None or account in self.joined

    def live_from(self, account: int, moment: str) -> datetime:
        """Nothing is opened at an account for the time before: since when the model knows the moment, and the account
        follows it."""
        live = self.running.since[moment]
        return max(live, self.joined.get(account, live))

    def everybody(self) -> list[int]:
        """All accounts that follow the model."""
        return [account for account in self.directory.all() if self.follows(account)]

    def ask(self) -> None:
        """Put the question of the turn: how are these accounts now?"""
        if self.everyone:
            self.frames.ask_all(self.read_at, among=self.among)
        elif self.zones:
            self.frames.ask_all(self.read_at, self.zones, among=self.among)
        else:
            self.frames.ask(Ask(account, account, self.read_at) for account in sorted(self.touched))
        self.frames.build()

    def rows(self, accounts: Iterable[int]) -> dict[int, Row]:
        known = [account for account in accounts if account in self.directory]
        return dict(self.frames.rows(known)) if known else {}

    def meets(self, compiled: CompiledMoment, accounts: Sequence[int] | None = None) -> list[int]:
        """The accounts in question that the moment meets: phase, segment, touch and `if`."""
        return [key for key in self.frames.true(compiled.narrows, accounts) if key in self.directory]

    def say(
        self,
        verdict: VerdictName,
        known: Known,
        moment: str,
        anchor: str,
        n: int,
        reasons: Sequence[Reason] = (),
        occurrence: int | None = None,
        at: datetime | None = None,
        by: Running | None = None,
        **details: str,
    ) -> None:
        """Keep a verdict with its reasons. `by`: the version that decided it, if that is not the turn's."""
        self.verdict(verdict, known, moment, anchor, n, reasons, occurrence, at, by, **details).save()

    def verdict(
        self,
        verdict: VerdictName,
        known: Known,
        moment: str,
        anchor: str,
        n: int,
        reasons: Sequence[Reason] = (),
        occurrence: int | None = None,
        at: datetime | None = None,
        by: Running | None = None,
        **details: str,
    ) -> Verdict:
        """The same for who keeps it, before anything else is said of the account."""
        if any(f"{moment}.{instant}" in self.program.counted_from for instant in _TOLD.get(verdict, ())):
            self.awaited.add(known.store)
        return verdict_of(
            verdict,
            at=at or self.at,
            account=known.row,
            moment=moment,
            anchor=anchor,
            n=n,
            version=(by or self.running).version.pk,
            reasons=reasons,
            occurrence=occurrence,
            details=details,
        )
