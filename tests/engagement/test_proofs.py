"""What is proven of a model: everything can be reached, and nobody is in two places."""

from __future__ import annotations

import pytest

from aloft.engagement.load import read_model
from tests.engagement.documents import changed, problems

UNMET = "no account can meet this moment: what opens it is never true in its phases and segments"
UNWRITTEN = (
    "m.yaml:20:1: moments: tech touch needs content: give these steps, or write their templates: ticket"
)
SCHEDULE = "    schedule: 5bd after contract_start\n"
EVENT = "    event: Ticket Opened\n    where: \"priority = 'urgent'\"\n    by: ticket_id\n"


@pytest.mark.parametrize(
    "condition",
    [
        "phase = 'ongoing'",  # the kickoff is for the other phase
        "touch = 'low'",
        "touches('low')",
        "status = 'trial'",  # the model is for active ones
        "status = 'churned'",
        "mrr > 5 and mrr < 3",
        "sign_ins < 0",
        "segment = 'large' and touch = 'tech'",
        "segment = 'rest' and touches('high')",
        "health > 100",
        "mrr in (1, 2) and mrr in (3, 4)",
    ],
)
def test_a_moment_that_no_account_can_meet_is_an_error(condition: str) -> None:
    when = f"    when: {condition}\n"
    assert problems((SCHEDULE, when)) == [f"m.yaml:21:3: moments.kickoff: {UNMET}"]


@pytest.mark.parametrize(
    "condition",
    [
        "phase = 'onboarding'",
        "touch = 'high' and mrr > 100",
        "touches('tech') and mrr <= 5000",
        "status = 'active'",
        "mrr is null",
        "sign_ins = 0",
    ],
)
def test_a_moment_that_some_account_can_meet_is_none(condition: str) -> None:
    assert problems((SCHEDULE, f"    when: {condition}\n")) == []


def test_a_model_that_applies_to_nobody_is_no_mistake() -> None:
    assert problems(("status = 'active'", "false")) == []


def test_if_and_when_are_read_together() -> None:
    assert problems((SCHEDULE, "    when: mrr > 5\n    if: mrr < 5\n")) == [
        f"m.yaml:21:3: moments.kickoff: {UNMET}"
    ]


def test_an_event_that_contradicts_itself_opens_nothing() -> None:
    assert problems(
        ("priority = 'urgent'\"\n    by", "priority = 'urgent' and priority = 'low'\"\n    by")
    ) == ["m.yaml:30:13: moments.ticket.where: no event can open this moment: the condition is never true"]


def test_a_churned_account_is_met_where_a_phase_says_so() -> None:
    assert (
        problems(
            ("status = 'active'", "status <> 'free'"),
            ("  ongoing: {}", "  left: {enters: status = 'churned'}"),
            ("ongoing: low", "left: low"),
            ("phase: onboarding", "phase: left"),
            (SCHEDULE, "    when: status = 'churned'\n"),
        )
        == []
    )


def test_a_segment_that_those_before_it_leave_empty_is_an_error() -> None:
    second = "  second: {when: mrr >= 6000 and country = 'DE', touch: tech}\n  rest: {touch: tech}"
    assert problems(("  rest: {touch: tech}", second)) == [
        "m.yaml:19:3: segments.second: no account falls in this segment: "
        "its condition is never true after those before"
    ]
    assert problems(("  rest: {touch: tech}", second.replace("6000", "4000"))) == []


def test_segments_that_take_everybody_leave_nothing_to_the_last() -> None:
    """Unknown MRR is what is left of two that seem to take all."""
    two = "  small: {when: mrr < 5000, touch: tech}\n  rest: {touch: tech}"
    assert problems(("  rest: {touch: tech}", two)) == []
    three = "  small: {when: mrr < 5000 or mrr is null, touch: tech}\n  rest: {touch: tech}"
    assert problems(("  rest: {touch: tech}", three)) == [
        "m.yaml:20:3: segments.rest: no account falls in this segment: its condition is never true after those before"
    ]


PLACE = f"m.yaml:28:3: moments.ticket: {UNMET}"


@pytest.mark.parametrize(
    ("condition", "segment"),
    [
        ("mrr < 4500", "large"),  # it would have left
        ("mrr < 100 and sign_ins > 3", "large"),
        ("mrr >= 5000", "rest"),  # it would have moved up
        ("mrr > 6000 and tickets = 0", "rest"),
    ],
)
def test_an_account_of_a_segment_has_its_mrr(condition: str, segment: str) -> None:
    when = f"    segment: {segment}\n    when: {condition}\n"
    assert problems((EVENT, when)) == [PLACE]
    assert problems((EVENT, f"    segment: {segment}\n    event: Ticket Opened\n    if: {condition}\n")) == [
        PLACE
    ]


