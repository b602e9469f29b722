"""The engine: drain, decide, move the positions; again and again, always at instants that the data gives.

What lies between the decided and the drained position is decided again after a crash: turns are made of the
data alone, and the keys of occurrences make the second time silent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import transaction

from aloft.act.models import Due, DueKind
from aloft.clock import Clock, SystemClock
from aloft.collect.inbox import Inbox
from aloft.collect.place import inbox_of
from aloft.engine import accounts, deciding, editing, joining, planning, recovery, relationships, staffing
from aloft.engine.alike import dated_alike
from aloft.engine.directory import Directory
from aloft.engine.following import Following
from aloft.engine.foresight import Coming, foresee
from aloft.engine.midnights import midnights, readings
from aloft.engine.mirror import Mirror
from aloft.engine.models import Decided, Live, ZoneReading
from aloft.engine.renaming import rename
from aloft.engine.revenue import Desk
from aloft.engine.rolling import roll_up_old
from aloft.engine.sources import SourceWatch
from aloft.engine.threads import SMALL, Threads
from aloft.engine.timeline import EPOCH, Next, next_turn
from aloft.engine.turn import Turn
from aloft.engine.turning import Turning
from aloft.engine.unfinished import Unfinished
from aloft.engine.versions import Running, Versions, next_version, precedence
from aloft.facts.compact import compact
from aloft.facts.drain import drain
from aloft.facts.joined import join
from aloft.facts.log import export
from aloft.facts.place import store_of
from aloft.facts.reading import Reader
from aloft.facts.store import Positions
from aloft.facts.torn import open_whole
from aloft.measures.listing import keep_listed
from aloft.records.changes import StaffSet
from aloft.records.models import ModelVersion

LATE = timedelta(days=2)
FAR = datetime(9000, 1, 1, tzinfo=UTC)
AGAIN = 100
LOOK_ANYWAY = timedelta(minutes=1)

Made = Callable[[datetime], object]


class Stuck(RuntimeError):
    """A turn leaves behind what calls for the same turn."""


class Engine:
    """The only process that opens the fact store. `home` is ALOFT_HOME."""

    def __init__(self, home: Path, home_zone: str = "UTC", clock: Clock | None = None) -> None:
        self.home = home
        self.sends = False
        """Whether messages leave: only of what is decided within `LATE` of its instant."""
        self.clock = clock or SystemClock()
        self.log = home / "log"
        self._home_zone = home_zone
        self._zones: set[str] | None = None
        """Those of accounts, while the facts stay as they are."""
        recovery.complete(home, self.log, self.clock.now())
        self._open()

    def _open(self) -> None:
        self.inbox = Inbox(inbox_of(self.home))
        self.store = open_whole(store_of(self.home), self._home_zone)
        self.reader = Reader(self.log, self.inbox)
        self.directory = Directory(self.store)
        self.mirror = Mirror(self.store, self.directory)
        self.following = Following(self.mirror, self.directory)
        self.watch = SourceWatch(self.store)
        self.versions = Versions(self.store, self.watch.behind)
        self.unfinished = Unfinished(self.store)
        self.desk = Desk(self.store)
        self._turning = Turning(
            self.directory, self.mirror, self.following, self.versions, self.watch,
            lambda at: self.sends and self._is_news(at),
        )  # fmt: skip
        self._start()
        self._threads = Threads(self.store, len(self.directory.all()))

    def close(self) -> None:
        self.store.close()
        self.inbox.close()

    def _start(self) -> None:
        self._seen, self._quiet_until = (-1, -1), EPOCH
        self.decided, _ = Decided.objects.get_or_create(pk=1)
        if self.decided.inbox == 0 and self.store.positions().inbox == 0:
            recovery.order(self.home, self.log, self.inbox)
        self._in_force = {row.name: row.version for row in Live.objects.select_related("version")}
        relationships.keep(self.store, self._running())
        recovery.catch_up(self.store, self.reader, self.decided)
        self.directory.load()
        self.watch.load()
        self._mirrored = False
        keep_listed()
        self._forget_foreseen()
        self.versions.reread_plans()
        self.versions.forget_overnight()

    def _running(self) -> list[Running]:
        """The models in force: those that extend others before them."""
        return [self.versions.get(one.pk) for one in sorted(self._in_force.values(), key=precedence)]

    def _live(self) -> list[Running]:
        """The same, with what stands beside the facts read."""
        live = self._running()
        if not live:
            return []
        self.watch.follow([running.program.model.sources for running in live])
        if not self._mirrored:
            self.mirror.load()
            self._mirrored = True
        return live

    def waiting(self) -> int:
        """Facts and edits that are logged and not decided yet."""
        return self.inbox.end() + editing.newest() - sum(self._position())

    def in_force(self) -> list[Running]:
        """The models in force: those that extend others before them."""
        return self._live()

    @property
    def at(self) -> datetime:
        """The instant up to which everything is decided."""
        return self.decided.at or EPOCH

    def run(self, until: datetime, made: Made = lambda _at: None) -> int:
        """Make every turn that is due up to `until`; gives how many. Raises whatever a turn does.

        `made` hears of each turn, with its instant.
        """
        turns = self.look(until, made)
        self.decided.save()
        return turns

    def look(self, until: datetime, made: Made = lambda _at: None) -> int:
        """The same, for a clock that is looked at all the time: while nothing happens, nothing is written."""
        self._live()
        seen = (self.inbox.end(), editing.newest())
        if seen == self._seen and until < self._quiet_until:
            return 0
        self.erase()
        recovery.release(self.home, self.inbox)
        turns = self._turns(until, made)
        self.decided.at = max(until, self.at)
        self._seen, self._quiet_until = seen, self._next_instant()
        return turns

    def erase(self) -> bool:
        """Whoever is to be erased, if anybody: the store is made anew from what the log says then."""
        asked = recovery.is_asked_to_erase()
        if asked:
            self.close()
            recovery.complete(self.home, self.log, self.clock.now())
            self._open()
            self._live()
        return asked

    def _turns(self, until: datetime, made: Made) -> int:
        turns: Counter[Next] = Counter()
        self._until = until
        while (coming := self._next(until)) is not None:
            turns[coming] += 1
            if turns[coming] > AGAIN:
                raise Stuck(
                    f"the turn of {coming.at:%Y-%m-%d %H:%M:%S} UTC ({coming.kind}) comes again and again"
                )
            self._threads.share(None if coming.kind in ("golive", "reading") else 0)
            self._make(coming)
            made(coming.at)
        self._threads.share()
        return turns.total()

    def _next_instant(self) -> datetime:
        """Until then nothing needs a look, unless facts arrive."""
        coming = self._next(FAR)
        return min(coming.at if coming else FAR, self.at + LOOK_ANYWAY)

    def _next(self, until: datetime) -> Next | None:
        drained = self.store.positions()
        if drained.at is not None and self._is_ahead(drained):
            return Next("facts", drained.at)
        version = next_version(self._in_force, self.decided.changes)
        due = Due.objects.order_by("at").values_list("at", flat=True).first() if self._in_force else None
        return next_turn(
            decided=self.at,
            until=until,
            arrived=self._arrived(drained),
            golive=version.live_from if version else None,
            due=due,
            readings=midnights(self._of_accounts(), self.at) if self._in_force else {},
            now=self.clock.now(),
            late=self.watch.next_late() if self._in_force else None,
            undecided=self._undecided(),
            published=editing.next_published(drained.changes),
        )

    def _undecided(self) -> datetime | None:
        """Until when no model can be live; None once one is."""
        if self._in_force:
            return None
        first = ModelVersion.objects.order_by("live_from").values_list("live_from", flat=True).first()
        return first or FAR

    def _position(self) -> tuple[int, int]:
        return self.decided.inbox, self.decided.changes

    def _arrived(self, drained: Positions) -> datetime | None:
        """When the first fact that is not drained arrived, in the log, the inbox or the changes."""
        instants = [self.reader.next_received(drained.inbox), editing.next_made(drained.changes)]
        return min((instant for instant in instants if instant is not None), default=None)

    def _of_accounts(self) -> set[str]:
        """The zones that accounts are in."""
        if self._zones is None:
            told = self.store.run("select distinct zone from account")
            self._zones = {zone or self.store.home_zone for (zone,) in told}
        return self._zones

    def _make(self, coming: Next) -> None:
        try:
            match coming.kind:
                case "facts":
                    self._facts(coming.at)
                case "golive":
                    self._go_live(coming.at)
                case "late":
                    self._late(coming.at)
                case "reading":
                    self._reading(coming)
                case "due":
                    self._due(coming.at)
        except BaseException:
            # Nothing of the turn is stored; what stands beside the facts is read anew.
            self._start()
            raise

    def _facts(self, until: datetime) -> None:
        entries = self.reader.take(self.decided.inbox, until)
        changes = editing.made_until(self.decided.changes, until)
        before = self._position()
        behind = self.store.positions()
        latest = max(recovery.latest(entries, changes) or self.at, self.at)
        at = behind.at if self._is_ahead(behind) else latest
        assert at is not None
        with self._threads.sharing(entries), self.store.transaction():
            drained = drain(self.store, entries, changes, at)
            step = self.unfinished.note(before, drained)
        self.versions.come(drained)
        with transaction.atomic():
            accounts.observe(self.store, step.described, at, self.store.positions().changes)
            accounts.observe_listed(self.store, step.listed)
            self.directory.refresh(step.described)
            self._mirrored &= not joining.follow(changes, at)
            touched = frozenset(one for one in step.touched if one in self.directory)
            self._threads.share(len(touched))
            if any(change.kind == StaffSet.kind for change in changes):
                self.versions.forget()
            self.watch.drained(at, drained.arrived, changes)
            self._forget_foreseen(drained.created or drained.rebuilt or step.described)
            if self._in_force and touched and self._is_news(at):
                self._turning.begin_day(self._live(), at, self._of_accounts())
            coming = self._coming(at) if self._in_force and touched else Coming()
            for turn in self._turning.each(self._live(), at, touched=touched, before=before):
                deciding.by_facts(turn, changes, step.moved, coming)
            self._decided(at)
        export(self.store, self.inbox, self.log)

    def looking(self, at: datetime, account: int) -> Turn | None:
        """A turn that decides nothing, to ask questions about an account with; None while no model is live."""
        self._forget_foreseen()
        return self._turning.looking(self._live(), at, account)

    def surveying(self) -> list[Turn]:
        """A turn for each model in force that decides nothing, to ask questions about all who follow it with."""
        self._forget_foreseen()
        return self._turning.surveying(self._live(), self.at)

    def _is_ahead(self, drained: Positions) -> bool:
        return (drained.inbox, drained.changes) != self._position()

    def _is_news(self, at: datetime) -> bool:
        return self.clock.now() - at < LATE

    def _go_live(self, at: datetime) -> None:
        """A version comes into force: every account is read, and every due row made, by its rules."""
        version = next_version(self._in_force, self.decided.changes)
        assert version is not None
        with transaction.atomic():
            Live.objects.update_or_create(name=version.name, defaults={"version": version})
            replaced = self._in_force.get(version.name)
            self._in_force[version.name] = version
            # Whom each account follows was not kept while there was one model.
            self._mirrored &= len(self._in_force) == 1
            self._forget_foreseen()
            relationships.split(self.store, self.directory, self._running(), at)
            self.versions.forget_overnight()
            self._live()
            running = self.versions.get(version.pk)
            rename(running, self.mirror)
            if replaced:
                self._replace(self.versions.get(replaced.pk), running, at)
            planned: set[int] = set()
            for turn in self._turning.each(self._live(), at, everyone=True, before=self._position()):
                deciding.going_live(turn)
                planned.update(turn.directory[account].row for account in turn.everybody())
            planning.forget_others(planned)
            running.plans.stand_alone()
            self.versions.settle()
            self._decided(at)

    def _replace(self, was: Running, running: Running, at: datetime) -> None:
        """What both say of a moment goes on: what was planned, and a warning that is due just now."""
        running.plans.follow(was.plans, dated_alike(was, running))
        anew = {name for name, since in running.since.items() if since == running.version.live_from}
        gone = was.program.model.moments.keys() - running.program.model.moments.keys()
        Due.objects.filter(kind=DueKind.WARN, at__lte=at, moment__in=anew | gone).delete()

    def _late(self, at: datetime) -> None:
        """Nothing has come from a source for longer than is usual: it is said, and opens nothing."""
        with transaction.atomic():
            self.watch.notice(at)
            self._forget_foreseen()
            self._decided(at)

    def _reading(self, coming: Next) -> None:
        with transaction.atomic():
            ahead = self._ahead(coming.at)
            for turn in self._turning.each(
                self._live(), coming.at, zones=coming.zones, before=self._position()
            ):
                if ahead:
                    foresee(turn, ahead)
                deciding.at_reading(turn)
            staffing.reassign(turn)
            ZoneReading.objects.filter(zone__in=coming.zones).update(read_at=coming.at)
            self._decided(coming.at)
        compact(self.store)
        join(self.log, self.clock.now())
        roll_up_old(self.store, self.inbox, self.log, self.versions.models(), coming.at)

    def _due(self, at: datetime) -> None:
        rows = list(
            Due.objects.filter(at__lte=at).select_related("occurrence__model_version").order_by("at", "pk")
        )
        self._threads.share(len(rows))
        by_kind = {kind: [row for row in rows if row.kind == kind] for kind in DueKind}
        with transaction.atomic():
            Due.objects.filter(pk__in=[row.pk for row in by_kind[DueKind.PHASE]]).delete()
            ahead = self._ahead(at)
            for turn in self._turning.each(
                self._live(), at, touched=self.directory.stores(rows), before=self._position()
            ):
                if ahead:
                    foresee(turn, ahead)
                turn.touched &= self.directory.stores(by_kind[DueKind.PHASE])
                deciding.when_due(turn, by_kind)
            self._decided(at)

    def _ahead(self, at: datetime) -> Coming | None:
        """What to foresee at a turn that brings no facts; None while it was foreseen already."""
        return self._coming(at) if at >= self._foreseen_until else None

    def _coming(self, at: datetime) -> Coming:
        """What comes before more facts do, within a day."""
        arrived = self._arrived(self.store.positions())
        before = min(arrived or FAR, self._until + datetime.resolution, at + timedelta(days=1))
        self._foreseen_until = before
        due = Due.objects.filter(at__lt=before).select_related("occurrence").order_by("at", "pk")
        return Coming(list(due), readings(at, before) if len(self.directory.all()) < SMALL else [])

    def _forget_foreseen(self, moved: Collection[int] | None = None) -> None:
        """The facts are other ones than they were. `moved`: the accounts whose zones may be, where these are known."""
        self._foreseen_until = EPOCH
        if moved is None or moved:
            self._zones = None
        self.versions.forget_foreseen()

    def _decided(self, at: datetime) -> None:
        drained = self.store.positions()
        self.decided.inbox, self.decided.changes = drained.inbox, drained.changes
        self.decided.at = max(at, self.at)
        self.decided.save()
