"""Whether each step does one thing, and whom and what it names is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aloft.engagement.findings import Findings
from aloft.engagement.inference import Scope
from aloft.engagement.leaves import name
from aloft.engagement.parse import ReadingError
from aloft.engagement.problems import Path
from aloft.engagement.spelling import alternatives, quoted
from aloft.engagement.step_document import STEPS, StepDoc, WaitDoc
from aloft.engagement.tree import plain
from aloft.engagement.who_document import Chosen, EveryDoc

_PARTS = ("message", "task", "survey", "split")
_NEEDS = {"message": ("template",), "task": ("title",), "survey": ("kind",), "wait": ("until", "at_most")}
_BRANCH = ("if", "then", "else")


@dataclass(frozen=True)
class Within:
    """Where steps stand: what an expression may name in them, of whom, and whether an event opened them."""

    outcome: Scope
    person: Scope
    event: bool


def check_steps(findings: Findings, path: Path, steps: Sequence[StepDoc], within: Within) -> None:
    for i, step in enumerate(steps):
        _step(findings, (*path, i), step, within)


def check_who(findings: Findings, path: Path, who: Chosen | EveryDoc | None, within: Within) -> None:
    personas: tuple[str, ...] = ()
    if isinstance(who, EveryDoc):
        findings.require(path, "every")
        findings.rule((*path, "where"), who.where, within.person)
        personas = who.every
    elif who is not None:
        personas = who.personas
    if "actor" in personas and not within.event:
        findings.add(path, "only a moment with an event has an actor")


def _step(findings: Findings, path: Path, step: StepDoc, within: Within) -> None:
    _one_thing(findings, path)
    findings.rule((*path, "if"), step.condition, within.outcome)
    findings.rule((*path, "goal"), step.goal, within.outcome)
    if isinstance(step.wait, WaitDoc):
        findings.rule((*path, "wait", "until"), step.wait.until, within.outcome)
    for key, part in (("message", step.message), ("task", step.task), ("survey", step.survey)):
        if part is not None:
            findings.rule((*path, key, "if"), part.condition, within.outcome)
            if part.condition is not None and step.condition is not None:
                findings.add_key((*path, "if"), f"one 'if' only: another stands in '{key}'")
    for key, told in (("message", step.message), ("survey", step.survey)):
        if told is not None:
            check_who(findings, (*path, key, "to"), told.to, within)
    if step.task is not None and step.task.owner is not None:
        findings.known((*path, "task", "owner"), "role", step.task.owner, findings.keys("roles"))
    _ways(findings, path, step, within)


def _one_thing(findings: Findings, path: Path) -> None:
    keys = findings.draft.tree.keys(path)
    given = [key for key in keys if key in STEPS]
    if not given and not any(key in _BRANCH for key in keys):
        findings.add(path, f"a step is one of {alternatives((*STEPS, 'if'))}")
    for key in given[1:]:
        findings.add_key((*path, key), f"one thing only: '{key}' beside '{given[0]}'")
    for key in ("then", "else"):
        if given and key in keys:
            findings.add_key((*path, key), f"'{key}' belongs to if, not to {given[0]}")
    if not given and any(key in _BRANCH for key in keys):
        findings.require(path, "if")
        findings.require(path, "then")
    for key in given[:1]:
        if key in _PARTS and plain(findings.draft.tree.node((*path, key))) is None:
            findings.add_key((*path, key), f"'{key}' says nothing: expected keys and values")
        if findings.draft.tree.is_mapping((*path, key)):
            for needed in _NEEDS.get(key, ()):
                findings.require((*path, key), needed)


def _ways(findings: Findings, path: Path, step: StepDoc, within: Within) -> None:
    """Where a branch or a split leads."""
    check_steps(findings, (*path, "then"), step.then, within)
    check_steps(findings, (*path, "else"), step.otherwise, within)
    for way, steps in step.branches.items():
        check_steps(findings, (*path, way), steps, within)
    if step.split is not None:
        _shares(findings, path, step.split)


def _shares(findings: Findings, path: Path, split: dict[str, float]) -> None:
    own = StepDoc.keys()
    for way in findings.draft.tree.keys((*path, "split")):
        if way in own:
            findings.add_key((*path, "split", way), f"'{way}' is a key of a step")
            continue
        _named(findings, (*path, "split", way))
        if not findings.draft.given((*path, way)):
            findings.add_key((*path, "split", way), f"no steps are given for {quoted(way)}")
    total = sum(split.values())
    if abs(total - 1) > 1e-9 and len(split) == len(findings.draft.tree.keys((*path, "split"))):
        findings.add((*path, "split"), f"the shares add up to {100 * total:g}%, not to 100%")


def _named(findings: Findings, path: Path) -> None:
    try:
        name(str(path[-1]))
    except ReadingError as error:
        findings.add_key(path, error.message)
