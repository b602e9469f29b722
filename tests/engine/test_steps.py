"""What happens once a moment has opened: messages, tasks and waits, in order, once, and until it closes."""

from __future__ import annotations

from datetime import date

import pytest

from aloft.act import texts
from aloft.act.models import Delivery, Message, Occurrence, Step, Text, Verdict
from aloft.act.services import end_task, hand_back, hand_over, skip
from aloft.records import services
from aloft.records.models import Account, Contact
from tests.engine.world import World, at

pytestmark = pytest.mark.slow
MODEL = """
engagement_model: steps
title: Steps
clock: {home: {timezone: UTC, country: US}, holidays: none}
roles: {csm: {hours_per_week: 24}, digital: {automated: true}}
metrics:
  tickets: {count: Ticket Opened, over: 28d}
  exports: {count: Report Exported, over: 28d}
phases: {ongoing: {enters: "contract_start is not null"}}
segments: {all: {touch: tech}}
moments:
  welcome:
    event: Signed Up
    owner: digital
    objective: Say hello
    outcome: {expect: "exports >= 1", within: 14d}
  ticket:
    event: Ticket Opened
    by: ticket_id
    owner: csm
    objective: Solve it
    outcome: {expect: "exports >= 1", within: 30d}
    steps:
      - message: {template: we-saw, to: [exec_sponsor, champion], purpose: service}
      - wait: {until: "tickets >= 2", at_most: 3d}
      - task: {title: Call them, within: 1d}
      - message: {template: thanks, to: every admin}
  falling:
    when: "tickets >= 5"
    owner: digital
    objective: Slow down
    outcome: {expect: "exports >= 1", within: 30d}
    steps:
      - wait: 2d
      - message: {template: we-saw}
"""


@pytest.fixture
def acme(world: World) -> Account:
    account = world.account("acme", "2026-01-01", name="Acme", timezone="UTC", country="US")
    world.contract("acme", "2026-01-01", "2026-01-02", "1000")
    world.person("cora", "csm", holds=("acme",))
    for name, persona in (("ann", "champion"), ("bob", "admin"), ("bea", "admin")):
        reach(name, account, persona)
    world.publish(MODEL, "2026-01-01")
    for name in ("welcome", "we-saw", "thanks"):
        write(name)
    return account


def reach(name: str, account: Account, persona: str) -> Contact:
    return services.set_contact(
        external_id=name, account=account, name=name.capitalize(), persona=persona,
        email=f"{name}@acme.example", actor="ops", at=at("2026-01-01"),
    )  # fmt: skip


def write(name: str, when: str = "2026-01-01") -> None:
    text = texts.write(name=name, language="en", subject="Hello", body="Hi", actor="ops", at=at(when))
    texts.approve(text=text, actor="ops", at=at(when))


def sent(**where: object) -> list[tuple[str, str, str]]:
    rows = Message.objects.filter(**where).select_related("contact").order_by("planned_at", "pk")
    return [(one.template, one.contact.external_id if one.contact else "", one.state) for one in rows]


def steps() -> list[tuple[str, str]]:
    return list(Step.objects.order_by("pk").values_list("path", "state"))


def test_an_automated_owner_sends_one_message_with_the_name_of_the_moment(
    world: World, acme: Account
) -> None:
    world.engine.sends = True
    world.track("acme", "Signed Up", "2026-01-05 10:00")
    world.run("2026-01-05 10:01")
    assert sent() == [("welcome", "ann", "queued")]
    assert list(Delivery.objects.values_list("to", "state")) == [("ann@acme.example", "waiting")]
    assert world.verdicts("acme", "welcome") == [
        ("opened", "2026-01-05 10:00"),
        ("sent", "2026-01-05 10:00"),
    ]
    told = Verdict.objects.get(verdict="sent").details
    assert (told["to"], told["channel"], told["template"]) == ("ann", "email", "welcome")


def test_where_nothing_leaves_the_message_is_kept_and_the_outbox_is_empty(
    world: World, acme: Account
) -> None:
    world.track("acme", "Signed Up", "2026-01-05 10:00")
    world.run("2026-01-05 10:01")
    assert sent() == [("welcome", "ann", "kept")]
    assert not Delivery.objects.exists()


CALLING = MODEL.replace("      - message: {template: we-saw, to: [exec_sponsor, champion], purpose: service}\n",
    "      - webhook: crm\n", 1)  # fmt: skip


