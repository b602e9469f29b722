"""Backtests on request: asked for by a page, made beside the engine's turns, and kept for who looks again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from aloft.engagement.load import read_model
from aloft.engagement.model import Model
from aloft.engagement.problems import InvalidModel
from aloft.engine.backtest.run import NotTested, backtest
from aloft.engine.backtest.told import summary
from aloft.engine.client import ask
from aloft.engine.jobs import Answer, Job
from aloft.engine.loop import Engine
from aloft.engine.models import BacktestRun
from aloft.facts.keep import Progress
from aloft.records import audit
from aloft.revenue.rates import NoRate

KEPT = 20
"""Runs that are kept, the newest."""
LONGEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Subject:
    """A text to test, and whence it comes: "version 3 of acme"."""

    says: str
    document: str


@transaction.atomic
def ask_for(
    *, subject: Subject, against: Subject | None, first: date, last: date, actor: str, at: datetime
) -> BacktestRun:
    """Keep what is asked for; the engine makes it once it is asked. The oldest runs go."""
    run = BacktestRun.objects.create(
        says=subject.says,
        document=subject.document,
        against_says=against.says if against else "",
        against=against.document if against else "",
        first=first,
        last=last,
        asked_by=actor,
        asked_at=at,
    )
    kept = BacktestRun.objects.values_list("pk", flat=True)[:KEPT]
    BacktestRun.objects.exclude(pk__in=list(kept)).delete()
    payload = {"of": subject.says, "against": run.against_says, "from": str(first), "to": str(last)}
    audit.record(
        actor=actor, action="backtest.asked", subject=f"backtest:{run.public_id}", payload=payload, at=at
    )
    return run


class Tester:
    """Begins runs between the engine's turns and makes them beside it, one after the other."""

    def __init__(self) -> None:
        self._jobs: dict[UUID, Job] = {}
        self._alone = threading.Lock()

    def begin(self, engine: Engine, arguments: Mapping[str, Any]) -> Job:
        """Called in the engine's thread, and quick: the job of a run, which is begun if it is not."""
        asked = UUID(str(arguments["run"]))
        if asked in self._jobs:
            return self._jobs[asked]
        job = Job()
        run = BacktestRun.objects.filter(public_id=asked, done_at=None).first()
        if run is None:
            job.told = {"done": True}
            job.over.set()
            return job
        home, now = engine.home, engine.clock.now
        self._jobs = {key: one for key, one in self._jobs.items() if not one.over.is_set()} | {asked: job}
        job.begin("backtest", lambda heard: make(home, run, now, heard), self._alone)
        return job


def make(home: Path, run: BacktestRun, now: Callable[[], datetime], progress: Progress) -> Answer:
    """Test the text of a run, and the other beside it; what it told, or why it could not, is kept."""
    documents = [one for one in (run.document, run.against) if one]
    days = (run.last - run.first).days + 1
    try:
        models = [_read(one) for one in documents]
        told = []
        for number, model in enumerate(models):

            def heard(at: datetime, before: int = number * days) -> None:
                progress(before + min((at.date() - run.first).days, days), days * len(documents))

            told.append(summary(backtest(home, model, run.first, run.last, now(), heard)))
        run.told = {**told[0], "against": told[1] if len(told) > 1 else None}
    except (NotTested, NoRate) as refused:
        run.error = str(refused)
    except InvalidModel as invalid:
        run.error = "\n".join(str(problem) for problem in invalid.problems)
    run.done_at = now()
    run.save(update_fields=["told", "error", "done_at"])
    return {"done": True}


def _read(document: str) -> Model:
    return read_model(document, "model.yaml").model


@dataclass(frozen=True)
class Come:
    """How far a run has come: a share, None where the engine does not answer; `error` says what went wrong."""

    share: float | None = None
    error: str = ""


def come(run: BacktestRun, patience: float) -> Come:
    """Ask the engine for `patience` seconds to make a run; asked again, it goes on where it was."""
    heard: list[tuple[int, int]] = []

    def progress(done: int, of: int) -> None:
        heard.append((done, of))
        raise TimeoutError  # which ends the asking, not the making

    found = ask("backtest", patience=patience, progress=progress, run=str(run.public_id))
    if found is None:
        return Come(heard[-1][0] / heard[-1][1] if heard else None)
    return Come(1.0, str(found.get("error", "")))
