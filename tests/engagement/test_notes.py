"""What is noted of a model that is well formed, and how it is built without what is not run yet."""

from __future__ import annotations

import pytest

from aloft.engagement import not_run
from aloft.engagement.expressions import Binary, Call, Name, Null, Number
from aloft.engagement.load import load, read_model
from tests.engagement.documents import SMALL, changed

SAYS = "is not run by this version yet"


@pytest.fixture(autouse=True)
def a_table_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not run changes; how it is treated does not."""
    monkeypatch.setattr(not_run, "METRICS", {"sum": "it is unknown"})
    monkeypatch.setattr(not_run, "NAMES", {"customers": "it is unknown"})
    monkeypatch.setattr(not_run, "FUNCTIONS", {"rank": "it is unknown"})
    monkeypatch.setattr(not_run, "KEYS", {"moments.*.warn_at": "nobody is warned"})
    monkeypatch.setattr(not_run, "VALUES", {"unit: relationship": "one run for each account"})


BY_PEOPLE = ("{high: csm, low: csm, tech: digital}", "csm")


def notes(*changes: tuple[str, str]) -> list[str]:
    return [str(note) for note in read_model(changed(BY_PEOPLE, *changes), "m.yaml").notes]


def test_nothing_is_noted_of_a_model_that_runs() -> None:
    assert notes() == []


def test_digital_moments_without_content_are_told() -> None:
    """R55."""
    told = [str(note) for note in read_model(SMALL, "m.yaml").notes]
    assert told == [
        "m.yaml:20:1: moments: tech touch needs content: give these steps, or write their templates: ticket"
    ]
    steps = "tech: digital}\n    steps: [{message: {template: we-see-it}}]\n"
    assert read_model(changed(("tech: digital}\n", steps)), "m.yaml").notes == ()


OWNED = """\
ownership:
  service_complexity: COMPLEXITY
  transaction_complexity: .2
  cases: [{segment: large, service_complexity: .9}]
  line: .5
  shift: "0"
  roles: {self_service: digital, csm: csm, sales: csm}
moments:
"""


def owned(complexity: str) -> tuple[str, str]:
    return "moments:\n", OWNED.replace("COMPLEXITY", complexity)


def test_a_complex_customer_without_a_person_is_told() -> None:
    """R5: high and low touch are people; and what is simple needs none."""
    assert notes(owned(".7")) == [
        "m.yaml:19:17: segments.rest.touch: a service of complexity 0.7 and nobody for it in onboarding, ongoing: "
        "give it low or high touch, charge for onboarding, find a partner, or make it simpler"
    ]
    assert notes(owned(".7"), ("rest: {touch: tech}", "rest: {touch: [low, tech]}")) == []
    assert notes(owned(".5")) == []


def test_each_place_is_noted_with_what_happens_instead() -> None:
    assert notes(
        ("title: A small model\n", "title: A small model\nunit: relationship\n"),
        ("{count: Signed In, over: 28d}", "{sum: seats, of: Signed In, over: 28d}"),
        ('"mrr >= 5000"', '"mrr >= 5000 and rank(mrr) > 0.5 or customers < 5"'),
        (', exit: "mrr < 4500"', ""),
    ) == [
        f"m.yaml:3:7: unit: unit: relationship {SAYS}: one run for each account",
        f"m.yaml:13:14: metrics.sign_ins.sum: 'sum' {SAYS}: it is unknown",
        f"m.yaml:19:34: segments.large.when: rank {SAYS}: it is unknown",
        f"m.yaml:19:53: segments.large.when: 'customers' {SAYS}: it is unknown",
    ]


def test_a_key_is_noted_where_it_stands() -> None:
    expect = "    expect: sign_ins >= 5\n    within: 4w\n    warn_at: 50%\n"
    assert notes(("    schedule: 5bd after contract_start\n", expect)) == [
        f"m.yaml:25:5: moments.kickoff.warn_at: 'warn_at' {SAYS}: nobody is warned"
    ]


def test_a_long_window_over_users_is_noted_and_runs() -> None:
    reading = read_model(
        changed(BY_PEOPLE, ("{count: Signed In, over: 28d}", "{users: Signed In, over: 5mo}")), "m.yaml"
    )
    assert [str(note) for note in reading.notes] == [
        "m.yaml:12:38: metrics.sign_ins.over: a window of more than 128 days reads the raw events, which takes longer"
    ]
    assert reading.unrun == ()


def test_what_is_not_run_is_unknown_in_the_model() -> None:
    model = load(
        changed(
            ("{count: Signed In, over: 28d}", "{sum: seats, of: Signed In, over: 28d}"),
            ('"mrr >= 5000"', '"rank(mrr) + abs(sign_ins) > 3"'),
        ),
        "m.yaml",
    )
    assert list(model.metrics) == ["tickets"]
    when = model.segments["large"].when
    assert when is not None
    assert when.expression == Binary(">", Binary("+", Null(), Call("abs", (Null(),))), Number(3))  # type: ignore[arg-type]
    assert when.text == "rank(mrr) + abs(sign_ins) > 3"
    exit_rule = model.segments["large"].exit
    assert exit_rule is not None
    assert isinstance(exit_rule.expression, Binary)
    assert exit_rule.expression.left == Name(("mrr",))
