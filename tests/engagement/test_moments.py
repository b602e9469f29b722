"""What can be wrong with a moment, with exactly the line that is shown for it."""

from __future__ import annotations

import pytest

from tests.engagement.documents import SMALL, problems

QUESTIONS = "a moment says who does it (owner), what it is for (objective) and what it must achieve (outcome)"
SCHEDULE = "    schedule: 5bd after contract_start\n"
OUTCOME = "attended('champion')"


@pytest.mark.parametrize(
    ("owner", "problem"),
    [
        ("cms", "24:12: moments.kickoff.owner: unknown role 'cms' (did you mean 'csm'?)"),
        ("xyz", "24:12: moments.kickoff.owner: unknown role 'xyz'"),
        ("[csm, mangr]", "24:18: moments.kickoff.owner[1]: unknown role 'mangr' (did you mean 'manager'?)"),
        ("[csm, csm]", "24:18: moments.kickoff.owner[1]: 'csm' stands twice"),
        (
            "{high: csn, tech: csm}",
            "24:19: moments.kickoff.owner.high: unknown role 'csn' (did you mean 'csm'?)",
        ),
        (
            "{hgh: csm, high: csm, tech: csm}",
            "24:13: moments.kickoff.owner.hgh: unknown touch level 'hgh' (did you mean 'high'?)",
        ),
        ("{high: [csm], tech: csm}", "24:19: moments.kickoff.owner.high: one role for each touch level"),
        (
            "{transaction: renewal}",
            "24:13: moments.kickoff.owner.transaction: "
            "an owner by transaction needs 'ownership', which says who that is",
        ),
        ("[]", "24:12: moments.kickoff.owner: expected text, a list of texts or a mapping, found nothing"),
        (
            "{high: csm}",
            "24:12: moments.kickoff.owner: no owner for touch 'tech' (segment 'rest' in phase 'onboarding')",
        ),
    ],
)
def test_an_owner_is_a_role_for_every_touch_the_moment_can_meet(owner: str, problem: str) -> None:
    assert problems(("owner: csm\n", f"owner: {owner}\n")) == [f"m.yaml:{problem}"]


def test_an_owner_map_needs_only_the_levels_that_the_moment_meets() -> None:
    assert (
        problems(("phase: onboarding", "segment: large"), ("owner: csm\n", "owner: {high: csm, low: csm}\n"))
        == []
    )
    assert problems(("phase: onboarding", "touch: low"), ("owner: csm\n", "owner: {low: csm}\n")) == []
    assert problems(
        ("phase: onboarding", "segment: large"),
        ("owner: csm\n", "owner: {high: csm}\n"),
    ) == [
        "m.yaml:24:12: moments.kickoff.owner: no owner for touch 'low' (segment 'large' in phase 'ongoing')"
    ]


@pytest.mark.parametrize("key", ["owner", "objective", "outcome"])
def test_every_moment_answers_three_questions(key: str) -> None:
    line = next(line for line in SMALL.splitlines(keepends=True) if line.strip().startswith(f"{key}:"))
    assert problems((line, "")) == [f"m.yaml:21:3: moments.kickoff: '{key}' is missing: {QUESTIONS}"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (", within: 7d", "", "26:5: moments.kickoff.outcome: 'within' is missing"),
        (f'expect: "{OUTCOME}", ', "", "26:5: moments.kickoff.outcome: 'expect' is missing"),
        (
            "within: 7d",
            "within: 0d",
            "26:55: moments.kickoff.outcome.within: the duration must be more than nothing",
        ),
        (
            "within: 7d",
            "within: 7d, holds_for: 2 readings",
            "26:72: moments.kickoff.outcome.holds_for: unknown unit 'readings': write min, h, bh, d, bd, w, mo or y",
        ),
        ("{after: 5bd, if:", "{if:", "27:16: moments.kickoff.escalate[0]: 'after' is missing"),
        (", to: manager}]", "}]", "27:16: moments.kickoff.escalate[0]: 'to' is missing"),
        ("[{after: 5bd, if:", "{after: 5bd, if:", None),
    ],
)
def test_outcome_and_escalation_are_whole(old: str, new: str, problem: str | None) -> None:
    if problem is None:
        closing = ("to: manager}]", "to: manager}")
        assert problems((old, new), closing) == [
            "m.yaml:27:15: moments.kickoff.escalate: expected a list, found a mapping"
        ]
    else:
        assert problems((old, new)) == [f"m.yaml:{problem}"]


