"""What can be proven of a model before it meets an account (rule 10 of the language).

Every phase, segment and moment can be reached; no two recurring moments of one role fall on the same day
unless one absorbs the other. What single comparisons do not decide is noted, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator

from aloft.engagement.audience import known, meets_someone, takes_someone, wavers
from aloft.engagement.collisions import check_collisions
from aloft.engagement.findings import Findings
from aloft.engagement.moment_document import MomentDoc
from aloft.engagement.parse import Parsed
from aloft.engagement.problems import Path
from aloft.engagement.reach import ALWAYS, Answer, Ways, can_be, not_true, true


def check_proofs(findings: Findings) -> None:
    _phases(findings)
    _segments(findings)
    _profiles(findings)
    _moments(findings)
    check_collisions(findings)


def undecided(findings: Findings) -> tuple[str, ...]:
    """The moments of which it is not decided whether an account can meet them."""
    moments = findings.document.moments
    return tuple(name for name, moment in moments.items() if _reached(findings, moment) == "undecided")


def wavering(findings: Findings) -> tuple[str, ...]:
    """The segments that an account could enter and leave by the same facts."""
    segments = findings.document.segments
    return tuple(name for name, segment in segments.items() if wavers(findings, segment) == "yes")


def _phases(findings: Findings) -> None:
    for name, phase in findings.document.phases.items():
        path: Path = ("phases", name)
        if phase.enters is None or findings.flawed(path):
            continue
        if can_be(known(findings), _true(phase.enters)) == "no":
            findings.add((*path, "enters"), "no account can enter this phase: the condition is never true")


def _segments(findings: Findings) -> None:
    if findings.flawed(("segments",)) or findings.flawed(("applies_to",)):
        return
    earlier: list[Ways] = [known(findings)]
    for name, segment in findings.document.segments.items():
        path: Path = ("segments", name)
        entered = ALWAYS if segment.when is None else _true(segment.when)
        if can_be(entered, *earlier) == "no":
            findings.add_key(
                path, "no account falls in this segment: its condition is never true after those before"
            )
        if segment.when is not None:
            earlier.append(not_true(segment.when.expression))


def _profiles(findings: Findings) -> None:
    health = findings.document.health
    if health is None or any(map(findings.flawed, (("health", "profiles"), ("segments",), ("phases",)))):
        return
    earlier: list[Ways] = []
    for name, profile in health.profiles.items():
        entered = ALWAYS if profile.when is None else _true(profile.when)
        if takes_someone(findings, entered, *earlier) == "no":
            says = "no account is scored by this profile: its condition is never true after those before"
            findings.add_key(("health", "profiles", name), says)
        if profile.when is not None:
            earlier.append(not_true(profile.when.expression))


def unscored(findings: Findings) -> bool:
    """Whether it is sure that an account can be one that no profile of health takes."""
    health = findings.document.health
    whens = [profile.when for profile in health.profiles.values()] if health else []
    left = [not_true(when.expression) for when in whens if when is not None]
    return bool(whens) and len(left) == len(whens) and takes_someone(findings, *left) == "yes"


def _moments(findings: Findings) -> None:
    for name, moment in findings.document.moments.items():
        path: Path = ("moments", name)
        if findings.flawed(path) or findings.flawed(("segments",)) or findings.flawed(("phases",)):
            continue
        if moment.where is not None and can_be(_true(moment.where)) == "no":
            findings.add((*path, "where"), "no event can open this moment: the condition is never true")
        elif _reached(findings, moment) == "no":
            says = "no account can meet this moment: what opens it is never true in its phases and segments"
            findings.add_key(path, says)


def _reached(findings: Findings, moment: MomentDoc) -> Answer:
    return meets_someone(findings, moment, *_opening(moment))


def _opening(moment: MomentDoc) -> Iterator[Ways]:
    for parsed in (moment.when, moment.condition):
        if parsed is not None:
            yield _true(parsed)


def _true(parsed: Parsed) -> Ways:
    return true(parsed.expression)
