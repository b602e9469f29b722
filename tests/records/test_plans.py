from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from aloft.records import audit
from aloft.records.models import Account, Contact, Goal, SuccessPlan
from aloft.records.services import (
    NewPlan,
    Refused,
    add_plans,
    add_steps,
    agree_plan,
    read_goal,
    review_plan,
    set_contact,
    set_goal,
    set_step,
)
from tests.conftest import NOW
from tests.records.conftest import written

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 2, 27, 10, 30, tzinfo=UTC)


def test_an_agreement_says_when_and_by_whom(account: Account, contact: Contact) -> None:
    with written() as told:
        for _ in range(2):
            plan = agree_plan(account=account, agreed_by=contact, agreed_at=FRIDAY, actor="cora", at=NOW)

    assert (plan.agreed_at, plan.agreed_by) == (FRIDAY, contact)
    assert told.changes == [("plan.agreed", "acme", {"at": "2026-02-27T10:30:00Z", "by": "c-1"})]
    assert told.audit == [("cora", "plan.agreed", f"account:{account.pk}")]
    assert told.instants == {NOW}


def test_a_review_follows_an_agreement(account: Account, contact: Contact) -> None:
    with written() as told, pytest.raises(Refused, match="acme has no agreed plan"):
        review_plan(account=account, actor="cora", at=NOW)
    assert (told.changes, told.audit) == ([], [])
    assert not SuccessPlan.objects.exists()

    agree_plan(account=account, agreed_at=FRIDAY, actor="cora", at=NOW)
    with written() as told:
        review_plan(account=account, reviewed_by=contact, actor="cora", at=NOW)
        review_plan(account=account, reviewed_by=contact, actor="cora", at=NOW)

    assert told.changes == [("plan.reviewed", "acme", {"at": "2026-03-02T09:00:00Z", "by": "c-1"})]
    assert told.audit == [("cora", "plan.reviewed", f"account:{account.pk}")]


def test_what_has_not_happened_yet_cannot_be_agreed(account: Account) -> None:
    with written() as told, pytest.raises(Refused, match="agreed_at: it lies ahead"):
        agree_plan(account=account, agreed_at=NOW + timedelta(seconds=1), actor="cora", at=NOW)

    assert told.changes == []


def test_only_a_contact_of_the_account_agrees(contact: Contact, other_account: Account) -> None:
    with written() as told, pytest.raises(Refused, match="agreed_by: Ann is not with Globex"):
        agree_plan(account=other_account, agreed_by=contact, actor="cora", at=NOW)

    assert told.changes == []


def test_a_goal_is_a_row_of_the_plan_and_an_audit_entry(account: Account) -> None:
    with written() as told:
        for _ in range(2):
            goal = set_goal(
                account=account,
                title="Export weekly",
                value_metric="exports",
                baseline=0,
                target="52",
                due_on=date(2026, 12, 31),
                actor="cora",
                at=NOW,
            )

    goal.refresh_from_db()
    assert (goal.plan.account, goal.target, goal.better) == (account, Decimal(52), "up")
    assert goal.plan.agreed_at is None
    assert told.audit == [("cora", "goal.set", f"goal:{goal.pk}")]
    assert told.changes == [
        (
            "goal.set",
            "acme",
            {
                "goal": goal.pk, "title": "Export weekly", "value_metric": "exports", "unit": "",
                "better": "up", "baseline": "0.0000", "target": "52.0000", "starts": "2026-03-02", "due": "2026-12-31",
            },
        )
    ]  # fmt: skip

    with written() as told:
        set_goal(account=account, title="Export weekly", target=60, actor="cora", at=NOW)
    assert told.payloads == [{"before": {"target": "52.0000"}, "after": {"target": "60.0000"}}]
    assert Goal.objects.count() == 1


def test_a_goal_without_a_measure_is_refused(account: Account) -> None:
    with written() as told, pytest.raises(Refused, match="value_metric: it is missing"):
        set_goal(account=account, title="Be happy", actor="cora", at=NOW)

    assert told.audit == []
    assert not SuccessPlan.objects.exists()


def test_a_reading_is_a_row_and_an_audit_entry(account: Account, contact: Contact) -> None:
    goal = set_goal(account=account, title="Export", value_metric="exports", actor="cora", at=NOW)
    with written() as told:
        for _ in range(2):
            reading = read_goal(goal=goal, value="12.5", verified_by=contact, actor="cora", at=NOW)

    assert (reading.value, reading.read_at, reading.verified_by) == (Decimal("12.5"), NOW, contact)
    assert goal.readings.count() == 1
    assert told.audit == [("cora", "goal.read", f"goal:{goal.pk}")]
    assert told.changes == [
        (
            "goal.read",
            "acme",
            {"goal": goal.pk, "value": "12.5000", "at": "2026-03-02T09:00:00Z", "by": "c-1"},
        )
    ]


