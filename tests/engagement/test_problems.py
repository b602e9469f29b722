"""How the problems of a document are shown: all of them, each at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from aloft.engagement.load import load
from aloft.engagement.problems import InvalidModel, Problem
from tests.engagement.documents import SMALL, changed, problems, problems_of


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
        "m.yaml:3:1: health: a health score has at least one dimension",
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


@pytest.mark.parametrize("key", ["[key]", "[0]", "*", "a.b"])
def test_a_name_that_looks_like_a_path_is_no_trap(key: str) -> None:
    assert problems(("  tickets: {", f'  "{key}": {{cuont: 3, ')) == [
        f"m.yaml:13:3: metrics.{key}: '{key}' is not a name: a small letter, then letters, digits and _",
        f"m.yaml:13:{8 + len(key)}: metrics.{key}.cuont: unknown key 'cuont' (did you mean 'count'?)",
    ]


def test_the_whole_example_of_the_language_has_no_problems() -> None:
    text = (Path(__file__).parents[2] / "docs" / "examples" / "acme.yaml").read_text("utf-8")
    assert problems_of(text) == []
