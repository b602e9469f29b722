"""The model in docs/examples means exactly this."""

from __future__ import annotations

from datetime import time
from pathlib import Path

from aloft.engagement.load import load
from aloft.engagement.model import (
    Anchor,
    Duration,
    Escalation,
    EventTrigger,
    Every,
    ExpectTrigger,
    ManualTrigger,
    Metric,
    Moment,
    Offsets,
    Outcome,
    Phase,
    Role,
    Rule,
    ScheduleTrigger,
    Segment,
    WhenTrigger,
    WorkingTime,
)
from aloft.engagement.parse import parse

TEXT = (Path(__file__).parents[2] / "docs" / "examples" / "first-model.yaml").read_text("utf-8")
MODEL = load(TEXT, "first-model.yaml")


def rule(text: str, moment: str = "") -> Rule:
    """The rule with this text, on the line of the example where it stands (after that of the moment)."""
    lines = TEXT.splitlines()
    start = lines.index(next(line for line in lines if line.startswith(f"  {moment}:"))) if moment else 0
    line = next(i for i, line in enumerate(lines, start=1) if i > start and text in line)
    return Rule(parse(text), text, line)


def line_of(moment: str) -> int:
    return next(i for i, line in enumerate(TEXT.splitlines(), start=1) if line.startswith(f"  {moment}:"))


def test_its_name_and_audience() -> None:
    assert (MODEL.name, MODEL.title) == ("first_model", "Northwind Ledger - three tiers, two phases")
    assert MODEL.file == "first-model.yaml"
    assert MODEL.applies_to == rule("status in ('trial', 'active')")
    assert len(MODEL.digest) == 64


def test_its_clock() -> None:
    assert MODEL.clock == WorkingTime(
        home_zone="Europe/Berlin",
        home_country="DE",
        zone=None,
        days=(0, 1, 2, 3, 4),
        opens=time(9),
        closes=time(18),
        holidays="account",
        closed=(),
        lateness=Duration(48, "h"),
        roll="none",
    )


def test_its_roles_records_and_sources() -> None:
    assert MODEL.roles == {
        "csm": Role("csm", 24, 100, "manager"),
        "onboarding": Role("onboarding", 28, 90, "manager"),
        "manager": Role("manager", 10, 140),
        "digital": Role("digital", automated=True),
    }
    assert MODEL.fields == {}
    assert MODEL.records == {"cause": "choice"}
    assert MODEL.sources == {"helpdesk": ("Ticket Opened", "Ticket Solved")}


def test_its_metrics() -> None:
    month = Duration(28, "d")
    signed = Anchor(name="contract_start")
    urgent = rule("priority = 'urgent'")
    assert MODEL.metrics == {
        "sign_ins_28d": Metric("sign_ins_28d", "count", ("Signed In",), line_of("sign_ins_28d"), over=month),
        "active_users_28d": Metric("active_users_28d", "users", (), line_of("active_users_28d"), over=month),
        "users_created": Metric(
            "users_created", "users", ("User Created",), line_of("users_created"), since=signed
        ),
        "urgent_28d": Metric(
            "urgent_28d", "count", ("Ticket Opened",), line_of("urgent_28d"), where=urgent, over=month
        ),
    }


def test_its_phases_in_order() -> None:
    assert list(MODEL.phases.values()) == [
        Phase(
            "onboarding",
            enters=rule("contract_start is not null"),
            leaves=rule("users_created >= 10"),
            expected=Duration(90, "d"),
            keep_segment=True,
        ),
        Phase("ongoing"),
    ]


def test_its_segments_in_order() -> None:
    assert list(MODEL.segments.values()) == [
        Segment(
            "tier_1",
            {"onboarding": ("high",), "ongoing": ("high",)},
            rule("mrr >= 5000"),
            rule("mrr < 4500"),
        ),
        Segment(
            "tier_2",
            {"onboarding": ("high",), "ongoing": ("low",)},
            rule("mrr >= 1700"),
            rule("mrr < 1530"),
        ),
        Segment("tier_3", {"onboarding": ("tech",), "ongoing": ("tech", "community")}),
    ]


def test_the_kickoff_is_scheduled_once() -> None:
    met = "attended('exec_sponsor') and success_plan.agreed"
    assert MODEL.moments["kickoff"] == Moment(
        name="kickoff",
        trigger=ScheduleTrigger(
            Offsets((Duration(5, "bd"),), "after", Anchor(name="contract_start")),
            "5bd after contract_start",
            Duration(5, "bd"),
        ),
        owners={"*": "onboarding"},
        objective="The customer meets the team and agrees how value will be measured",
        outcome=Outcome(rule(met, "kickoff"), Duration(7, "d")),
        line=line_of("kickoff"),
        phases=("onboarding",),
        touch=("high", "low"),
        channel=("onsite", "video"),
        escalations=(Escalation(Duration(5, "bd"), "manager"),),
        effort=Duration(4, "h"),
        length=Duration(60, "min"),
    )


def test_the_adoption_gate_expects_something() -> None:
    gate = MODEL.moments["adoption_gate"]
    expected = rule("users_created >= 10", "adoption_gate")
    assert gate.trigger == ExpectTrigger(expected, Duration(4, "w"), Anchor(name="phase_start"))
    assert gate.outcome.within == Duration(2, "w")
    assert gate.escalations == (
        Escalation(Duration(1, "bd"), "manager"),
        Escalation(Duration(2, "w"), "manager", rule("not met", "adoption_gate"), "adoption"),
    )


def test_the_monthly_review_recurs() -> None:
    review = MODEL.moments["monthly_review"]
    every = Every(Duration(1, "mo"), Anchor(name="phase_start"), at=time(10))
    assert review.trigger == ScheduleTrigger(
        every, "every 1 month from phase_start at 10:00", Duration(5, "bd")
    )
    assert (review.phases, review.touch, review.owners) == (("ongoing",), ("high",), {"*": "csm"})


def test_the_urgent_ticket_follows_an_event() -> None:
    ticket = MODEL.moments["urgent_ticket"]
    where = rule("priority in ('urgent', 'high')", "urgent_ticket")
    assert ticket.trigger == EventTrigger(("Ticket Opened",), where, "ticket_id")
    assert ticket.outcome == Outcome(rule("contacted", "urgent_ticket"), Duration(4, "bh"))
    assert (ticket.complete_within, ticket.priority) == (Duration(4, "bh"), "incident")
    assert ticket.escalations == (Escalation(Duration(4, "bh"), "manager"),)
    assert (ticket.phases, ticket.segments, ticket.touch) == ((), (), ())


def test_low_usage_is_a_condition_that_holds() -> None:
    low = MODEL.moments["usage_low"]
    when = rule("sign_ins_28d < 5 and active_users_28d < 3", "usage_low")
    assert low.trigger == WhenTrigger(when, 2, Duration(30, "d"))
    assert low.owners == {"high": "csm", "low": "csm", "tech": "digital"}
    assert low.outcome == Outcome(rule("sign_ins_28d >= 10", "usage_low"), Duration(30, "d"))


def test_the_executive_visit_is_opened_by_hand() -> None:
    visit = MODEL.moments["executive_visit"]
    assert visit.trigger == ManualTrigger()
    assert visit.title == "Executive visit"
    assert visit.outcome == Outcome(rule("contacted", "executive_visit"), Duration(2, "w"))


def test_its_moments_are_in_the_order_of_the_document() -> None:
    assert list(MODEL.moments) == [
        "kickoff",
        "adoption_gate",
        "monthly_review",
        "urgent_ticket",
        "usage_low",
        "executive_visit",
    ]
