"""The export for engines beside ours: facts, contracts and what was decided, as of one instant between two turns."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aloft.engine.erasing import completed
from aloft.engine.jobs import Answer, Job
from aloft.engine.loop import Engine
from aloft.engine.plan.ground import Ground, ground
from aloft.facts.keep import Progress
from aloft.facts.warehouse import FACTS, Exported, Relation, export, folder_of, forget
from aloft.measures.decided import DECIDED
from aloft.measures.frame import naive, set_up
from aloft.measures.spark.evaluation import LATE
from aloft.revenue.rates import quoted

STANDING = ("standing", "contracts_known")
MEANWHILE = "somebody was erased while the export was made, so it is gone: export again"


def relations(behind: Mapping[str, datetime] = MappingProxyType({})) -> Iterator[Relation]:
    """What a frame is read from, but for state, which follows from events. `behind`: sources that are late, each with
    its mark."""
    yield from FACTS
    for name in (*STANDING, *DECIDED):
        yield Relation(name, f"SELECT * FROM {name}")
    yield Relation(LATE, _late(behind))


def _late(behind: Mapping[str, datetime]) -> str:
    marks = [f"SELECT {quoted(source)}, TIMESTAMP '{naive(mark)}'" for source, mark in sorted(behind.items())]
    return " UNION ALL ".join(["SELECT ''::TEXT AS source, NULL::TIMESTAMP AS mark WHERE false", *marks])


def answer(engine: Engine, progress: Progress) -> Answer:
    """Export here and now."""
    return _exported(ground(engine), completed(), engine.home, progress)


def _exported(stands: Ground, erased: int, home: Path, progress: Progress) -> Answer:
    """`erased`: how many erasures were completed when the ground was taken, which still knows of later ones."""
    try:
        set_up(stands.store.connection, stands.store.home_zone)
        stands.decide_here()
        stands.standing.refresh()
        exported = export(stands.store, folder_of(home), stands.at, relations(stands.behind), progress)
    finally:
        stands.close()
    if completed() != erased:
        forget(folder_of(home))
        return {"error": MEANWHILE}
    return _told(home, exported)


def _told(home: Path, exported: Exported) -> Answer:
    manifest = exported.manifest
    files = [file for each in manifest.relations.values() for file in each]
    return {
        "folder": str(folder_of(home)),
        "at": manifest.at,
        "entries": manifest.inbox,
        "files": len(files),
        "bytes": sum(file.bytes for file in files),
        "written": exported.written,
        "events": sum(file.rows for file in manifest.relations["event"]),
    }


class Exporter:
    """Begins exports between the engine's turns and makes them beside it; who asks meanwhile waits for that one."""

    def __init__(self) -> None:
        self._job: Job | None = None
        self._alone = threading.Lock()

    def begin(self, engine: Engine, _arguments: Mapping[str, Any]) -> Job:
        if self._job is None or self._job.over.is_set():
            self._job = Job()
            stands, erased, home = ground(engine), completed(), engine.home
            self._job.begin("export", lambda heard: _exported(stands, erased, home, heard), self._alone)
        return self._job
