"""Which profile scores an account, and what it finds of the one before it."""

from __future__ import annotations

import numpy as np

from aloft.engagement.model import Rule
from aloft.engagement.parse import parse
from aloft.engagement.scorecards import Bands, Health, Profile
from aloft.measures.health.bands import Stood, standing
from aloft.measures.health.profiles import choose

NONE = float("nan")
WHEN = Rule(parse("seats > 5"), "seats > 5", 1)
HEALTH = Health({}, profiles={name: Profile(name, {}, when=WHEN) for name in ("first", "second")})


def chosen(takes: tuple[float, float], stood: str = "") -> int:
    return int(choose(np.array([takes]), HEALTH, [stood])[0])


def test_the_first_that_takes_an_account_scores_it() -> None:
    assert (chosen((1, 1)), chosen((0, 1)), chosen((0, 0))) == (0, 1, 2)


def test_what_is_unknown_takes_nobody() -> None:
    assert (chosen((NONE, 1)), chosen((NONE, NONE))) == (1, 2)
    assert chosen((NONE, 1), stood="second") == 1


def test_what_has_become_unknown_leaves_an_account_where_it_is() -> None:
    assert chosen((NONE, 1), stood="first") == 0
    assert chosen((0, NONE), stood="second") == 1
    assert chosen((1, NONE), stood="second") == 0, "the first is sure"


def test_the_same_profile_goes_on_and_another_begins_afresh() -> None:
    stood = [Stood("first", 3, [80.0, None]), Stood("second", 1, [10.0, 20.0]), Stood()]
    found = standing(stood, Profile("first", {}, Bands(settle=3)))
    assert found.held.tolist() == [3, 0, 0]
    assert found.recent[0, 1] == 80
    assert np.isnan(np.delete(found.recent.ravel(), 1)).all()
