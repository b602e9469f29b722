"""An account as it was known at an instant: its log rolled that far into a scratch store, and what was decided
until then beside it. The same SQL is read over it as the live pass reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter

from django.db.models import Q

from aloft.act.models import Due, DueKind, Occurrence, OccurrenceState, Verdict
from aloft.act.standing import as_of
from aloft.collect.values import EPOCH
from aloft.engine import editing, planning
from aloft.engine.dating import History
from aloft.engine.directory import Directory, Known, fields_then
from aloft.engine.explained import Explanation
from aloft.engine.loop import Engine
from aloft.engine.mirror import HAPPENED, Followed, Mirror, Position
from aloft.engine.models import DataAlert
from aloft.engine.staff import Staff
from aloft.engine.turn import Turn
from aloft.engine.versions import Running, precedence
from aloft.engine.why import by_moment, not_open
from aloft.facts import relationships
from aloft.facts.drain import drain
from aloft.facts.excerpt import entries_about, family_of
from aloft.facts.keep import fill
from aloft.facts.rolling import day_of, rolled_up_to
from aloft.facts.scratch import scratch
from aloft.facts.store import FactStore
from aloft.measures.daily import BAND, HEALTH, PROFILE, code_of
from aloft.measures.detectors.asked import Detector
from aloft.measures.frame import Frames
from aloft.measures.health.bands import NAMES
from aloft.measures.models import AccountProjection, Daily, HealthDay, PositionChange, Signal, SpellChange
from aloft.records.models import ModelVersion


class NotKnown(ValueError):
    """What was at that instant cannot be told; the message says why."""


@dataclass(frozen=True)
class Then:
    """The account in a scratch store, and a turn at the instant that decides nothing; its frame is built."""

    turn: Turn
    known: Known
    kept: KeptThen


def why_not_at(engine: Engine, account: str, at: datetime, moment: str | None = None) -> list[Explanation]:
    """Each moment (or one) that was not open at the account at `at`, by what was known and in force then.

    Raises NotKnown.
    """
    with looking_back(engine, account, at) as then:
        return not_open(then.turn, then.known, then.kept, moment)


@contextmanager
def looking_back(engine: Engine, account: str, at: datetime) -> Iterator[Then]:
    """Roll the account's log to `at`. Raises NotKnown."""
    known = engine.directory.find(account)
    if known is None:
        raise NotKnown(f"no account is called {account!r}")
    if at > engine.at:
        raise NotKnown(
            f"{at:%Y-%m-%d %H:%M} UTC is not decided yet: everything is up to {engine.at:%Y-%m-%d %H:%M}"
        )
    rolled = rolled_up_to(engine.store)
    if rolled is not None and day_of(at) <= rolled:
        raise NotKnown(
            f"events up to {EPOCH + timedelta(days=rolled):%Y-%m-%d} are rolled up: of an instant within those days "
            "nobody knows what had come"
        )
    change = _position(known, at)
    running = _in_force(engine, change, at)
    with scratch(engine.store.home_zone) as store:
        _roll(engine, store, known, running, at)
        yield _then(engine, store, known, running, change, at)


def _position(known: Known, at: datetime) -> PositionChange | None:
    changes = PositionChange.objects.filter(account=known.row)
    change = changes.filter(at__lte=at).order_by("at", "pk").last()
    if change is None and not changes.exists() and _stands(known):
        raise NotKnown(f"where {known.name} stood then was not kept by the release that ran")
    return change


def _stands(known: Known) -> bool:
    return AccountProjection.objects.filter(account=known.row).exclude(phase="").exists()


def _in_force(engine: Engine, change: PositionChange | None, at: datetime) -> Running:
    """The version that was live; of several models the one that the account followed, else the first."""
    newest: dict[str, ModelVersion] = {}
    for version in ModelVersion.objects.filter(live_from__lte=at).order_by("live_from", "pk"):
        newest[version.name] = version
    if not newest:
        raise NotKnown(f"no engagement model was live at {at:%Y-%m-%d %H:%M} UTC")
    followed = newest.get(change.model) if change else None
    return engine.versions.get((followed or min(newest.values(), key=precedence)).pk)


def _roll(engine: Engine, store: FactStore, known: Known, running: Running, at: datetime) -> None:
    """The log of the account and of its tree, in recorded order; with everybody's contracts where a rule asks how many
    customers there were."""
    customers = "customers" in running.frames.names
    family = family_of(engine.store, known.store)
    entries = entries_about(engine.store, family, at, customers=customers)
    names = [one.external for account in family if (one := engine.directory.get(account))]
    if relationships.are_kept(engine.store):
        relationships.keep(store)
    drain(store, entries, editing.about(None if customers else names, at), at)
    fill(store, running.program.kept)


def _then(
    engine: Engine,
    store: FactStore,
    known: Known,
    running: Running,
    change: PositionChange | None,
    at: datetime,
) -> Then:
    directory = Directory(store)
    directory.load()
    directory.date_back(fields_then(store, directory.all()))
    then = directory.find(known.external)
    if then is None:
        raise NotKnown(f"nothing was known of {known.name} at {at:%Y-%m-%d %H:%M} UTC")
    model, mirror = running.program.model, Mirror(store, directory)
    alerts = DataAlert.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), since__lte=at)
    frames = running.frames.elsewhere(store.connection, dict(alerts.values_list("source", "mark")))
    kept = KeptThen(then, at)
    _mirror(mirror, kept, change, frames)
    turn = Turn(
        at,
        Running(running.version, running.program, frames),
        directory,
        mirror,
        Staff(at, model.clock, people=()),
        engine.versions,
        engine.watch,
        frozenset({then.store}),
    )
    if change is not None and change.model_since is not None:
        turn.among, turn.joined = (model.name,), {then.store: change.model_since}
    turn.ask()
    kept.read(turn)
    return Then(turn, then, kept)


