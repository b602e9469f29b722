"""The rules that put an account where it stands, in words, with the names that they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aloft.engagement.model import Model, Rule
from aloft.engagement.scorecards import Health, Profile
from aloft.measures.daily import SCORED_BY
from aloft.measures.names import names_in


@dataclass(frozen=True)
class Ruled:
    """`reads` are the names that the rules read, in order, each once."""

    says: str
    reads: tuple[str, ...]


def standing_rules(model: Model, name: str, row: Mapping[str, Any]) -> Ruled | None:
    """Those behind `phase`, `segment`, `touch`, `health` and `band`, given the values of an account.

    None for any other name.
    """
    told = _RULES.get(name)
    return told(model, row) if told else None


def _phase(model: Model, row: Mapping[str, Any]) -> Ruled:
    phase = model.phases.get(str(row.get("phase")))
    if phase is None:
        entering = {f"enters {one.name}": one.enters for one in model.phases.values()}
        return _ruled(entering, "in no phase")
    return _ruled({"enters": phase.enters, "leaves": phase.leaves}, "comes after the phase before")


def _segment(model: Model, row: Mapping[str, Any]) -> Ruled:
    """The first match wins, so those before its own were read as well."""
    rules: dict[str, Rule | None] = {}
    for segment in model.segments.values():
        rules[segment.name] = segment.when
        if segment.name == row.get("segment"):
            rules[f"{segment.name} until"] = segment.exit
            break
    return _ruled(rules, "no other segment takes it")


def _touch(model: Model, row: Mapping[str, Any]) -> Ruled:
    segment, phase = model.segments.get(str(row.get("segment"))), str(row.get("phase"))
    levels = segment.touch.get(phase, ()) if segment else ()
    where = f"{segment.name} in {phase}: {', '.join(levels)}" if segment and levels else ""
    return Ruled(where, ("segment", "phase"))


def _health(model: Model, row: Mapping[str, Any]) -> Ruled:
    if model.health is None:
        return Ruled(_SCORES_NOTHING, ())
    profile, whens = _profile(model.health, row), _whens(model.health)
    rules = {one.name: one.score for one in profile.dimensions.values()} if profile else {}
    told = _ruled(rules | whens, _SCORES_NOTHING)
    return Ruled(f"{_scored_by(profile)}{told.says}", told.reads) if whens else told


def _band(model: Model, row: Mapping[str, Any]) -> Ruled:
    if model.health is None:
        return Ruled(_SCORES_NOTHING, ("health",))
    profile = _profile(model.health, row)
    bands = profile.bands if profile else model.health.bands
    told = f"red below {bands.red:g}, green from {bands.green:g}"
    return Ruled(f"{_scored_by(profile)}{told}" if model.health.profiles else told, ("health",))


_SCORES_NOTHING = "the model scores nothing"


def _profile(health: Health, row: Mapping[str, Any]) -> Profile | None:
    """That which scored the account at its newest reading; None where none did."""
    return health.profiles.get(str(row.get(SCORED_BY))) if health.profiles else health.every[0]


def _scored_by(profile: Profile | None) -> str:
    return f"scored by the profile {profile.name}; " if profile else "no profile has scored it; "


def _whens(health: Health) -> dict[str, Rule]:
    return {f"the profile {one.name} takes": one.when for one in health.profiles.values() if one.when}


_RULES: Mapping[str, Callable[[Model, Mapping[str, Any]], Ruled]] = {
    "phase": _phase,
    "phase_start": _phase,
    "segment": _segment,
    "segment_since": _segment,
    "touch": _touch,
    "health": _health,
    "band": _band,
}


def _ruled(rules: Mapping[str, Rule | None], otherwise: str) -> Ruled:
    """In words; `otherwise` where there is no rule at all."""
    there = {name: rule for name, rule in rules.items() if rule is not None}
    says = "; ".join(f"{name}: {rule.text}" for name, rule in there.items())
    reads = dict.fromkeys(name for rule in there.values() for name in names_in(rule.expression))
    return Ruled(says or otherwise, tuple(reads))
