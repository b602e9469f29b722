"""Steps, and whom they reach: what they mean, and what can be wrong with them."""

from __future__ import annotations

import pytest

from aloft.engagement import not_run
from aloft.engagement.load import load
from aloft.engagement.model import Duration, Rule
from aloft.engagement.parse import parse
from aloft.engagement.playbook import Branch, Goal, Message, Split, Survey, Task, Wait, Webhook, Who
from tests.engagement.documents import changed, problems

LAST = "    outcome: {expect: \"attended('champion')\", within: 7d}\n"  # line 26, of the kickoff
BY = "    by: ticket_id\n"  # line 31, of the ticket


def with_steps(*steps: str) -> tuple[str, str]:
    """The first step stands on line 28, after its dash in column 9."""
    return LAST, LAST + "    steps:\n" + "".join(f"      - {step}\n" for step in steps)


def rule(text: str, line: int) -> Rule:
    return Rule(parse(text), text, line)


def test_each_kind_of_step_is_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(not_run, "NAMES", {})
    change = with_steps(
        "message: {template: hello, channel: email, to: every admin, purpose: service, if: mrr > 5}",
        "task: {title: Call, owner: manager, within: 2bd, effort: 30min}",
        "survey: {kind: nps, to: {every: [admin, end_user], where: last_seen is null}}",
        "{webhook: crm, if: contacted}",
        "wait: 3d",
        "wait: {until: last_seen > opened, at_most: 2w}",
        "goal: attended",
        "{split: {a: 60%, b: 40%}, a: [{wait: 1d}], b: []}",
        "{if: contacted, then: [{task: {title: Thank}}], else: [{wait: 1h}]}",
    )
    assert load(changed(change), "m.yaml").moments["kickoff"].steps == (
        Message("hello", "email", Who(("admin",), every=True), "service", rule("mrr > 5", 28)),
        Task("Call", "manager", Duration(2, "bd"), Duration(30, "min")),
        Survey("nps", Who(("admin", "end_user"), True, rule("last_seen is null", 30))),
        Webhook("crm", rule("contacted", 31)),
        Wait(Duration(3, "d")),
        Wait(Duration(2, "w"), rule("last_seen > opened", 33)),
        Goal(rule("attended", 34)),
        Split({"a": 0.6, "b": 0.4}, {"a": (Wait(Duration(1, "d")),), "b": ()}),
        Branch(rule("contacted", 36), (Task("Thank"),), (Wait(Duration(1, "h")),)),
    )


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("{}", "28:9: {0}: a step is one of message, task, survey, webhook, split, goal, wait or if"),
        ("{wait: 1d, goal: attended}", "28:20: {0}.goal: one thing only: 'goal' beside 'wait'"),
        ("{wait: 1d, then: []}", "28:20: {0}.then: 'then' belongs to if, not to wait"),
        ("{if: contacted}", "28:9: {0}: 'then' is missing"),
        ("{then: []}", "28:9: {0}: 'if' is missing"),
        ("mesage: {template: x}", "28:9: {0}.mesage: unknown key 'mesage' (did you mean 'message'?)"),
        ("message: {channel: email}", "28:9: {0}.message: 'template' is missing"),
        ("message:", "28:9: {0}.message: 'message' says nothing: expected keys and values"),
        ("task:", "28:9: {0}.task: 'task' says nothing: expected keys and values"),
        (
            "message: {template: x, chanel: email}",
            "28:32: {0}.message.chanel: unknown key 'chanel' (did you mean 'channel'?)",
        ),
        (
            "message: {template: x, to: every champoin}",
            "28:42: {0}.message.to: unknown persona 'champoin' (did you mean 'champion'?)",
        ),
        (
            "message: {template: x, to: [admin, amdin]}",
            "28:44: {0}.message.to[1]: unknown persona 'amdin' (did you mean 'admin'?)",
        ),
        (
            "message: {template: x, to: actor}",
            "28:36: {0}.message.to: only a moment with an event has an actor",
        ),
        ("message: {template: x, to: {where: a > 1}}", "28:32: {0}.message.to: 'every' is missing"),
        (
            "{if: contacted, task: {title: x, if: done}}",
            "28:10: {0}.if: one 'if' only: another stands in 'task'",
        ),
        ("task: {owner: csm}", "28:9: {0}.task: 'title' is missing"),
        ("task: {title: x, owner: cms}", "28:33: {0}.task.owner: unknown role 'cms' (did you mean 'csm'?)"),
        ("wait: {until: done}", "28:9: {0}.wait: 'at_most' is missing"),
        ("wait: soon", "28:15: {0}.wait: expected a duration such as 5bd, 4h or 3 months"),
        (
            "wait: {until: doen, at_most: 3d}",
            "28:23: {0}.wait.until: unknown name 'doen' (did you mean 'done'?)",
        ),
        ("goal: mrr", "28:15: {0}.goal: a condition expected, mrr is a number"),
        (
            "{split: {a: 50%, b: 40%}, a: [], b: []}",
            "28:17: {0}.split: the shares add up to 90%, not to 100%",
        ),
        ("{split: {a: 50%, b: 50%}, a: []}", "28:26: {0}.split.b: no steps are given for 'b'"),
        ("{split: {a: 50%, b: 50%}, a: [], b: [], c: []}", "28:49: {0}.c: unknown key 'c'"),
        ("{split: {then: 100%}, then: []}", "28:18: {0}.split.then: 'then' is a key of a step"),
        ("{split: {A: 100%}, A: []}", "28:18: {0}.split.A: 'A' is not a name: {name}"),
        (
            "{split: {a: 100%}, a: [{wiat: 3d}]}",
            "28:33: {0}.a[0].wiat: unknown key 'wiat' (did you mean 'wait'?)",
        ),
        (
            "{if: contacted, then: [{if: done, then: [{wait: x}]}]}",
            "28:57: {0}.then[0].then[0].wait: expected a duration such as 5bd, 4h or 3 months",
        ),
        ("survey: {kind: nps, to: [admin, admin]}", "28:33: {0}.survey.to: a persona stands twice"),
        ("webhook: Not", "28:18: {0}.webhook: 'Not' is not a name: {name}"),
    ],
)
def test_a_step_does_one_thing(step: str, problem: str) -> None:
    said = problem.replace("{0}", "moments.kickoff.steps[0]").replace(
        "{name}", "a small letter, then letters, digits and _"
    )
    assert f"m.yaml:{said}" in problems(with_steps(step))


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (
            "with: champoin",
            "22:11: moments.kickoff.with: unknown persona 'champoin' (did you mean 'champion'?)",
        ),
        ("with: {}", "22:5: moments.kickoff.with: 'every' is missing"),
        (
            "to: {every: admin, where: lastseen is null}",
            "22:31: moments.kickoff.to.where: unknown name 'lastseen' (did you mean 'last_seen'?)",
        ),
        (
            "to: {every: admin, where: contacted}",
            "22:31: moments.kickoff.to.where: 'contacted' is known of an occurrence only: "
            "in its outcome and its escalations",
        ),
        ("per: user", "22:10: moments.kickoff.per: unknown subject 'user': it is account, contact or family"),
        (
            "per: contact",
            "22:10: moments.kickoff.per: 'per: contact' needs an event: the contact is the person of the event",
        ),
        (
            "purpose: sale",
            "22:14: moments.kickoff.purpose: unknown purpose 'sale': it is service or marketing",
        ),
        ("group: yes", "22:12: moments.kickoff.group: expected true or false, found 'yes'"),
        ("absorbs: [kickoff]", "22:14: moments.kickoff.absorbs: a moment does not absorb itself"),
        (
            "channel: list",
            "22:14: moments.kickoff.channel: the channel 'list' needs 'exceptions', "
            "which say how long the list is",
        ),
    ],
)
def test_whom_a_moment_reaches_is_known(key: str, problem: str) -> None:
    assert problems(("phase: onboarding", key)) == [f"m.yaml:{problem}"]


def test_a_moment_carries_whom_it_reaches_and_what_it_absorbs() -> None:
    keys = "phase: onboarding\n    with: [exec_sponsor, champion]\n    to: admin\n    absorbs: ticket\n    group: true"
    kickoff = load(changed(("phase: onboarding", keys)), "m.yaml").moments["kickoff"]
    assert kickoff.guests == Who(("exec_sponsor", "champion"))
    assert (kickoff.to, kickoff.absorbs, kickoff.group) == (Who(("admin",)), ("ticket",), True)
    assert (kickoff.per, kickoff.purpose) == ("account", "marketing")


def test_an_event_has_an_actor() -> None:
    reached = "    by: ticket_id\n    per: contact\n    to: actor\n    purpose: service\n"
    ticket = load(changed((BY, reached)), "m.yaml").moments["ticket"]
    assert (ticket.per, ticket.to, ticket.purpose) == ("contact", Who(("actor",)), "service")
