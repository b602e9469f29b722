"""Whether the health score is whole: profiles in order, dimensions with weights and anchors, and bands in order."""

from __future__ import annotations

from aloft.engagement.audience import levels_held
from aloft.engagement.figures import Curve
from aloft.engagement.findings import Findings
from aloft.engagement.health_document import BandsDoc, DimensionDoc, HealthDoc, ProfileDoc, ScoredDoc
from aloft.engagement.problems import Path
from aloft.engagement.reach import Ways, not_true, true
from aloft.engagement.scopes import Scopes
from aloft.engagement.scorecards import Bands
from aloft.engagement.spelling import quoted
from aloft.engagement.touch import levels_in

_HEALTH: Path = ("health",)
_PROFILES: Path = ("health", "profiles")
_NO_DIMENSIONS = frozenset({"bands", "profiles"})
_NO_DIMENSIONS_OF_A_PROFILE = frozenset({"bands", "when", "before"})


def check_health(findings: Findings, known: Scopes) -> None:
    health = findings.document.health
    if health is None:
        return
    findings.names("health")
    if "profiles" in findings.keys("health"):
        _bands(findings, _HEALTH, health.bands, BandsDoc())
        _profiles(findings, health, known)
    else:
        _scored(findings, _HEALTH, health, known, BandsDoc())
        _weighed(findings, _HEALTH, health)


def _profiles(findings: Findings, health: HealthDoc, known: Scopes) -> None:
    for key in _dimensions(findings, _HEALTH):
        findings.add_key(("health", key), "with profiles each dimension stands in one of them: move it there")
    names = findings.names(*_PROFILES)
    if not names:
        findings.add_key(_PROFILES, "there is at least one profile")
    earlier: list[Ways] = []
    for name, profile in health.profiles.items():
        path: Path = (*_PROFILES, name)
        _place(findings, path, last=name == names[-1])
        findings.rule((*path, "when"), profile.when, known.score)
        _scored(findings, path, profile, known, health.bands)
        _weighed(findings, path, profile, *earlier, *_entered(profile))
        earlier += [not_true(profile.when.expression)] if profile.when else []


def _place(findings: Findings, path: Path, *, last: bool) -> None:
    if not last and not findings.draft.given((*path, "when")):
        findings.add_key(path, "'when' is missing: only the last profile goes without")
    if findings.draft.given((*path, "before")):
        findings.add_key((*path, "before"), "'before' belongs to a model that extends another")


def _entered(profile: ProfileDoc) -> list[Ways]:
    return [true(profile.when.expression)] if profile.when else []


def _scored(findings: Findings, path: Path, scored: ScoredDoc, known: Scopes, usual: BandsDoc) -> None:
    if not _dimensions(findings, path):
        what = "a health score" if path == _HEALTH else "a profile"
        findings.add_key(path, f"{what} has at least one dimension")
    findings.names(*path)
    for name, dimension in scored.dimensions.items():
        _dimension(findings, (*path, name), dimension, known)
    _bands(findings, path, scored.bands, usual)


def _dimensions(findings: Findings, path: Path) -> list[str]:
    """The keys that are dimensions, well formed or not."""
    others = _NO_DIMENSIONS if path == _HEALTH else _NO_DIMENSIONS_OF_A_PROFILE
    return [key for key in findings.draft.tree.keys(path) if key not in others]


def _dimension(findings: Findings, path: Path, dimension: DimensionDoc, known: Scopes) -> None:
    for key in ("weight", "score", "anchors"):
        findings.require(path, key)
    findings.rule((*path, "score"), dimension.score, known.score, "number")
    if isinstance(dimension.weight, dict):
        for level in dimension.weight:
            findings.known(
                (*path, "weight", level), "touch level", level, levels_in(findings.document), key=True
            )
    _curves(findings, (*path, "anchors"), dimension.anchors)
    if dimension.cap is not None:
        cap: Path = (*path, "cap")
        findings.require(cap, "when")
        findings.require(cap, "at")
        findings.rule((*cap, "when"), dimension.cap.when, known.score)


def _curves(findings: Findings, path: Path, anchors: Curve | dict[str, Curve]) -> None:
    """One for all, or one for each segment."""
    if not isinstance(anchors, dict):
        _curve(findings, path, anchors)
        return
    for name, curve in anchors.items():
        _curve(findings, (*path, name), curve)
    segments = findings.keys("segments")
    for name in anchors:
        findings.known((*path, name), "segment", name, segments, key=True)
    for segment in segments:
        if segment not in anchors:
            findings.add(path, f"segment {quoted(segment)} has no anchors")


def _curve(findings: Findings, path: Path, anchors: Curve) -> None:
    if len(anchors) == 1:
        findings.add(path, "a curve has at least two anchors")


def _bands(findings: Findings, path: Path, bands: BandsDoc, usual: BandsDoc) -> None:
    """What a profile leaves out it has from `usual`, what these leave out from the standard."""
    standard = Bands()
    red = _first(bands.red, usual.red, standard.red)
    green = _first(bands.green, usual.green, standard.green)
    if green < red and findings.draft.given((*path, "bands")):
        findings.add((*path, "bands"), f"green would begin at {green:g}, below the end of red at {red:g}")


def _first(*given: float | None) -> float:
    return next(one for one in given if one is not None)


def _weighed(findings: Findings, path: Path, scored: ScoredDoc, *conditions: Ways) -> None:
    """A level without any weight would have no score. `conditions` hold of whoever is scored so."""
    if not scored.dimensions or _weighed_in_error(findings, path):
        return
    for level in levels_held(findings, *conditions):
        if not any(_weight(dimension, level) for dimension in scored.dimensions.values()):
            findings.add_key(path, f"no dimension has a weight for touch {quoted(level)}")


def _weighed_in_error(findings: Findings, path: Path) -> bool:
    flawed = [flaw.path for flaw in (*findings.draft.flaws, *findings.flaws)]
    after = len(path) + 1
    return any(
        here[: len(path)] == path and here[after : after + 1] == ("weight",) for here in flawed
    ) or any(not findings.draft.given((*path, key, "weight")) for key in _dimensions(findings, path))


def _weight(dimension: DimensionDoc, level: str) -> float:
    weight = dimension.weight
    return (weight.get(level, 0) if isinstance(weight, dict) else weight) or 0
