"""Steps are taken in order, until one has to be waited for."""

from __future__ import annotations

from collections import Counter

from aloft.decide.playbook import Taken, chosen, go_on
from aloft.engagement.expressions import Boolean
from aloft.engagement.model import Duration, Rule
from aloft.engagement.playbook import Branch, Goal, Message, Split, Task, Wait, rules

RULE = Rule(Boolean(True), "true", 1)
DAYS = Duration(3, "d")


def begun(progress: object) -> list[str]:
    return [one.path for one in progress.begun]  # type: ignore[attr-defined]


def test_the_next_step_waits_for_a_task_and_for_a_time() -> None:
    steps = (Message("hello"), Task("Call"), Wait(DAYS), Message("bye"))
    assert begun(go_on(steps, {}, {}, "a")) == ["0", "1"]
    called = {"0": Taken(), "1": Taken()}
    assert begun(go_on(steps, called, {}, "a")) == ["2"]
    waiting = {**called, "2": Taken(waiting=True)}
    assert begun(go_on(steps, waiting, {}, "a")) == []
    over = go_on(steps, {**called, "2": Taken(waiting=True, over=True)}, {}, "a")
    assert (over.ended, begun(over)) == (["2"], ["3"])


def test_a_wait_until_something_ends_when_it_is_true_and_not_while_it_is_unknown() -> None:
    steps = (Wait(DAYS, until=RULE), Message("bye"))
    assert go_on(steps, {}, {"0 until": True}, "a").begun[0].waits is False
    waiting = {"0": Taken(waiting=True)}
    assert go_on(steps, waiting, {"0 until": None}, "a").ended == []
    assert go_on(steps, waiting, {"0 until": True}, "a").ended == ["0"]


def test_a_step_whose_if_is_not_true_is_passed_over_and_not_asked_again() -> None:
    steps = (Message("hello", condition=RULE), Task("Call"))
    progress = go_on(steps, {}, {"0 if": None}, "a")
    assert [(one.path, one.passed) for one in progress.begun] == [("0", True), ("1", False)]
    assert begun(go_on(steps, {"0": Taken(passed=True), "1": Taken()}, {"0 if": True}, "a")) == []


def test_a_branch_goes_one_way_and_stays_on_it() -> None:
    steps = (Branch(RULE, then=(Task("Call"), Message("thanks")), otherwise=(Message("mail"),)),)
    first = go_on(steps, {}, {"0 if": True}, "a")
    assert [(one.path, one.way) for one in first.begun] == [("0", "then"), ("0.then.0", "")]
    later = {"0": Taken(way="then"), "0.then.0": Taken()}
    assert begun(go_on(steps, later, {"0 if": False}, "a")) == ["0.then.1"]
    assert begun(go_on(steps, {}, {"0 if": False}, "a")) == ["0", "0.else.0"]


def test_a_goal_ends_the_steps_wherever_they_are() -> None:
    steps = (Goal(RULE), Wait(DAYS), Message("bye"))
    assert begun(go_on(steps, {}, {"0 goal": False}, "a")) == ["0", "1"]
    waiting = {"0": Taken(), "1": Taken(waiting=True, over=True)}
    reached = go_on(steps, waiting, {"0 goal": True}, "a")
    assert (reached.reached, reached.begun, reached.ended) == (True, [], [])
    assert go_on(steps, {}, {"0 goal": True}, "a").reached


def test_a_split_is_the_same_whenever_it_is_asked_and_has_its_shares() -> None:
    steps = (Split({"a": 0.5, "b": 0.5}, {"a": (Message("x"),), "b": (Message("y"),)}),)
    assert begun(go_on(steps, {}, {}, "acme")) == begun(go_on(steps, {}, {}, "acme"))
    drawn = Counter(chosen({"a": 0.25, "b": 0.75}, f"account-{i}") for i in range(4_000))
    # binomial: 4,000 x .25 = 1,000, standard deviation 27.4; four of them
    assert abs(drawn["a"] - 1_000) < 110


def test_questions_are_called_by_the_path_of_their_step() -> None:
    inner = Wait(DAYS, until=RULE)
    steps = (Message("m", condition=RULE), Branch(RULE, (inner,)), Goal(RULE))
    assert list(rules(steps)) == ["0 if", "1 if", "1.then.0 until", "2 goal"]