@pytest.mark.parametrize(
    ("condition", "segment", "change"),
    [
        ("mrr < 4600", "large", ("", "")),  # until it falls below 4,500
        ("mrr is null", "large", ("", "")),  # unknown leaves it where it is
        ("mrr >= 4500 and mrr < 5000", "rest", ("", "")),
        ("mrr < 4500", "large", ("leaves: ", "keep_segment: true, leaves: ")),
        ("mrr < 4000", "large", (', exit: "mrr < 4500"', ', exit: "mrr < 6000"')),  # it wavers
        ("sign_ins < 5", "large", ('"mrr >= 5000", exit: "mrr < 4500"', "sign_ins > 9")),  # read a day late
    ],
)
def test_what_a_segment_says_may_still_be(condition: str, segment: str, change: tuple[str, str]) -> None:
    when = f"    segment: {segment}\n    phase: onboarding\n    when: {condition}\n"
    assert problems((EVENT, when), *([change] if change[0] else [])) == []


def test_what_enters_a_segment_should_not_leave_it() -> None:
    text = changed(("mrr < 4500", "mrr < 5500"))
    assert [str(note) for note in read_model(text, "m.yaml").notes] == [
        "m.yaml:18:39: segments.large.exit: an account could enter this segment and leave it by the same facts",
        UNWRITTEN,
    ]


def test_a_phase_that_is_never_entered_is_an_error() -> None:
    assert problems(("  ongoing: {}", "  ongoing: {enters: mrr > 5 and mrr < 3}")) == [
        "m.yaml:16:21: phases.ongoing.enters: no account can enter this phase: the condition is never true"
    ]


def test_what_is_not_decided_is_noted() -> None:
    text = changed((SCHEDULE, "    when: mrr > 100 * seats\n"))
    assert [str(note) for note in read_model(text, "m.yaml").notes] == [
        "m.yaml:20:1: moments: whether an account can meet these is not decided "
        "by comparisons of single names: kickoff",
        UNWRITTEN,
    ]


MONTHLY = "    schedule: every 1 month from phase_start\n"
QUARTERLY = "    schedule: every 3 months from phase_start\n"
COLLIDE = (
    "m.yaml:28:15: moments.ticket.schedule: 'ticket' and 'kickoff' fall due on the same day for 'csm': "
    "say which one absorbs the other, or give contact_policy.merge_within"
)


def recurring(*changes: tuple[str, str], first: str = MONTHLY, second: str = QUARTERLY) -> list[str]:
    return problems(("    phase: onboarding\n", ""), (SCHEDULE, first), (EVENT, second), *changes)


def test_two_recurring_moments_of_one_role_collide() -> None:
    assert recurring() == [COLLIDE]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("every 1w from phase_start", "every 1 month from phase_start"),
        ("every 2w on mon", "every 3 months on 1"),
        ("every 1w on fri", "every 1 month on last"),
        ("every 5d from phase_start", "every 1y from phase_start"),
        ("every 1 month on 31", "every 3 months on last"),
        ("every 5w from phase_start", "every 7w from phase_start"),
    ],
)
def test_weeks_and_months_share_a_day(first: str, second: str) -> None:
    found = recurring(first=f"    schedule: {first}\n", second=f"    schedule: {second}\n")
    assert found == [COLLIDE]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (MONTHLY + "    absorbs: ticket\n", QUARTERLY),
        (MONTHLY, QUARTERLY + "    absorbs: [kickoff]\n"),
        (
            MONTHLY,
            QUARTERLY + "    phase: ongoing\n    segment: rest\n    touch: tech\n",
        ),  # an automated owner
        (MONTHLY, "    schedule: every 3 months from contract_start\n"),  # other days
        (MONTHLY, "    schedule: every 28h from phase_start\n"),  # not decided
        ("    schedule: every 2w on mon\n", "    schedule: every 3w on fri\n"),
        ("    schedule: every 1 month on 5\n", "    schedule: every 1 month on 12\n"),
        ("    schedule: every 1w on mon\n", "    schedule: every 2w on tue\n"),
        (MONTHLY + "    if: mrr > 5\n", QUARTERLY + "    if: mrr < 5\n"),
        (MONTHLY + "    phase: ongoing\n", QUARTERLY + "    phase: onboarding\n"),
    ],
)
def test_moments_that_are_told_apart_do_not_collide(first: str, second: str) -> None:
    assert recurring(first=first, second=second) == []


def test_a_merge_rule_settles_it() -> None:
    assert recurring(("phases:\n", "contact_policy: {merge_within: 5bd}\nphases:\n")) == []
