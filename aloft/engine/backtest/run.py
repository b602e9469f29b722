"""A model over the past: rolled once, evaluated each day on the way, and held against what became of the customers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aloft.engagement.model import Model
from aloft.engine.backtest import holdouts
from aloft.engine.backtest.evaluation import Evaluation
from aloft.engine.backtest.figures import DOWNSELL, UNSAID, figures
from aloft.engine.backtest.tape import Tape
from aloft.engine.backtest.values import ALERTS, Capacity, Figures, Loss, Opened, Paying, Played, Truth
from aloft.engine.home import seldom_collecting
from aloft.engine.opening import minutes_of
from aloft.engine.threads import Threads
from aloft.engine.versions import Running
from aloft.facts.keep import fill
from aloft.facts.store import FactStore
from aloft.measures.frame import Frames
from aloft.measures.lean import opening
from aloft.measures.program import compile_model
from aloft.records.models import ModelVersion, Person
from aloft.revenue import movements
from aloft.revenue.conventions import EVERYTHING

Heard = Callable[[datetime], object]
"""Hears of each reading, with its instant."""


class NotTested(ValueError):
    """There is nothing to test on; the message says why."""


@dataclass(frozen=True)
class Backtest:
    played: Played
    truth: Truth
    figures: Figures


@dataclass(frozen=True)
class Rolled:
    """What a tape gives: its accounts and relationships by external id, the days that were read up to `last`, and all
    that opened, also what an experiment holds back."""

    accounts: Sequence[str]
    last: date
    days: frozenset[date]
    opened: Sequence[Opened]
    truth: Truth


def backtest(
    home: Path, model: Model, first: date, last: date, now: datetime, heard: Heard = lambda _at: None
) -> Backtest:
    """Roll the log of a deployment and evaluate `model` each day from `first` to `last`, both included.

    Nothing is changed, and the engine may run meanwhile. Raises NotTested, and NoRate where money cannot be summed.
    """
    return told(model, first, rolled(Tape.of(home), model, first, last, now, heard))


def rolled(
    tape: Tape, model: Model, first: date, last: date, now: datetime, heard: Heard = lambda _at: None
) -> Rolled:
    """Of the records only the exceptions of the tape's accounts are asked. Raises NotTested and NoRate."""
    if last < first:
        raise NotTested(f"{last} lies before {first}")
    last = min(last, now.astimezone(UTC).date())
    with playing(tape, model, first) as evaluation:
        days = _read(evaluation, last, heard)
        accounts = [evaluation.directory[one].external for one in evaluation.directory.all()]
        tape.roll(evaluation.store, now)
        return Rolled(accounts, last, days, evaluation.opened, _truth(evaluation.store, now.date()))


def told(model: Model, first: date, found: Rolled) -> Backtest:
    """With the figures, and without what experiments hold back."""
    played = _played(model, first, found.last, len(found.accounts), found.days, found.opened)
    return Backtest(played, found.truth, figures(played, found.truth, capacities(model), efforts(model)))


@contextmanager
def playing(tape: Tape, model: Model, first: date) -> Iterator[Evaluation]:
    """A model that goes live on a day at 00:00 of its home zone, over an empty store that the tape fills."""
    if tape.first is None:
        raise NotTested("nothing has been recorded yet: there is no past to test on")
    if tape.rolled_up is not None and first <= tape.rolled_up:
        raise NotTested(f"events up to {tape.rolled_up} are rolled up: test on later days")
    live_from = datetime.combine(first, time(), ZoneInfo(model.clock.home_zone))
    version = ModelVersion(name=model.name, version=0, live_from=live_from.astimezone(UTC))
    with seldom_collecting(), FactStore.open(":memory:", home_zone=model.clock.home_zone) as store:
        read = opening(model)
        program, frames = compile_model(read), Frames(store.connection, read, store.home_zone)
        fill(store, program.kept)
        evaluation = Evaluation(store, tape, Running(version, program, frames))
        evaluation.go_live(version.live_from)
        Threads(store, len(evaluation.directory.all())).share()
        yield evaluation


