"""Contact policy, ownership, economics and the like: what they mean, and what can be wrong with them."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from aloft.engagement.economy import (
    Case,
    Complexity,
    Economics,
    Exceptions,
    Experiment,
    Ownership,
    Region,
    Travel,
    ValueMetric,
)
from aloft.engagement.load import load
from aloft.engagement.model import AnswerTrigger, Duration, EventRef, Rule
from aloft.engagement.parse import parse
from aloft.engagement.policy import ContactCap, ContactPolicy, QuietHours
from tests.engagement.documents import changed, problems

ACME = Path(__file__).parents[2] / "docs" / "examples" / "acme.yaml"
MODEL = load(ACME.read_text("utf-8"), "acme.yaml")
AT = "phases:\n"  # line 14
WEEK, MONTH = Duration(7, "d"), Duration(30, "d")


def section(text: str) -> tuple[str, str]:
    return AT, f"{text}\nphases:\n"


def test_the_contact_policy_of_the_example() -> None:
    assert MODEL.contact_policy == ContactPolicy(
        quiet_hours=QuietHours(time(20), time(9)),
        consent="by_country",
        merge_within=Duration(5, "bd"),
        missed=2,
        caps=(
            ContactCap(2, WEEK, "email", "marketing"),
            ContactCap(1, Duration(90, "d"), "survey"),
            ContactCap({"high": Duration(240, "min"), "low": Duration(90, "min")}, MONTH, "meeting"),
        ),
    )


def test_the_ownership_of_the_example() -> None:
    shift = "greatest(-0.3, least(0.3, 0.15 * log10(acv / 10000)))"
    assert MODEL.ownership == Ownership(
        complexity=Complexity(0.4, 0.3),
        line=0.5,
        shift=Rule(parse(shift), shift, 136),
        self_service="digital",
        csm="csm",
        sales="manager",
        cases=(Case(Complexity(0.4, 0.7), None, "Insights", "upsell"),),
    )


def test_the_economics_of_the_example() -> None:
    hours = {"high": 75, "low": 20, "tech": 0.5, "community": 0.1}
    assert MODEL.economics == Economics("USD", 0.8, {"onboarding": 0.25, "ongoing": 0.15}, hours)
    assert MODEL.value_metrics == {"exports": ValueMetric("exports_28d", "rows", "up")}


def test_the_experiment_of_the_example() -> None:
    experiment = MODEL.experiments["usage_fell"]
    assert experiment == Experiment(
        "usage_fell", 0.1, experiment.expect, Duration(1, "y"), date(2026, 10, 1), "account"
    )
    assert experiment.expect.text == "renewed"


def test_region_and_exceptions() -> None:
    text = (
        "region: {face_to_face: .6, formality: high, travel: {hours: 5, fare: 300}}\n"
        'exceptions: {most: 10, per: 1w, rank_by: "mrr"}'
    )
    model = load(changed(section(text)), "m.yaml")
    assert model.region == Region(0.6, "high", Travel(5, 300, 1))
    assert model.exceptions == Exceptions(10, Duration(1, "w"), Rule(parse("mrr"), "mrr", 15))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "value_metrics: {x: {metric: sign_in, unit: n}}",
            "29: value_metrics.x.metric: unknown metric 'sign_in' (did you mean 'sign_ins'?)",
        ),
        ("value_metrics: {x: {metric: sign_ins}}", "17: value_metrics.x: 'unit' is missing"),
        (
            "value_metrics: {X: {metric: sign_ins, unit: n}}",
            "17: value_metrics.X: 'X' is not a name: a small letter, then letters, digits and _",
        ),
        (
            "value_metrics: {x: {metric: sign_ins, unit: n, better: more}}",
            "56: value_metrics.x.better: unknown direction 'more': it is up or down",
        ),
        (
            "contact_policy: {consent: none}",
            "27: contact_policy.consent: unknown regime 'none': it is by_country, opt_in or opt_out",
        ),
        ('contact_policy: {quiet_hours: {from: "20:00"}}', "18: contact_policy.quiet_hours: 'to' is missing"),
        (
            'contact_policy: {quiet_hours: {from: "20:00", to: "20:00"}}',
            "52: contact_policy.quiet_hours.to: quiet hours end as they begin",
        ),
        (
            "contact_policy: {missed: 0}",
            "26: contact_policy.missed: expected a whole number of at least 1, found '0'",
        ),
        ("contact_policy: {caps: [{most: 2}]}", "25: contact_policy.caps[0]: 'per' is missing"),
        (
            "contact_policy: {caps: [{most: many, per: 7d}]}",
            "32: contact_policy.caps[0].most: expected a duration such as 5bd, 4h or 3 months",
        ),
        (
            "contact_policy: {caps: [{most: {hgh: 5h}, per: 7d}]}",
            "33: contact_policy.caps[0].most.hgh: unknown touch level 'hgh' (did you mean 'high'?)",
        ),
        (
            "contact_policy: {caps: [{chanel: email, most: 1, per: 7d}]}",
            "26: contact_policy.caps[0].chanel: unknown key 'chanel' (did you mean 'channel'?)",
        ),
        (
            "contact_policy: {caps: [{channel: mail, most: 1, per: 7d}]}",
            "35: contact_policy.caps[0].channel: unknown channel 'mail' (did you mean 'email'?)",
        ),
        ("ownership: {line: .5}", "1: ownership: 'shift' is missing"),
        ("ownership: {line: 1.5}", "19: ownership.line: expected a fraction between 0 and 1"),
        ("ownership: {shift: plan}", "20: ownership.shift: a number expected, plan is text"),
        (
            "ownership: {roles: {csm: cms}}",
            "26: ownership.roles.csm: unknown role 'cms' (did you mean 'csm'?)",
        ),
        ("ownership: {cases: [{line: 3}]}", "22: ownership.cases[0].line: unknown key 'line'"),
        (
            "ownership: {cases: [{segment: lrge, service_complexity: .2}]}",
            "31: ownership.cases[0].segment: unknown segment 'lrge' (did you mean 'large'?)",
        ),
        (
            "ownership: {cases: [{product: x}]}",
            "21: ownership.cases[0]: a case gives a service_complexity or a transaction_complexity of its own",
        ),
        (
            "ownership: {cases: [{service_complexity: .2}]}",
            "21: ownership.cases[0]: a case names a segment, a product or a transaction",
        ),
        (
            "economics: {currency: eur}",
            "23: economics.currency: expected a currency such as EUR, found 'eur'",
        ),
        (
            "economics: {spend: {onbording: 5%}}",
            "21: economics.spend.onbording: unknown phase 'onbording' (did you mean 'onboarding'?)",
        ),
        (
            "economics: {spend: {onboarding: .5}}",
            "33: economics.spend.onboarding: expected a percentage from 0% to 100%",
        ),
        (
            "economics: {hours: {hgh: 3}}",
            "21: economics.hours.hgh: unknown touch level 'hgh' (did you mean 'high'?)",
        ),
        (
            "region: {formality: stiff}",
            "21: region.formality: unknown formality 'stiff': it is low, medium or high",
        ),
        ("region: {travel: {hours: 3}}", "10: region.travel: 'fare' is missing"),
        ("exceptions: {most: 5, per: 1w}", "1: exceptions: 'rank_by' is missing"),
        (
            "exceptions: {most: 5, per: 1w, rank_by: plan}",
            "41: exceptions.rank_by: a number expected, plan is text",
        ),
        (
            "experiments: {kickof: {holdout: 5%}}",
            "15: experiments.kickof: unknown moment 'kickof' (did you mean 'kickoff'?)",
        ),
        (
            "experiments: {kickoff: {holdout: 100%}}",
            "34: experiments.kickoff.holdout: a holdout lies between 0% and 100%",
        ),
        (
            "experiments: {kickoff: {holdout: 5%, from: 2026-02-30}}",
            "44: experiments.kickoff.from: there is no day 2026-02-30",
        ),
        (
            "experiments: {kickoff: {primary: {expect: renewd, within: 1y}}}",
            "43: experiments.kickoff.primary.expect: unknown name 'renewd' (did you mean 'renewed'?)",
        ),
        (
            "experiments: {kickoff: {unit: user}}",
            "31: experiments.kickoff.unit: unknown unit 'user': it is account or family",
        ),
        (
            "experiments: {kickoff: {primary: {expect: contacted, within: 1y}}}",
            "43: experiments.kickoff.primary.expect: 'contacted' is of an occurrence, and whoever is held out has none",
        ),
        ("unit: relation", "7: unit: unknown unit 'relation' (did you mean 'relationship'?)"),
    ],
)
def test_a_section_names_what_is_there(text: str, problem: str) -> None:
    assert f"m.yaml:14:{problem}" in problems(section(text))


OWNERSHIP = (
    "ownership: {service_complexity: .4, transaction_complexity: .3, line: .5, shift: mrr / 5, "
    "roles: {self_service: digital, csm: csm, sales: manager}}"
)


def test_an_owner_follows_from_the_transaction() -> None:
    by = ("owner: csm\n", "owner: {transaction: renewal}\n")
    kickoff = load(changed(section(OWNERSHIP), by), "m.yaml").moments["kickoff"]
    assert (kickoff.transaction, kickoff.owners) == ("renewal", {"*": "csm"})


@pytest.mark.parametrize(
    ("owner", "problem"),
    [
        ("{transaction: sale}", "26: moments.kickoff.owner.transaction: unknown transaction 'sale'"),
        (
            "{transaction: renewal, high: csm}",
            "35: moments.kickoff.owner.high: an owner is by transaction or by touch level, not by both",
        ),
        ("{transaction: [renewal, upsell]}", "26: moments.kickoff.owner.transaction: one transaction"),
    ],
)
def test_an_owner_is_by_one_transaction(owner: str, problem: str) -> None:
    found = problems(section(OWNERSHIP), ("owner: csm\n", f"owner: {owner}\n"))
    assert found == [f"m.yaml:25:{problem}"]


ANSWER = """\
    expect: {event: Ticket Solved, by: ticket_id, where: "kind = 'bug'"}
    within: 2bd
    of: {event: Ticket Opened, by: ticket_id}
