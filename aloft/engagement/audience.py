"""Whom a moment can meet, as far as a model says: what is so of its accounts in each phase and segment (rule 10)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal

from aloft.engagement.coverage import Meeting, meetings, touch_by_phase
from aloft.engagement.document import SegmentDoc
from aloft.engagement.expressions import Name, walk
from aloft.engagement.findings import Findings
from aloft.engagement.model import Touch
from aloft.engagement.moment_document import MomentDoc
from aloft.engagement.names import NAMES
from aloft.engagement.reach import (
    ALWAYS,
    Answer,
    Values,
    Way,
    Ways,
    can_be,
    every,
    is_in,
    not_false,
    not_true,
    true,
)
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
_TOLD = frozenset(one.name for one in NAMES.values() if one.where == "anywhere") - {"customers"}
"""What an account is told by: with each such fact its segment is read too, so that the two always agree."""


def meets_someone(findings: Findings, moment: MomentDoc, *conditions: Ways) -> Answer:
    """Whether an account can stand where the moment meets it, and these conditions hold of it.

    What its segment says of it proves that none can; it leaves nothing undecided that is sure without it.
    """
    facts = known(findings)
    answers = set()
    for meeting in meetings(findings.document, moment):
        place = _place(findings, meeting)
        answer = can_be(place, facts, *conditions)
        if answer != "no" and can_be(place, facts, *conditions, *_held(findings, meeting)) == "no":
            answer = "no"
        answers.add(answer)
    return "yes" if "yes" in answers else "undecided" if "undecided" in answers else "no"


def levels_held(findings: Findings, *conditions: Ways) -> tuple[Touch, ...]:
    """The levels that can be the most personal one of an account in a phase of which these conditions hold."""
    facts, held = known(findings), dict[Touch, None]()
    for place in _places(findings):
        if can_be(_place(findings, place), facts, *conditions) != "no":
            held[place.touch[0]] = None
    return tuple(held)


def takes_someone(findings: Findings, *conditions: Ways) -> Answer:
    """Whether an account can be in a phase and these conditions hold of it."""
    facts = known(findings)
    answers = {can_be(_place(findings, place), facts, *conditions) for place in _places(findings)}
    return "yes" if "yes" in answers else "undecided" if "undecided" in answers else "no"


def _places(findings: Findings) -> Iterator[Meeting]:
    """Every phase and segment that have a touch level together."""
    return meetings(findings.document, MomentDoc())


def known(findings: Findings) -> Ways:
    """What is so of every account that follows the model."""
    document = findings.document
    counts = [name for name, metric in document.metrics.items() if metric.verb in _COUNTS]
    at_least = {name: Values(low=Decimal(0)) for name in (*counts, *_NEVER_NEGATIVE)}
    score = {"health": Values(low=Decimal(0), high=Decimal(100))}
    return every((Way({**at_least, **score}),), *_applies(findings), *_present(findings))


def wavers(findings: Findings, segment: SegmentDoc) -> Answer:
    """Whether an account could enter a segment and leave it by the same facts."""
    if segment.when is None or segment.exit is None:
        return "no"
    return can_be(known(findings), true(segment.when.expression), true(segment.exit.expression))


def _place(findings: Findings, meeting: Meeting) -> Ways:
    """Phase, segment and touch."""
    document = findings.document
    touch = document.segments[meeting.segment].touch
    held = touch_by_phase(document, touch or ()).get(meeting.phase, ())
    asked = (is_in(f"touches {level}", [level in held]) for level in levels_in(document))
    return every(
        is_in("phase", [meeting.phase]),
        is_in("segment", [meeting.segment]),
        is_in("touch", held[:1]),
        *asked,
    )


def _held(findings: Findings, meeting: Meeting) -> Iterator[Ways]:
    """What an account of a segment is told by: what would move it up or down is not so, as far as it is known.

    Where a phase keeps its segment, it may be another one's by now.
    """
    document = findings.document
    if document.phases[meeting.phase].keep_segment:
        return
    names = _TOLD | document.fields.keys()
    for name, segment in document.segments.items():
        if segment.when is not None and wavers(findings, segment) == "no":
            yield _only(
                names, _stays(segment) if name == meeting.segment else not_true(segment.when.expression)
            )
        if name == meeting.segment:
            return


def _stays(segment: SegmentDoc) -> Ways:
    if segment.exit is not None:
        return not_true(segment.exit.expression)
    return not_false(segment.when.expression) if segment.when is not None else ALWAYS


def _only(names: Collection[str], ways: Ways) -> Ways:
    """What they say of these names: of a metric, whose window slides, a segment is read a little late."""
    return tuple(
        replace(way, names={name: values for name, values in way.names.items() if name in names})
        for way in ways
    )


def _applies(findings: Findings) -> list[Ways]:
    """A model that is taken out of force applies to nobody; what is in it is none the worse for that."""
    applies_to = findings.document.applies_to
    if applies_to is None or findings.flawed(("applies_to",)) or can_be(true(applies_to.expression)) == "no":
        return []
    return [true(applies_to.expression)]


def _present(findings: Findings) -> list[Ways]:
    """An account that churned or merged is in no phase, unless an `enters` names `status`."""
    enters = [phase.enters for phase in findings.document.phases.values() if phase.enters is not None]
    names = {part.dotted for one in enters for part in walk(one.expression) if isinstance(part, Name)}
    return [] if "status" in names else [(Way({"status": Values(without=frozenset(_GONE))}),)]
