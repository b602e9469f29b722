"""What a plan cannot tell, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aloft.engagement.model import Model
from aloft.engagement.playbook import Message, Step, Survey, audiences
from aloft.engine.plan import experiments
from aloft.engine.plan.errands import decided_on, open_questions
from aloft.engine.plan.ground import Ground
from aloft.engine.plan.values import MomentPlan


def notes(ground: Ground, model: Model, moments: Sequence[MomentPlan]) -> tuple[str, ...]:
    return (
        *_waiting(ground),
        *_unrated(moments),
        *_unmeasured(moments),
        *_conditional(model),
        *_steps(model),
        *_messages(model),
        *_owned_by_transaction(model),
        *_absorbed(moments),
        *experiments.notes(model, {one.moment: one.meets for one in moments}, ground.at.date()),
        *_late(ground),
        *_home(ground, model),
    )


def _waiting(ground: Ground) -> list[str]:
    if not ground.waiting:
        return []
    return [
        f"{ground.waiting:,} facts and edits are not taken in yet, and not in this: `aloft run` takes them in"
    ]


def _unrated(moments: Sequence[MomentPlan]) -> list[str]:
    unknown = [one.moment for one in moments if one.rate is not None and one.rate.seen is None]
    if not unknown:
        return []
    return [f"How often {_listed(unknown)} will open is not known: the hours are without them"]


def _unmeasured(moments: Sequence[MomentPlan]) -> list[str]:
    bare = [one.moment for one in moments if one.change != "gone" and not one.effort]
    return (
        [f"{_listed(bare)} {'has' if len(bare) == 1 else 'have'} no effort: the hours are without"]
        if bare
        else []
    )


def _conditional(model: Model) -> list[str]:
    asked = [
        name
        for name, moment in model.moments.items()
        if moment.condition and moment.trigger.kind == "schedule"
    ]
    return [f"{_listed(asked)}: counted where the `if` is true as of now"] if asked else []


def _steps(model: Model) -> list[str]:
    asked = {name: open_questions(moment) for name, moment in model.moments.items() if moment.steps}
    decided = [name for name, (by_if, _) in asked.items() if by_if]
    ended = [name for name, (_, ends) in asked.items() if ends]
    told = [f"{_listed(decided)}: tasks that an `if` decides on are not counted"] if decided else []
    if ended:
        told.append(
            f"{_listed(ended)}: when what the steps wait for comes true, or their goal, cannot be known: counted as if "
            "each wait were its longest, and no goal reached"
        )
    return told


def _messages(model: Model) -> list[str]:
    """Of those that schedules bring, and the steps of these."""
    scheduled = {name: one for name, one in model.moments.items() if one.trigger.kind == "schedule"}
    decided = [name for name, one in scheduled.items() if _writes(decided_on(one.steps))]
    picked = [name for name, one in scheduled.items() if audiences(None, one.to, one.steps)]
    told = [f"{_listed(decided)}: messages that an `if` decides on are not counted"] if decided else []
    if picked:
        told.append(f"{_listed(picked)}: written to as if `where` were true of every contact of the persona")
    return told


def _writes(steps: Iterable[Step]) -> bool:
    return any(isinstance(one, Message | Survey) for one in steps)


def _owned_by_transaction(model: Model) -> list[str]:
    asked = [name for name, moment in model.moments.items() if moment.transaction]
    if not asked or model.ownership is None:
        return []
    csm = model.ownership.csm
    return [
        f"{_listed(asked)}: counted for whoever has each deal by its value as of now, where that is unknown for {csm}"
    ]


def _absorbed(moments: Sequence[MomentPlan]) -> list[str]:
    taken = [f"{one.absorbed:,} of {one.moment}" for one in moments if one.absorbed]
    return (
        [f"Due close to something larger that absorbs it, and not counted: {_listed(taken)}"] if taken else []
    )


def _late(ground: Ground) -> list[str]:
    return [
        f"The source {source} is late: what rests on it is unknown from {mark:%Y-%m-%d %H:%M} UTC on"
        for source, mark in sorted(ground.behind.items())
    ]


def _home(ground: Ground, model: Model) -> list[str]:
    if model.clock.home_zone == ground.store.home_zone:
        return []
    return [
        f"Accounts without a zone are read by the clock of {ground.store.home_zone}: once this is published, by that "
        f"of {model.clock.home_zone}"
    ]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