"""
SCHEDULE = "    schedule: 5bd after contract_start\n"


def test_one_event_answers_another() -> None:
    assert load(changed((SCHEDULE, ANSWER)), "m.yaml").moments["kickoff"].trigger == AnswerTrigger(
        EventRef(("Ticket Solved",), "ticket_id", Rule(parse("kind = 'bug'"), "kind = 'bug'", 23)),
        Duration(2, "bd"),
        EventRef(("Ticket Opened",), "ticket_id"),
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (", by: ticket_id}", "}", "25:5: moments.kickoff.of: 'by' is missing"),
        (
            "of: {event: Ticket Opened, by: ticket_id}",
            "of: contract_start",
            "25:9: moments.kickoff.of: where one event answers another, 'of' is an event: {event, by}",
        ),
        ("    of: {event: Ticket Opened, by: ticket_id}\n", "", "21:3: moments.kickoff: 'of' is missing"),
        (
            "kind = 'bug'",
            "kind",
            "23:59: moments.kickoff.expect.where: a property is compared with a number, a text, true or false",
        ),
        (
            "event: Ticket Solved",
            "evnt: Ticket Solved",
            "23:14: moments.kickoff.expect.evnt: unknown key 'evnt' (did you mean 'event'?)",
        ),
    ],
)
def test_both_events_are_told_by_a_property(old: str, new: str, problem: str) -> None:
    assert ANSWER.count(old) == 1
    assert f"m.yaml:{problem}" in problems((SCHEDULE, ANSWER.replace(old, new)))


@pytest.mark.parametrize(
    ("moment", "problem"),
    [
        ("manual: true", "call is opened by hand: a person decides who gets it, and not a draw"),
        ("event: Outage, priority: incident", "call is incident: nobody is held out of that"),
    ],
)
def test_nobody_is_held_out_of_a_warning_or_of_what_a_person_decides(moment: str, problem: str) -> None:
    told = (
        f"moments: {{call: {{{moment}, owner: csm, objective: Talk, outcome: {{expect: contacted, within: 5d}}}}}}\n"
        "experiments: {call: {holdout: 5%, primary: {expect: renewed, within: 1y}, from: 2026-02-01}}"
    )
    assert f"m.yaml:15:21: experiments.call: {problem}" in problems(section(told))
