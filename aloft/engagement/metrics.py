"""Whether each metric has one verb with what that verb needs, and none is made of itself."""

from __future__ import annotations

from collections.abc import Mapping

from aloft.engagement.document import VERBS, MetricDoc
from aloft.engagement.expressions import Expression, Name, walk
from aloft.engagement.findings import Findings
from aloft.engagement.problems import Path
from aloft.engagement.scopes import EVENT_PROPERTIES, Scopes
from aloft.engagement.spelling import alternatives

OF_EVENTS = ("count", "users", "days", "first", "last", "open")
OF_PROPERTIES = ("distinct", "sum", "min", "max", "mean", "latest")

_BELONGS: Mapping[str, tuple[str, ...]] = {
    "of": OF_PROPERTIES,
    "until": ("open",),
    "by": ("open",),
    "where": (*OF_EVENTS, *OF_PROPERTIES),
    "over": (*OF_EVENTS, *OF_PROPERTIES),
    "since": (*OF_EVENTS, *OF_PROPERTIES),
}


def check_metrics(findings: Findings, known: Scopes) -> None:
    for name, metric in findings.document.metrics.items():
        path: Path = ("metrics", name)
        _verb(findings, path)
        _window(findings, path)
        for key in (*OF_EVENTS, "of", "until"):
            findings.events((*path, key), getattr(metric, key))
        findings.rule((*path, "where"), metric.where, EVENT_PROPERTIES)
        findings.rule((*path, "formula"), metric.formula, known.formula, "number")
        findings.anchor((*path, "since"), metric.since, known)
    _circles(findings)


def _verb(findings: Findings, path: Path) -> None:
    keys = findings.draft.tree.keys(path)
    verbs = [key for key in keys if key in VERBS]
    if not verbs:
        findings.add_key(path, f"a metric needs a verb: {alternatives(VERBS)}")
        return
    for verb in verbs[1:]:
        findings.add_key((*path, verb), f"one verb only: '{verb}' beside '{verbs[0]}'")
    for key, belongs in _BELONGS.items():
        if key in keys and not set(verbs) & set(belongs):
            findings.add_key((*path, key), f"'{key}' belongs to {alternatives(belongs)}, not to {verbs[0]}")
    for key in ("of",) if verbs[0] in OF_PROPERTIES else ("until", "by") if verbs[0] == "open" else ():
        findings.require(path, key)


def _window(findings: Findings, path: Path) -> None:
    if findings.draft.given((*path, "over")) and findings.draft.given((*path, "since")):
        findings.add_key((*path, "since"), "a metric has 'over' or 'since', not both")


def _circles(findings: Findings) -> None:
    made_of = {name: _made_of(metric) for name, metric in findings.document.metrics.items()}
    for name in made_of:
        if name in _all_below(name, made_of):
            findings.add(("metrics", name, "formula"), f"'{name}' would be made of itself")


def _all_below(name: str, made_of: Mapping[str, frozenset[str]]) -> set[str]:
    below: set[str] = set()
    waiting = set(made_of[name])
    while waiting:
        below |= waiting
        waiting = {next_one for one in waiting for next_one in made_of.get(one, ())} - below
    return below


def _made_of(metric: MetricDoc) -> frozenset[str]:
    """The names that a formula reads, and the instant that a metric counts from."""
    read = _names(metric.formula.expression) if metric.formula else set()
    since = {metric.since.name} if metric.since and metric.since.name else set()
    return frozenset(read | since)


def _names(expression: Expression) -> set[str]:
    return {part.dotted for part in walk(expression) if isinstance(part, Name)}
