"""What a well-formed model may lack: people for what is complex, content for what is automated, something to
achieve."""

from __future__ import annotations

from collections.abc import Iterator

from aloft.engagement import library
from aloft.engagement.draft import Draft
from aloft.engagement.economy import ONSITE
from aloft.engagement.foregone import holds_at_opening
from aloft.engagement.model import Model, Moment, Segment, Touch
from aloft.engagement.notes import Remark
from aloft.engagement.problems import Path

COMPLEX = 0.6
"""From here on a service asks for high touch (`domain.md` 4.3), before the value of the contract is looked at."""
WITHOUT_PEOPLE: frozenset[Touch] = frozenset({"tech", "community"})


def advice(draft: Draft, model: Model) -> tuple[Remark, ...]:
    return (
        *_without_content(draft, model),
        *_underserved(draft, model),
        *_foregone(draft, model),
        *_unvisited(draft, model),
    )


def _without_content(draft: Draft, model: Model) -> Iterator[Remark]:
    """An automated owner without steps sends the template of the moment's name: if none ships, somebody has to
    write it."""
    worded = library.worded()
    digital = [one for one in model.moments.values() if _is_digital(model, one) and one.name not in worded]
    silent = [one.name for one in digital if not draft.given(("moments", one.name, "steps"))]
    if silent:
        listed = ", ".join(silent)
        says = f"tech touch needs content: give these steps, or write their templates: {listed}"
        yield Remark(draft.tree.key_place(("moments",)), ("moments",), says)


def _is_digital(model: Model, moment: Moment) -> bool:
    return any(model.roles[role].automated for role in moment.owners.values())


def _underserved(draft: Draft, model: Model) -> Iterator[Remark]:
    """A segment whose service is complex and that no person serves in some phase."""
    for segment in model.segments.values():
        complexity = _complexity(draft, segment)
        alone = [phase for phase, levels in segment.touch.items() if levels and set(levels) <= WITHOUT_PEOPLE]
        if complexity >= COMPLEX and alone:
            path: Path = ("segments", segment.name, "touch")
            says = (
                f"a service of complexity {complexity:g} and nobody for it in {', '.join(alone)}: "
                "give it low or high touch, charge for onboarding, find a partner, or make it simpler"
            )
            yield Remark(draft.tree.place(path), path, says)


def _foregone(draft: Draft, model: Model) -> Iterator[Remark]:
    """Outcomes that ask for what there was. One that has to hold for a time asks that it stays."""
    for name, moment in model.moments.items():
        outcome = moment.outcome
        if outcome.holds_for is None and holds_at_opening(outcome.expect.expression):
            path: Path = ("moments", name, "outcome", "expect")
            says = (
                "this holds as the moment opens, and is met before anybody has done anything: "
                "ask for more than there was, as in x > at_opening(x), or have it hold for a time "
                "(`holds_for`)"
            )
            yield Remark(draft.tree.place(path), path, says)


def _unvisited(draft: Draft, model: Model) -> Iterator[Remark]:
    """Moments that ask for nothing but a visit, where nobody is visited."""
    if model.region is not None and model.region.visits:
        return
    for moment in model.moments.values():
        path: Path = ("moments", moment.name, "channel")
        if set(moment.channel) == {ONSITE} and draft.given(path):
            says = "nobody is visited without a `region` of face_to_face .5 or more: it is held by video"
            yield Remark(draft.tree.place(path), path, says)


def _complexity(draft: Draft, segment: Segment) -> float:
    """The largest that `ownership` says of the segment; of none in particular, that of all."""
    ownership = draft.document.ownership
    if ownership is None or ownership.service_complexity is None:
        return 0.0
    own = [
        one.service_complexity
        for one in ownership.cases
        if one.segment == segment.name and one.service_complexity is not None
    ]
    return float(max(own, default=ownership.service_complexity))
