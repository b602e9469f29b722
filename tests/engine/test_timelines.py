"""Given these facts, at these instants: exactly these decisions, and silence where silence is due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from aloft.act.services import finish, open_by_hand, record, skip, start
from aloft.records import services
from aloft.records.models import Account, Contact
from tests.engine.world import EXAMPLE, World, at, shown

pytestmark = pytest.mark.slow
MODEL = EXAMPLE.read_text()


def company(world: World, mrr: str = "5400", starts: str = "2026-01-05") -> None:
    """Acme signs; Cora holds it, Otto brings it on board, Mia manages; the example model is live from January."""
    world.account("acme", "2026-01-01", name="Acme", timezone="UTC", country="US")
    world.contract("acme", "2026-01-01", starts, mrr, ends="2027-01-05")
    world.contact("ann", "acme", "exec_sponsor")
    world.person("cora", "csm", holds=("acme",))
    world.person("otto", "onboarding", holds=("acme",))
    world.person("mia", "manager")
    world.publish(MODEL, "2026-01-01")


def onboarded(world: World, when: str = "2026-01-08 10:00") -> None:
    """Ten users are created: the account is in ongoing use from then on."""
    for number in range(10):
        world.track("acme", "User Created", when, user=f"u{number}")


def account() -> Account:
    return Account.objects.get(external_id="acme")


def test_the_phase_starts_when_its_rule_began_to_hold(world: World) -> None:
    company(world)
    world.run("2026-01-06")
    stands = world.stands("acme")
    assert (stands.phase, stands.segment, stands.touch) == ("onboarding", "tier_1", ["high"])
    assert shown(stands.phase_since) == "2026-01-05"


def test_a_contract_that_became_known_late_starts_its_phase_in_the_past(world: World) -> None:
    company(world)
    world.account("late", "2026-01-01", name="Late", timezone="UTC")
    world.run("2026-01-20")
    world.contract("late", "2026-01-20 08:00", "2026-01-12", "1800")
    world.run("2026-01-21")
    assert shown(world.stands("late").phase_since) == "2026-01-12"


def test_a_kickoff_opens_ahead_of_its_due_and_has_the_owner_of_the_book(world: World) -> None:
    company(world)
    world.run("2026-01-06")
    kickoff = world.only("acme", "kickoff")
    assert shown(kickoff.opened_at) == "2026-01-05 09:00"
    assert shown(kickoff.due_at) == "2026-01-12 09:00"
    assert kickoff.owner is not None
    assert kickoff.owner.name == "Otto"
    assert kickoff.owned_because == "as onboarding for high touch: holds the book otto's"
    assert shown(kickoff.outcome_until) == "2026-01-19 09:00"


def test_a_kickoff_is_met_when_the_sponsor_attended_and_the_plan_is_agreed(world: World) -> None:
    company(world)
    world.run("2026-01-09 08:00")
    otto = services.set_person(handle="otto", actor="ops", at=at("2026-01-01"))
    kickoff = world.only("acme", "kickoff")
    ann = Contact.objects.get(external_id="ann")
    record(occurrence=kickoff, actor=otto, at=at("2026-01-09 09:00"), fact="attended", contact=ann)
    world.run("2026-01-09 09:30")
    assert world.only("acme", "kickoff").outcome == "watched"
    services.agree_plan(account=account(), agreed_by=ann, actor="otto", at=at("2026-01-09 10:00"))
    world.run("2026-01-09 11:00")
    kickoff = world.only("acme", "kickoff")
    assert (kickoff.outcome, kickoff.state, kickoff.closed_as) == ("met", "closed", "met")
    assert shown(kickoff.outcome_at) == "2026-01-09 10:00"


def test_attendance_of_somebody_else_does_not_meet_the_outcome(world: World) -> None:
    company(world)
    world.contact("ben", "acme", "champion")
    world.run("2026-01-09 08:00")
    otto = services.set_person(handle="otto", actor="ops", at=at("2026-01-01"))
    ben = Contact.objects.get(external_id="ben")
    kickoff = world.only("acme", "kickoff")
    record(occurrence=kickoff, actor=otto, at=at("2026-01-09 09:00"), fact="attended", contact=ben)
    services.agree_plan(account=account(), agreed_by=ben, actor="otto", at=at("2026-01-09 10:00"))
    world.run("2026-01-10")
    assert world.only("acme", "kickoff").outcome == "watched"


def test_a_kickoff_that_is_not_done_escalates_five_business_days_after_due(world: World) -> None:
    company(world)
    world.run("2026-01-19 08:59")
    assert world.only("acme", "kickoff").escalations == 0
    world.run("2026-01-19 09:01")
    kickoff = world.only("acme", "kickoff")
    assert kickoff.escalated_to is not None
    assert kickoff.escalated_to.name == "Mia"
    assert ("escalated", "2026-01-19 09:00") in world.verdicts("acme", "kickoff")


def test_nothing_escalates_from_what_is_done(world: World) -> None:
    company(world)
    world.run("2026-01-06")
    otto = services.set_person(handle="otto", actor="ops", at=at("2026-01-01"))
    finish(occurrence=world.only("acme", "kickoff"), actor=otto, at=at("2026-01-07 09:00"))
    world.run("2026-01-31")
    assert world.only("acme", "kickoff").escalations == 0


def test_an_outcome_that_no_fact_met_is_missed_at_the_end_of_its_window(world: World) -> None:
    company(world)
    world.run("2026-01-31")
    kickoff = world.only("acme", "kickoff")
    assert (kickoff.outcome, shown(kickoff.outcome_at)) == ("missed", "2026-01-19 09:00")
    assert kickoff.state == "open"


def test_an_expectation_is_judged_at_its_deadline_and_lateness(world: World) -> None:
    company(world)
    for number in range(8):
        world.track("acme", "User Created", "2026-01-16 09:00", user=f"u{number}")
    world.run("2026-02-03 23:59")
    assert world.occurrences("acme", "adoption_gate") == []
    world.run("2026-02-04 00:01")
    gate = world.only("acme", "adoption_gate")
    assert shown(gate.opened_at) == "2026-02-04"
    assert gate.owner is not None
    assert gate.owner.name == "Cora"
    assert gate.because == "users_created is 8 by 2026-02-02: expected users_created >= 10"


def test_late_facts_from_before_the_deadline_satisfy_what_is_pending(world: World) -> None:
    """T13."""
    company(world)
    for number in range(8):
        world.track("acme", "User Created", "2026-01-16 09:00", user=f"u{number}")
    for number in range(8, 11):
        world.track(
            "acme", "User Created", "2026-02-01 10:00", user=f"u{number}", received="2026-02-03 10:00"
        )
    world.run("2026-02-28")
    assert world.occurrences("acme", "adoption_gate") == []
    assert world.verdicts("acme", "adoption_gate") == [("satisfied", "2026-02-03 10:00")]


def test_facts_that_come_too_late_retract_what_has_opened(world: World) -> None:
    """T14."""
    company(world)
    for number in range(8):
        world.track("acme", "User Created", "2026-01-16 09:00", user=f"u{number}")
    for number in range(8, 11):
        world.track(
            "acme", "User Created", "2026-02-01 10:00", user=f"u{number}", received="2026-02-05 10:00"
        )
    world.run("2026-02-28")
    gate = world.only("acme", "adoption_gate")
    assert (gate.state, gate.closed_as) == ("closed", "retracted")
    assert world.verdicts("acme", "adoption_gate") == [
        ("opened", "2026-02-04"),
        ("escalated", "2026-02-05"),
        ("retracted", "2026-02-05 10:00"),
    ]


def test_users_created_after_the_deadline_satisfy_nothing(world: World) -> None:
    """They end the phase, which is all that asked for them."""
    company(world)
    for number in range(8):
        world.track("acme", "User Created", "2026-01-16 09:00", user=f"u{number}")
    for number in range(8, 11):
        world.track("acme", "User Created", "2026-02-02 00:00", user=f"u{number}")
    world.run("2026-02-28")
    assert world.stands("acme").phase == "ongoing"
    assert world.verdicts("acme", "adoption_gate") == []


def test_an_urgent_ticket_opens_at_once_and_is_due_in_business_hours(world: World) -> None:
    """T24: four business hours from Friday 16:00 end on Monday at 11:00."""
    company(world)
    world.track("acme", "Ticket Opened", "2026-01-09 16:00", ticket_id="T-1", priority="urgent")
    world.run("2026-01-09 16:01")
    ticket = world.only("acme", "urgent_ticket")
    assert shown(ticket.opened_at) == "2026-01-09 16:00"
    assert shown(ticket.due_at) == "2026-01-12 11:00"
    assert ticket.because == "Ticket Opened, 2026-01-09 16:00 UTC: priority urgent, ticket_id T-1"


def test_a_ticket_of_low_priority_opens_nothing(world: World) -> None:
    company(world)
    world.track("acme", "Ticket Opened", "2026-01-09 16:00", ticket_id="T-1", priority="low")
    world.run("2026-01-12")
    assert world.occurrences("acme", "urgent_ticket") == []


def test_each_ticket_is_an_occurrence_and_the_same_ticket_twice_is_one(world: World) -> None:
    company(world)
    for ticket, when in (("T-1", "10:00"), ("T-2", "11:00"), ("T-1", "12:00")):
        world.track("acme", "Ticket Opened", f"2026-01-09 {when}", ticket_id=ticket, priority="high")
    world.run("2026-01-10")
    assert [row.anchor for row in world.occurrences("acme", "urgent_ticket")] == [
        "ticket_id:T-1",
        "ticket_id:T-2",
    ]


def test_contact_on_the_occurrence_meets_the_outcome_of_a_ticket(world: World) -> None:
    company(world)
    world.track("acme", "Ticket Opened", "2026-01-09 10:00", ticket_id="T-1", priority="high")
    world.track("acme", "Ticket Opened", "2026-01-09 10:00", ticket_id="T-2", priority="high")
    world.run("2026-01-09 10:30")
    first, second = world.occurrences("acme", "urgent_ticket")
    cora = services.set_person(handle="cora", actor="ops", at=at("2026-01-01"))
    start(occurrence=first, actor=cora, at=at("2026-01-09 10:40"))
    record(occurrence=first, actor=cora, at=at("2026-01-09 10:50"), fact="contacted")
    world.run("2026-01-09 11:00")
    first, second = world.occurrences("acme", "urgent_ticket")
    assert (first.outcome, second.outcome) == ("met", "watched")


def test_a_condition_must_hold_for_two_readings(world: World) -> None:
    company(world)
    onboarded(world)
    world.run("2026-01-31")
    assert world.stands("acme").phase == "ongoing"
    assert shown(world.stands("acme").phase_since) == "2026-01-08 10:00"
    # sign_ins_28d is 0 throughout; the ten users count as active until 4 February, the 28th day. The reading
    # of the 5th, at the midnight after it, is the first to find none, that of the 6th the second.
    world.run("2026-02-06 23:30")
    assert world.occurrences("acme", "usage_low") == []
    world.run("2026-02-07 00:30")
    assert shown(world.only("acme", "usage_low").opened_at) == "2026-02-07"


def test_a_condition_that_ceases_within_the_hold_opens_nothing(world: World) -> None:
    company(world)
    onboarded(world)
    for number in range(3):
        world.track("acme", "Signed In", "2026-02-06 09:00", user=f"u{number}")
    world.run("2026-02-12")
    assert world.occurrences("acme", "usage_low") == []


def test_a_condition_that_clears_drops_its_escalations_and_is_kept(world: World) -> None:
    company(world)
    onboarded(world)
    world.run("2026-02-07 01:00")
    for number in range(5):
        world.track("acme", "Signed In", "2026-02-07 09:00", user=f"u{number}")
    world.run("2026-02-08")
    low = world.only("acme", "usage_low")
    assert shown(low.cleared_at) == "2026-02-07 09:00"
    assert low.state == "open"
    assert not low.dues.filter(kind="escalate").exists()


def test_a_manual_moment_opens_when_a_person_says_so(world: World) -> None:
    company(world)
    world.run("2026-01-06")
    cora = services.set_person(handle="cora", actor="ops", at=at("2026-01-01"))
    open_by_hand(account=account(), moment="executive_visit", actor=cora, at=at("2026-01-06 10:00"))
    world.run("2026-01-06 11:00")
    visit = world.only("acme", "executive_visit")
    assert visit.owner is not None
    assert (visit.owner.name, visit.because) == ("Mia", "Asked for by cora")


def test_a_monthly_review_recurs_from_the_start_of_the_phase(world: World) -> None:
    company(world)
    onboarded(world)
    world.run("2026-05-02")
    assert [shown(row.due_at) for row in world.occurrences("acme", "monthly_review")] == [
        "2026-02-08 10:00",
        "2026-03-08 10:00",
        "2026-04-08 10:00",
        "2026-05-08 10:00",
    ]
    assert [row.n for row in world.occurrences("acme", "monthly_review")] == [1, 2, 3, 4]


def test_who_has_signed_and_not_started_stands_where_the_contract_will_put_them(world: World) -> None:
    company(world)
    world.account("next", "2026-01-01", name="Next", timezone="UTC")
    world.contract("next", "2026-01-02", "2026-03-01", "1800", signed="2026-01-02")
    world.run("2026-01-03")
    assert (world.stands("next").segment, world.stands("next").mrr) == ("tier_2", 1800)


def test_segments_wait_for_the_phase_that_keeps_them(world: World) -> None:
    """T9: no change at 4,600; at 4,000 the account takes tier 2 when it leaves onboarding."""
    company(world)
    world.run("2026-01-20")
    world.contract("acme", "2026-01-20 10:00", "2026-01-05", "4600", ends="2027-01-05")
    world.run("2026-01-21")
    assert (world.stands("acme").segment, world.stands("acme").segment_waits) == ("tier_1", "")
    world.contract("acme", "2026-01-21 10:00", "2026-01-05", "4000", ends="2027-01-05")
    world.run("2026-01-22")
    assert (world.stands("acme").segment, world.stands("acme").segment_waits) == ("tier_1", "tier_2")
    onboarded(world, "2026-01-23 10:00")
    world.run("2026-01-24")
    assert (world.stands("acme").phase, world.stands("acme").segment) == ("ongoing", "tier_2")


def test_a_contract_that_ends_ends_the_journey(world: World) -> None:
    company(world)
    world.contract("acme", "2026-01-02", "2026-01-05", "5400", ends="2026-03-01")
    world.run("2026-03-02")
    assert world.stands("acme").phase == ""
    world.track("acme", "Ticket Opened", "2026-03-03 10:00", ticket_id="T-9", priority="urgent")
    world.run("2026-03-04")
    assert world.occurrences("acme", "urgent_ticket") == []


def test_an_end_that_moves_takes_the_undone_with_it(world: World) -> None:
    """T20."""
    document = MODEL.replace("schedule: 5bd after contract_start", "schedule: 60d, 30d before renewal_date")
    document = document.replace("lead: 5bd                      # opens", "lead: 3d # opens").replace(
        "phase: onboarding\n    touch: [high, low]\n    schedule", "touch: [high, low]\n    schedule"
    )
    world.account("acme", "2026-01-01", name="Acme", timezone="UTC", country="US")
    world.contract("acme", "2026-01-01", "2025-04-01", "5400", ends="2026-04-01")
    world.person("otto", "onboarding", holds=("acme",))
    world.publish(document, "2026-01-01")
    world.run("2026-01-31")
    first = world.only("acme", "kickoff")
    assert shown(first.due_at) == "2026-01-31 09:00"
    otto = services.set_person(handle="otto", actor="ops", at=at("2026-01-01"))
    finish(occurrence=first, actor=otto, at=at("2026-01-31 12:00"))
    world.run("2026-02-27 12:00")
    assert [shown(row.due_at) for row in world.occurrences("acme", "kickoff")] == [
        "2026-01-31 09:00",
        "2026-03-02 09:00",
    ]
    world.contract("acme", "2026-02-27 13:00", "2025-04-01", "5400", ends="2026-06-30")
    world.run("2026-06-29")
    assert [(row.n, shown(row.due_at), row.state) for row in world.occurrences("acme", "kickoff")] == [
        (1, "2026-01-31 09:00", "closed"),
        (2, "2026-05-31 09:00", "open"),
    ]


def test_nothing_opens_for_the_time_before_the_model_went_live(world: World) -> None:
    """T27."""
    world.account("acme", "2025-01-01", name="Acme", timezone="UTC", country="US")
    world.contract("acme", "2025-01-01", "2025-01-06", "5400", ends="2027-01-05")
    world.person("cora", "csm", when="2025-01-01", holds=("acme",))
    for number in range(10):
        world.track("acme", "User Created", "2025-02-08 10:00", user=f"u{number}")
    for day in range(300):
        when = (date(2025, 2, 9) + timedelta(days=day)).isoformat()
        world.track("acme", "Ticket Opened", f"{when} 10:00", ticket_id=f"T{day}", priority="urgent")
    world.publish(MODEL, "2026-01-01", live_from="2026-01-01")
    world.run("2026-01-02 12:00")
    assert shown(world.stands("acme").phase_since) == "2025-02-08 10:00"
    opened = world.occurrences("acme")
    assert [(row.moment, shown(row.due_at)) for row in opened] == [("monthly_review", "2026-01-08 10:00")]


def test_open_work_follows_a_leave_and_touched_work_stays(world: World) -> None:
    """T23."""
    company(world)
    dev = world.person("dev", "csm")
    cora = world.person("cora", "csm", holds=("acme",), backup=dev)
    for ticket in ("T-1", "T-2"):
        world.track("acme", "Ticket Opened", "2026-01-09 10:00", ticket_id=ticket, priority="high")
    world.run("2026-01-09 10:30")
    started, _ = world.occurrences("acme", "urgent_ticket")
    start(occurrence=started, actor=cora, at=at("2026-01-09 11:00"))
    services.take_leave(
        person=cora,
        first_day=date(2026, 1, 12),
        last_day=date(2026, 1, 16),
        actor="cora",
        at=at("2026-01-09 12:00"),
    )
    world.run("2026-01-12 06:00")
    owners = {row.anchor: row.owner.name for row in world.occurrences("acme", "urgent_ticket") if row.owner}
    assert owners == {"ticket_id:T-1": "Cora", "ticket_id:T-2": "Dev"}
    world.run("2026-01-17 06:00")
    owners = {row.anchor: row.owner.name for row in world.occurrences("acme", "urgent_ticket") if row.owner}
    assert owners == {"ticket_id:T-1": "Cora", "ticket_id:T-2": "Cora"}


def test_a_second_version_takes_what_comes_next_and_leaves_what_is_open(world: World) -> None:
    """T10."""
    company(world)
    onboarded(world)
    world.run("2026-02-03")
    first = world.only("acme", "monthly_review")
    world.publish(MODEL.replace("at 10:00", "at 14:00"), "2026-02-03 12:00")
    world.run("2026-04-02")
    rows = world.occurrences("acme", "monthly_review")
    assert [(row.n, row.model_version.version, shown(row.due_at)) for row in rows] == [
        (1, 1, "2026-02-08 10:00"),
        (2, 2, "2026-03-08 14:00"),
        (3, 2, "2026-04-08 14:00"),
    ]
    assert first.pk == rows[0].pk


def test_a_skipped_moment_stays_closed_and_is_told_why(world: World) -> None:
    company(world)
    world.run("2026-01-06")
    otto = services.set_person(handle="otto", actor="ops", at=at("2026-01-01"))
    skip(
        occurrence=world.only("acme", "kickoff"), actor=otto, at=at("2026-01-06 09:00"), reason="They know us"
    )
    world.run("2026-02-01")
    kickoff = world.only("acme", "kickoff")
    assert (kickoff.state, kickoff.closed_as, kickoff.outcome, kickoff.escalations) == (
        "closed",
        "skipped",
        "watched",
        0,
    )
