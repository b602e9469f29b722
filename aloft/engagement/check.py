"""Whether everything that a document names is there and of the right kind, and the model is whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aloft.engagement.document import ClockDoc, TouchLevelDoc
from aloft.engagement.draft import Draft
from aloft.engagement.findings import Findings
from aloft.engagement.health import check_health
from aloft.engagement.metrics import check_metrics
from aloft.engagement.model import TOUCH_LEVELS
from aloft.engagement.moments import check_moments
from aloft.engagement.names import RESERVED
from aloft.engagement.parse import ReadingError
from aloft.engagement.problems import Path
from aloft.engagement.proofs import check_proofs
from aloft.engagement.scopes import Scopes, scopes
from aloft.engagement.sections import check_sections
from aloft.engagement.spelling import quoted
from aloft.engagement.touch import levels_in
from aloft.engagement.tree import Flaw
from aloft.engagement.zones import country, zone

_REQUIRED = ("engagement_model", "title", "roles", "phases", "segments", "moments")


def check(draft: Draft) -> tuple[Flaw, ...]:
    """All that is wrong beyond form; what is ill formed is passed over, as it is reported already."""
    findings = Findings(draft)
    known = scopes(draft)
    for key in _REQUIRED:
        findings.require((), key)
    findings.rule(("applies_to",), draft.document.applies_to, known.audience)
    _clock(findings, draft.document.clock)
    _names(findings)
    _sources(findings)
    _roles(findings)
    _touch_levels(findings)
    check_metrics(findings, known)
    _phases(findings, known)
    _segments(findings, known)
    check_moments(findings, known)
    check_health(findings, known)
    check_sections(findings, known)
    check_proofs(findings)
    return tuple(findings.flaws)


def _clock(findings: Findings, clock: ClockDoc) -> None:
    _code(findings, "timezone", clock.timezone, ("account",))
    _code(findings, "holidays", clock.holidays, ("account", "none"))
    hours = clock.business_hours
    if hours.opens and hours.closes and hours.closes <= hours.opens:
        findings.add(("clock", "business_hours", "to"), "business hours end before they begin")


def _code(findings: Findings, key: str, written: str | None, words: tuple[str, ...]) -> None:
    if written is None or written in words:
        return
    try:
        (zone if key == "timezone" else country)(written)
    except ReadingError as error:
        findings.add(("clock", key), error.message)


def _names(findings: Findings) -> None:
    """One word means one thing; stores do not tell capitals from small letters, so neither do names."""
    taken: dict[str, str] = {name: f"'{name}' is a built-in name" for name in RESERVED}
    for section, what in (("fields", "field"), ("records", "record"), ("metrics", "metric")):
        for name in findings.names(section):
            _claim(findings, (section, name), taken, f"'{name}' is the name of a {what} already")
    for section in ("roles", "phases", "segments", "sources"):
        findings.names(section)
    own: dict[str, str] = {name: f"'{name}' is a built-in name" for name in ("event", "success_plan")}
    for name in findings.names("moments"):
        _claim(findings, ("moments", name), own, f"'{name}' is the name of a moment already")


def _claim(findings: Findings, path: Path, taken: dict[str, str], says: str) -> None:
    folded = str(path[-1]).casefold()
    if folded in taken:
        findings.add_key(path, taken[folded])
    taken.setdefault(folded, says)


def _sources(findings: Findings) -> None:
    owner: dict[str, str] = {}
    for name, source in findings.document.sources.items():
        findings.require(("sources", name), "events")
        for i, event in enumerate(source.events or ()):
            if owner.setdefault(event, name) != name:
                findings.add(
                    ("sources", name, "events", i), f"{quoted(event)} comes from '{owner[event]}' already"
                )


def _roles(findings: Findings) -> None:
    reports = {name: role.reports_to for name, role in findings.document.roles.items()}
    for name, above in reports.items():
        if above is None:
            continue
        path = ("roles", name, "reports_to")
        findings.known(path, "role", above, findings.keys("roles"))
        if name in _chain(above, reports):
            findings.add(path, f"'{name}' would report to itself")


def _chain(start: str | None, reports: Mapping[str, str | None]) -> list[str]:
    chain: list[str] = []
    while start is not None and start not in chain:
        chain.append(start)
        start = reports.get(start)
    return chain


def _touch_levels(findings: Findings) -> None:
    levels = findings.document.touch_levels
    findings.names("touch_levels")
    after = {name: level.after for name, level in levels.items()}
    for name, level in levels.items():
        path: Path = ("touch_levels", name)
        if name in TOUCH_LEVELS and level.after is not None:
            findings.add_key((*path, "after"), f"'{name}' has its place already")
        elif name not in TOUCH_LEVELS:
            _own_level(findings, path, level, after)


def _own_level(findings: Findings, path: Path, level: TouchLevelDoc, after: Mapping[str, str | None]) -> None:
    findings.require(path, "after")
    if level.after is None:
        return
    findings.known(
        (*path, "after"), "touch level", level.after, (*TOUCH_LEVELS, *findings.keys("touch_levels"))
    )
    if path[-1] in _chain(level.after, after):
        findings.add((*path, "after"), f"'{path[-1]}' would come after itself")


def _phases(findings: Findings, known: Scopes) -> None:
    if not findings.keys("phases") and findings.draft.given(("phases",)):
        findings.add(("phases",), "a model has at least one phase")
    for name, phase in findings.document.phases.items():
        path: Path = ("phases", name)
        findings.rule((*path, "enters"), phase.enters, known.position)
        findings.rule((*path, "leaves"), phase.leaves, known.position)
        _before(findings, path)
        if phase.may_return and not findings.draft.given((*path, "enters")):
            findings.add((*path, "may_return"), "a phase to return to needs 'enters'")


def _segments(findings: Findings, known: Scopes) -> None:
    names = findings.keys("segments")
    if not names and findings.draft.given(("segments",)):
        findings.add(("segments",), "a model has at least one segment")
    for name, segment in findings.document.segments.items():
        path: Path = ("segments", name)
        _place(findings, path, last=name == names[-1])
        findings.rule((*path, "when"), segment.when, known.position)
        findings.rule((*path, "exit"), segment.exit, known.position)
        _before(findings, path)
        findings.require(path, "touch")
        if isinstance(segment.touch, dict):
            _touch_by_phase(findings, (*path, "touch"), segment.touch)
        elif segment.touch is not None:
            findings.words((*path, "touch"), "touch level", segment.touch, levels_in(findings.document))


def _before(findings: Findings, path: Path) -> None:
    """The order of a document is its own; `before` puts what is added into an order that is inherited."""
    if findings.draft.given((*path, "before")):
        findings.add_key((*path, "before"), "'before' belongs to a model that extends another")


def _place(findings: Findings, path: Path, *, last: bool) -> None:
    given = findings.draft.given((*path, "when"))
    if last and given:
        findings.add((*path, "when"), "the last segment takes all who match no other: it has no 'when'")
    if not last and not given:
        findings.add_key(path, "'when' is missing: only the last segment goes without")
    if not given and findings.draft.given((*path, "exit")):
        findings.add_key((*path, "exit"), "'exit' needs a 'when'")


def _touch_by_phase(findings: Findings, path: Path, touch: Mapping[str, str | tuple[str, ...]]) -> None:
    phases = findings.keys("phases")
    for phase, texts in touch.items():
        findings.known((*path, phase), "phase", phase, phases, key=True)
        findings.words((*path, phase), "touch level", texts, levels_in(findings.document))
    _missing(findings, path, (phase for phase in phases if phase not in touch))


def _missing(findings: Findings, path: Path, phases: Iterable[str]) -> None:
    for phase in phases:
        findings.add(path, f"no touch level for the phase '{phase}'")
