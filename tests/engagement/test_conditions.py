"""Which names and kinds a condition may have, with exactly the line shown for each that it may not."""

from __future__ import annotations

import pytest

from tests.engagement.documents import SMALL, problems, problems_of

OUTCOME = "attended('champion')"
FRACTION = "expected a fraction between 0 and 1, such as 0.30"
SIGNAL = "takes an event in single quotes, or the name of a count metric"


@pytest.mark.parametrize("name", ["use", "case", "drop", "select", "round"])
def test_the_words_of_sql_are_free(name: str) -> None:
    text = SMALL.replace("sign_ins", name)
    assert problems_of(text) == []


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("mr >= 5000", "18: segments.large.when: unknown name 'mr' (did you mean 'mrr'?)"),
        ("mrr", "18: segments.large.when: a condition expected, mrr is a number"),
        ("mrr >= '5000'", "25: segments.large.when: a number cannot be compared with text"),
        ("mrr + plan > 3", "24: segments.large.when: a number expected, plan is text"),
        ("not seats", "22: segments.large.when: a condition expected, seats is a number"),
        ("true > false", "18: segments.large.when: true and false have no order"),
        ("mrr in (1, 'x')", "29: segments.large.when: a number cannot be compared with text"),
        ("mrr between 1 and plan", "36: segments.large.when: a number cannot be compared with text"),
        ("go_live > '2026-01-01'", "28: segments.large.when: an instant cannot be compared with text"),
        ("go_live + 3 > 5", "18: segments.large.when: a number expected, go_live is an instant"),
        ("days_since(mrr) > 3", "29: segments.large.when: an instant expected, mrr is a number"),
        ("days_since(go_live, mrr) > 3", "18: segments.large.when: days_since takes 1 argument, found 2"),
        ("least(mrr) > 3", "18: segments.large.when: least takes at least 2 arguments, found 1"),
        ("least(mrr, 'x') > 3", "29: segments.large.when: least takes a number here, found text"),
        (
            "least(mrr, plan = 'a') = 1",
            "29: segments.large.when: least takes a number here, found true or false",
        ),
        ("leest(mrr, 3) > 3", "18: segments.large.when: unknown function 'leest' (did you mean 'least'?)"),
        ("declined('Signed In', 30)", f"40: segments.large.when: {FRACTION}"),
        ("declined('Signed In', 1)", f"40: segments.large.when: {FRACTION}"),
        ("declined('', 0.3)", f"27: segments.large.when: declined {SIGNAL}"),
        ("declined(mrr, 0.3)", f"27: segments.large.when: declined {SIGNAL}"),
        ("silent(3)", f"25: segments.large.when: silent {SIGNAL}"),
        ("lag(mrr, 28) > 3", "27: segments.large.when: expected a duration in single quotes, such as '28d'"),
        (
            "lag(mrr, '28') > 3",
            "27: segments.large.when: a duration needs a unit: min, h, bh, d, bd, w, mo or y",
        ),
        ("lag(plan, '28d') > 3", "22: segments.large.when: a number expected, plan is text"),
        ("lag(mrr) > 3", "18: segments.large.when: lag takes 2 arguments, found 1"),
        ("change(mrr, '28d')", "18: segments.large.when: a condition expected, found a number"),
        ("rank(5) > 0.5", "23: segments.large.when: rank takes the name of a number"),
        (
            "used(mrr, '90d') > 0",
            "23: segments.large.when: expected a feature in single quotes, or a property of the event",
        ),
        (
            "share('trainde', 'admin') > 0",
            "24: segments.large.when: unknown fact that people record 'trainde' (did you mean 'trained'?)",
        ),
        (
            "last_seen is null",
            "18: segments.large.when: 'last_seen' is of a person: "
            "it is known where contacts are chosen, in steps and in outcomes",
        ),
        ("band = 'amber'", "25: segments.large.when: band is never 'amber'"),
        (
            "phase = 'onbording'",
            "26: segments.large.when: phase is never 'onbording' (did you mean 'onboarding'?)",
        ),
        ("'rset' = segment", "18: segments.large.when: segment is never 'rset' (did you mean 'rest'?)"),
        ("tier in ('gold', 'golf')", "35: segments.large.when: tier is never 'golf' (did you mean 'gold'?)"),
        (
            "touch = 'high'",
            "18: segments.large.when: 'touch' follows from phase and segment and is not known here",
        ),
        (
            "touches('high')",
            "18: segments.large.when: 'touches' follows from phase and segment and is not known here",
        ),
        (
            "attended('champion')",
            "18: segments.large.when: 'attended' is known of an occurrence only: in its outcome and its escalations",
        ),
        (
            "kickoff.don is null",
            "18: segments.large.when: a moment has opened, due, done or met, not 'don'",
        ),
        (
            "kickof.done is null",
            "18: segments.large.when: unknown name 'kickof.done' (did you mean 'kickoff.done'?)",
        ),
        ("mrr >", "23: segments.large.when: the expression ends too early"),
    ],
)
def test_a_condition_reads_known_names_of_the_right_kind(condition: str, problem: str) -> None:
    """The text of the condition begins in column 18."""
    text = SMALL.replace('"mrr >= 5000"', f'"{condition}"').replace(', exit: "mrr < 4500"', "")
    assert [one for one in problems_of(text) if ".when" in one] == [f"m.yaml:18:{problem}"]


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        (
            "attended('champoin')",
            "33: moments.kickoff.outcome.expect: unknown persona 'champoin' (did you mean 'champion'?)",
        ),
        ("attended(mrr)", "33: moments.kickoff.outcome.expect: expected a persona in single quotes"),
        ("attended()", "24: moments.kickoff.outcome.expect: attended takes 1 argument, found 0"),
        ("met", "24: moments.kickoff.outcome.expect: 'met' is what this outcome decides"),
        ("renewd", "24: moments.kickoff.outcome.expect: unknown name 'renewd' (did you mean 'renewed'?)"),
        (
            "cause = 'pric'",
            "32: moments.kickoff.outcome.expect: cause is never 'pric' (did you mean 'price'?)",
        ),
        (
            "touches('hgh')",
            "32: moments.kickoff.outcome.expect: unknown touch level 'hgh' (did you mean 'high'?)",
        ),
        ("at_opening(5) > 1", "35: moments.kickoff.outcome.expect: at_opening takes the name of a number"),
        ("at_opening(plan) > 1", "35: moments.kickoff.outcome.expect: a number expected, plan is text"),
    ],
)
def test_an_outcome_asks_the_occurrence(condition: str, problem: str) -> None:
    assert problems((OUTCOME, condition)) == [f"m.yaml:26:{problem}"]


