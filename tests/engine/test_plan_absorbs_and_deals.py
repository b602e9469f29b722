"""What a plan leaves to something larger, and whose work it takes a deal for: counted by hand, and as it was lived."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from aloft.act.models import Occurrence
from tests.engine.planned import Planned, hours, of
from tests.engine.world import World, at

REVIEWS = """
engagement_model: acme
title: Acme
clock: {timezone: account, home: {timezone: UTC, country: DE}, holidays: account}
roles: {csm: {hours_per_week: 10}}
phases: {ongoing: {enters: "contract_start is not null"}}
segments: {everyone: {touch: high}}
moments:
  monthly:
    schedule: every 1 month from contract_start at 10:00
    owner: csm
    channel: video
    length: 45min
    objective: Look at the month together
    outcome: {expect: "contacted", within: 7d}
    effort: 2h
  quarterly:
    schedule: 94d after contract_start
    owner: csm
    channel: video
    length: 60min
    objective: Look at the quarter together
    outcome: {expect: "contacted", within: 7d}
    effort: 4h
contact_policy: {caps: [{channel: meeting, most: 90min, per: 30d}]}
"""
ABSORBS = REVIEWS.replace("    effort: 4h", "    absorbs: [monthly]\n    effort: 4h")
YEARLY = (
    ABSORBS.replace("contact_policy", "CAPS")
    .replace("CAPS", "  yearly:\n    schedule: 100d after contract_start\n    CAPS")
    .replace(
        "    CAPS",
        "    owner: csm\n    objective: Look back\n    outcome: {expect: contacted, within: 7d}\n"
        "    absorbs: [quarterly]\n    effort: 8h\ncontact_policy",
    )
)


@pytest.fixture
def company(world: World) -> World:
    """T11: under contract since 10 January, so a monthly review is due on Friday 10 April, the quarterly one on the
    Tuesday after. It is Monday 2 February."""
    world.account("acme", "2025-12-01", timezone="Europe/Berlin")
    world.contract("acme", "2025-12-01", "2026-01-10", "6000")
    world.person("cora", "csm", holds=("acme",))
    world.publish(REVIEWS, "2026-01-30")
    world.run("2026-02-02")
    return world


def test_two_reviews_that_are_due_close_together_count_once(company: World, planned: Planned) -> None:
    """Monthly ones on 10 February and 10 March, weeks 2 and 6; that of week 10 goes into the one of week 11."""
    plan = planned(ABSORBS)
    monthly, quarterly = of(plan, "monthly"), of(plan, "quarterly")
    assert [monthly[name] for name in ("due_before", "due", "opens", "closes")] == [3, 2, 0, 1]
    assert [monthly[name] for name in ("absorbed_before", "absorbed")] == [0, 1]
    assert [quarterly[name] for name in ("due_before", "due", "absorbed")] == [1, 1, 0]
    assert hours(plan, "csm", "before") == [0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 4, 0, 0]
    assert hours(plan, "csm", "scheduled") == [0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 4, 0, 0]
    assert "Due close to something larger that absorbs it, and not counted: 1 of monthly" in plan["notes"]
    assert [(cap["accounts"], cap["worst"]) for cap in plan["caps"]] == [(0, 45.0 + 45.0)]
    assert [cap["worst"] for cap in planned(REVIEWS)["caps"]] == [45.0 + 60.0]


def test_what_goes_into_another_takes_nothing_in(company: World, planned: Planned) -> None:
    """The yearly one, on 20 April, is close to the quarterly one and too far from the monthly one of the 10th."""
    plan = planned(YEARLY)
    assert [of(plan, name)["due"] for name in ("monthly", "quarterly", "yearly")] == [3, 0, 1]
    assert [of(plan, name)["absorbed"] for name in ("monthly", "quarterly", "yearly")] == [0, 1, 0]


def test_how_close_it_has_to_be_is_said_by_the_model(company: World, planned: Planned) -> None:
    """From Friday 10:00 to the start of Tuesday's hours, 09:00, it is 95 hours, less none for the change of clocks."""
    near = ABSORBS.replace("contact_policy: {", "contact_policy: {merge_within: 95h, ")
    assert of(planned(near), "monthly")["absorbed"] == 1
    assert of(planned(near.replace("95h", "94h")), "monthly")["absorbed"] == 0


def test_what_stands_untouched_closes_in_favour_of_what_is_planned(company: World, planned: Planned) -> None:
    """Three monthly ones are open on 10 April. The hours of that day's are taken off, until somebody begins it."""
    company.run("2026-04-10 12:00")
    assert hours(planned(REVIEWS), "csm", "scheduled")[:2] == [6, 4]
    assert hours(planned(ABSORBS), "csm", "scheduled")[:2] == [4, 4]
    Occurrence.objects.filter(moment="monthly", due_at__gt=at("2026-04-01")).update(state="started")
    assert hours(planned(ABSORBS), "csm", "scheduled")[:2] == [6, 4]


