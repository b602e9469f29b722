"""A small model to change, and what its readers say of it."""

from __future__ import annotations

from aloft.engagement.load import load
from aloft.engagement.problems import InvalidModel

SMALL = """\
engagement_model: small
title: A small model
applies_to: "status = 'active'"
clock: {home: {timezone: Europe/Berlin, country: DE}}
roles:
  csm: {reports_to: manager}
  manager: {rate: 140}
  digital: {automated: true}
fields: {go_live: date, tier: [gold, silver]}
records: {cause: [price, other]}
metrics:
  sign_ins: {count: Signed In, over: 28d}
  tickets: {count: Ticket Opened, where: "priority = 'urgent'", since: contract_start}
phases:
  onboarding: {enters: "contract_start is not null", leaves: "sign_ins >= 10"}
  ongoing: {}
segments:
  large: {when: "mrr >= 5000", exit: "mrr < 4500", touch: {onboarding: high, ongoing: low}}
  rest: {touch: tech}
moments:
  kickoff:
    phase: onboarding
    schedule: 5bd after contract_start
    owner: csm
    objective: Meet the customer
    outcome: {expect: "attended('champion')", within: 7d}
    escalate: [{after: 5bd, if: "not done", to: manager}]
  ticket:
    event: Ticket Opened
    where: "priority = 'urgent'"
    by: ticket_id
    owner: {high: csm, low: csm, tech: digital}
    objective: Keep confidence
    outcome: {expect: "contacted", within: 4bh}
"""


def changed(*changes: tuple[str, str]) -> str:
    """The small model with some of its words replaced, each of which stands there exactly once."""
    text = SMALL
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def problems_of(text: str) -> list[str]:
    """Each problem as it is shown; none for a model."""
    try:
        load(text, "m.yaml")
    except InvalidModel as invalid:
        return [str(problem) for problem in invalid.problems]
    return []


def problems(*changes: tuple[str, str]) -> list[str]:
    return problems_of(changed(*changes))
