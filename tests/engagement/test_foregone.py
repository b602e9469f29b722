"""An outcome that holds as its moment opens asks for nothing, and is told."""

from __future__ import annotations

import pytest

from aloft.engagement.foregone import holds_at_opening
from aloft.engagement.load import read_model
from aloft.engagement.parse import parse
from tests.engagement.documents import SMALL, changed


@pytest.mark.parametrize(
    "rule",
    [
        "uses >= at_opening(uses)",
        "uses >= 0.9 * at_opening(uses)",
        "uses >= at_opening(uses) * 0.9",
        "0.9 * at_opening(uses) <= uses",
        "uses > at_opening(uses) - 1",
        "uses > 0.9 * at_opening(uses)",
        "uses = at_opening(uses)",
        "late <= at_opening(late)",
        "late < 1.5 * at_opening(late) + 1",
        "uses >= at_opening(uses) and late <= at_opening(late)",
        "uses >= at_opening(uses) or mrr > 5",
    ],
)
def test_it_is_true_of_the_numbers_that_were(rule: str) -> None:
    assert holds_at_opening(parse(rule))


@pytest.mark.parametrize(
    "rule",
    [
        "uses > at_opening(uses)",
        "uses >= 1.1 * at_opening(uses)",
        "uses >= at_opening(uses) + 1",
        "late < at_opening(late)",
        "late <= 0.5 * at_opening(late)",
        "uses >= at_opening(late)",
        "at_opening(uses) <= late",
        "uses >= at_opening(uses) and mrr > 5",
        "not uses < at_opening(uses) and mrr > 5",
        "uses >= 5",
        "contacted",
    ],
)
def test_it_may_be_false_of_them(rule: str) -> None:
    assert not holds_at_opening(parse(rule))


def outcome(says: str) -> list[str]:
    by_people = ("{high: csm, low: csm, tech: digital}", "csm")
    return [str(one) for one in read_model(changed(by_people, (OUTCOME, says)), "m.yaml").notes]


OUTCOME = '{expect: "contacted", within: 4bh}'


def test_it_is_noted_unless_it_has_to_hold_for_a_time() -> None:
    assert OUTCOME in SMALL
    assert outcome('{expect: "mrr >= 0.9 * at_opening(mrr)", within: 4bh}') == [
        "m.yaml:34:24: moments.ticket.outcome.expect: this holds as the moment opens, and is met before anybody "
        "has done anything: ask for more than there was, as in x > at_opening(x), or have it hold "
        "for a time (`holds_for`)"
    ]
    assert outcome('{expect: "mrr >= 0.9 * at_opening(mrr)", within: 4bh, holds_for: 2bh}') == []
    assert outcome('{expect: "mrr > at_opening(mrr)", within: 4bh}') == []
