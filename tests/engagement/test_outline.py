from __future__ import annotations

import pytest

from aloft.engagement.outline import outline
from aloft.engagement.tree import Unreadable

TEXT = """\
# A model
engagement_model: acme

roles:
  csm: {hours_per_week: 24}

  # What comes next
  manager:
    rate: 140

phases: {onboarding: {}, ongoing: {}}
moments:
  kickoff:
    owner: csm
    steps:
      - task: {title: Call}

# the end
"""


def spans(text: str) -> dict[str, tuple[int, int]]:
    return {name: (one.first, one.last) for name, one in outline(text).items()}


def test_a_part_reaches_to_the_next_without_the_comments_that_belong_to_it() -> None:
    assert spans(TEXT) == {
        "engagement_model": (2, 2),
        "roles": (4, 9),
        "roles.csm": (5, 5),
        "roles.manager": (8, 9),
        "phases": (11, 11),
        "phases.onboarding": (11, 11),
        "phases.ongoing": (11, 11),
        "moments": (12, 16),
        "moments.kickoff": (13, 16),
    }


def test_its_lines_are_as_they_are_written() -> None:
    assert outline(TEXT)["roles.manager"].lines == ("  manager:", "    rate: 140")


def test_what_is_no_document_has_no_parts() -> None:
    with pytest.raises(Unreadable):
        outline("moments: [")