@pytest.mark.parametrize(
    "condition",
    [
        "attended",
        "contacted and not no_show",
        "opened < due",
        "started or cleared",
        "success_plan.reviewed",
        "cause is not null",
        "cause = 'price'",
        "sign_ins >= 0.9 * at_opening(sign_ins)",
        "touches('tech')",
        "days_since(ticket.done) > 3 and ticket.due > ticket.opened",
        "coalesce(go_live, contract_start) < due",
        "round(log10(abs(mrr))) > 1",
        "phase = 'ongoing' or touch <> 'high'",
        "tier in ('gold')",
        "not done",
        "declined('Signed In', 0.30) or grew(sign_ins, 0.2) or silent('Signed In')",
        "attended('actor')",
        "lag(mrr, '3 months') < 5 and change(sign_ins, '28d') < -0.5",
        "renewed or paid or expanded or not churned",
        "last_seen > opened and persona = 'admin'",
        "health >= 70 and band = 'green' and customers > 5",
        "success_plan.attainment >= 0.9 * success_plan.expected",
        "rank(mrr) > 0.5 and family(mrr) > 5 and share('trained', 'admin') = 1",
        "used('Reports', '90d') < 0.2 and requested('Reports')",
    ],
)
def test_an_outcome_may_ask_all_of_this(condition: str) -> None:
    assert problems((OUTCOME, condition)) == []


def test_an_event_moment_reads_the_properties_of_its_event() -> None:
    rule = "if: \"event.priority = 'urgent' and event.a.b * 2 > 3\""
    outcome = ('expect: "contacted"', 'expect: "event.severity in (1, 2) or contacted"')
    assert problems(("by: ticket_id", f"by: ticket_id\n    {rule}"), outcome) == []


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("status = 'actve'", "3:23: applies_to: status is never 'actve' (did you mean 'active'?)"),
        ("phase = 'ongoing'", "3:14: applies_to: 'phase' follows from the model and is not known here"),
        ("touches('high')", "3:14: applies_to: 'touches' follows from the model and is not known here"),
        ("kickoff.done is null", "3:14: applies_to: unknown name 'kickoff.done'"),
    ],
)
def test_the_audience_is_known_before_the_model(condition: str, problem: str) -> None:
    assert problems(("status = 'active'", condition)) == [f"m.yaml:{problem}"]
