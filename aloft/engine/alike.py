"""Which moments two versions of a model date alike, of the same ground."""

from __future__ import annotations

from aloft.engagement.digest import same
from aloft.engagement.model import AnswerTrigger, ExpectTrigger, ScheduleTrigger
from aloft.engine.pauses import rests_on_usage
from aloft.engine.versions import Running


def dated_alike(one: Running, other: Running) -> frozenset[str]:
    """The moments that are planned, and of which everything that `dating` asks of a version is the same in both.

    Whom they meet, and from when they count there, is the ground's (`ground.read`), which tells by itself whether it
    is the same.
    """
    before, after = one.program.model, other.program.model
    if not same(before.clock, after.clock) or before.unit != after.unit:
        return frozenset()
    return frozenset(
        name for name in before.moments.keys() & after.moments.keys() if _is_alike(one, other, name)
    )


def _is_alike(one: Running, other: Running, name: str) -> bool:
    models = one.program.model, other.program.model
    trigger = models[0].moments[name].trigger
    if not isinstance(trigger, ScheduleTrigger | ExpectTrigger | AnswerTrigger):
        return False
    if not same(*(model.moments[name] for model in models)):
        return False
    if not same(*(model.experiments.get(name) for model in models)):
        return False
    if (
        isinstance(trigger, ExpectTrigger)
        and len({rests_on_usage(each, trigger.condition) for each in models}) > 1
    ):
        return False
    return one.since[name] == other.since[name]
