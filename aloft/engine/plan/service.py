"""Plans on request: made beside the engine's turns, so that who asks again, or asks for the same, waits for one.

`plan_of(text)` is what a page calls; the engine keeps the plans that were asked for last.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from aloft.engagement.load import Reading, read_model
from aloft.engagement.model import Model
from aloft.engagement.problems import InvalidModel
from aloft.engine.backtest.run import Lately, NotTested, lately
from aloft.engine.client import ask
from aloft.engine.jobs import Answer, Job
from aloft.engine.loop import Engine
from aloft.engine.plan.ground import Ground, ground
from aloft.engine.plan.making import make
from aloft.engine.plan.values import as_object
from aloft.engine.publishing import NotPublished
from aloft.engine.returning import returning
from aloft.facts.keep import Progress
from aloft.records.models import ModelVersion

KEPT = 8
FRESH = 60.0
"""Seconds for which a page shows a plan that was made."""
REPLAYED = 90
"""Days of the past that are asked how often the text would have opened what."""


class NoPlan(ValueError):
    """What was asked for cannot be planned; the message says why."""


def read(arguments: Mapping[str, Any]) -> Reading:
    """The text under `document`, or that of a stored version: `model` and `version`. Raises NoPlan.

    `bases`: what a text extended before it was made whole.
    """
    if "document" not in arguments:
        return _stored(str(arguments.get("model", "")), int(arguments.get("version", 0)))
    try:
        reading = read_model(str(arguments["document"]), str(arguments.get("file", "model.yaml")))
    except InvalidModel as invalid:
        raise NoPlan("\n".join(str(problem) for problem in invalid.problems)) from None
    bases = tuple(arguments.get("bases") or reading.model.bases)
    return replace(reading, model=replace(reading.model, bases=bases))


def _stored(name: str, number: int) -> Reading:
    """A version as it would be published again. Raises NoPlan."""
    newest = ModelVersion.objects.filter(name=name).order_by("version").last()
    try:
        if newest is None or newest.version != number:
            return returning(name, number).reading
        reading = read_model(newest.document, f"{name}.yaml")
    except (NotPublished, InvalidModel) as refused:
        raise NoPlan(str(refused)) from None
    return replace(reading, model=replace(reading.model, bases=tuple(newest.bases)))


def answer(engine: Engine, arguments: Mapping[str, Any], progress: Progress) -> Answer:
    """Make a plan here and now. `replay`: rules that nobody has seen are asked of the last 90 days."""
    try:
        reading = read(arguments)
    except NoPlan as refused:
        return {"error": str(refused)}
    return _made(ground(engine), reading, progress, engine.home if arguments.get("replay") else None)


def _made(stands: Ground, reading: Reading, progress: Progress, home: Path | None) -> Answer:
    """`home`: where the log lies, if the past is asked too."""
    seen = replayed(home, reading.model, stands.at, progress) if home else None
    return {"plan": as_object(make(stands, reading, progress, seen))}


def replayed(home: Path, model: Model, at: datetime, progress: Progress) -> Lately | None:
    """What a text would have opened lately. None where nothing was recorded yet."""
    done = count(1)
    try:
        return lately(home, model, at, REPLAYED, lambda _at: progress(min(next(done), REPLAYED), REPLAYED))
    except NotTested:
        return None


class Planner:
    """Begins plans between the engine's turns and makes them beside it, one after the other."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._alone = threading.Lock()

    def begin(self, engine: Engine, arguments: Mapping[str, Any]) -> Job:
        """Called in the engine's thread, and quick. `fresh`: for how many seconds a plan that is made will do."""
        key = hashlib.sha256(repr(_asked(arguments)).encode()).hexdigest()
        known, now = self._jobs.get(key), time.monotonic()
        if known and (not known.over.is_set() or now - known.begun < float(arguments.get("fresh", 0))):
            return known
        job = Job(now)
        try:
            reading = read(arguments)
        except NoPlan as refused:
            job.refuse(str(refused))
            return job
        self._keep(key, job)
        stands, home = ground(engine), engine.home if arguments.get("replay") else None
        job.begin("plan", lambda heard: _made(stands, reading, heard, home), self._alone)
        return job

    def _keep(self, key: str, job: Job) -> None:
        self._jobs.pop(key, None)
        self._jobs[key] = job
        if len(self._jobs) > KEPT:
            self._jobs.popitem(last=False)


def _asked(arguments: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(arguments.get(name) for name in ("document", "model", "version", "replay"))


@dataclass(frozen=True)
class Asked:
    """A plan as JSON holds it (`values.Plan`), or none yet: `share` of it is made, `error` says what is wrong.

    All three empty: the engine does not run, or is busy.
    """

    plan: Answer | None = None
    share: float | None = None
    error: str = ""


def plan_of(text: str = "", *, model: str = "", version: int = 0, patience: float = 2.0) -> Asked:
    """What publishing a text would do, or a stored version of a model; asked again, it goes on where it was.

    Waits `patience` seconds between words from the engine; a plan that takes longer is made meanwhile.
    """
    heard: list[tuple[int, int]] = []
    given: dict[str, object] = {"model": model, "version": version} if model else {"document": text}

    def progress(done: int, of: int) -> None:
        heard.append((done, of))
        if time.monotonic() > until:
            raise TimeoutError  # which ends the asking, not the making

    until = time.monotonic() + patience
    found = ask("plan", patience=patience, progress=progress, fresh=FRESH, **given)
    if found is None:
        share = heard[-1][0] / heard[-1][1] if heard else None
        return Asked(share=share)
    return Asked(found.get("plan"), None, str(found.get("error", "")))
