"""Printing a model and reading it again gives the model back, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aloft.engagement import not_run
from aloft.engagement.library import Found, preset
from aloft.engagement.load import load, read_model
from aloft.engagement.printing import printed
from aloft.engagement.tree import plain, read_tree
from aloft.engagement.writing import written
from tests.engagement.documents import SMALL
from tests.engagement.documents_drawn import documents

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PLACES = {"line", "file", "digest"}  # of the text, not of the model


@pytest.fixture(autouse=True, scope="module")
def everything_is_carried() -> Iterator[None]:
    """What is not run yet is left out of a model, and could not be printed."""
    with pytest.MonkeyPatch.context() as patch:
        for table in ("METRICS", "NAMES", "FUNCTIONS", "KEYS", "VALUES"):
            patch.setattr(not_run, table, {})
        yield


def meaning(value: Any) -> Any:
    """A model without the places of its text."""
    if is_dataclass(value) and not isinstance(value, type):
        held = {
            one.name: meaning(getattr(value, one.name)) for one in fields(value) if one.name not in PLACES
        }
        return type(value).__name__, held
    if isinstance(value, Mapping):
        return [(key, meaning(below)) for key, below in value.items()]
    return [meaning(item) for item in value] if isinstance(value, tuple) else value


def assert_printed_back(text: str) -> None:
    model = load(text, "m.yaml")
    again = load(printed(model), "again.yaml")
    assert meaning(again) == meaning(model)
    assert again.digest == model.digest
    assert printed(again) == printed(model)


@pytest.mark.parametrize(
    "text",
    [SMALL, *((EXAMPLES / name).read_text("utf-8") for name in ("acme.yaml", "first-model.yaml"))],
)
def test_the_examples_are_printed_back(text: str) -> None:
    assert_printed_back(text)


def test_the_preset_is_printed_back() -> None:
    found = preset("two-phase")
    assert found is not None
    assert_printed_back(found.text)


@pytest.mark.slow
@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(documents())
def test_any_model_is_printed_back(data: dict[str, Any]) -> None:
    assert_printed_back(written(data))


@pytest.mark.slow
@settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(documents())
def test_a_model_that_extends_any_other_and_changes_nothing_means_the_same(data: dict[str, Any]) -> None:
    base = written(data)
    own = read_model(
        "extends: base\nengagement_model: drawn\n",
        "own.yaml",
        lambda name: Found(base, "base.yaml", lambda _: None),
    )
    alone = load(base, "base.yaml")
    assert own.model.bases == ("drawn",)
    assert meaning(load(own.document, "own.yaml")) == meaning(alone)


KEYS = st.text(min_size=1, max_size=8).filter(lambda drawn: drawn.isprintable())
TREES = st.recursive(
    st.none() | st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=20),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=4))
def test_any_mapping_is_written_and_read_back(data: dict[str, Any]) -> None:
    assert plain(read_tree(written(data)).root) == data


@pytest.mark.parametrize(
    "text",
    ["NO", "no", "~", "null", "", "1e3", "0x1F", "2026-01-01", "- a", "a: b", "a #b", "#", "'", '"', "a:", "\n", " a",
     "a ", "\u2028", "---", "? x", "&a", "*a", "!x", "%", "@", "`", "{", "[a]", "|", ">", "true", "é 名 🎉"],
)  # fmt: skip
def test_every_text_stays_text(text: str) -> None:
    assert plain(read_tree(written({"a": text, "b": [text], "c": {"d": text}})).root) == {
        "a": text, "b": [text], "c": {"d": text},
    }  # fmt: skip
