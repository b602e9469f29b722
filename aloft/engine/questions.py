"""What can be asked of the engine, by the socket or in its own process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aloft.engagement.load import load
from aloft.engine import warehouse
from aloft.engine.asked import NoSuchReport
from aloft.engine.explained import as_object
from aloft.engine.loop import Engine, Made
from aloft.engine.past import NotKnown, why_not_at
from aloft.engine.plan import service as plan
from aloft.engine.reports import report, today
from aloft.engine.sifting import sift
from aloft.engine.story import tell
from aloft.engine.why import why_not
from aloft.facts.changes import TITLED, fact_title
from aloft.facts.keep import Progress
from aloft.facts.newest import Wanted, newest
from aloft.measures.explain import UnknownName, explain
from aloft.measures.explain import as_object as explained_as_object
from aloft.measures.levels import answerable, present
from aloft.measures.question import Ask, aware, naive
from aloft.revenue.rates import NoRate

MOST_EVENTS = 200


class UnknownQuestion(ValueError):
    """Nothing of that name can be asked."""


def answer(
    engine: Engine, question: str, arguments: Mapping[str, Any], progress: Progress = lambda _done, _of: None
) -> dict[str, Any]:
    """The answer as JSON; `progress` hears how far a long one has come. Raises UnknownQuestion."""
    match question:
        case "ping":
            return {"at": engine.at.isoformat()}
        case "run":
            return moved(engine, datetime.fromisoformat(arguments["until"]))
        case "fill":
            engine.versions.fill(load(str(arguments["document"]), "model.yaml"), progress)
            return {}
        case "plan":
            return plan.answer(engine, arguments, progress)
        case "warehouse":
            return warehouse.answer(engine, progress, log=bool(arguments.get("log")))
        case "erase":
            return {"erased": engine.erase()}
        case "why_not":
            return {"explanations": _why_not(engine, str(arguments["account"]), arguments.get("moment"))}
        case "why_not_at":
            return _why_not_at(engine, arguments)
        case "explain":
            return _explained(engine, str(arguments["account"]), str(arguments["name"]))
        case "anchor":
            return _anchor(engine, str(arguments["account"]), str(arguments["name"]))
        case "sift":
            return sift(engine, arguments)
        case "story":
            return _story(engine, str(arguments["account"]))
        case "levels":
            return {"levels": _levels(engine)}
        case "newest":
            return {"newest": _newest(engine, arguments)}
        case "sources":
            senders = {name: last.isoformat() for name, last in engine.watch.sources.senders().items()}
            return {"sources": _sources(engine), "senders": senders}
        case "report":
            return _told(lambda: {"report": asdict(report(engine, str(arguments["name"]), arguments))})
        case "revenue":
            return _told(lambda: {"figures": engine.desk.figures(arguments, today(engine))})
        case "behind":
            return _told(lambda: {"behind": engine.desk.behind(arguments, today(engine))})
        case _:
            raise UnknownQuestion(f"nobody can ask the engine “{question}”")


def moved(engine: Engine, until: datetime, made: Made = lambda _at: None) -> dict[str, Any]:
    turns = engine.run(until, made)
    return {"turns": turns, "at": engine.at.isoformat()}


def _why_not(engine: Engine, account: str, moment: str | None) -> list[dict[str, Any]]:
    known = engine.directory.find(account)
    turn = engine.looking(engine.at, known.store) if known else None
    if known is None or turn is None:
        return []
    return [as_object(one) for one in why_not(turn, known, moment)]


def _why_not_at(engine: Engine, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """As of an instant that is past: the account's log is rolled to it."""
    at = datetime.fromisoformat(str(arguments["at"]))
    try:
        found = why_not_at(engine, str(arguments["account"]), at, arguments.get("moment"))
    except NotKnown as refused:
        return {"error": str(refused)}
    return {"explanations": [as_object(one) for one in found]}


def _explained(engine: Engine, account: str, name: str) -> dict[str, Any]:
    """The facts behind a value of an account, as of the engine's instant."""
    known = engine.directory.find(account)
    turn = engine.looking(engine.at, known.store) if known else None
    if known is None or turn is None:
        return {"error": f"no account is called {account!r}, or no model is live"}
    try:
        return {"explained": explained_as_object(explain(turn.frames, known.store, engine.at, name))}
    except UnknownName as refused:
        return {"error": str(refused)}


def _anchor(engine: Engine, account: str, name: str) -> dict[str, Any]:
    """When what a schedule may count from is at an account, null where it is nowhere; nothing of what no rule of its
    model reads."""
    known = engine.directory.find(account)
    turn = engine.looking(engine.at, known.store) if known else None
    if known is None or turn is None:
        return {}
    turn.frames.ask([Ask(known.store, known.store, engine.at)])
    turn.frames.build()
    row = turn.frames.rows([known.store])[known.store]
    if name not in row:
        return {}
    at = aware(row[name]) if isinstance(row[name], datetime) else None  # type: ignore[arg-type]
    return {"at": at.isoformat() if at else None}


def _story(engine: Engine, account: str) -> dict[str, Any]:
    known = engine.directory.find(account)
    turn = engine.looking(engine.at, known.store) if known else None
    if known is None or turn is None:
        return {"error": f"no account is called {account!r}, or no model is live"}
    return {"story": tell(turn, engine.store, known.store)}


def _levels(engine: Engine) -> dict[str, Any]:
    there = present(engine.store.connection, naive(engine.at), [fact_title(fact) for fact in sorted(TITLED)])
    answers = [[one.feature, one.works, one.says] for one in answerable(there)]
    return {"as_of": engine.at.isoformat(), "present": there, "answers": answers}


def _newest(engine: Engine, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events that arrived last. `accounts`: the external ids of those that may be told of; null for all."""
    wanted = Wanted(
        only=arguments["accounts"],
        source=str(arguments.get("source", "")),
        name=str(arguments.get("name", "")),
    )
    found = newest(engine.store, wanted, min(int(arguments.get("limit", 50)), MOST_EVENTS))
    return [
        {**asdict(one), "received": one.received.isoformat(), "occurred": one.occurred.isoformat()}
        for one in found
    ]


def _sources(engine: Engine) -> list[dict[str, Any]]:
    sources = engine.watch.sources
    standing = [sources.standing(name, engine.at) for name in sources.names]
    return [
        {
            "source": one.source,
            "complete_to": one.mark.isoformat(),
            "last": one.last.isoformat() if one.last else None,
            "usual_gap_seconds": one.usual.total_seconds() if one.usual else None,
            "late": one.is_late(engine.at),
        }
        for one in standing
    ]


def _told(tell: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return tell()
    except (NoSuchReport, NoRate) as refused:
        return {"error": str(refused)}
