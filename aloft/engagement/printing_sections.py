"""Contact policy and economy of a model as they are written, and the values that stand in every section."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from aloft.engagement.economy import Economics, Exceptions, Experiment, Ownership, Region
from aloft.engagement.model import Duration, Model, Rule
from aloft.engagement.policy import ContactCap, ContactPolicy

Data = dict[str, Any]


def without_none(data: Mapping[str, Any]) -> Data:
    """Without the keys that have no value, and without empty sections."""
    return {key: value for key, value in data.items() if value is not None}


def rule(found: Rule | None) -> str | None:
    return None if found is None else found.text


def duration(found: Duration | None) -> str | None:
    return None if found is None else str(found)


def number(value: float | None) -> str | None:
    """All its digits, and no exponent."""
    if value is None:
        return None
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")


def percent(share: float) -> str:
    return f"{(Decimal(repr(share)) * 100).normalize():f}%"


def contact_policy(policy: ContactPolicy | None) -> Data | None:
    if policy is None:
        return None
    quiet = policy.quiet_hours
    return without_none(
        {
            "quiet_hours": {"from": f"{quiet.start:%H:%M}", "to": f"{quiet.end:%H:%M}"} if quiet else None,
            "consent": policy.consent,
            "merge_within": duration(policy.merge_within),
            "missed": None if policy.missed is None else str(policy.missed),
            "caps": [_cap(cap) for cap in policy.caps] or None,
        }
    )


def _cap(cap: ContactCap) -> Data:
    most: Any = cap.most
    written = {level: str(time) for level, time in most.items()} if isinstance(most, Mapping) else str(most)
    told = {"channel": cap.channel, "purpose": cap.purpose, "persona": cap.persona}
    return without_none({**told, "most": written, "per": str(cap.per)})


def economy(model: Model) -> Data:
    return {
        "value_metrics": {
            name: {"metric": one.metric, "unit": one.unit, "better": one.better}
            for name, one in model.value_metrics.items()
        },
        "region": _region(model.region),
        "ownership": _ownership(model.ownership),
        "economics": _economics(model.economics),
        "exceptions": _exceptions(model.exceptions),
        "experiments": {name: _experiment(one) for name, one in model.experiments.items()},
    }


def _region(region: Region | None) -> Data | None:
    if region is None:
        return None
    travel = region.travel
    told = {"face_to_face": number(region.face_to_face), "formality": region.formality}
    if travel is None:
        return told
    trip = {"hours": number(travel.hours), "fare": number(travel.fare)}
    return {**told, "travel": {**trip, "visits_per_trip": number(travel.visits_per_trip)}}


def _ownership(ownership: Ownership | None) -> Data | None:
    if ownership is None:
        return None
    return {
        "service_complexity": number(ownership.complexity.service),
        "transaction_complexity": number(ownership.complexity.transaction),
        "cases": [
            without_none(
                {
                    "segment": case.segment,
                    "product": case.product,
                    "transaction": case.transaction,
                    "service_complexity": number(case.complexity.service),
                    "transaction_complexity": number(case.complexity.transaction),
                }
            )
            for case in ownership.cases
        ],
        "line": number(ownership.line),
        "shift": ownership.shift.text,
        "roles": {"self_service": ownership.self_service, "csm": ownership.csm, "sales": ownership.sales},
    }


def _economics(economics: Economics | None) -> Data | None:
    if economics is None:
        return None
    return without_none(
        {
            "currency": economics.currency,
            "gross_margin": number(economics.gross_margin),
            "spend": {phase: percent(share) for phase, share in (economics.spend or {}).items()},
            "hours": {level: number(hours) for level, hours in (economics.hours or {}).items()},
        }
    )


def _exceptions(exceptions: Exceptions | None) -> Data | None:
    if exceptions is None:
        return None
    return {
        "most": str(exceptions.most),
        "per": str(exceptions.per),
        "rank_by": exceptions.rank_by.text,
    }


def _experiment(experiment: Experiment) -> Data:
    return {
        "holdout": percent(experiment.holdout),
        "primary": {"expect": experiment.expect.text, "within": str(experiment.within)},
        "unit": experiment.unit,
        "from": str(experiment.start),
    }
