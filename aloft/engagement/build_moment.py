"""A checked moment as the model it means."""

from __future__ import annotations

from collections.abc import Sequence

from aloft.engagement.coverage import levels
from aloft.engagement.economy import Transaction
from aloft.engagement.economy_document import TRANSACTIONS
from aloft.engagement.model import (
    Anchor,
    AnswerTrigger,
    Escalation,
    EventRef,
    EventTrigger,
    ExpectTrigger,
    ManualTrigger,
    Moment,
    Outcome,
    Rule,
    ScheduleTrigger,
    Trigger,
    WhenTrigger,
)
from aloft.engagement.moment_document import EventRefDoc, MomentDoc
from aloft.engagement.playbook import Branch, Goal, Message, Split, Step, Survey, Task, Wait, Webhook, Who
from aloft.engagement.problems import Path
from aloft.engagement.rules import Rules, events_of, given, otherwise
from aloft.engagement.step_document import MessageDoc, StepDoc, SurveyDoc, TaskDoc, WaitDoc
from aloft.engagement.who_document import Chosen, EveryDoc


def moment_of(rules: Rules, name: str, moment: MomentDoc) -> Moment:
    path: Path = ("moments", name)
    owners, participants = _owners(rules, moment)
    return Moment(
        name=name,
        trigger=_trigger(rules, path, moment),
        owners=owners,
        participants=participants,
        objective=given(moment.objective),
        outcome=_outcome(rules, path, moment),
        line=rules.line(path),
        was=moment.was,
        phases=moment.phase or (),
        segments=moment.segment or (),
        touch=levels(rules.document, moment.touch or ()),
        condition=rules.rule((*path, "if"), moment.condition),
        channel=moment.channel,
        priority=moment.priority,
        complete_within=moment.complete_within,
        escalations=_escalations(rules, (*path, "escalate"), moment),
        effort=moment.effort,
        length=moment.length,
        transaction=_transaction(moment),
        per=otherwise(moment.per, "account"),
        guests=_who(rules, (*path, "with"), moment.guests),
        to=_who(rules, (*path, "to"), moment.to),
        purpose=otherwise(moment.purpose, "marketing"),
        steps=_steps(rules, (*path, "steps"), moment.steps),
        absorbs=moment.absorbs or (),
        group=moment.group,
        skills=moment.skills or (),
    )


def _owners(rules: Rules, moment: MomentDoc) -> tuple[dict[str, str], tuple[str, ...]]:
    owner = moment.owner or ""
    if isinstance(owner, str):
        return {"*": owner}, ()
    if isinstance(owner, tuple):
        return {"*": owner[0]}, owner[1:]
    if "transaction" in owner:
        return {"*": given(given(given(rules.document.ownership).roles).csm)}, ()
    return {level: role for level, role in owner.items() if isinstance(role, str)}, ()


def _transaction(moment: MomentDoc) -> Transaction | None:
    named = moment.owner.get("transaction") if isinstance(moment.owner, dict) else None
    return next((one for one in TRANSACTIONS if one == named), None)


def _outcome(rules: Rules, path: Path, moment: MomentDoc) -> Outcome:
    outcome = moment.outcome
    expect = rules.sure_rule((*path, "outcome", "expect"), outcome.expect)
    return Outcome(expect, given(outcome.within), outcome.holds_for)


def _escalations(rules: Rules, path: Path, moment: MomentDoc) -> tuple[Escalation, ...]:
    return tuple(
        Escalation(given(step.after), given(step.to), rules.rule((*path, i, "if"), step.condition), step.risk)
        for i, step in enumerate(moment.escalate)
    )


def _trigger(rules: Rules, path: Path, moment: MomentDoc) -> Trigger:
    if moment.schedule is not None:
        roll = moment.roll or rules.document.clock.roll or "none"
        return ScheduleTrigger(moment.schedule.schedule, moment.schedule.text, moment.lead, roll)
    if moment.event is not None:
        where = rules.rule((*path, "where"), moment.where)
        return EventTrigger(events_of(moment.event), where, moment.by, moment.cooldown)
    if moment.when is not None:
        condition = rules.sure_rule((*path, "when"), moment.when)
        return WhenTrigger(condition, moment.holds_for, moment.cooldown)
    if moment.expect is not None:
        return _expectation(rules, path, moment)
    return ManualTrigger()


