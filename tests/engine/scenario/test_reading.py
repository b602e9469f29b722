"""A scenario file is read whole, or told whole what is wrong with it, each thing at its place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from aloft.engine.scenario.keys import UNRUN, VERBS
from aloft.engine.scenario.reading import InvalidScenario, read_scenarios

FILE = Path(__file__).parents[3] / "docs/examples/acme-scenarios.yaml"

HEAD = """\
model: first-model.yaml
scenarios:
  a year:
    live_from: 2026-01-01T00:00Z
    accounts: {acme: {timezone: Asia/Tokyo, mrr: 5400, contract_start: 2026-01-05}}
    contacts: {ann: {account: acme, persona: exec_sponsor}}
    people: {cora: {role: csm, books: [acme]}}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidScenario) as refused:
        read_scenarios(text, str(FILE))
    return [str(problem).removeprefix(f"{FILE}:") for problem in refused.value.problems]


def test_a_scenario_says_who_is_there_what_happens_and_what_must_come_of_it() -> None:
    (scenario,) = read_scenarios(FILE.read_text(), str(FILE))
    assert scenario.name == "late data satisfies the adoption gate"
    assert scenario.reading.model.name == "acme"
    assert [one.name for one in scenario.people] == ["cora", "dev", "otto", "mia"]
    assert [str(fact.received) for fact in scenario.facts][-2:] == [
        "2026-02-03 10:00:00+00:00",
        "2026-02-10 00:00:00+00:00",
    ]
    assert [one.written for one in scenario.expected][:2] == [
        "opened 2026-01-05, due 2026-01-12, owner otto",
        "met 2026-01-09T10:00Z",
    ]
    assert scenario.exactly


def test_everything_that_is_wrong_is_told_at_once_with_its_place() -> None:
    text = HEAD + (
        "    facts:\n"
        "      - {at: 2026-01-09, account: acne, event: Signed In}\n"
        "      - {at: 9 January, account: acme, event: Signed In}\n"
        "      - {at: 2026-01-09, account: acme, moment: kickof, act: start}\n"
        "      - {at: 2026-01-09, account: acme, evnt: Signed In}\n"
        "      - {at: 2026-01-09, account: acme, set: {mmr: 3}}\n"
        "    expect:\n"
        "      - {account: acme, moment: kickoff, opend: 2026-01-09}\n"
        "      - {account: acme, opened: 2026-01-09}\n"
        "      - {account: acme, moment: kickoff, opened: 2026-01-09T09:00}\n"
        "      - {account: acme, phase: ongoing}\n"
        "    untill: 2026-02-01\n"
    )
    assert problems(text) == [
        "9:35: scenarios.a year.facts[0].account: unknown account 'acne' (did you mean 'acme'?)",
        "10:14: scenarios.a year.facts[1].at: '9 January' is no instant: "
        "write a date, 2026-01-31, or an instant with its zone, 2026-01-31T09:00Z",
        "11:49: scenarios.a year.facts[2].moment: unknown moment 'kickof' (did you mean 'kickoff'?)",
        "12:9: scenarios.a year.facts[3]: what happened? (did you mean 'event'?) It is one of "
        "event, set, contract, act, record, goal, except, watermark, bounce, publish, run, merge, unmerge or erase",
        "13:47: scenarios.a year.facts[4].set.mmr: unknown key 'mmr' (did you mean 'mrr'?)",
        "15:9: scenarios.a year.expect[0]: what is expected? (did you mean 'opened'?) It is a verdict, or one of "
        "due, never, count, state, phase, segment, touch, band, owner, metric, arm, data_alert",
        "16:33: scenarios.a year.expect[1].opened: of which moment? Name it",
        "17:50: scenarios.a year.expect[2].opened: '2026-01-09T09:00' is on no clock: "
        "write its zone, 2026-01-09T09:00Z for UTC",
        "18:32: scenarios.a year.expect[3].phase: 'at' or 'from' is missing: when is it so?",
        "19:5: scenarios.a year.untill: unknown key 'untill' (did you mean 'until'?)",
    ]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("account: acme, except: {skip: kickof, until: 2026-02-01}", "unknown moment 'kickof'"),
        ("account: acme, except: {skip: kickoff}", "'until' is missing"),
        ("account: acme, except: {touch: low, owner: cora, until: 2026-02-01}", "one of `touch`, `owner`"),
        (
            "account: acme, except: {touch: low, moment: kickoff, until: 2026-02-01}",
            "one of `touch`, `owner`",
        ),
        ("account: acme, except: over", "unknown exception 'over'"),
        ("person: cora, except: ended", "which account? Name it"),
        ("account: acme, goal: {target: 3}", "'title' is missing: which goal?"),
        ("account: acme, goal: {title: Exports, target: many}", "'many' is no amount"),
        ("person: cora, goal: {title: Exports}", "whose goal? Name its account"),
    ],
)
def test_an_exception_and_a_goal_say_what_they_lack(told: str, says: str) -> None:
    (found,) = problems(HEAD + f"    facts: [{{at: 2026-01-09, {told}}}]\n")
    assert says in found