def test_a_step_is_told_as_it_is_planned_and_from_when_it_is_done(account: Account) -> None:
    with written() as told:
        for _ in range(2):
            step = set_step(account=account, title="Go live", due_on=date(2026, 3, 1), actor="cora", at=NOW)
        set_step(account=account, title="Go live", done_at=FRIDAY, actor="cora", at=NOW)
    planned = {"step": step.pk, "title": "Go live", "due": "2026-03-01"}
    assert told.changes == [
        ("plan.step", "acme", {**planned, "done": False, "at": "2026-03-02T09:00:00Z"}),
        ("plan.step", "acme", {**planned, "done": True, "at": "2026-02-27T10:30:00Z"}),
    ]
    assert told.audit == [("cora", "plan.step", f"planstep:{step.pk}")] * 2


def test_several_new_steps_are_told_each_by_itself(account: Account) -> None:
    with written() as told:
        first, second = add_steps(
            account=account,
            steps={"Go live": {"due_on": date(2026, 3, 1), "done_at": FRIDAY}, "Review": {}},
            actor="cora",
            at=NOW,
        )
    assert told.changes == [
        (
            "plan.step",
            "acme",
            {
                "step": first.pk,
                "title": "Go live",
                "due": "2026-03-01",
                "done": True,
                "at": "2026-02-27T10:30:00Z",
            },
        ),
        (
            "plan.step",
            "acme",
            {"step": second.pk, "title": "Review", "due": None, "done": False, "at": "2026-03-02T09:00:00Z"},
        ),
    ]
    assert told.audit == [("cora", "plan.step", f"planstep:{step.pk}") for step in (first, second)]
    assert audit.verify() is None


def test_a_step_that_is_there_is_not_added_again(account: Account) -> None:
    set_step(account=account, title="Go live", actor="cora", at=NOW)
    with written() as told, pytest.raises(Refused, match="title: the plan has a step “Go live” already"):
        add_steps(account=account, steps={"Review": {}, "Go live": {}}, actor="cora", at=NOW)
    assert (told.changes, told.audit) == ([], [])


def new_plan(account: Account, agreed_by: Contact | None) -> NewPlan:
    goal = {"value_metric": "invoices", "starts_on": date(2026, 2, 1), "target": 40}
    return NewPlan(account, FRIDAY, agreed_by, "No paper", goal, {"Go live": {"done_at": FRIDAY}})


def test_plans_that_come_at_once_are_told_as_if_each_came_alone(
    account: Account, other_account: Account, contact: Contact
) -> None:
    with written() as told:
        add_plans(plans=[new_plan(account, contact), new_plan(other_account, None)], actor="cora", at=NOW)
    first, second = Goal.objects.order_by("id")
    assert (first.plan.account, first.plan.agreed_at, first.plan.agreed_by) == (account, FRIDAY, contact)
    assert [(kind, name) for kind, name, _ in told.changes] == [
        ("plan.agreed", "acme"), ("plan.agreed", other_account.external_id),
        ("goal.set", "acme"), ("goal.set", other_account.external_id),
        ("plan.step", "acme"), ("plan.step", other_account.external_id),
    ]  # fmt: skip
    assert told.changes[0][2] == {"at": "2026-02-27T10:30:00Z", "by": "c-1"}
    assert {name: told.changes[3][2][name] for name in ("goal", "title", "value_metric", "starts", "better")} == {
        "goal": second.pk, "title": "No paper", "value_metric": "invoices", "starts": "2026-02-01", "better": "up",
    }  # fmt: skip
    assert audit.verify() is None


def test_an_account_that_has_a_plan_gets_none_with_others(account: Account, other_account: Account) -> None:
    agree_plan(account=account, actor="cora", at=NOW)
    with written() as told, pytest.raises(Refused, match="account: acme has a plan already"):
        add_plans(plans=[new_plan(other_account, None), new_plan(account, None)], actor="cora", at=NOW)
    assert (told.changes, told.audit) == ([], [])


def test_a_step_cannot_be_done_ahead(account: Account) -> None:
    with pytest.raises(Refused, match="done_at: it lies ahead"):
        set_step(account=account, title="Go live", done_at=NOW + timedelta(days=1), actor="cora", at=NOW)
    assert not SuccessPlan.objects.exists()


def test_a_reading_by_a_stranger_is_refused(account: Account, other_account: Account) -> None:
    goal = set_goal(account=account, title="Export", value_metric="exports", actor="cora", at=NOW)
    stranger = set_contact(external_id="c-9", account=other_account, actor="cora", at=NOW)
    with written() as told, pytest.raises(Refused, match="verified_by: c-9 is not with Acme"):
        read_goal(goal=goal, value=1, verified_by=stranger, actor="cora", at=NOW)

    assert told.audit == []