def _mirror(mirror: Mirror, kept: KeptThen, change: PositionChange | None, frames: Frames) -> None:
    account = kept.known.store
    if change is not None:
        mirror.move([_as_position(change, account)])
        mirror.follow([Followed(account, change.model, change.model_since or change.at)])
        mirror.judged({account: _judged(kept, frames)})
    opened = attrgetter(*HAPPENED)
    told = [opened(one) for one in kept.occurrences if one.closed_as != "absorbed"]
    counted: dict[tuple[int, str], int] = {}
    for row, moment, *_ in told:
        counted[row, moment] = counted.get((row, moment), 0) + 1
    mirror.happened(told, counted, [account])


def _as_position(change: PositionChange, account: int) -> Position:
    return Position(
        account,
        change.phase or None,
        change.phase_since,
        change.phase_entry,
        change.segment or None,
        change.segment_since,
        change.segment_waits or None,
        tuple(change.touch),
    )


def _judged(kept: KeptThen, frames: Frames) -> Mapping[str, float | None]:
    """What the newest daily pass had found; ranks are not kept, and unknown."""
    row, at = kept.known.row, kept.at
    today = kept.known.today(at, frames.home_zone)
    found: dict[str, float | None] = dict.fromkeys((one.key for one in frames.detectors), None)
    found |= _signals(row, frames.detectors, at)
    health = HealthDay.objects.filter(account=row, day__lt=today).order_by("day").last()
    if health is not None:
        found |= {HEALTH: health.score, BAND: float(NAMES.index(health.band))}
        found[PROFILE] = float(code_of(health.profile)) if health.profile else None
    return found


def _signals(row: int, detectors: Sequence[Detector], at: datetime) -> dict[str, float | None]:
    """Told while it is raised, and as it changes: what nothing was told of was not raised, or never known."""
    keys = [one.key for one in detectors if one.function != "rank"]
    if not keys:
        return {}
    told: defaultdict[str, list[Signal]] = defaultdict(list)
    for one in Signal.objects.filter(account=row, key__in=keys).order_by("at"):
        told[one.key].append(one)
    states = Daily.objects.filter(account=row).values_list("states", flat=True).first() or {}
    return {key: _signal(told[key], states.get(key, "u"), at) for key in keys}


def _signal(told: Sequence[Signal], state: str, at: datetime) -> float | None:
    """`told` is in order; `state` that of the newest daily pass."""
    before = [one for one in told if one.at <= at]
    if before:
        return None if before[-1].raised is None else float(before[-1].raised)
    if told:
        return 0.0 if told[0].raised else None
    return 0.0 if state.endswith("0") else None


class KeptThen:
    """What was decided of an account until an instant: occurrences as they stood, verdicts, what it waited for."""

    def __init__(self, known: Known, at: datetime) -> None:
        self.known, self.at = known, at
        self._due: list[Due] = []

    @cached_property
    def occurrences(self) -> list[Occurrence]:
        return as_of(Occurrence.objects.filter(account=self.known.row).order_by("opened_at", "id"), self.at)

    def busy(self) -> set[str]:
        return {one.moment for one in self.occurrences if one.state != OccurrenceState.CLOSED}

    @cached_property
    def _verdicts(self) -> Mapping[str, Sequence[Verdict]]:
        return by_moment(Verdict.objects.filter(account=self.known.row, at__lte=self.at))

    def verdicts(self, moment: str) -> Sequence[Verdict]:
        return self._verdicts.get(moment, ())

    def waits(self, moment: str, kind: DueKind) -> Due | None:
        if kind == DueKind.HOLD:
            return self._held(moment)
        found = [one for one in self._due if one.moment == moment and one.kind == kind]
        return min(found, key=lambda one: one.at, default=None)

    def read(self, turn: Turn) -> None:
        """Work out the due rows of then, by the same rules, from the frame of the turn."""
        told = planning.history_of([self.known.row], self.at)
        scheduled = [one for one in self.occurrences if one.trigger == "schedule"]
        last = {
            (one.account_id, one.moment): one.due_at for one in sorted(scheduled, key=lambda one: one.due_at)
        }
        history = History(told.keys, last, told.put_off)
        for _, ahead in planning.moments_ahead(turn, turn.rows([self.known.store]), history):
            self._due += [row.as_due() for row in ahead.due]

    @cached_property
    def _spells(self) -> Mapping[str, SpellChange]:
        """By moment, the last change of its condition."""
        changes = SpellChange.objects.filter(account=self.known.row, at__lte=self.at).order_by("at", "pk")
        return {change.moment: change for change in changes}

    def _held(self, moment: str) -> Due | None:
        last = self._spells.get(moment)
        if last is None or not last.holds or last.waits_until is None or last.waits_until <= self.at:
            return None
        return Due(at=last.waits_until, kind=DueKind.HOLD, moment=moment, n=last.n)