def test_a_step_calls_another_system_once_with_what_has_opened(world: World, acme: Account) -> None:
    world.publish(CALLING, "2026-01-02")
    world.engine.sends = True
    world.track("acme", "Ticket Opened", "2026-01-05 10:00", ticket_id=1)
    world.run("2026-01-05 10:01")
    call = Delivery.objects.get(channel="webhook")
    assert (call.to, call.state, call.step and call.step.path) == ("crm", "waiting", "0")
    data = call.payload["data"]
    assert (call.payload["type"], call.payload["timestamp"]) == ("step.reached", "2026-01-05T10:00:00Z")
    assert data["account"] == {"id": "acme", "name": "Acme"}
    assert (data["moment"]["name"], data["moment"]["objective"]) == ("ticket", "Solve it")
    assert data["owner"]["handle"] == "cora"
    told = Verdict.objects.get(verdict="sent").details
    assert told == {"channel": "webhook", "template": "crm", "step": "0"}
    assert steps() == [("0", "done"), ("1", "waiting")]
    world.restart()
    world.run("2026-01-05 12:00")
    assert Delivery.objects.count() == 1


def test_where_nothing_leaves_nobody_is_called(world: World, acme: Account) -> None:
    world.publish(CALLING, "2026-01-02")
    world.track("acme", "Ticket Opened", "2026-01-05 10:00", ticket_id=1)
    world.run("2026-01-05 10:01")
    assert world.verdicts("acme", "ticket") == [("opened", "2026-01-05 10:00"), ("sent", "2026-01-05 10:00")]
    assert not Delivery.objects.exists()


def test_what_is_decided_for_an_instant_long_past_is_kept(world: World, acme: Account) -> None:
    world.engine.sends = True
    world.track("acme", "Signed Up", "2026-01-05 10:00")
    world.run("2026-01-09 10:01")
    assert sent() == [("welcome", "ann", "kept")]


def test_steps_go_on_by_time_by_facts_and_by_people(world: World, acme: Account) -> None:
    world.track("acme", "Ticket Opened", "2026-01-05 10:00", ticket_id=1)
    world.run("2026-01-08 09:59")
    # nobody is exec_sponsor: the champion is next in the order of preference
    assert sent() == [("we-saw", "ann", "kept")]
    assert steps() == [("0", "done"), ("1", "waiting")]
    world.run("2026-01-08 10:00")
    assert steps() == [("0", "done"), ("1", "done"), ("2", "waiting")]
    task = Step.objects.get(path="2")
    assert task.owner is not None
    assert (task.title, task.owner.handle, task.begun_at, task.until) == (
        "Call them", "cora", at("2026-01-08 10:00"), at("2026-01-09 10:00"),
    )  # fmt: skip
    end_task(step=task, actor=task.owner, at=at("2026-01-08 12:00"))
    world.run("2026-01-08 12:01")
    assert steps()[2:] == [("2", "done"), ("3", "done")]
    assert sorted(sent(template="thanks")) == [("thanks", "bea", "kept"), ("thanks", "bob", "kept")]


def test_a_task_that_waits_goes_with_its_occurrence_through_leave_and_by_hand(
    world: World, acme: Account
) -> None:
    def doing() -> str:
        owner = Step.objects.get(path="2").owner
        return owner.handle if owner else ""

    world.track("acme", "Ticket Opened", "2026-01-05 10:00", ticket_id=1)
    dev = world.person("dev", "csm", "2026-01-05", sees_everything=True)
    world.run("2026-01-08 10:00")
    assert doing() == "cora"
    cora = services.set_person(handle="cora", backup=dev, actor="ops", at=at("2026-01-08 10:30"))
    services.take_leave(
        person=cora, first_day=date(2026, 1, 9), last_day=date(2026, 1, 10), actor="ops",
        at=at("2026-01-08 11:00"),
    )  # fmt: skip
    world.run("2026-01-09 06:00")
    assert doing() == "dev"
    world.run("2026-01-11 06:00")
    assert doing() == "cora"
    opened = Occurrence.objects.get()
    hand_over(occurrence=opened, actor=cora, to=dev, reason="knows them", at=at("2026-01-11 07:00"))
    assert doing() == "dev"
    hand_back(occurrence=opened, actor=cora, at=at("2026-01-11 08:00"))
    assert doing() == "cora"


