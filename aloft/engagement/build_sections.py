"""Health, contact policy and economy of a checked document as the values they mean."""

from __future__ import annotations

from aloft.engagement.economy import (
    Case,
    Complexity,
    Economics,
    Exceptions,
    Experiment,
    Ownership,
    Region,
    Travel,
    ValueMetric,
)
from aloft.engagement.economy_document import OwnershipDoc
from aloft.engagement.health_document import BandsDoc, CapDoc, DimensionDoc, ProfileDoc, ScoredDoc
from aloft.engagement.policy import ContactCap, ContactPolicy, QuietHours
from aloft.engagement.problems import Path
from aloft.engagement.rules import Rules, given, otherwise
from aloft.engagement.scorecards import Bands, Cap, Dimension, Health, Profile


def health_of(rules: Rules) -> Health | None:
    health = rules.document.health
    if health is None:
        return None
    bands = _bands(health.bands, Bands())
    profiles = {name: _profile(rules, name, one, bands) for name, one in health.profiles.items()}
    return Health(_dimensions(rules, ("health",), health), bands, profiles)


def _profile(rules: Rules, name: str, profile: ProfileDoc, usual: Bands) -> Profile:
    path: Path = ("health", "profiles", name)
    when = rules.rule((*path, "when"), profile.when)
    return Profile(name, _dimensions(rules, path, profile), _bands(profile.bands, usual), when)


def _dimensions(rules: Rules, path: Path, scored: ScoredDoc) -> dict[str, Dimension]:
    return {name: _dimension(rules, (*path, name), one) for name, one in scored.dimensions.items()}


def _dimension(rules: Rules, path: Path, dimension: DimensionDoc) -> Dimension:
    weight = dimension.weight
    return Dimension(
        name=str(path[-1]),
        weights=weight if isinstance(weight, dict) else {"*": given(weight)},
        score=rules.sure_rule((*path, "score"), dimension.score),
        anchors=() if isinstance(dimension.anchors, dict) else dimension.anchors,
        half_life=dimension.half_life,
        cap=_cap(rules, (*path, "cap"), dimension.cap),
        by_segment=dimension.anchors if isinstance(dimension.anchors, dict) else {},
    )


def _cap(rules: Rules, path: Path, cap: CapDoc | None) -> Cap | None:
    return None if cap is None else Cap(rules.sure_rule((*path, "when"), cap.when), given(cap.at))


def _bands(bands: BandsDoc, usual: Bands) -> Bands:
    return Bands(
        red=otherwise(bands.red, usual.red),
        green=otherwise(bands.green, usual.green),
        settle=otherwise(bands.settle, usual.settle),
        climb=otherwise(bands.climb, usual.climb),
    )


def contact_policy_of(rules: Rules) -> ContactPolicy | None:
    policy = rules.document.contact_policy
    if policy is None:
        return None
    quiet = policy.quiet_hours
    return ContactPolicy(
        quiet_hours=None if quiet is None else QuietHours(given(quiet.start), given(quiet.end)),
        consent=otherwise(policy.consent, "by_country"),
        merge_within=policy.merge_within,
        missed=policy.missed,
        caps=tuple(
            ContactCap(cap.most, given(cap.per), cap.channel, cap.purpose, cap.persona)
            for cap in policy.caps
            if cap.most is not None
        ),
    )


def ownership_of(rules: Rules) -> Ownership | None:
    ownership = rules.document.ownership
    if ownership is None:
        return None
    roles = given(ownership.roles)
    usual = Complexity(given(ownership.service_complexity), given(ownership.transaction_complexity))
    return Ownership(
        complexity=usual,
        line=given(ownership.line),
        shift=rules.sure_rule(("ownership", "shift"), ownership.shift),
        self_service=given(roles.self_service),
        csm=given(roles.csm),
        sales=given(roles.sales),
        cases=_cases(ownership, usual),
    )


def _cases(ownership: OwnershipDoc, usual: Complexity) -> tuple[Case, ...]:
    """A case has the usual complexity where it gives none of its own."""
    return tuple(
        Case(
            Complexity(
                otherwise(case.service_complexity, usual.service),
                otherwise(case.transaction_complexity, usual.transaction),
            ),
            case.segment,
            case.product,
            case.transaction,
        )
        for case in ownership.cases
    )


def region_of(rules: Rules) -> Region | None:
    region = rules.document.region
    if region is None:
        return None
    travel = region.travel
    return Region(
        face_to_face=otherwise(region.face_to_face, 0),
        formality=otherwise(region.formality, "medium"),
        travel=None
        if travel is None
        else Travel(given(travel.hours), given(travel.fare), otherwise(travel.visits_per_trip, 1)),
    )


def economics_of(rules: Rules) -> Economics | None:
    economics = rules.document.economics
    if economics is None:
        return None
    return Economics(economics.currency, economics.gross_margin, dict(economics.spend), dict(economics.hours))


def exceptions_of(rules: Rules) -> Exceptions | None:
    exceptions = rules.document.exceptions
    if exceptions is None:
        return None
    rank_by = rules.sure_rule(("exceptions", "rank_by"), exceptions.rank_by)
    return Exceptions(given(exceptions.most), given(exceptions.per), rank_by)


def experiments_of(rules: Rules) -> dict[str, Experiment]:
    found = {}
    for name, experiment in rules.document.experiments.items():
        primary = given(experiment.primary)
        found[name] = Experiment(
            moment=name,
            holdout=given(experiment.holdout),
            expect=rules.sure_rule(("experiments", name, "primary", "expect"), primary.expect),
            within=given(primary.within),
            start=given(experiment.start),
            unit=otherwise(experiment.unit, "account"),
        )
    return found


def value_metrics_of(rules: Rules) -> dict[str, ValueMetric]:
    return {
        name: ValueMetric(given(one.metric), given(one.unit), otherwise(one.better, "up"))
        for name, one in rules.document.value_metrics.items()
    }
