"""A backtest as JSON: what the command prints with `--json`, and what is kept for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC
from typing import Any

from aloft.engine.backtest.run import Backtest
from aloft.engine.backtest.values import Figures, Hits, OfMoment, OfRole, Opened


def as_object(told: Backtest) -> dict[str, Any]:
    """Instants are UTC, ISO 8601; days YYYY-MM-DD; shares fractions."""
    played, found = told.played, told.figures
    return {
        "model": played.model,
        "from": played.first.isoformat(),
        "to": played.last.isoformat(),
        "known": told.truth.known.isoformat(),
        "accounts": played.accounts,
        "readings": played.readings,
        "opened": len(played.opened),
        **_figures(found),
        "decisions": _decisions(played.opened),
    }


def _figures(found: Figures) -> dict[str, Any]:
    return {
        "moments": [_of_moment(one) for one in found.moments],
        "roles": [_of_role(one) for one in found.roles],
        "alerts": _hits(found.alerts),
        "at_capacity": _hits(found.at_capacity),
        "base_rate": found.base_rate,
        "lead": asdict(found.lead),
    }


def _of_moment(one: OfMoment) -> dict[str, Any]:
    weeks = {monday.isoformat(): number for monday, number in sorted(one.weeks.items())}
    return {
        "moment": one.moment,
        "trigger": one.trigger,
        "opened": one.opened,
        "accounts": one.accounts,
        **_hits(one.hits),
        "weeks": weeks,
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
        }
        for one in sorted(opened, key=lambda one: (one.at, one.account, one.moment, one.n))
    ]
