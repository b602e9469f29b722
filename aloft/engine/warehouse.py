"""The export for engines beside ours: facts, contracts and what was decided, as of one instant between two turns; and
with them, where it is asked for, what was recorded since the first day, from which the past is played again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aloft.engine import editing
from aloft.engine.erasing import completed
from aloft.engine.jobs import Answer, Job
from aloft.engine.loop import Engine
from aloft.engine.plan.ground import Ground, ground
from aloft.facts import recorded
from aloft.facts.keep import Progress
from aloft.facts.recorded import RECORDED, Taken
from aloft.facts.store import FactStore
from aloft.facts.warehouse import FACTS, Exported, Relation, export, folder_of, forget
from aloft.measures.decided import DECIDED
from aloft.measures.frame import naive
from aloft.measures.spark.evaluation import LATE
from aloft.measures.tables import set_up
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


def answer(engine: Engine, progress: Progress, *, log: bool = False) -> Answer:
    """Export here and now; with `log`, also what was recorded."""
    return _begun(engine, log)(progress)


def _begun(engine: Engine, log: bool) -> Callable[[Progress], Answer]:
    """Take the ground; what is returned makes the export of it, meanwhile or later."""
    stands, erased, home = ground(engine), completed(), engine.home
    drained = stands.store.positions().inbox
    taken = recorded.take(home / "log", engine.inbox, drained) if log else None
    return lambda progress: _exported(stands, taken, erased, home, progress)


def _exported(stands: Ground, taken: Taken | None, erased: int, home: Path, progress: Progress) -> Answer:
    """`erased`: how many erasures were completed when the ground was taken, which still knows of later ones."""
    try:
        set_up(stands.store.connection, stands.store.home_zone)
        stands.decide_here()
        stands.standing.refresh()
        with _recorded(stands.store, taken) as further:
            exported = export(
                stands.store, folder_of(home), stands.at, relations(stands.behind), progress, further
            )
    finally:
        stands.close()
    if completed() != erased:
        forget(folder_of(home))
        return {"error": MEANWHILE}
    return _told(home, exported)


@contextmanager
def _recorded(store: FactStore, taken: Taken | None) -> Iterator[Sequence[tuple[FactStore, Relation]]]:
    if taken is None:
        yield ()
        return
    upto = store.positions()
    with recorded.staged(taken, editing.upto(upto.changes), upto.inbox) as beside:
        yield [(beside, one) for one in RECORDED]


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
    """Begins exports between the engine's turns and makes them beside it; who asks for the same meanwhile waits for
    that one."""

    def __init__(self) -> None:
        self._jobs: dict[bool, Job] = {}
        self._alone = threading.Lock()

    def begin(self, engine: Engine, arguments: Mapping[str, Any]) -> Job:
        log = bool(arguments.get("log"))
        if log not in self._jobs or self._jobs[log].over.is_set():
            self._jobs[log] = Job()
            self._jobs[log].begin("export", _begun(engine, log), self._alone)
        return self._jobs[log]
