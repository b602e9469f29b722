"""What can be proven of a model before it meets an account (rule 10 of the language).

Every phase, segment and moment can be reached; no two recurring moments of one role fall on the same day
unless one absorbs the other. What single comparisons do not decide is noted, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from aloft.engagement.coverage import meetings, touch_by_phase
from aloft.engagement.expressions import Name, walk
from aloft.engagement.findings import Findings
from aloft.engagement.model import Every
from aloft.engagement.moment_document import MomentDoc
from aloft.engagement.parse import Parsed
from aloft.engagement.problems import Path
from aloft.engagement.reach import (
    ALWAYS,
    Answer,
    Values,
    Way,
    Ways,
    can_be,
    either,
    every,
    is_in,
    not_true,
    true,
)
from aloft.engagement.spelling import alternatives, quoted
from aloft.engagement.touch import levels_in

_COUNTS = ("count", "users", "days", "open", "distinct")
_NEVER_NEGATIVE = (
    "seats",
    "size",
    "mrr",
    "arr",
    "acv",
    "customers",
    "success_plan.goals",
    "success_plan.late",
)
_GONE = frozenset({"churned", "merged"})
_SPAN = {"d": ("d", 1), "w": ("d", 7), "mo": ("mo", 1), "y": ("mo", 12)}


def check_proofs(findings: Findings) -> None:
    _phases(findings)
    _segments(findings)
    _moments(findings)
    _collisions(findings)


def undecided(findings: Findings) -> tuple[str, ...]:
    """The moments of which it is not decided whether an account can meet them."""
    moments = findings.document.moments
    return tuple(name for name, moment in moments.items() if _reached(findings, moment) == "undecided")


def wavering(findings: Findings) -> tuple[str, ...]:
    """The segments that an account could enter and leave by the same facts."""
    return tuple(
        name
        for name, segment in findings.document.segments.items()
        if segment.when is not None
        and segment.exit is not None
        and can_be(_known(findings), _true(segment.when), _true(segment.exit)) == "yes"
    )


def _phases(findings: Findings) -> None:
    for name, phase in findings.document.phases.items():
        path: Path = ("phases", name)
        if phase.enters is None or findings.flawed(path):
            continue
        if can_be(_known(findings), _true(phase.enters)) == "no":
            findings.add((*path, "enters"), "no account can enter this phase: the condition is never true")


def _segments(findings: Findings) -> None:
    if findings.flawed(("segments",)) or findings.flawed(("applies_to",)):
        return
    earlier: list[Ways] = [_known(findings)]
    for name, segment in findings.document.segments.items():
        path: Path = ("segments", name)
        entered = ALWAYS if segment.when is None else _true(segment.when)
        if can_be(entered, *earlier) == "no":
            findings.add_key(
                path, "no account falls in this segment: its condition is never true after those before"
            )
        if segment.when is not None:
            earlier.append(not_true(segment.when.expression))


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
    answers = {can_be(place, _known(findings), *_opening(moment)) for place in _places(findings, moment)}
    return "yes" if "yes" in answers else "undecided" if "undecided" in answers else "no"


def _opening(moment: MomentDoc) -> Iterator[Ways]:
    for parsed in (moment.when, moment.condition):
        if parsed is not None:
            yield _true(parsed)


def _places(findings: Findings, moment: MomentDoc) -> Iterator[Ways]:
    """Phase, segment and touch wherever the moment meets accounts."""
    document = findings.document
    for meeting in meetings(document, moment):
        touch = document.segments[meeting.segment].touch
        held = touch_by_phase(document, touch or ()).get(meeting.phase, ())
        asked = (is_in(f"touches {level}", [level in held]) for level in levels_in(document))
        yield every(
            is_in("phase", [meeting.phase]),
            is_in("segment", [meeting.segment]),
            is_in("touch", held[:1]),
            *asked,
        )


def _known(findings: Findings) -> Ways:
    """What is so of every account that follows the model."""
    document = findings.document
    counts = [name for name, metric in document.metrics.items() if metric.verb in _COUNTS]
    at_least = {name: Values(low=Decimal(0)) for name in (*counts, *_NEVER_NEGATIVE)}
    score = {"health": Values(low=Decimal(0), high=Decimal(100))}
    return every((Way({**at_least, **score}),), *_applies(findings), *_present(findings))


def _applies(findings: Findings) -> list[Ways]:
    """A model that is taken out of force applies to nobody; what is in it is none the worse for that."""
    applies_to = findings.document.applies_to
    if applies_to is None or findings.flawed(("applies_to",)) or can_be(_true(applies_to)) == "no":
        return []
    return [_true(applies_to)]


def _present(findings: Findings) -> list[Ways]:
    """An account that churned or merged is in no phase, unless an `enters` names `status`."""
    enters = [phase.enters for phase in findings.document.phases.values() if phase.enters is not None]
    names = {part.dotted for one in enters for part in walk(one.expression) if isinstance(part, Name)}
    return [] if "status" in names else [(Way({"status": Values(without=frozenset(_GONE))}),)]


def _true(parsed: Parsed) -> Ways:
    return true(parsed.expression)


def _collisions(findings: Findings) -> None:
    document = findings.document
    if document.contact_policy is not None and document.contact_policy.merge_within is not None:
        return
    recurring = [
        (name, moment)
        for name, moment in document.moments.items()
        if moment.schedule is not None
        and isinstance(moment.schedule.schedule, Every)
        and not findings.flawed(("moments", name))
    ]
    for (one, first), (other, second) in combinations(recurring, 2):
        if _absorbs(findings, one, other) or _absorbs(findings, other, one):
            continue
        roles = _shared_roles(findings, first, second)
        if roles and _same_days(first, second) and _together(findings, first, second):
            says = (
                f"{quoted(other)} and {quoted(one)} fall due on the same day for {alternatives(map(quoted, roles))}: "
                "say which one absorbs the other, or give contact_policy.merge_within"
            )
            findings.add(("moments", other, "schedule"), says)


def _absorbs(findings: Findings, one: str, other: str) -> bool:
    """Itself, or by way of others."""
    absorbed: set[str] = set()
    waiting = {one}
    while waiting:
        moments = [findings.document.moments[name] for name in waiting if name in findings.document.moments]
        absorbed |= waiting
        waiting = {name for moment in moments for name in moment.absorbs or ()} - absorbed
    return other in absorbed


def _shared_roles(findings: Findings, first: MomentDoc, second: MomentDoc) -> list[str]:
    """People's roles that own both for the same accounts; a machine is never in two places."""
    people = {name for name, role in findings.document.roles.items() if not role.automated}
    shared: set[str] = set()
    second_places = {(place.phase, place.segment): place for place in meetings(findings.document, second)}
    for place in meetings(findings.document, first):
        other = second_places.get((place.phase, place.segment))
        if other is not None:
            shared |= {_owner(first, place.touch)} & {_owner(second, other.touch)} & people
    return sorted(shared)


def _owner(moment: MomentDoc, touch: tuple[str, ...]) -> str:
    owner = moment.owner or ""
    if isinstance(owner, dict):
        named = [owner[level] for level in touch if level in owner]
        return named[0] if named and isinstance(named[0], str) else ""
    return owner if isinstance(owner, str) else owner[0]


def _same_days(first: MomentDoc, second: MomentDoc) -> bool:
    """Whether they are sure to meet: counted from one anchor, in one kind of unit, on no different days."""
    schedules = [one.schedule.schedule for one in (first, second) if one.schedule is not None]
    every_first, every_second = (one for one in schedules if isinstance(one, Every))
    kinds = {_SPAN.get(one.period.unit, (one.period.unit, 1))[0] for one in (every_first, every_second)}
    return every_first.anchor == every_second.anchor and len(kinds) == 1 and every_first.on == every_second.on


def _together(findings: Findings, first: MomentDoc, second: MomentDoc) -> bool:
    conditions = [_true(one.condition) for one in (first, second) if one.condition is not None]
    places = either(*(place for place in _places(findings, first)))
    return can_be(places, _known(findings), *conditions) == "yes"
