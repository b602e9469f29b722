"""Whether the health score is whole: dimensions with weights and anchors, and bands in order."""

from __future__ import annotations

from aloft.engagement.figures import Curve
from aloft.engagement.findings import Findings
from aloft.engagement.health_document import BandsDoc, DimensionDoc
from aloft.engagement.model import Bands
from aloft.engagement.problems import Path
from aloft.engagement.scopes import Scopes
from aloft.engagement.spelling import quoted
from aloft.engagement.touch import levels_in


def check_health(findings: Findings, known: Scopes) -> None:
    health = findings.document.health
    if health is None:
        return
    if not [key for key in findings.keys("health") if key != "bands"]:
        findings.add_key(("health",), "a health score has at least one dimension")
    findings.names("health")
    for name, dimension in health.dimensions.items():
        _dimension(findings, ("health", name), dimension, known)
    _bands(findings, health.bands)
    _weighed(findings)


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


def _bands(findings: Findings, bands: BandsDoc) -> None:
    standard = Bands()
    red = standard.red if bands.red is None else bands.red
    green = standard.green if bands.green is None else bands.green
    if green < red:
        findings.add(("health", "bands"), f"green would begin at {green:g}, below the end of red at {red:g}")


def _weighed(findings: Findings) -> None:
    """A level without any weight would have no score."""
    health = findings.document.health
    if health is None or not health.dimensions or _weighed_in_error(findings):
        return
    for level in _levels_given(findings):
        if not any(_weight(dimension, level) for dimension in health.dimensions.values()):
            findings.add_key(("health",), f"no dimension has a weight for touch {quoted(level)}")


def _weighed_in_error(findings: Findings) -> bool:
    flawed = [flaw.path for flaw in (*findings.draft.flaws, *findings.flaws)]
    given = [key for key in findings.keys("health") if key != "bands"]
    return any(here[:1] == ("health",) and here[2:3] == ("weight",) for here in flawed) or any(
        not findings.draft.given(("health", key, "weight")) for key in given
    )


def _levels_given(findings: Findings) -> list[str]:
    """The levels that can be an account's most personal one."""
    firsts: list[str] = []
    order = levels_in(findings.document)
    for segment in findings.document.segments.values():
        touch = segment.touch or ()
        for texts in touch.values() if isinstance(touch, dict) else (touch,):
            named = [texts] if isinstance(texts, str) else texts
            firsts += [level for level in order if level in named][:1]
    return list(dict.fromkeys(firsts))


def _weight(dimension: DimensionDoc, level: str) -> float:
    weight = dimension.weight
    return (weight.get(level, 0) if isinstance(weight, dict) else weight) or 0
