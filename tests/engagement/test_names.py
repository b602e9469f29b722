"""The tables of names and functions say what is so: every example in them is a condition that may be written."""

from __future__ import annotations

import pytest

from aloft.engagement import not_run
from aloft.engagement.document import VERBS
from aloft.engagement.names import FUNCTIONS, NAMES
from tests.engagement.documents import SMALL, problems_of

TEXT = SMALL.replace("tickets:", "active_users_28d:").replace("sign_ins", "sign_ins_28d")
OUTCOME = "\"attended('champion')\""


def problems_in_an_outcome(condition: str) -> list[str]:
    condition = condition.replace("tier_1", "large")
    return problems_of(TEXT.replace(OUTCOME, f'"{condition}"'))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "met"])
def test_the_example_of_a_name_can_be_written(name: str) -> None:
    assert name in NAMES[name].example
    assert problems_in_an_outcome(NAMES[name].example) == []


def test_the_example_of_met_can_be_written_in_an_escalation() -> None:
    assert problems_of(TEXT.replace("not done", NAMES["met"].example)) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_example_of_a_function_can_be_written(function: str) -> None:
    assert f"{function}(" in FUNCTIONS[function].example
    assert problems_in_an_outcome(FUNCTIONS[function].example) == []


def test_what_is_not_run_is_part_of_the_language() -> None:
    assert NAMES.keys() >= not_run.NAMES.keys()
    assert FUNCTIONS.keys() >= not_run.FUNCTIONS.keys()
    assert set(VERBS) >= not_run.METRICS.keys()


def test_every_one_is_described_under_its_own_name() -> None:
    for name, one in (*NAMES.items(), *FUNCTIONS.items()):
        assert one.name == name
        assert one.description