def play(evaluation: Evaluation, first: date, last: date, heard: Heard) -> Played:
    """Every reading up to that which ends the last day, wherever it ends."""
    days = _read(evaluation, last, heard)
    model, accounts = evaluation.running.program.model, len(evaluation.directory.all())
    return _played(model, first, last, accounts, days, evaluation.opened)


def _read(evaluation: Evaluation, last: date, heard: Heard) -> frozenset[date]:
    end = datetime.combine(last + timedelta(days=1), time(), UTC) + timedelta(hours=12)
    days: set[date] = set()
    while (coming := evaluation.next_reading())[0] <= end:
        at, zones = coming
        evaluation.read(at, zones)
        days.add((at - timedelta(hours=12)).date())
        heard(at)
    return frozenset(days)


def _played(
    model: Model, first: date, last: date, accounts: int, days: frozenset[date], opened: Sequence[Opened]
) -> Played:
    """Whichever account was read first, what opened stands in the order of its instants."""
    within = sorted((one for one in opened if one.day <= last), key=_in_order)
    kept, held_back = holdouts.part(model, within)
    return Played(model.name, first, last, accounts, len(days), kept, held_back)


def _in_order(one: Opened) -> tuple[datetime, str, str, str, int]:
    return one.at, one.account, one.moment, one.anchor, one.n


def _truth(store: FactStore, known: date) -> Truth:
    """From the whole log. What is agreed for the future has not happened yet."""
    movements.stage(store, EVERYTHING, [])
    lost = store.run(
        """SELECT a.external, m.day, (-(m.churn + m.contraction) / m.before)::DOUBLE FROM moved m
        JOIN account a ON a.id = m.account
        WHERE m.before > 0 AND m.churn + m.contraction < 0 AND m.day <= ? ORDER BY m.day, a.external""",
        [known],
    )
    paying = store.run(
        """SELECT a.external, m.day, m.until FROM (
            SELECT account, day, now, lead(day) OVER (PARTITION BY account ORDER BY day) AS until FROM moved
            WHERE (before > 0) <> (now > 0)) m
        JOIN account a ON a.id = m.account WHERE m.now > 0 AND m.day <= ? ORDER BY m.day, a.external""",
        [known],
    )
    return Truth(
        known,
        [Loss(account, day, share) for account, day, share in lost if share >= DOWNSELL],
        [Paying(account, since, until) for account, since, until in paying],
    )


def capacities(model: Model) -> dict[str, Capacity]:
    """By role of people, from its hours a week, those who have it now, and the effort of its alerts."""
    found = {}
    for name, role in model.roles.items():
        if role.automated:
            continue
        people = list(Person.objects.filter(role=name))
        minutes = [
            minutes_of(moment.effort) or UNSAID
            for moment in model.moments.values()
            if moment.trigger.kind in ALERTS and name in moment.owners.values()
        ]
        hours = sum(float(person.hours_per_week or role.hours_per_week or 0) for person in people)
        most = hours * 60 / (sum(minutes) / len(minutes)) if hours and minutes else None
        found[name] = Capacity(len(people), most, hours or None)
    return found


def efforts(model: Model) -> dict[str, int]:
    """Minutes by moment, of those that say any."""
    told = {name: minutes_of(moment.effort) for name, moment in model.moments.items()}
    return {name: minutes for name, minutes in told.items() if minutes}


@dataclass(frozen=True)
class Lately:
    """What a model would have opened in the last `days` days that are over."""

    days: int
    opened: Sequence[Opened]


def lately(
    home: Path, model: Model, now: datetime, days: int = 90, heard: Heard = lambda _at: None
) -> Lately:
    """Replay the days before today (UTC). Raises NotTested."""
    last = now.astimezone(UTC).date() - timedelta(days=1)
    first = last - timedelta(days=days - 1)
    with playing(Tape.of(home), model, first) as evaluation:
        return Lately(days, play(evaluation, first, last, heard).opened)