@pytest.mark.parametrize(
    ("trigger", "problem"),
    [
        ("", "21:3: moments.kickoff: a moment has one trigger: schedule, event, when, expect or manual"),
        (
            SCHEDULE + "    when: mrr > 5\n",
            "24:5: moments.kickoff.when: one trigger only: 'when' beside 'schedule'",
        ),
        (
            "    when: mrr > 5\n    lead: 5bd\n",
            "24:5: moments.kickoff.lead: 'lead' belongs to schedule, not to when",
        ),
        (
            SCHEDULE + "    cooldown: 5d\n",
            "24:5: moments.kickoff.cooldown: 'cooldown' belongs to event or when, not to schedule",
        ),
        ("    expect: mrr > 5\n", "21:3: moments.kickoff: 'within' is missing"),
        (
            "    expect: mrr > 5\n    within: 4w\n    warn_at: [50%, 101%]\n",
            "25:20: moments.kickoff.warn_at[1]: expected a percentage from 0% to 100%",
        ),
        (
            "    expect: mrr > 5\n    within: 4w\n    of: phase_strt\n",
            "25:9: moments.kickoff.of: unknown instant 'phase_strt' (did you mean 'phase_start'?)",
        ),
        (
            "    expect: mrr > 5\n    within: 4w\n    warn_at: [50%]\n",
            "25:14: moments.kickoff.warn_at: a warning needs an 'expect' of the form NUMBER >= NUMBER",
        ),
        ("    manual: false\n", "23:13: moments.kickoff.manual: 'manual' is true, or is left out"),
        ("    event: [A, A]\n", "23:16: moments.kickoff.event[1]: 'A' stands twice"),
        ("    event: [any, A]\n", "23:13: moments.kickoff.event[0]: 'any' stands by itself"),
        (
            "    when: mrr > 5\n    holds_for: 0 readings\n",
            "24:16: moments.kickoff.holds_for: at least one reading",
        ),
    ],
)
def test_a_moment_has_one_trigger_with_its_own_keys(trigger: str, problem: str) -> None:
    assert problems((SCHEDULE, trigger)) == [f"m.yaml:{problem}"]


@pytest.mark.parametrize(
    ("schedule", "problem"),
    [
        (
            "5bd after contract_strt",
            "23:25: moments.kickoff.schedule: unknown instant 'contract_strt' (did you mean 'contract_start'?)",
        ),
        ("5bd after tier", "23:25: moments.kickoff.schedule: 'tier' is not an instant"),
        (
            "5bd after tickt.done",
            "23:25: moments.kickoff.schedule: unknown moment 'tickt' (did you mean 'ticket'?)",
        ),
        (
            "5bd after ticket.don",
            "23:25: moments.kickoff.schedule: expected opened, due, done or met after 'ticket.', found 'don'",
        ),
        ("5bd after kickoff.done", "23:15: moments.kickoff.schedule: 'kickoff' would be counted from itself"),
        (
            "5bx after contract_start",
            "23:15: moments.kickoff.schedule: unknown unit 'bx': write min, h, bh, d, bd, w, mo or y",
        ),
        ("every 1w on 3", "23:27: moments.kickoff.schedule: 'on 3' needs a period of months or years"),
    ],
)
def test_a_schedule_counts_from_an_instant(schedule: str, problem: str) -> None:
    assert problems(("5bd after contract_start", schedule)) == [f"m.yaml:{problem}"]


def test_two_moments_are_not_counted_from_each_other() -> None:
    other = "    expect: mrr > 5\n    within: 4w\n    of: kickoff.due\n"
    event = "    event: Ticket Opened\n    where: \"priority = 'urgent'\"\n    by: ticket_id\n"
    assert problems(("5bd after contract_start", "5bd after ticket.done"), (event, other)) == [
        "m.yaml:23:15: moments.kickoff.schedule: 'kickoff' would be counted from itself",
        "m.yaml:31:9: moments.ticket.of: 'ticket' would be counted from itself",
    ]


@pytest.mark.parametrize(
    ("narrowed", "problem"),
    [
        (
            "phase: onbarding",
            "22:12: moments.kickoff.phase: unknown phase 'onbarding' (did you mean 'onboarding'?)",
        ),
        ("phase: [onboarding, onboarding]", "22:25: moments.kickoff.phase[1]: 'onboarding' stands twice"),
        (
            "segment: [large, rset]",
            "22:22: moments.kickoff.segment[1]: unknown segment 'rset' (did you mean 'rest'?)",
        ),
        ("touch: hih", "22:12: moments.kickoff.touch: unknown touch level 'hih' (did you mean 'high'?)"),
        (
            "touch: community",
            "21:3: moments.kickoff: no account can meet this moment: no segment has its touch levels in its phases",
        ),
        (
            "channel: [call, vdieo]",
            "22:21: moments.kickoff.channel[1]: unknown channel 'vdieo' (did you mean 'video'?)",
        ),
        (
            "priority: incdent",
            "22:15: moments.kickoff.priority: unknown priority 'incdent' (did you mean 'incident'?)",
        ),
        ("was: ticket", "22:10: moments.kickoff.was: the moment 'ticket' is still there"),
        (
            "if: contacted",
            "22:9: moments.kickoff.if: 'contacted' is known of an occurrence only: in its outcome and its escalations",
        ),
        (
            "if: event.priority = 'low'",
            "22:9: moments.kickoff.if: only a moment with an event can read event.priority",
        ),
        ("phsae: onboarding", "22:5: moments.kickoff.phsae: unknown key 'phsae' (did you mean 'phase'?)"),
    ],
)
def test_what_narrows_a_moment_is_known(narrowed: str, problem: str) -> None:
    assert problems(("phase: onboarding", narrowed)) == [f"m.yaml:{problem}"]


def test_two_moments_do_not_share_a_former_name() -> None:
    assert problems(
        ("phase: onboarding", "was: start"), ("by: ticket_id", "by: ticket_id\n    was: start")
    ) == ["m.yaml:32:10: moments.ticket.was: 'kickoff' was 'start' already"]
