"""Every construct of the reference has an example that is read without a mistake, and none is left out."""

from __future__ import annotations

import pytest

from aloft.engagement.constructs import GROUPS, METRICS, MOMENTS, SECTIONS, STEPS, TRIGGERS, Construct
from aloft.engagement.document import VERBS, Document
from aloft.engagement.moment_document import TRIGGERS as TRIGGER_KEYS
from aloft.engagement.moment_document import MomentDoc
from aloft.engagement.step_document import STEPS as STEP_KEYS
from tests.engagement.documents import problems_of

ALL = [
    pytest.param(one, id=f"{group}: {one.name}") for group, constructs in GROUPS.items() for one in constructs
]
HEAD = {"engagement_model": "engagement_model: own", "title": "title: Our own"}


@pytest.mark.parametrize("construct", ALL)
def test_an_example_can_be_written(construct: Construct) -> None:
    head = "\n".join(line for key, line in HEAD.items() if construct.name != key)
    assert problems_of(f"extends: two-phase\n{head}\n{construct.example}\n") == []


@pytest.mark.parametrize("construct", ALL)
def test_an_example_shows_its_construct(construct: Construct) -> None:
    for name in construct.name.split(", "):
        assert f"{name}:" in construct.example or name == "extends"


def names(constructs: tuple[Construct, ...]) -> set[str]:
    return {name for one in constructs for name in one.name.split(", ")}


def test_no_construct_is_left_out() -> None:
    assert names(SECTIONS) == set(Document.keys())
    assert names(METRICS) == set(VERBS)
    assert names(TRIGGERS) == set(TRIGGER_KEYS)
    assert names(STEPS) == {*STEP_KEYS, "if"}
    shown = "".join(one.example for one in (*MOMENTS, *TRIGGERS, *STEPS, *SECTIONS))
    keys = MomentDoc.keys()
    assert [key for key in keys if f"{key}:" not in shown] == []
