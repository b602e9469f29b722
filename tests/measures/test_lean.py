"""A model without what is not read."""

from __future__ import annotations

from aloft.engagement.load import load
from aloft.measures.lean import opening

DOCUMENT = """\
engagement_model: lean
title: Metrics that different parts read
clock: {home: {timezone: UTC}, holidays: none}
roles: {csm: {}, manager: {}}
metrics:
  by_nobody: {count: Search, over: 7d}
  by_the_outcome: {count: Signed In, over: 7d}
  by_the_escalation: {count: Ticket Opened, over: 7d}
  by_a_formula: {count: Report Exported, over: 28d}
  by_the_condition: {formula: "by_a_formula / seats"}
  by_the_if: {users: any, over: 7d}
  by_health: {users: any, over: 28d}
phases: {customers: {enters: "contract_start is not null"}}
segments: {everyone: {touch: high}}
health:
  usage: {weight: {high: 1}, score: "by_health", anchors: {0: 0, 20: 100}, half_life: 14d}
moments:
  usage_low:
    when: "by_the_condition < 1"
    if: "by_the_if > 0"
    owner: csm
    objective: Ask why
    outcome: {expect: "by_the_outcome > 3", within: 20d}
    escalate: [{after: 5d, to: manager, if: "by_the_escalation > 0"}]
"""


def test_what_opens_rests_on_no_outcome_and_no_escalation() -> None:
    model = load(DOCUMENT, "lean.yaml")
    assert list(opening(model).metrics) == ["by_a_formula", "by_the_condition", "by_the_if", "by_health"]
