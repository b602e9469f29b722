from __future__ import annotations

import pytest

from aloft.engagement import words
from aloft.engagement.load import load
from aloft.engagement.model import Moment, Role
from tests.engagement.test_lanes import ENDING, OPENING


def moment(written: str) -> Moment:
    text = f"{OPENING}  one:\n    {written}\n    owner: csm{ENDING}"
    return load(text, "m.yaml").moments["one"]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("schedule: 5bd after contract_start", "5 business days after the start of the contract"),
        (
            "schedule: 120d, 60d before renewal_date at 10:00 in Europe/Paris\n    lead: 1w",
            "120 days and 60 days before the renewal date, at 10:00 in Europe/Paris; opens 1 week before",
        ),
        ("schedule: every 1w on mon at 09:00", "every week on Mondays from the start of the phase, at 09:00"),
        ("schedule: every 3 months on last", "every 3 months on the last day from the start of the phase"),
        (
            "schedule: every 1 month from phase_start at 10:00",
            "every month from the start of the phase, at 10:00",
        ),
        ("schedule: 2026-09-01", "on 1 Sep 2026"),
        (
            "event: [Used, Left]\n    where: \"x = 'a'\"\n    by: id\n    cooldown: 30d",
            "when Used or Left arrives, where x = 'a'; one for each id; not again within 30 days",
        ),
        (
            'when: "mrr > 5"\n    holds_for: 2 readings\n    cooldown: 30d',
            "when mrr > 5 has become true, for 2 readings in a row; not again within 30 days",
        ),
        (
            'expect: "mrr >= 5"\n    within: 4w\n    warn_at: [50%, 75%]',
            "unless mrr >= 5 within 4 weeks of the start of the phase; warns at 50 % and 75 % of the time",
        ),
        (
            "expect: {event: Solved, by: ticket}\n    within: 2d\n    of: {event: Asked, by: ticket}",
            "for each Asked that no Solved with the same ticket answers within 2 days",
        ),
        ("manual: true", "when a person opens it"),
    ],
)
def test_a_trigger_is_told_in_words(written: str, says: str) -> None:
    assert words.trigger(moment(written)) == says


def test_an_escalation_says_to_whom_when_and_if() -> None:
    found = moment(
        'manual: true\n    escalate: [{after: 2w, to: csm, if: "not met", risk: usage}, {after: 0d, to: csm}]'
    )
    assert [words.escalation(step) for step in found.escalations] == [
        "to csm after 2 weeks, if not met (risk: usage)",
        "to csm at once, if not done",
    ]


def test_who_of_several_takes_it_is_told_in_words() -> None:
    match = ("language", "segment")
    assert words.choosing(Role("csm")) == "whoever has the least to do, where no book holds the account"
    assert words.choosing(Role("csm", pool=True, choose="least_revenue", match=match)) == (
        "whoever has the least revenue, of those who speak the account’s language and serve the account’s segment"
    )


def test_a_metric_is_told_in_words() -> None:
    model = load(f"{OPENING}  one:\n    manual: true\n    owner: csm{ENDING}", "m.yaml")
    assert words.metric(model.metrics["first_value"]) == "when first Used"
