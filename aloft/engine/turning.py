"""The turns of an instant: one for each model in force, one after the other, about the accounts that follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from aloft.engine.directory import Directory
from aloft.engine.following import NONE, Following
from aloft.engine.mirror import Mirror
from aloft.engine.sources import SourceWatch
from aloft.engine.staff import Staff
from aloft.engine.turn import Turn
from aloft.engine.versions import Running, Versions

ALL_AT_ONCE = 200_000


class Turning:
    """`leaves`: whether messages that are decided at an instant leave."""

    def __init__(
        self,
        directory: Directory,
        mirror: Mirror,
        following: Following,
        versions: Versions,
        watch: SourceWatch,
        leaves: Callable[[datetime], bool],
    ) -> None:
        self._directory, self._mirror, self._following = directory, mirror, following
        self._versions, self._watch, self._leaves = versions, watch, leaves

    def turn(
        self,
        running: Running,
        at: datetime,
        touched: frozenset[int] = frozenset(),
        zones: tuple[str, ...] = (),
        everyone: bool = False,
        before: tuple[int, int] = (0, 0),
    ) -> Turn:
        return Turn(
            at,
            running,
            self._directory,
            self._mirror,
            Staff(at, running.program.model.clock),
            self._versions,
            self._watch,
            touched,
            zones,
            everyone,
            before,
            leaves=self._leaves(at),
        )

    def each(
        self,
        live: Sequence[Running],
        at: datetime,
        touched: frozenset[int] = frozenset(),
        zones: tuple[str, ...] = (),
        everyone: bool = False,
        before: tuple[int, int] = (0, 0),
    ) -> Iterator[Turn]:
        """`live`: the models in force, in order."""
        if len(live) > 1:
            whole = everyone or bool(zones)
            read_at = at - datetime.resolution if zones else at
            self._following.assign(
                live, read_at, None if whole else touched, None if everyone else zones or None
            )
        for number, running in enumerate(live):
            turn = self.turn(running, at, touched, zones, everyone, before)
            if len(live) > 1:
                # Who follows none is looked at with the first, by whose rules it is in no phase.
                turn.among = (running.program.model.name, *([NONE] if number == 0 else []))
                turn.joined = self._following.of(turn.among)
                turn.touched &= turn.joined.keys()
            yield turn

    def begin_day(self, live: Sequence[Running], at: datetime, zones: Iterable[str]) -> None:
        """What the days that are over come to is read once for all accounts; of very many, as they are asked about."""
        if len(self._directory.all()) <= ALL_AT_ONCE:
            for running in live:
                running.frames.begin_day(at, zones)

    def looking(self, live: Sequence[Running], at: datetime, account: int) -> Turn | None:
        """One that decides nothing, by the model that an account follows; None while no model is live."""
        ours = [one for one in live if account in self._following.of([one.program.model.name])] or live
        return self.turn(ours[0], at) if ours else None

    def surveying(self, live: Sequence[Running], at: datetime) -> list[Turn]:
        """One for each model that decides nothing."""
        turns = [self.turn(running, at) for running in live]
        for turn in turns if len(live) > 1 else []:
            turn.among = (turn.program.model.name,)
            turn.joined = self._following.of(turn.among)
        return turns
