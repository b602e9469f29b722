"""What can be asked of the engine, by the socket or in its own process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aloft.engine.asked import NoSuchReport
from aloft.engine.loop import Engine
from aloft.engine.reports import report, today
from aloft.engine.why import as_object, why_not
from aloft.revenue.rates import NoRate


class UnknownQuestion(ValueError):
    """Nothing of that name can be asked."""


def answer(engine: Engine, question: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as JSON. Raises UnknownQuestion."""
    match question:
        case "ping":
            return {"at": engine.at.isoformat()}
        case "run":
            turns = engine.run(datetime.fromisoformat(arguments["until"]))
            return {"turns": turns, "at": engine.at.isoformat()}
        case "why_not":
            return {"explanations": _why_not(engine, str(arguments["account"]), arguments.get("moment"))}
        case "report":
            return _told(lambda: {"report": asdict(report(engine, str(arguments["name"]), arguments))})
        case "revenue":
            return _told(lambda: {"figures": engine.desk.figures(arguments, today(engine))})
        case "behind":
            return _told(lambda: {"behind": engine.desk.behind(arguments, today(engine))})
        case _:
            raise UnknownQuestion(f"nobody can ask the engine “{question}”")


def _why_not(engine: Engine, account: str, moment: str | None) -> list[dict[str, Any]]:
    known = engine.directory.find(account)
    turn = engine.looking(engine.at, known.store) if known else None
    if known is None or turn is None:
        return []
    return [as_object(one) for one in why_not(turn, known, moment)]


def _told(tell: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return tell()
    except (NoSuchReport, NoRate) as refused:
        return {"error": str(refused)}
