"""Whether each moment has one trigger, answers who, what and with which outcome, and can be met."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from aloft.engagement.coverage import meetings
from aloft.engagement.economy_document import TRANSACTIONS
from aloft.engagement.expressions import Binary
from aloft.engagement.findings import Findings
from aloft.engagement.inference import Scope
from aloft.engagement.leaves import Texts
from aloft.engagement.model import Anchor, OnDate
from aloft.engagement.moment_document import KEYS_OF_TRIGGERS, TRIGGERS, EventRefDoc, MomentDoc
from aloft.engagement.parse import Parsed
from aloft.engagement.problems import Path
from aloft.engagement.scopes import EVENT_PROPERTIES, Scopes
from aloft.engagement.spelling import alternatives, quoted
from aloft.engagement.steps import Within, check_steps, check_who
from aloft.engagement.touch import levels_in

_BELONGS = {
    key: tuple(trigger for trigger, keys in KEYS_OF_TRIGGERS.items() if key in keys)
    for keys in KEYS_OF_TRIGGERS.values()
    for key in keys
    if key not in TRIGGERS
}
_COUNTED_FROM = re.compile(r"\b(?:after|before|from)\s+(\S+)")
_QUESTIONS = (
    "a moment says who does it (owner), what it is for (objective) and what it must achieve (outcome)"
)


def check_moments(findings: Findings, known: Scopes) -> None:
    for name, moment in findings.document.moments.items():
        path: Path = ("moments", name)
        _questions(findings, path)
        _one_trigger(findings, path, moment)
        _rules(findings, path, moment, known)
        _references(findings, path, moment)
        _anchors(findings, path, moment, known)
        _owner(findings, path, moment)
        _coverage(findings, path, moment)
    _former_names(findings)
    _circles(findings)


def _questions(findings: Findings, path: Path) -> None:
    for key in ("owner", "objective", "outcome"):
        if not findings.draft.given((*path, key)):
            findings.add_key(path, f"'{key}' is missing: {_QUESTIONS}")
    if findings.draft.given((*path, "outcome")) and findings.draft.tree.is_mapping((*path, "outcome")):
        findings.require((*path, "outcome"), "expect")
        findings.require((*path, "outcome"), "within")


def _one_trigger(findings: Findings, path: Path, moment: MomentDoc) -> None:
    given = [key for key in findings.draft.tree.keys(path) if key in TRIGGERS]
    if not given:
        findings.add_key(path, f"a moment has one trigger: {alternatives(TRIGGERS)}")
        return
    for key in given[1:]:
        findings.add_key((*path, key), f"one trigger only: '{key}' beside '{given[0]}'")
    if moment.manual is False:
        findings.add((*path, "manual"), "'manual' is true, or is left out")
    if given == ["expect"]:
        findings.require(path, "within")
    for key, triggers in _BELONGS.items():
        if findings.draft.given((*path, key)) and not set(given) & set(triggers):
            findings.add_key((*path, key), f"'{key}' belongs to {alternatives(triggers)}, not to {given[0]}")


def _rules(findings: Findings, path: Path, moment: MomentDoc, known: Scopes) -> None:
    of_event = findings.draft.given((*path, "event"))
    opening = replace(known.moment, event=of_event)
    findings.events((*path, "event"), moment.event)
    findings.rule((*path, "where"), moment.where, EVENT_PROPERTIES)
    findings.rule((*path, "when"), moment.when, known.moment)
    if not isinstance(moment.expect, EventRefDoc):
        findings.rule((*path, "expect"), moment.expect, known.moment)
    _warned(findings, path, moment)
    findings.rule((*path, "if"), moment.condition, opening)
    outcome = replace(known.outcome, event=of_event)
    findings.rule((*path, "outcome", "expect"), moment.outcome.expect, _without_itself(outcome))
    for i, step in enumerate(moment.escalate):
        findings.rule((*path, "escalate", i, "if"), step.condition, outcome)
    within = Within(outcome, known.person, of_event)
    check_who(findings, (*path, "with"), moment.guests, within)
    check_who(findings, (*path, "to"), moment.to, within)
    check_steps(findings, (*path, "steps"), moment.steps, within)


def _warned(findings: Findings, path: Path, moment: MomentDoc) -> None:
    """A warning projects a count to the deadline, so there must be one."""
    if not moment.warn_at or moment.expect is None:
        return
    counted = moment.expect.expression if isinstance(moment.expect, Parsed) else None
    if not (isinstance(counted, Binary) and counted.operator == ">="):
        findings.add((*path, "warn_at"), "a warning needs an 'expect' of the form NUMBER >= NUMBER")


def _without_itself(scope: Scope) -> Scope:
    names = {name: kind for name, kind in scope.names.items() if name != "met"}
    return replace(scope, names=names, elsewhere={"met": "'met' is what this outcome decides"})


def _references(findings: Findings, path: Path, moment: MomentDoc) -> None:
    findings.words((*path, "phase"), "phase", moment.phase or (), findings.keys("phases"))
    findings.words((*path, "segment"), "segment", moment.segment or (), findings.keys("segments"))
    findings.words((*path, "touch"), "touch level", moment.touch or (), levels_in(findings.document))
    if path[-1] in (moment.absorbs or ()):
        findings.add((*path, "absorbs"), "a moment does not absorb itself")
    if moment.per == "contact" and not findings.draft.given((*path, "event")):
        findings.add((*path, "per"), "'per: contact' needs an event: the contact is the person of the event")
    for i, step in enumerate(moment.escalate):
        here: Path = (*path, "escalate", i)
        findings.require(here, "after")
        findings.require(here, "to")
        if step.to is not None:
            findings.known((*here, "to"), "role", step.to, findings.keys("roles"))


def _anchors(findings: Findings, path: Path, moment: MomentDoc, known: Scopes) -> None:
    if isinstance(moment.expect, EventRefDoc) or isinstance(moment.of, EventRefDoc):
        _answer(findings, path, moment)
    else:
        findings.anchor((*path, "of"), moment.of, known)
    if moment.schedule is None or isinstance(moment.schedule.schedule, OnDate):
        return
    anchor = moment.schedule.schedule.anchor
    written = _COUNTED_FROM.search(moment.schedule.text)
    findings.anchor((*path, "schedule"), anchor, known, written.start(1) if written else 0)


def _answer(findings: Findings, path: Path, moment: MomentDoc) -> None:
    """One event that answers another: both are given, each with the property that tells which."""
    for key, event in (("expect", moment.expect), ("of", moment.of)):
        here: Path = (*path, key)
        if isinstance(event, EventRefDoc):
            findings.require(here, "event")
            findings.require(here, "by")
            findings.events((*here, "event"), event.event)
            findings.rule((*here, "where"), event.where, EVENT_PROPERTIES)
        elif findings.draft.given(here) and not findings.draft.tree.is_mapping(here):
            findings.add(here, f"where one event answers another, '{key}' is an event: {{event, by}}")
        else:
            findings.require(path, key)


def _owner(findings: Findings, path: Path, moment: MomentDoc) -> None:
    roles, here = findings.keys("roles"), (*path, "owner")
    if moment.owner is None:
        return
    if not isinstance(moment.owner, dict):
        findings.words(here, "role", moment.owner, roles)
        return
    if "transaction" in moment.owner:
        _by_transaction(findings, here, moment.owner)
        return
    for level, role in moment.owner.items():
        findings.known((*here, level), "touch level", level, levels_in(findings.document), key=True)
        if isinstance(role, str):
            findings.known((*here, level), "role", role, roles)
        else:
            findings.add((*here, level), "one role for each touch level")


def _by_transaction(findings: Findings, path: Path, owner: Mapping[str, Texts]) -> None:
    for key in owner:
        if key != "transaction":
            findings.add_key((*path, key), "an owner is by transaction or by touch level, not by both")
    here: Path = (*path, "transaction")
    findings.words(here, "transaction", owner["transaction"], TRANSACTIONS)
    if not isinstance(owner["transaction"], str):
        findings.add(here, "one transaction")
    if not findings.draft.given(("ownership",)):
        findings.add_key(here, "an owner by transaction needs 'ownership', which says who that is")


def _coverage(findings: Findings, path: Path, moment: MomentDoc) -> None:
    """Every account that the moment can meet finds an owner; and it can meet some."""
    if not findings.document.segments or not findings.document.phases or _narrowed_in_error(findings, path):
        return
    met = tuple(meetings(findings.document, moment))
    if not met:
        findings.add_key(
            path, "no account can meet this moment: no segment has its touch levels in its phases"
        )
    if not isinstance(moment.owner, dict) or "transaction" in moment.owner:
        return
    for meeting in met:
        if not set(meeting.touch) & set(moment.owner):
            levels = alternatives(quoted(level) for level in meeting.touch)
            where = f"segment '{meeting.segment}' in phase '{meeting.phase}'"
            findings.add((*path, "owner"), f"no owner for touch {levels} ({where})")


def _narrowed_in_error(findings: Findings, path: Path) -> bool:
    """Whether what says where the moment is met is flawed itself: then nothing follows from it."""
    flawed = [flaw.path for flaw in (*findings.draft.flaws, *findings.flaws)]
    document = findings.document
    return (
        len(document.phases) < len(findings.keys("phases"))
        or len(document.segments) < len(findings.keys("segments"))
        or any(segment.touch is None for segment in document.segments.values())
        or any(here[:1] == ("segments",) and here[2:3] == ("touch",) for here in flawed)
        or any(here[:2] == path and here[2:3] in (("phase",), ("segment",), ("touch",)) for here in flawed)
    )


def _former_names(findings: Findings) -> None:
    moments = findings.keys("moments")
    claimed: dict[str, str] = {}
    for name, moment in findings.document.moments.items():
        if moment.was is None:
            continue
        path: Path = ("moments", name, "was")
        if moment.was in moments:
            findings.add(path, f"the moment '{moment.was}' is still there")
        elif claimed.setdefault(moment.was, name) != name:
            findings.add(path, f"'{claimed[moment.was]}' was {quoted(moment.was)} already")


def _circles(findings: Findings) -> None:
    """A moment that is counted from another, and that one in the end from it, would never be due."""
    counted_from = {name: _counted_from(moment) for name, moment in findings.document.moments.items()}
    for name, start in counted_from.items():
        chain: list[str] = []
        while start is not None and start not in chain:
            chain.append(start)
            start = counted_from.get(start)
        if name in chain:
            key = "schedule" if findings.document.moments[name].schedule else "of"
            findings.add(("moments", name, key), f"'{name}' would be counted from itself")


def _counted_from(moment: MomentDoc) -> str | None:
    anchor = moment.of if isinstance(moment.of, Anchor) else None
    if moment.schedule is not None and not isinstance(moment.schedule.schedule, OnDate):
        anchor = moment.schedule.schedule.anchor
    if anchor is None or anchor.name is None or "." not in anchor.name:
        return None
    return anchor.name.partition(".")[0]
