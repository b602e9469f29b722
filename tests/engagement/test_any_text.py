"""Whatever stands in a file, it is a model or a list of problems with their places."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aloft.engagement.load import check_book_rule, load
from aloft.engagement.model import Model
from aloft.engagement.problems import InvalidModel
from tests.engagement.documents import SMALL

ACME = (Path(__file__).parents[2] / "docs" / "examples" / "acme.yaml").read_text("utf-8")
EXAMPLE = (Path(__file__).parents[2] / "docs" / "examples" / "first-model.yaml").read_text("utf-8")
SNIPPETS = [
    "null", "~", "[]", "{}", "{a: b}", "[a, [b]]", "true", "0", "-1", "1e400", "9" * 400, "'", '"', ": ", "- ",
    "\n", "  ", "#", "&a ", "*a", "!!int ", "? ", "|\n", ">-\n", "---\n", "...\n", "%YAML 1.1\n", "\t", "\x00",
    "\ufeff", "\u2028", '"\\ud800"', '"\\0"', "(((((", "not ", " and ", " in (", "event.x", "kickoff.done", "''",
    "at_opening(1)", "2026-02-30", "every 0d", "99999999999y", "1d,1d after x", "*" * 9, "<<: *a", "moments",
    "any", "__class__", "{high: {a: b}}", "\\", "é", "名", "extends: two-phase\n", "null\n", "every admin",
    "{every: x}", "{split: {a: 1%}}",
    ".nan", "-.inf", "NO", "<<", "[[[[[[[[[[[[", "{{{{{{{{", "[key]", "*a *b", "&b [*b]", "33.3333333333333333333%",
]  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A document with some stretches of it cut out, doubled or replaced."""
    text = draw(st.sampled_from([SMALL, EXAMPLE, ACME]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 25)))
        middle = draw(st.sampled_from([*SNIPPETS, text[start:end] * 2, ""]) | st.text(max_size=6))
        text = text[:start] + middle + text[end:]
    return text


@st.composite
def misspelt(draw: st.DrawFn) -> str:
    """A document in which one value has become another one of its values."""
    lines = draw(st.sampled_from([SMALL, EXAMPLE, ACME])).splitlines()
    values = [line.partition(": ")[2] for line in lines if ": " in line]
    at = draw(st.sampled_from([i for i, line in enumerate(lines) if ": " in line]))
    lines[at] = lines[at].partition(": ")[0] + ": " + draw(st.sampled_from([*values, *SNIPPETS]))
    return "\n".join(lines)


def assert_model_or_problems(text: str) -> None:
    found = outcome(text)
    if isinstance(found, Model):
        return
    assert found.problems
    places = [(problem.line, problem.column) for problem in found.problems]
    files = [problem.file for problem in found.problems]
    assert list(zip(files, places, strict=True)) == sorted(zip(files, places, strict=True))
    assert all(line >= 1 and column >= 1 for line, column in places)
    own = [problem for problem in found.problems if problem.file == "any.yaml"]
    assert all(problem.line <= text.count("\n") + 2 for problem in own)
    assert all(problem.file in ("any.yaml", "preset two-phase") for problem in found.problems)
    assert not any("\n" in str(problem) for problem in found.problems)


def outcome(text: str) -> Model | InvalidModel:
    try:
        return load(text, "any.yaml")
    except InvalidModel as invalid:
        return invalid


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_model_or_problems(text: str) -> None:
    assert_model_or_problems(text)


@given(
    st.lists(st.sampled_from([*SNIPPETS, "a", "b", ":", ",", "[", "]", "{", "}"]), max_size=30).map("".join)
)
def test_anything_like_yaml_is_a_model_or_problems(text: str) -> None:
    assert_model_or_problems(text)


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_a_model_or_problems(held: bytes) -> None:
    assert_model_or_problems(held.decode("latin-1"))


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a, *a]\n",
        "a: &a {b: *a}\n",
        "\n".join(f"{' ' * i}a:" for i in range(60)),
        "a: " + "9" * 5000,
        "a:\t- b\n\t- c\n",
        "a: 1\na: 2\na: 3\n",
        "health: " + "{a: " * 29 + "}" * 29,
        "extends: extends\n",
        "extends: two-phase\nmoments: null\n",
        "extends: two-phase\nmoments: []\nphases: x\n",
        "extends: two-phase\nextends: two-phase\n",
        "extends: two-phase\nhealth: {usage: {anchors: {x: {y: z}}}}\n",
        "extends: two-phase\nmoments: {kickoff: {steps: [[]], owner: {transaction: [a]}, with: {every: {a: b}}}}\n",
        "extends: two-phase\nmoments: {kickoff: {steps: [{split: {a: 1%}, a: [{split: {a: x}, a: y}]}]}}\n",
        "extends: two-phase\nmoments: {kickoff: {expect: {event: {a: b}}, of: [], within: {}}}\n",
        "extends: two-phase\ncontact_policy: {caps: [{most: []}, {most: {a: {}}}, 3]}\n",
        "extends: two-phase\nphases: {a: {before: {b: c}}, b: [], onboarding: {before: [x]}}\n",
    ],
)
def test_what_is_meant_to_break_a_reader_is_a_list_of_problems(text: str) -> None:
    found = outcome(text)
    assert isinstance(found, InvalidModel)
    assert all(problem.line >= 1 and problem.column >= 1 for problem in found.problems)


@settings(deadline=None, max_examples=60)
@given(mutations())
def test_a_damaged_model_is_a_model_or_problems(text: str) -> None:
    assert_model_or_problems(text)


@settings(deadline=None, max_examples=60)
@given(misspelt())
def test_a_model_with_a_value_out_of_place_is_a_model_or_problems(text: str) -> None:
    assert_model_or_problems(text)


@given(st.text(max_size=60) | st.text(alphabet="mr >=01'().tieron_", max_size=40))
def test_any_text_is_a_rule_of_a_book_or_problems(text: str) -> None:
    try:
        check_book_rule(text, {"tier": "choice"})
    except InvalidModel as invalid:
        found = invalid.problems
    else:
        found = ()
    assert all(problem.column >= 1 for problem in found)