def test_what_was_held_takes_in_what_is_planned(company: World, planned: Planned) -> None:
    """The quarterly review has opened ten working days before; the monthly one is due within five of it."""
    early = REVIEWS.replace("94d after contract_start", "94d after contract_start\n    lead: 10bd")
    company.publish(early, "2026-02-02")
    company.run("2026-04-08")
    assert of(planned(early), "monthly")["due"] == 3
    told = of(planned(early.replace("    effort: 4h", "    absorbs: [monthly]\n    effort: 4h")), "monthly")
    assert (told["due"], told["absorbed"]) == (2, 1)


def test_a_plan_counts_what_then_opens(world: World, planned: Planned) -> None:
    """Accounts of three countries through Easter and the Golden Week, whose days between do not count."""
    starts = {"DE": "2026-01-03", "JP": "2026-01-25", "US": "2026-01-28"}
    for country, start in starts.items():
        world.account(country, "2025-12-01", country=country)
        world.contract(country, "2025-12-01", start, "6000")
    world.person("cora", "csm", holds=tuple(starts))
    world.publish(YEARLY, "2026-01-30")
    world.run("2026-02-02")
    plan = planned(YEARLY)
    world.restart()
    world.run("2026-05-04")
    due = Occurrence.objects.filter(due_at__gte=at("2026-02-02"), due_at__lt=at("2026-05-04"))
    counted = {"due": due.exclude(closed_as="absorbed"), "absorbed": due.filter(closed_as="absorbed")}
    for name, rows in counted.items():
        lived = Counter(rows.values_list("moment", flat=True))
        assert {one["moment"]: one[name] for one in plan["moments"] if one[name]} == lived


DEALS = """
engagement_model: deals
title: Deals
clock: {home: {timezone: UTC}, holidays: none}
roles: {csm: {hours_per_week: 10}, sales: {hours_per_week: 10}, digital: {automated: true}}
phases: {ongoing: {enters: "contract_start is not null"}}
segments: {volume: {when: "mrr >= 5000", touch: high}, everyone: {touch: high}}
ownership:
  service_complexity: .4
  transaction_complexity: .3
  cases: [{segment: volume, service_complexity: .2, transaction_complexity: .7}]
  line: .5
  shift: "greatest(-0.3, least(0.3, 0.15 * log10(acv / 10000)))"
  roles: {self_service: digital, csm: csm, sales: sales}
moments:
  renewal:
    schedule: 100d, 90d before renewal_date
    owner: {transaction: renewal}
    objective: Renew
    outcome: {expect: "contacted", within: 5d}
    effort: 1h
"""


@pytest.fixture
def deals(world: World) -> World:
    """Table 4.4: a mid-size customer serves itself, a large one is the CSM's, a volume licence that of Sales; of whom
    nobody knows the value is the CSM's. All contracts end on 20 May: renewals are due on 9 and 19 February."""
    acv: dict[str, dict[str, Any]] = {
        "mid": {"acv": 5_000},
        "large": {"acv": 100_000},
        "licence": {"acv": 120_000},
    }
    for name, mrr in (("mid", "100"), ("large", "100"), ("licence", "9000"), ("unknown", "100")):
        world.account(name, "2025-05-01", **acv.get(name, {}))
        world.contract(name, "2025-05-01", "2025-05-20", mrr, ends="2026-05-20")
    world.person("cora", "csm", holds=("mid", "large", "licence", "unknown"))
    world.publish(DEALS, "2026-01-30")
    world.run("2026-02-02")
    return world


def test_a_deal_is_work_of_whom_it_falls_to(deals: World, planned: Planned) -> None:
    plan = planned(DEALS)
    assert hours(plan, "csm", "scheduled") == [0, 2, 2, *[0] * 10]
    assert hours(plan, "sales", "scheduled") == [0, 1, 1, *[0] * 10]
    assert hours(plan, "sales", "before") == [0, 1, 1, *[0] * 10]
    (sales,) = [one for one in plan["lacks"] if one["kind"] == "role"]
    assert (sales["name"], sales["where"], sales["accounts"]) == ("sales", ["renewal"], 1)


def test_a_deal_stays_with_whom_it_is_until_its_term_ends(deals: World, planned: Planned) -> None:
    """The first renewal has opened; what the customer is worth from then on is asked at the next term."""
    deals.run("2026-02-09 12:00")
    for name in ("mid", "large", "licence"):
        deals.account(name, "2026-02-09 13:00", acv=600)
    deals.account("unknown", "2026-02-09 13:00", acv=5_000)
    deals.run("2026-02-09 14:00")
    plan = planned(DEALS)
    assert hours(plan, "csm", "scheduled") == [
        2,
        1,
        *[0] * 11,
    ]  # of the unknown one nobody had said whose it is
    assert hours(plan, "sales", "scheduled") == [1, 1, *[0] * 11]
