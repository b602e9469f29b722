"""A backtest as JSON: what the command prints with `--json`, and what is kept for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date
from typing import Any

from aloft.engine.backtest.run import Backtest
from aloft.engine.backtest.values import Figures, Hits, OfMoment, OfRole, Opened


def as_object(told: Backtest) -> dict[str, Any]:
    """Instants are UTC, ISO 8601; days YYYY-MM-DD; shares fractions."""
    return {**summary(told), "decisions": _decisions(told.played.opened)}


def summary(told: Backtest) -> dict[str, Any]:
    """The same without each opening."""
    played, found = told.played, told.figures
    return {
        "model": played.model,
        "from": played.first.isoformat(),
        "to": played.last.isoformat(),
        "known": told.truth.known.isoformat(),
        "accounts": played.accounts,
        "readings": played.readings,
        "opened": len(played.opened),
        "held_back": dict(played.held_back),
        **_figures(found),
    }


def _figures(found: Figures) -> dict[str, Any]:
    return {
        "moments": [_of_moment(one) for one in found.moments],
        "roles": [_of_role(one) for one in found.roles],
        "alerts": _hits(found.alerts),
        "at_capacity": _hits(found.at_capacity),
        "base_rate": found.base_rate,
        "lead": asdict(found.lead),
        "segments": [{**asdict(one), "weeks": _weeks(one.weeks)} for one in found.segments],
        "loads": [{**asdict(one), "weeks": _weeks(one.weeks)} for one in found.loads],
    }


def _weeks(told: Mapping[date, float]) -> dict[str, float]:
    return {monday.isoformat(): number for monday, number in sorted(told.items())}


def _of_moment(one: OfMoment) -> dict[str, Any]:
    return {
        "moment": one.moment,
        "trigger": one.trigger,
        "opened": one.opened,
        "accounts": one.accounts,
        **_hits(one.hits),
        "weeks": _weeks(one.weeks),
    }


def _of_role(one: OfRole) -> dict[str, Any]:
    return {
        "role": one.role,
        "alerts": one.alerts,
        "people": one.people,
        "alerts_per_person_week": one.a_week,
        "worked": _hits(one.worked),
    }


def _hits(one: Hits) -> dict[str, Any]:
    return {"judged": one.judged, "hits": one.hits, "precision": one.precision}


def _decisions(opened: Sequence[Opened]) -> list[dict[str, Any]]:
    return [
        {
            "at": one.at.astimezone(UTC).isoformat(),
            "account": one.account,
            "moment": one.moment,
            "anchor": one.anchor,
            "n": one.n,
            "verdict": "opened",
            "role": one.role,
            "mrr": one.mrr,
            "segment": one.segment,
        }
        for one in sorted(opened, key=lambda one: (one.at, one.account, one.moment, one.n))
    ]
