"""A text that replaces another dates only what it may date otherwise, and the due rows are those of dating all anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aloft.engine import dating, planning
from aloft.engine.dating import Ahead, Subject
from tests.engine.test_planned_together import DOCUMENT, EACH, SCHEDULES, company, due_rows, planned
from tests.engine.world import World

pytestmark = pytest.mark.slow

ABSORBS = f"""\
  large_one:
    schedule: every 4 months from contract_start
    if: "mrr >= 5000"
    absorbs: [greeting]
    {EACH}"""
ANSWER = f"""\
  ticket:
    expect: {{event: Ticket Solved, by: ticket_id}}
    of: {{event: Ticket Opened, by: ticket_id}}
    within: 2bd
    {EACH}"""

OF_ONE = {
    "an interval": ("every 1d from", "every 3d from", {"at_night"}),
    "an offset": ("45d after", "65d after", {"at_first"}),
    "a lead": ("lead: 10bd", "lead: 8bd", {"at_first"}),
    "a roll": ("roll: preceding", "roll: following", {"before_the_end"}),
    "a deadline": ("within: 20w", "within: 12w", {"used"}),
    "a warning": ("warn_at: [60%, 95%]", "warn_at: [50%]", {"used"}),
    "what is expected": ("mrr >= 90000", "mrr >= 80000", {"grown"}),
    "an outcome": (
        f"schedule: 3d after month_end.due\n    {EACH}",
        f"schedule: 3d after month_end.due\n    {EACH.replace('within: 5d', 'within: 9d')}",
        {"after_it"},
    ),
}
OF_MORE = {
    "a name": ("by_hours:", "each_100:\n    was: by_hours"),
    "one that is gone": (f"  abroad:\n    {SCHEDULES['abroad']}\n    {EACH}", ""),
    "one that is new": ("moments:\n", f"moments:\n{ABSORBS}"),
    "the floor of a segment": ('mrr >= 5000", touch', 'mrr >= 7000", touch'),
    "what a phase asks": ('"contract_start is not null"', '"contract_start is not null and mrr > 1000"'),
    "how late facts may be": ("lateness: 24h", "lateness: 48h"),
    "the calendar at home": ("country: DE", "country: FR"),
    "what is counted": ("over: 28d", "over: 14d"),
    "one that awaits answers": ("moments:\n", f"moments:\n{ANSWER}"),
    "who is held out": (
        "moments:\n",
        'experiments: {greeting: {holdout: 50%, primary: {expect: "mrr > 0", within: 30d}, from: 2026-03-01}}\n'
        "moments:\n",
    ),
}


@pytest.fixture
def dated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The moments that are dated, once for each account."""
    found: list[str] = []
    ahead = dating.ahead

    def heard(*asked: Any) -> Iterator[tuple[Subject, Ahead]]:
        for subject, told in ahead(*asked):
            found.append(subject.moment.name)
            yield subject, told

    monkeypatch.setattr(planning.dating, "ahead", heard)
    return found


def edited(document: str, old: str, new: str) -> str:
    assert document.count(old) == 1, old
    return document.replace(old, new)


def test_an_edit_of_one_moment_dates_that_one(world: World, dated: list[str]) -> None:
    company(world)
    document = DOCUMENT
    for number, (what, (old, new, moments)) in enumerate(OF_ONE.items()):
        document = edited(document, old, new)
        dated.clear()
        world.publish(document, f"2026-03-18 13:{2 * number:02}")
        world.run(f"2026-03-18 13:{2 * number + 1:02}")
        # What falls into a pause moves on with the clock: two of the accounts are dated anew each time.
        others = {name for name in dated if dated.count(name) > len(("paused", "open"))}
        assert others == moments, what
        assert due_rows() == planned(world, together=False, forget=False), what


def test_any_other_edit_gives_the_due_rows_of_dating_all_anew_and_so_does_taking_it_back(
    world: World,
) -> None:
    company(world)
    minute = 0
    for what, (old, new) in OF_MORE.items():
        for document in (edited(DOCUMENT, old, new), DOCUMENT):
            world.publish(document, f"2026-03-18 13:{minute:02}")
            world.run(f"2026-03-18 13:{minute + 1:02}")
            assert due_rows() == planned(world, together=False, forget=False), what
            minute += 1
