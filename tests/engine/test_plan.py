"""What publishing a text would do, by the command line, on companies small enough to count by hand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from aloft.act import texts
from aloft.act.models import Due, Occurrence
from aloft.cli.commands import app
from aloft.measures.models import AccountProjection
from aloft.records.models import Account
from aloft.records.services import end_exception, except_account, set_book
from tests.engine.planned import Plan, Planned, hours, of
from tests.engine.world import World, at

MODEL = """
engagement_model: acme
title: Acme
clock: {timezone: UTC, home: {timezone: UTC, country: DE}, holidays: none}
roles:
  csm:     {hours_per_week: 10, rate: 100, reports_to: manager}
  manager: {hours_per_week: 5, rate: 140}
phases:
  ongoing: {enters: "contract_start is not null"}
segments:
  tier_1: {when: "mrr >= 5000", touch: high}
  tier_2: {touch: low}
moments:
  review:
    segment: tier_1
    schedule: every 1 month from contract_start at 10:00
    owner: csm
    channel: video
    length: 45min
    objective: Look at the month together
    outcome: {expect: "contacted", within: 7d}
    effort: 2h
  check_in:
    schedule: 30d after contract_start
    owner: csm
    channel: onsite
    length: 30min
    objective: Ask how it goes
    outcome: {expect: "contacted", within: 7d}
    effort: 1h
  ticket:
    event: Ticket Opened
    owner: csm
    objective: Keep confidence
    outcome: {expect: "contacted", within: 2d}
    effort: 30min