def test_a_wait_ends_early_when_what_it_waits_for_is_true(world: World, acme: Account) -> None:
    world.track("acme", "Ticket Opened", "2026-01-05 10:00", ticket_id=1)
    world.run("2026-01-06 10:00")
    world.track("acme", "Ticket Opened", "2026-01-06 11:00", ticket_id=1)
    world.run("2026-01-06 11:01")
    assert steps() == [("0", "done"), ("1", "done"), ("2", "waiting")]


def test_a_restart_and_a_second_look_take_nothing_twice(world: World, acme: Account) -> None:
    world.track("acme", "Ticket Opened", "2026-01-05 10:00", ticket_id=1)
    world.run("2026-01-05 10:01")
    world.restart()
    world.run("2026-01-07 10:01")
    world.restart()
    world.run("2026-01-09 10:01")
    assert steps() == [("0", "done"), ("1", "done"), ("2", "waiting")]
    assert [verdict for verdict, _ in world.verdicts("acme", "ticket")] == ["opened", "sent"]


def test_steps_stop_when_the_occurrence_closes(world: World, acme: Account) -> None:
    world.track("acme", "Ticket Opened", "2026-01-05 10:00", ticket_id=1)
    world.run("2026-01-05 10:01")
    standing = world.occurrences("acme", "ticket")[0]
    assert standing.owner is not None
    skip(occurrence=standing, actor=standing.owner, at=at("2026-01-06 10:00"), reason="a duplicate")
    world.run("2026-01-20 10:01")
    assert steps() == [("0", "done"), ("1", "dropped")]


def test_nothing_is_sent_where_the_outcome_holds_already(world: World, acme: Account) -> None:
    world.track("acme", "Report Exported", "2026-01-05 09:00")
    world.track("acme", "Signed Up", "2026-01-05 10:00")
    world.run("2026-01-05 10:01")
    assert [one.closed_as for one in world.occurrences("acme", "welcome")] == ["met"]
    assert sent() == []


def test_a_condition_that_holds_no_more_drops_what_was_not_begun(world: World, acme: Account) -> None:
    for number in range(5):
        world.track("acme", "Ticket Opened", "2026-01-05 10:00", id=f"t{number}", ticket_id=7)
    world.run("2026-01-05 10:01")
    falling = Step.objects.get(occurrence__moment="falling")
    assert falling.state == "waiting"
    Message.objects.all().delete()
    world.publish(MODEL.replace("tickets >= 5", "tickets >= 9"), "2026-01-06")
    world.run("2026-01-08 10:01")
    falling.refresh_from_db()
    assert falling.state == "dropped"
    assert sent(template="we-saw") == []


def test_a_message_that_nobody_can_get_is_blocked_until_somebody_can(world: World, acme: Account) -> None:
    for contact in Contact.objects.all():
        services.set_contact(
            external_id=contact.external_id, account=acme, email="", actor="ops", at=at("2026-01-02")
        )
    world.track("acme", "Signed Up", "2026-01-05 10:00")
    world.run("2026-01-05 10:01")
    assert [one.reason for one in Message.objects.all()] == [
        "no champion or admin with an address can be reached"
    ]
    services.set_contact(
        external_id="bob", account=acme, email="bob@acme.example", actor="ops", at=at("2026-01-06")
    )
    world.run("2026-01-06 00:01")
    assert sent() == [("welcome", "bob", "kept")]
    assert [verdict for verdict, _ in world.verdicts("acme", "welcome")] == ["opened", "blocked", "sent"]


def test_a_template_without_an_approved_text_blocks_until_there_is_one(world: World, acme: Account) -> None:
    Text.objects.filter(name="welcome").delete()
    world.track("acme", "Signed Up", "2026-01-05 10:00")
    world.run("2026-01-05 10:01")
    assert [(one.state, one.reason) for one in Message.objects.all()] == [
        ("blocked", "the template welcome has no approved text")
    ]
    write("welcome", "2026-01-05 11:00")
    world.run("2026-01-05 11:01")
    assert sent() == [("welcome", "ann", "kept")]


def test_whoever_has_withdrawn_consent_gets_nothing_of_that_purpose(world: World, acme: Account) -> None:
    ann = Contact.objects.get(external_id="ann")
    services.set_consent(contact=ann, purpose="marketing", granted=False, actor="ops", at=at("2026-01-02"))
    world.track("acme", "Signed Up", "2026-01-05 10:00")
    world.track("acme", "Ticket Opened", "2026-01-05 10:00", ticket_id=1)
    world.run("2026-01-05 10:01")
    assert sent() == [("welcome", "ann", "suppressed"), ("we-saw", "ann", "kept")]
