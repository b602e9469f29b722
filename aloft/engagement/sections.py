"""Whether contact policy, ownership, economics, exceptions, experiments and value metrics name what is there."""

from __future__ import annotations

from collections.abc import Iterable

from aloft.engagement.economy_document import CaseDoc
from aloft.engagement.findings import Findings
from aloft.engagement.leaves import CRITICAL
from aloft.engagement.problems import Path
from aloft.engagement.scopes import Scopes, metric_kind
from aloft.engagement.touch import levels_in


def check_sections(findings: Findings, known: Scopes) -> None:
    _value_metrics(findings)
    _contact_policy(findings)
    _ownership(findings, known)
    _economics(findings)
    _exceptions(findings, known)
    _experiments(findings, known)
    if findings.document.region is not None and findings.document.region.travel is not None:
        _require(findings, ("region", "travel"), "hours", "fare")


def _require(findings: Findings, path: Path, *keys: str) -> None:
    for key in keys:
        findings.require(path, key)


def _known_keys(findings: Findings, path: Path, what: str, names: Iterable[str]) -> None:
    names = tuple(names)
    for key in findings.draft.tree.keys(path):
        findings.known((*path, key), what, key, names, key=True)


def _value_metrics(findings: Findings) -> None:
    findings.names("value_metrics")
    for name, value in findings.document.value_metrics.items():
        path: Path = ("value_metrics", name)
        _require(findings, path, "metric", "unit")
        if value.metric is None or not findings.known(
            (*path, "metric"), "metric", value.metric, findings.keys("metrics")
        ):
            continue
        if metric_kind(findings.document.metrics.get(value.metric)) not in ("number", "unknown"):
            findings.add((*path, "metric"), f"'{value.metric}' is not a number")


def _contact_policy(findings: Findings) -> None:
    policy = findings.document.contact_policy
    if policy is None:
        return
    quiet = policy.quiet_hours
    if quiet is not None:
        _require(findings, ("contact_policy", "quiet_hours"), "from", "to")
        if quiet.start is not None and quiet.start == quiet.end:
            findings.add(("contact_policy", "quiet_hours", "to"), "quiet hours end as they begin")
    for i, cap in enumerate(policy.caps):
        path: Path = ("contact_policy", "caps", i)
        _require(findings, path, "most", "per")
        if isinstance(cap.most, dict):
            _known_keys(findings, (*path, "most"), "touch level", levels_in(findings.document))


def _ownership(findings: Findings, known: Scopes) -> None:
    ownership = findings.document.ownership
    if ownership is None:
        return
    path: Path = ("ownership",)
    _require(findings, path, "service_complexity", "transaction_complexity", "line", "shift", "roles")
    findings.rule((*path, "shift"), ownership.shift, known.moment, "number")
    if ownership.roles is not None:
        _require(findings, (*path, "roles"), "self_service", "csm", "sales")
        for key in ("self_service", "csm", "sales"):
            role = getattr(ownership.roles, key)
            if role is not None:
                findings.known((*path, "roles", key), "role", role, findings.keys("roles"))
    for i, case in enumerate(ownership.cases):
        _case(findings, (*path, "cases", i), case)


def _case(findings: Findings, path: Path, case: CaseDoc) -> None:
    if case.segment is not None:
        findings.known((*path, "segment"), "segment", case.segment, findings.keys("segments"))
    keys = findings.draft.tree.keys(path)
    if not {"segment", "product", "transaction"} & set(keys):
        findings.add(path, "a case names a segment, a product or a transaction")
    if not {"service_complexity", "transaction_complexity"} & set(keys):
        findings.add(path, "a case gives a service_complexity or a transaction_complexity of its own")


def _economics(findings: Findings) -> None:
    if findings.document.economics is not None:
        _known_keys(findings, ("economics", "spend"), "phase", findings.keys("phases"))
        _known_keys(findings, ("economics", "hours"), "touch level", levels_in(findings.document))


def _exceptions(findings: Findings, known: Scopes) -> None:
    exceptions = findings.document.exceptions
    if exceptions is not None:
        _require(findings, ("exceptions",), "most", "per", "rank_by")
        findings.rule(("exceptions", "rank_by"), exceptions.rank_by, known.moment, "number")
        return
    for name, moment in findings.document.moments.items():
        for i, channel in enumerate(moment.channel):
            if channel == "list":
                path: Path = ("moments", name, "channel")
                place = (*path, i) if findings.draft.tree.is_list(path) else path
                findings.add(place, "the channel 'list' needs 'exceptions', which say how long the list is")


def _experiments(findings: Findings, known: Scopes) -> None:
    _known_keys(findings, ("experiments",), "moment", findings.keys("moments"))
    for name, experiment in findings.document.experiments.items():
        path: Path = ("experiments", name)
        _require(findings, path, "holdout", "primary", "from")
        if experiment.holdout is not None and not 0 < experiment.holdout < 1:
            findings.add((*path, "holdout"), "a holdout lies between 0% and 100%")
        if experiment.primary is not None:
            _require(findings, (*path, "primary"), "expect", "within")
            findings.rule((*path, "primary", "expect"), experiment.primary.expect, known.primary)
        _may_be_held_out(findings, path, name)


def _may_be_held_out(findings: Findings, path: Path, name: str) -> None:
    """domain.md 3.2: nobody is left without a warning; and whom a person opens a moment for is no matter of chance."""
    moment = findings.document.moments.get(name)
    if moment is None:
        return
    if moment.priority in CRITICAL:
        findings.add(path, f"{name} is {moment.priority}: nobody is held out of that")
    if moment.manual:
        findings.add(path, f"{name} is opened by hand: a person decides who gets it, and not a draw")
