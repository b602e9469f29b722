"""The log of verdicts: what was decided on a candidate, by which version, and what it rested on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aloft.act.models import Verdict
from aloft.decide.values import Input, Reason, VerdictName


def verdict_of(
    verdict: VerdictName,
    *,
    at: datetime,
    account: int,
    moment: str,
    anchor: str,
    n: int,
    version: int,
    reasons: Sequence[Reason] = (),
    occurrence: int | None = None,
    details: Mapping[str, str] | None = None,
) -> Verdict:
    """The row, not yet written: where there are many, they are written at once."""
    return Verdict(
        at=at,
        account_id=account,
        moment=moment,
        anchor=anchor,
        n=n,
        occurrence_id=occurrence,
        verdict=verdict,
        model_version_id=version,
        details=dict(details or {}),
        reasons=as_objects(reasons),
    )


def as_objects(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    """Reasons as JSON; instants in ISO 8601, UTC."""
    return [_object(reason) for reason in reasons]


def from_objects(objects: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(
        Reason(**{**one, "inputs": tuple(_input(read) for read in one["inputs"])}) for one in objects
    )


def _object(reason: Reason) -> dict[str, Any]:
    """As `dataclasses.asdict`, which copies what it finds and takes ten times as long."""
    return {**vars(reason), "inputs": tuple(_read(one) for one in reason.inputs)}


def _read(one: Input) -> dict[str, Any]:
    return {**vars(one), "true_at": _instant(one.true_at), "known_at": _instant(one.known_at)}


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _input(one: Mapping[str, Any]) -> Input:
    instants = {
        name: datetime.fromisoformat(one[name]) if one[name] else None for name in ("true_at", "known_at")
    }
    return Input(**{**one, **instants})
