"""How the problems of a document are shown: all of them, each at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from aloft.engagement.load import load
from aloft.engagement.problems import InvalidModel, Problem
from tests.engagement.documents import SMALL, changed, problems, problems_of

NOT_RUN = "is part of the language but is not run by this version yet"


def test_a_problem_is_shown_with_its_place() -> None:
    problem = Problem("models/acme.yaml", 41, 13, "moments.kickoff.owner", "unknown role 'cms'")
    assert str(problem) == "models/acme.yaml:41:13: moments.kickoff.owner: unknown role 'cms'"


def test_the_small_model_has_no_problems() -> None:
    assert problems_of(SMALL) == []


def test_all_problems_are_reported_at_once_in_the_order_of_their_places() -> None:
    assert problems(
        ("to: manager}]", "to: mnager}]"),
        ("automated: true", "automated: yes"),
        ("over: 28d", "over: 28x"),
        ("status = 'active'", "status = = 'active'"),
        ("title: A small model\n", "title: A small model\nhealth: {}\n"),
        ("by: ticket_id", "bye: ticket_id"),
    ) == [
        f"m.yaml:3:1: health: 'health' {NOT_RUN}",
        "m.yaml:4:23: applies_to: unexpected '='",
        "m.yaml:9:24: roles.digital.automated: expected true or false, found 'yes'",
        "m.yaml:13:40: metrics.sign_ins.over: unknown unit 'x': write min, h, bh, d, bd, w, mo or y",
        "m.yaml:28:49: moments.kickoff.escalate[0].to: unknown role 'mnager' (did you mean 'manager'?)",
        "m.yaml:32:5: moments.ticket.bye: unknown key 'bye' (did you mean 'by'?)",
    ]


def test_the_exception_carries_the_problems_and_says_them() -> None:
    with pytest.raises(InvalidModel) as raised:
        load(changed(("owner: csm\n", "owner: cms\n")), "m.yaml")
    says = "unknown role 'cms' (did you mean 'csm'?)"
    assert raised.value.problems == (Problem("m.yaml", 24, 12, "moments.kickoff.owner", says),)
    assert str(raised.value) == f"m.yaml:24:12: moments.kickoff.owner: {says}"


def test_what_is_ill_formed_itself_is_not_blamed_on_others() -> None:
    assert problems(("rate: 140", "rate: high"), ("over: 28d", "over: ever")) == [
        "m.yaml:7:19: roles.manager.rate: expected a number that is not negative, found 'high'",
        "m.yaml:12:38: metrics.sign_ins.over: expected a duration such as 5bd, 4h or 3 months",
    ]


def test_a_key_stands_once() -> None:
    assert problems(
        ("    objective: Meet the customer\n", "    objective: Meet\n    objective: Greet\n")
    ) == ["m.yaml:26:5: moments.kickoff.objective: duplicate key 'objective' (first on line 25)"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: the document is empty"),
        ("# nothing\n", "1:1: the document is empty"),
        ("- a\n", "1:1: a model is a mapping that begins with engagement_model"),
        ("a: [\n", "2:1: not YAML: expected the node content, but found '<stream end>'"),
        ("a: b: c\n", "1:5: not YAML: mapping values are not allowed here"),
        ("a: 1\n---\nb: 1\n", "2:1: one document only"),
        ("a: !x 1\n", "1:4: a: the tag '!x' has no meaning in a model"),
        ("a: {b: *c}\n", "1:8: a.b: unknown anchor 'c'"),
        ("? [a]\n: b\n", "1:3: a key is a word"),
        ('a: "\\0"\n', "1:4: a: a character that nobody can read"),
        ("a: " + "[" * 40 + "\n", "1:33: a" + "[0]" * 29 + ": more than 30 levels deep"),
    ],
)
def test_what_is_no_document_says_why(text: str, problem: str) -> None:
    assert problems_of(text) == [f"m.yaml:{problem}"]


def test_aliases_do_not_make_a_small_text_a_large_document() -> None:
    lines = ["a0: &a0 [x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12))]
    assert problems_of("\n".join(lines)) == ["m.yaml:7:10: a6[0]: more than 200000 values"]


def test_of_a_model_in_the_whole_language_exactly_what_is_not_run_is_refused() -> None:
    text = (Path(__file__).parent / "acme.yaml").read_text("utf-8")
    found = problems_of(text)
    assert [one.split(": ")[1] for one in found] == [
        "metrics.exports_28d.sum",
        "metrics.exports_28d.of",
        "metrics.first_value.first",
        "metrics.open_urgent.open",
        "metrics.open_urgent.until",
        "metrics.open_urgent.by",
        "metrics.latest_nps.latest",
        "metrics.latest_nps.of",
        "metrics.utilisation.formula",
        "value_metrics",
        "moments.kickoff.with",
        "moments.adoption_gate.warn_at",
        "moments.business_review.with",
        "moments.business_review.absorbs",
        "moments.usage_fell.when",
        "moments.usage_fell.steps",
        "health",
        "contact_policy",
        "ownership",
        "economics",
        "experiments",
    ]
    assert all(one.endswith(NOT_RUN) for one in found)
