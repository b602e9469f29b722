"""What becomes of the messages that schedules bring, in a plan: counted by hand, and as it is then."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from aloft.act import texts
from aloft.act.models import Message
from aloft.records import services
from aloft.records.models import Account, Contact
from tests.engine.planned import Plan, Planned
from tests.engine.world import World, at

MODEL = """
engagement_model: acme
title: Acme
clock: {timezone: UTC, home: {timezone: UTC, country: DE}, holidays: none}
roles: {digital: {automated: true}}
phases:
  ongoing: {enters: "contract_start is not null"}
segments:
  everyone: {touch: tech}
moments:
  hello:
    schedule: 30d after contract_start at 09:00
    owner: digital
    objective: Say hello
    outcome: {expect: "contacted", within: 14d}
  news:
    schedule: 31d after contract_start at 10:00
    owner: digital
    objective: Tell what is new
    outcome: {expect: "contacted", within: 14d}
  flash:
    schedule: 32d after contract_start at 10:00
    owner: digital
    objective: Tell it at once
    outcome: {expect: "contacted", within: 2d}
  bill:
    schedule: 33d after contract_start at 22:00
    owner: digital
    objective: Tell what it comes to
    purpose: service
    outcome: {expect: "contacted", within: 14d}
contact_policy:
  consent: opt_out
  quiet_hours: {from: "20:00", to: "09:00"}
  caps: [{channel: email, purpose: marketing, most: 1, per: 7d}]
"""
CAP = {"rule": "cap", "says": "at most 1 marketing email per 7d"}
QUIET = {"rule": "quiet_hours", "says": "quiet hours, and days that are not worked"}
NOBODY = {"rule": "message", "says": "no champion or admin with an address can be reached"}
STEPS = """    steps:
      - wait: 1bd
      - message: {template: first, to: every admin}
      - message: {template: maybe, if: "not contacted"}
      - split: {short: 100%, long: 0%}
        short: [{survey: {kind: nps, to: champion}}]
        long: [{message: {template: second}}]
"""


@pytest.fixture
def company(world: World) -> World:
    """Three accounts under contract since 5 January, two of them with somebody to write to; it is Monday 2 February."""
    for name in ("acme", "beta", "gamma"):
        world.account(name, "2025-12-01", timezone="UTC", country="DE")
        world.contract(name, "2025-12-01", "2026-01-05", "2000")
    reach("ann", "acme", "champion")
    reach("bob", "beta", "admin")
    for name in ("hello", "news", "flash", "bill", "first", "second", "nps"):
        written = texts.write(
            name=name, language="en", subject="Hi", body="Hi", actor="ops", at=at("2026-01-01")
        )
        texts.approve(text=written, actor="ops", at=at("2026-01-01"))
    world.run("2026-02-02")
    return world


def reach(name: str, account: str, persona: str) -> Contact:
    return services.set_contact(
        external_id=name, account=Account.objects.get(external_id=account), name=name.capitalize(), persona=persona,
        email=f"{name}@{account}.example", actor="ops", at=at("2026-01-01"),
    )  # fmt: skip


def row(plan: Plan, moment: str) -> dict[str, Any]:
    (found,) = [one for one in plan["messages"]["moments"] if one["moment"] == moment]
    return {name: found[name] for name in ("messages", "at_once", "held", "never")}


def test_messages_pass_the_policy_on_their_day(company: World, planned: Planned) -> None:
    """On Wednesday the 4th at nine the first leaves; on the 5th the second waits for the 11th, when seven days are
    over; the third would be of no use by then. What is due on Saturday night waits for Monday morning. Nobody can be
    written to at gamma."""
    plan = planned(MODEL)
    nobody = NOBODY | {"messages": 1}
    assert (plan["messages"]["accounts"], plan["messages"]["asked"]) == (3, 3)
    assert row(plan, "hello") == {"messages": 3, "at_once": 2, "held": [], "never": [nobody]}
    assert row(plan, "news") == {
        "messages": 3,
        "at_once": 0,
        "held": [CAP | {"messages": 2}],
        "never": [nobody],
    }
    assert row(plan, "flash") == {
        "messages": 3,
        "at_once": 0,
        "held": [],
        "never": [CAP | {"messages": 2}, nobody],
    }
    assert row(plan, "bill") == {
        "messages": 3,
        "at_once": 0,
        "held": [QUIET | {"messages": 2}],
        "never": [nobody],
    }


def test_what_a_plan_says_of_messages_becomes_of_them(company: World, planned: Planned) -> None:
    """What nobody could get is withdrawn in the end."""
    plan = planned(MODEL)
    company.restart()
    company.publish(MODEL, "2026-02-02")
    company.run("2026-03-01")
    became = Counter(Message.objects.values_list("occurrence__moment", "state"))
    for name in ("hello", "news", "flash", "bill"):
        told = row(plan, name)
        left = told["at_once"] + sum(one["messages"] for one in told["held"])
        lacking = sum(one["messages"] for one in told["never"] if one["rule"] == "message")
        never = told["messages"] - left - lacking
        assert {state: became[name, state] for state in ("kept", "suppressed", "withdrawn")} == {
            "kept": left,
            "suppressed": never,
            "withdrawn": lacking,
        }


def test_an_objection_keeps_messages_of_its_purpose_for_ever(company: World, planned: Planned) -> None:
    services.set_consent(
        contact=Contact.objects.get(external_id="ann"), purpose="marketing", granted=False, actor="ops",
        at=at("2026-02-01"),
    )  # fmt: skip
    company.run("2026-02-02 01:00")
    plan = planned(MODEL)
    refused = {"rule": "consent", "says": "they have not agreed to it, or have objected", "messages": 1}
    assert row(plan, "hello")["never"] == [refused, NOBODY | {"messages": 1}]
    assert row(plan, "bill")["held"] == [QUIET | {"messages": 2}]


def test_steps_send_after_their_waits_and_what_an_if_decides_is_not_counted(
    company: World, planned: Planned
) -> None:
    """Of Wednesday's moment on Thursday at nine: to the admin of beta the message, to the champion of acme the survey,
    which no cap on mail of marketing counts. The text of `maybe` is asked for by nobody."""
    text = MODEL.replace("within: 14d}\n  news", f"within: 14d}}\n{STEPS}  news", 1)
    plan = planned(text)
    no_admin = {
        "rule": "message",
        "says": "no admin with an address can be reached",
        "messages": 2,
    }
    no_champion = {
        "rule": "message",
        "says": "no champion with an address can be reached",
        "messages": 2,
    }
    assert row(plan, "hello") == {"messages": 6, "at_once": 2, "held": [], "never": [no_admin, no_champion]}
    assert "hello: messages that an `if` decides on are not counted" in plan["notes"]
    assert not [note for note in planned(MODEL)["notes"] if "messages" in note]


def test_what_is_asked_of_each_contact_is_taken_for_true_and_said(company: World, planned: Planned) -> None:
    text = MODEL.replace(
        "    purpose: service", "    purpose: service\n    to: {every: champion, where: \"locale = 'ja'\"}"
    )
    plan = planned(text)
    assert row(plan, "bill")["held"] == [QUIET | {"messages": 1}]
    assert "bill: written to as if `where` were true of every contact of the persona" in plan["notes"]


def test_a_model_that_sends_nothing_by_schedule_tells_nothing_of_messages(
    company: World, planned: Planned
) -> None:
    text = MODEL.replace("roles: {digital: {automated: true}}", "roles: {digital: {hours_per_week: 10}}")
    assert planned(text)["messages"] == {"accounts": 0, "asked": 0, "moments": []}