def test_what_is_wrong_with_its_model_is_told_where_the_model_says_it() -> None:
    text = (
        "model:\n"
        "  extends: first-model\n"
        "  engagement_model: ours\n"
        "  moments: {kickoff: {owner: onbording}}\n"
        "scenarios: {a day: {live_from: 2026-01-01}}\n"
    )
    assert problems(text) == [
        "4:30: moments.kickoff.owner: unknown role 'onbording' (did you mean 'onboarding'?)"
    ]
    text = HEAD + "    facts: [{at: 2026-01-09, publish: {moments: {kickoff: {lead: 3x}}}}]\n"
    assert problems(text) == [
        "8:67: moments.kickoff.lead: unknown unit 'x': write min, h, bh, d, bd, w, mo or y"
    ]


def test_a_file_that_holds_no_scenarios_says_what_it_lacks() -> None:
    assert problems("- 1") == ["1:1: a scenario file is a mapping: `model`, and `scenarios` by name"]
    assert problems("model: first-model.yaml") == ["1:1: 'scenarios' is missing: what is to happen, by name"]
    assert problems("scenarios: {a day: {live_from: 2026-01-01}}") == [
        "1:13: scenarios.a day: 'model' is missing: name a file or a preset, or write it here"
    ]
    assert problems("model: two-faze\nscenarios: {a day: {live_from: 2026-01-01}}") == [
        "1:8: model: there is no model 'two-faze' (did you mean 'two-phase'?)"
    ]


def test_a_date_is_the_start_of_the_accounts_day() -> None:
    text = HEAD + "    facts: [{at: 2026-01-09, account: acme, set: {mrr: 3}}]\n"
    (scenario,) = read_scenarios(text, str(FILE))
    assert scenario.facts[0].at.astimezone(UTC) == datetime(2026, 1, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize("verb", VERBS)
def test_each_example_of_the_reference_can_be_read(verb: str) -> None:
    text = HEAD.replace("accounts: {", "accounts: {bolt: {}, ") + f"    facts: [{VERBS[verb].example}]\n"
    if verb in UNRUN:
        assert f"'{verb}' is not run by this version yet: leave it out" in problems(text)[0]
    else:
        (scenario,) = read_scenarios(text, str(FILE))
        assert len(scenario.facts) == 1


def test_what_happens_again_and_again_is_a_fact_each_time() -> None:
    """Every week by the clock of New York, which is moved on 8 March; a last day is meant whole."""
    text = HEAD.replace("Asia/Tokyo", "America/New_York") + (
        "    facts:\n"
        "      - {at: 2026-02-26T12:00Z, account: acme, event: Signed In, times: 3, every: 1w, last: 2026-03-12}\n"
    )
    (scenario,) = read_scenarios(text, str(FILE))
    assert [fact.at for fact in scenario.facts] == [
        datetime(2026, 2, 26, 12, tzinfo=UTC),
        datetime(2026, 3, 5, 12, tzinfo=UTC),
        datetime(2026, 3, 12, 11, tzinfo=UTC),
    ]


def test_what_happens_again_and_again_says_how_often_and_up_to_when() -> None:
    told = "      - {{at: 2026-02-26T12:00Z, account: acme, event: Signed In, {}}}\n"
    text = (
        HEAD
        + "    facts:\n"
        + "".join(
            told.format(more)
            for more in (
                "every: 1w",
                "every: 0d, last: 2026-03-12",
                "every: 1w, last: any",
                "every: 1w, last: 2026-03-12, id: e-1",
            )
        )
    )
    assert [problem.split("]", 1)[1] for problem in problems(text)] == [
        ": 'last' is missing: what happens again and again needs both `every` and `last`",
        ".every: the duration must be more than nothing",
        ".last: 'any' is no instant: say up to when",
        ".id: what happens again and again has no 'id': it is another each time",
    ]
