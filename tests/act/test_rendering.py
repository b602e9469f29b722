"""Templates say what they are given, and can do no harm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aloft.act.rendering import Renderer, Unrenderable

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    made = Renderer()
    yield made
    made.close()


def test_values_and_filters_are_put_in(renderer: Renderer) -> None:
    told = renderer.render(
        ["{{ account.name | upcase }}", "{% if metrics.n > 3 %}many{% else %}few{% endif %}"],
        {"account": {"name": "Acme"}, "metrics": {"n": 5}},
    )
    assert told == ["ACME", "many"]


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{ acount.name }}", "acount"),
        ("{% if %}", "."),
        ("{{ (1..999999999) | join }}", "takes longer than 2 s, or too much memory|too much memory"),
        ("{% for i in (1..20000) %}x{% endfor %}", "loop iteration limit"),
        ("x" * 100_001, "longer than 100,000 characters"),
        ("{% include 'x' %}", "."),
    ],
)
def test_what_cannot_be_rendered_says_why_and_the_next_one_can(
    renderer: Renderer, template: str, says: str
) -> None:
    with pytest.raises(Unrenderable, match=says):
        renderer.render([template], {"account": {}})
    assert renderer.render(["{{ 1 | plus: 1 }}"], {}) == ["2"]


def test_nothing_of_python_can_be_reached(renderer: Renderer) -> None:
    for template in (
        "{{ account.__class__ }}",
        "{{ account.items }}",
        "{{ account.name.__class__.__mro__ }}",
    ):
        with pytest.raises(Unrenderable, match="undefined"):
            renderer.render([template], {"account": {"name": "Acme"}})