contact_policy: {caps: [{channel: meeting, most: {high: 100min, low: 30min}, per: 30d}]}
economics: {gross_margin: .8, spend: {ongoing: 15%}, hours: {high: 75, low: 20}}
"""
LOWER = MODEL.replace("mrr >= 5000", "mrr >= 4000")


@pytest.fixture
def company(world: World) -> World:
    """Three accounts under contract since 5 January; it is Monday 2 February, and the model is live."""
    for name, mrr in (("acme", "6000"), ("beta", "4800"), ("gamma", "2000")):
        world.account(name, "2025-12-01")
        world.contract(name, "2025-12-01", "2026-01-05", mrr)
    world.person("cora", "csm", holds=("acme", "beta", "gamma"))
    world.publish(MODEL, "2026-01-30")
    world.run("2026-02-02")
    return world


def test_the_text_in_force_changes_nothing(company: World, planned: Planned) -> None:
    plan = planned(MODEL)
    assert plan["sentence"] == "No account moves, and the hours stay as they are."
    assert (plan["version"], plan["before"], plan["accounts"], plan["mrr"]) == (2, 1, 3, 12_800.0)
    assert plan["moves"] == plan["open"] == []
    assert {one["change"] for one in plan["moments"]} == {"same"}


def test_a_lower_floor_moves_whom_it_lets_in_with_all_that_follows(company: World, planned: Planned) -> None:
    plan = planned(LOWER)
    assert plan["sentence"] == "1 account changes touch; 0.5 hours a week more for csm from week 1."
    beta = [{"account": "beta", "name": "beta", "mrr": 4800.0}]
    assert plan["moves"] == [
        {"what": "segment", "was": "tier_2", "now": "tier_1", "accounts": 1, "mrr": 4800.0, "who": beta},
        {"what": "touch", "was": "low", "now": "high", "accounts": 1, "mrr": 4800.0, "who": beta},
    ]
    assert_schedules_are_counted_exactly(plan)
    assert_cost_stands_beside_revenue(plan)
    assert_contacts_stand_against_the_caps(plan)


def assert_schedules_are_counted_exactly(plan: Plan) -> None:
    """Check-ins on 4 February; reviews on the 5th of February, March and April: weeks 1, 5 and 9."""
    review = of(plan, "review")
    assert (review["meets_before"], review["meets"]) == (1, 2)
    assert [review[name] for name in ("due_before", "due", "opens", "closes", "moves")] == [3, 6, 3, 0, 0]
    assert [of(plan, "check_in")[name] for name in ("due", "opens")] == [3, 0]
    assert hours(plan, "csm", "scheduled") == [3 + 4, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0]
    assert hours(plan, "csm", "before") == [3 + 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0]
    assert hours(plan, "csm", "capacity") == [10.0] * 13


def assert_cost_stands_beside_revenue(plan: Plan) -> None:
    """F21: tier 1 is planned 2 x 75 h at 100, and brings 12 x 10,800 a year, of which 15 % of 80 % may be spent."""
    tier_1, tier_2 = plan["costs"]
    assert (tier_1["arr"], tier_1["planned"], tier_1["cost"], tier_1["before"]) == (
        129_600,
        150,
        15_000,
        7_500,
    )
    assert (tier_1["share"], tier_1["coverage"], tier_1["passes"]) == (0.1157, 6.91, True)
    assert (tier_2["arr"], tier_2["cost"], tier_2["before"], tier_2["passes"]) == (24_000, 2_000, 4_000, True)
    assert tier_1["scheduled"] == 4 * (3 * 2 * 2 + 2)


def assert_contacts_stand_against_the_caps(plan: Plan) -> None:
    """A check-in of 30 minutes on 4 February, reviews of 45 on the 5th and on 5 March: 120 within 30 days."""
    (cap,) = plan["caps"]
    assert (cap["most"], cap["accounts"], cap["worst"]) == ("high: 100, low: 30", 2, 120)
    assert [one["account"] for one in cap["who"]] == ["acme", "beta"]


def test_of_several_levels_of_touch_the_first_counts_that_a_cap_names(
    company: World, planned: Planned
) -> None:
    (cap,) = planned(LOWER.replace("touch: high}", "touch: [community, high]}"))["caps"]
    assert (cap["accounts"], cap["worst"]) == (2, 120)


def test_a_cap_by_working_days_counts_over_the_weekend(company: World, planned: Planned) -> None:
    """A review of 45 minutes on Thursday 5 February, a check-in of 30 on Wednesday the 11th: four working days."""
    weekly = MODEL.replace("schedule: 30d after", "schedule: 37d after").replace(
        "{high: 100min, low: 30min}, per: 30d", "{high: 60min, low: 30min}, per: 5bd"
    )
    (cap,) = planned(weekly)["caps"]
    assert (cap["accounts"], cap["worst"], [one["account"] for one in cap["who"]]) == (1, 75, ["acme"])
    (cap,) = planned(weekly.replace("per: 5bd", "per: 5d"))["caps"]
    assert (cap["accounts"], cap["worst"]) == (0, 45)


def test_what_stands_open_finishes_under_its_version(company: World, planned: Planned) -> None:
    """T10: open ones finish on version 1, the next come from version 2; and they are work whatever is published."""
    company.track("acme", "Ticket Opened", "2026-02-02 09:00")
    company.track("gamma", "Ticket Opened", "2026-02-02 09:00")
    company.run("2026-02-02 10:00")
    renamed = planned(MODEL.replace("  ticket:\n    event", "  case:\n    was: ticket\n    event"))
    (one,) = renamed["open"]
    assert (one["moment"], one["version"], one["fate"], one["now"], one["occurrences"]) == (
        "ticket", 1, "renamed", "case", 2,
    )  # fmt: skip
    gone = planned(MODEL.replace("  ticket:", "  other:"))
    assert [(one["moment"], one["fate"]) for one in gone["open"]] == [("ticket", "gone")]
    assert of(gone, "ticket")["change"] == "gone"
    assert hours(gone, "csm", "scheduled")[0] == 3 + 2 + 2 * 0.5


def test_what_opens_by_events_keeps_its_rate_as_a_range(company: World, planned: Planned) -> None:
    """Two tickets in the ten days that the model is live. 90 % of the Poisson means that give two lie between 0.3554
    and 6.2958: that is per 10 / 7 weeks. A rule that nobody has seen has no rate."""
    for account in ("acme", "gamma"):
        company.track(account, "Ticket Opened", "2026-02-02 09:00")
    company.run("2026-02-09")
    rate = of(planned(LOWER), "ticket")["rate"]
    assert (rate["seen"], rate["days"]) == (2, 10)
    assert (rate["low"], rate["week"], rate["high"]) == (0.25, 1.4, 4.41)
    urgent = "event: Ticket Opened\n    where: \"priority = 'urgent'\""
    changed = planned(MODEL.replace("event: Ticket Opened", urgent))
    assert of(changed, "ticket")["rate"]["seen"] is None
    assert "How often ticket will open is not known: the hours are without them" in changed["notes"]


def test_a_rule_that_nobody_has_seen_is_asked_of_the_last_ninety_days(
    company: World, planned: Planned
) -> None:
    """Two tickets in 90 days: 90 % of the means that give two lie between 0.3554 and 6.2958, per 90 / 7 weeks."""
    for account in ("acme", "gamma"):
        company.track(account, "Ticket Opened", "2026-02-02 09:00", priority="urgent")
    company.track("beta", "Ticket Opened", "2026-02-02 09:00", priority="low")
    company.run("2026-02-03")
    urgent = MODEL.replace("event: Ticket Opened", "event: Ticket Opened\n    where: \"priority = 'urgent'\"")
    rate = of(planned(urgent, "--replay"), "ticket")["rate"]
    assert (rate["seen"], rate["days"], rate["low"], rate["week"], rate["high"]) == (2, 90, 0.03, 0.16, 0.49)
    assert rate["says"] == "by replaying the last 90 days under this text"


def test_a_template_is_missing_until_a_text_of_it_is_approved(company: World, planned: Planned) -> None:
    steps = "    effort: 30min\n    steps: [{message: {template: sorry}}]\ncontact_policy"
    text = MODEL.replace("    effort: 30min\ncontact_policy", steps)

    def missing() -> list[str]:
        return [one["name"] for one in planned(text)["lacks"] if one["kind"] == "template"]

    assert missing() == ["sorry"]
    when = at("2026-02-02")
    written = texts.write(name="sorry", language="en", subject="Sorry", body="We are.", actor="ops", at=when)
    assert missing() == ["sorry"]
    texts.approve(text=written, actor="ops", at=when)
    assert missing() == []


def test_a_recurrence_that_is_changed_gives_no_second_one_that_day(company: World, planned: Planned) -> None:
    """Rule 7: the review of 5 February was due at 10:00; moved to 16:00 the next are those of March and April."""
    company.run("2026-02-05 12:00")
    plan = planned(MODEL.replace("contract_start at 10:00", "contract_start at 16:00"))
    assert [of(plan, "review")[name] for name in ("change", "due_before", "due", "moves")] == [
        "changed",
        2,
        2,
        0,
    ]


def test_roles_that_nobody_fills_and_events_that_never_came_are_told(
    company: World, planned: Planned
) -> None:
    company.person("otto", "onboarding", holds=("gamma",))
    plan = planned(
        MODEL.replace("    owner: csm\n    channel: onsite", "    owner: manager\n    channel: onsite")
    )
    told = {(one["kind"], one["name"]): one for one in plan["lacks"]}
    assert told["event", "Ticket Opened"]["where"] == ["ticket"]
    assert told["role", "manager"]["accounts"] == 3
    assert told["role", "manager"]["where"] == ["check_in"]
    assert "the text has no role 'onboarding'" in told["person", "Otto"]["says"]


def test_what_an_account_skips_by_exception_is_counted_on_neither_side(
    company: World, planned: Planned
) -> None:
    """The reviews of 5 February, 5 March and 5 April; the first two open within the exception."""
    when = at("2026-02-02")
    acme = Account.objects.get(external_id="acme")
    assert [of(planned(MODEL), "review")[name] for name in ("due_before", "due")] == [3, 3]
    made = except_account(
        account=acme, kind="skip", moment="review", reason="A merger", until=when.date().replace(month=3, day=5),
        actor="cora", at=when,
    )  # fmt: skip
    told = of(planned(LOWER), "review")
    assert (told["due_before"], told["due"], told["opens"]) == (
        1,
        4,
        3,
    )  # beta has all three, for it is in tier 1
    end_exception(exception=made, actor="cora", at=when)
    assert of(planned(MODEL), "review")["due"] == 3


def test_a_touch_by_exception_is_counted(company: World, planned: Planned) -> None:
    by_touch = MODEL.replace("    segment: tier_1\n", "    touch: high\n")
    assert of(planned(by_touch), "review")["meets"] == 1
    gamma = Account.objects.get(external_id="gamma")
    when = at("2026-02-02")
    until = when.date().replace(month=12)
    except_account(
        account=gamma, kind="touch", touch=["high"], reason="A pilot", until=until, actor="cora", at=when
    )
    told = of(planned(by_touch), "review")
    assert (told["meets"], told["due"]) == (2, 6)


def test_skills_that_nobody_has_are_told(company: World, planned: Planned) -> None:
    company.person("cora", "csm", skills="sso")
    plan = planned(
        MODEL.replace("    event: Ticket Opened", "    event: Ticket Opened\n    skills: [sso, cooking]")
    )
    told = [(one["name"], one["where"], one["says"]) for one in plan["lacks"] if one["kind"] == "skill"]
    assert told == [("csm", ["ticket"], "nobody who is csm knows cooking: somebody takes it all the same")]


def test_rules_read_what_the_accounts_are_told_by_too(company: World, planned: Planned) -> None:
    """Where accounts are stands beside each plan for calendars, and in rules of books and of moments for itself."""
    company.account("acme", "2026-01-31", country="DE")
    dev = company.person("dev", "csm")
    set_book(person=dev, name="German", rule="country = 'DE'", actor="ops", at=at("2026-01-31"))
    company.run("2026-02-03")
    plan = planned(
        MODEL.replace("30d after contract_start", "40d after contract_start\n    if: country = 'DE'")
    )
    assert (of(plan, "check_in")["moves"], of(plan, "check_in")["closes"]) == (1, 2)
    assert [one["name"] for one in plan["lacks"] if one["kind"] == "book"] == []


def test_the_how_to_names_every_field_and_shows_what_is_printed(
    company: World, planned: Planned, tmp_path: Path
) -> None:
    page = (Path(__file__).parents[2] / "docs/how-to/plan-a-change.md").read_text()
    named = set(re.findall(r"`(\w+)`", page))
    plan = planned(LOWER)
    parts = [
        part for told in plan.values() if isinstance(told, list) for part in told if isinstance(part, dict)
    ]
    parts += [plan["roles"][0]["weeks"][0], plan["messages"]]
    assert {*plan, *(name for part in parts for name in part)} <= named
    printed = CliRunner().invoke(app, ["plan", str(tmp_path / "draft.yaml")]).stdout
    assert f"```text\n{printed.splitlines()[0]}\n```" in page
    assert re.search(r"review +1 → 2 +6 +3", printed)


def test_a_plan_changes_nothing(company: World, planned: Planned) -> None:
    def all_rows() -> list[Any]:
        return [list(rows.objects.order_by("pk").values()) for rows in (Due, Occurrence, AccountProjection)]

    before = all_rows()
    planned(LOWER)
    assert all_rows() == before


def test_a_stored_version_tells_what_going_back_would_do(company: World, planned: Planned) -> None:
    company.publish(LOWER, "2026-02-02")
    company.run("2026-02-02 01:00")
    plan = planned(stored="acme@1")
    assert (plan["version"], plan["before"]) == (3, 2)
    assert [(one["was"], one["now"]) for one in plan["moves"]] == [("tier_1", "tier_2"), ("high", "low")]


def test_spark_is_not_asked_before_there_is_an_export(company: World, tmp_path: Path, settings: Any) -> None:
    settings.ALOFT_HOME = tmp_path
    (tmp_path / "draft.yaml").write_text(MODEL)
    told = CliRunner().invoke(app, ["plan", str(tmp_path / "draft.yaml"), "--spark", "sc://127.0.0.1:1"])
    assert told.exit_code == 1
    assert "holds no export of this release: write one with `aloft warehouse`" in told.stderr


def test_of_two_models_at_once_each_counts_what_is_its_own(company: World, planned: Planned) -> None:
    """Two of the three accounts follow acme, one north: both have a check-in, due on the 4th."""
    company.account("gamma", "2026-01-31", country="NO")
    acme = MODEL.replace("title: Acme\n", "title: Acme\napplies_to: \"coalesce(country, 'DE') <> 'NO'\"\n")
    north = MODEL.replace("engagement_model: acme", "engagement_model: north")
    north = north.replace("title: Acme\n", "title: North\napplies_to: \"country = 'NO'\"\n")
    company.publish(acme, "2026-02-02")
    company.publish(north, "2026-02-02")
    company.run("2026-02-02 01:00")
    for text, due in ((acme, 2), (north, 1)):
        check_in = of(planned(text), "check_in")
        assert [check_in[name] for name in ("due_before", "due", "opens", "closes", "moves")] == [
            due,
            due,
            0,
            0,
            0,
        ]
