"""Priority: what has been asked for once more moves up by a class, and never beyond an escalation (T28)."""

from __future__ import annotations

import pytest

from aloft.decide.priority import raised
from aloft.engagement.leaves import PRIORITIES


@pytest.mark.parametrize(
    ("before", "after"),
    [("survey", "campaign"), ("time", "event"), ("renewal", "escalation"), ("escalation", "escalation"),
     ("incident", "incident"), ("legal", "legal")],
)  # fmt: skip
def test_a_class_up(before: str, after: str) -> None:
    assert PRIORITIES[raised(PRIORITIES.index(before))] == after