def _expectation(rules: Rules, path: Path, moment: MomentDoc) -> ExpectTrigger | AnswerTrigger:
    within = given(moment.within)
    if isinstance(moment.expect, EventRefDoc) and isinstance(moment.of, EventRefDoc):
        answer = _event(rules, (*path, "expect"), moment.expect)
        return AnswerTrigger(answer, within, _event(rules, (*path, "of"), moment.of))
    if isinstance(moment.expect, EventRefDoc) or isinstance(moment.of, EventRefDoc):
        raise ValueError("a draft with flaws is no model")
    condition = rules.sure_rule((*path, "expect"), moment.expect)
    return ExpectTrigger(condition, within, moment.of or Anchor(name="phase_start"), moment.warn_at)


def _event(rules: Rules, path: Path, event: EventRefDoc) -> EventRef:
    return EventRef(events_of(event.event), given(event.by), rules.rule((*path, "where"), event.where))


def _who(rules: Rules, path: Path, who: Chosen | EveryDoc | None) -> Who | None:
    if who is None:
        return None
    if isinstance(who, EveryDoc):
        return Who(who.every, every=True, where=rules.rule((*path, "where"), who.where))
    return Who(who.personas, who.every)


def _steps(rules: Rules, path: Path, steps: Sequence[StepDoc]) -> tuple[Step, ...]:
    return tuple(_step(rules, (*path, i), step) for i, step in enumerate(steps))


def _step(rules: Rules, path: Path, step: StepDoc) -> Step:
    condition = rules.rule((*path, "if"), step.condition)
    if step.message is not None:
        return _message(rules, path, step, step.message)
    if step.task is not None:
        return _task(rules, path, step, step.task)
    if step.survey is not None:
        return _survey(rules, path, step, step.survey)
    if step.webhook is not None:
        return Webhook(step.webhook, condition)
    if step.split is not None:
        ways = {way: _steps(rules, (*path, way), steps) for way, steps in step.branches.items()}
        return Split(step.split, ways, condition)
    if step.goal is not None:
        return Goal(rules.sure_rule((*path, "goal"), step.goal), condition)
    if isinstance(step.wait, WaitDoc):
        until = rules.sure_rule((*path, "wait", "until"), step.wait.until)
        return Wait(given(step.wait.at_most), until, condition)
    if step.wait is not None:
        return Wait(step.wait, None, condition)
    then = _steps(rules, (*path, "then"), step.then)
    return Branch(given(condition), then, _steps(rules, (*path, "else"), step.otherwise))


def _either(
    rules: Rules, path: Path, key: str, step: StepDoc, part: MessageDoc | TaskDoc | SurveyDoc
) -> Rule | None:
    """The `if` of a step stands in it or beside it."""
    if part.condition is not None:
        return rules.rule((*path, key, "if"), part.condition)
    return rules.rule((*path, "if"), step.condition)


def _message(rules: Rules, path: Path, step: StepDoc, message: MessageDoc) -> Message:
    return Message(
        template=given(message.template),
        channel=message.channel,
        to=_who(rules, (*path, "message", "to"), message.to),
        purpose=message.purpose,
        condition=_either(rules, path, "message", step, message),
    )


def _task(rules: Rules, path: Path, step: StepDoc, task: TaskDoc) -> Task:
    return Task(
        title=given(task.title),
        owner=task.owner,
        within=task.within,
        effort=task.effort,
        condition=_either(rules, path, "task", step, task),
    )


def _survey(rules: Rules, path: Path, step: StepDoc, survey: SurveyDoc) -> Survey:
    return Survey(
        kind=given(survey.kind),
        to=_who(rules, (*path, "survey", "to"), survey.to),
        condition=_either(rules, path, "survey", step, survey),
    )
