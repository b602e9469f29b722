"""`aloft scenario`: what differs is told beside what was expected; nothing of one's own is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from aloft.cli.commands import app
from aloft.records.models import Account

MODEL = """\
model:
  engagement_model: small
  title: Small
  roles: {csm: {}}
  metrics: {sign_ins: {count: Signed In, since: contract_start}}
  phases: {ongoing: {enters: "contract_start is not null"}}
  segments: {everyone: {touch: high}}
  moments:
    hello:
      schedule: 1d after contract_start at 10:00
      owner: csm
      objective: Say hello
      outcome: {expect: "contacted", within: 2d}
    first_ticket:
      event: Ticket Opened
      by: ticket
      owner: csm
      objective: Help
      outcome: {expect: "contacted", within: 1d}
scenarios:
  a first week:
    live_from: 2026-01-01T00:00Z
    accounts: {acme: {timezone: UTC, mrr: 500, contract_start: 2026-01-05}}
    people: {cora: {role: csm, books: [acme]}}
    facts: [{at: 2026-01-06T12:00Z, account: acme, moment: hello, as: cora, record: {contacted: true}}]
    until: 2026-01-08T00:00Z
"""


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.slow
def test_what_differs_stands_beside_what_was_expected(db: None, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(
        MODEL + "    expect:\n"
        "      - {account: acme, moment: hello, opened: 2026-01-06T10:00Z, owner: cora}\n"
        "      - {account: acme, moment: hello, met: 2026-01-06T12:00Z}\n"
        "    exactly: true\n"
    )
    bad.write_text(
        MODEL + "    expect:\n"
        "      - {account: acme, moment: hello, opened: 2026-01-07}\n"
        "      - {account: acme, moment: first_ticket, opened: any}\n"
        "      - {account: acme, moment: hello, never: met}\n"
        "      - {account: acme, metric: {mrr: 600}, at: 2026-01-07}\n"
        "      - {account: acme, phase: null, at: 2026-01-07}\n"
        "      - {account: acme, moment: hello, state: closed, at: 2026-01-06T12:00Z}\n"
        "      - {account: acme, moment: hello, count: {opened: 2}}\n"
        "      - {account: acme, moment: hello, due: [2026-01-06, 2026-02-06]}\n"
        "      - {data_alert: product}\n"
        "    exactly: true\n"
    )
    told = call("scenario", str(good), str(bad))
    assert told.exit_code == 1
    assert told.stdout.replace(str(bad), "bad.yaml").splitlines() == [
        "✓ a first week",
        "✗ a first week",
        "  bad.yaml:28:9: acme hello",
        "    - opened 2026-01-07",
        "    + opened 2026-01-06T10:00Z, due 2026-01-06T10:00Z, owner cora",
        "      why: 1 day after the start of the contract, at 10:00: due 2026-01-06 10:00 UTC",
        "  bad.yaml:29:9: acme first_ticket",
        "    - opened any",
        "    + nothing",
        "      why: “First ticket” is not open: no such Ticket Opened since the last one, if any",
        "  bad.yaml:30:9: acme hello",
        "    - never met",
        "    + met 2026-01-06T12:00Z, due 2026-01-06T10:00Z",
        "      why: contacted is yes",
        "  bad.yaml:31:9: acme",
        "    - metric {mrr: 600}, at 2026-01-07",
        "    + mrr 500",
        "  bad.yaml:32:9: acme",
        "    - phase null, at 2026-01-07",
        "    + phase ongoing at 2026-01-07T00:00Z",
        "  bad.yaml:34:9: acme hello",
        "    - count {opened: 2}",
        "    + opened: 1",
        "    + opened 2026-01-06T10:00Z, due 2026-01-06T10:00Z, owner cora",
        "      why: 1 day after the start of the contract, at 10:00: due 2026-01-06 10:00 UTC",
        "  bad.yaml:35:9: acme hello",
        "    - due [2026-01-06, 2026-02-06]",
        "    + due 2026-01-06T10:00Z",
        "    + opened 2026-01-06T10:00Z, due 2026-01-06T10:00Z, owner cora",
        "      why: 1 day after the start of the contract, at 10:00: due 2026-01-06 10:00 UTC",
        "  bad.yaml:36:9: product",
        "    - data_alert product",
        "    + no alert",
        "2 scenarios: 1 not as expected.",
    ]
    assert not Account.objects.exists()


@pytest.mark.slow
def test_every_decision_is_one_object_a_line(db: None, tmp_path: Path) -> None:
    file = tmp_path / "week.yaml"
    file.write_text(MODEL)
    told = call("scenario", str(file), "--json")
    assert told.exit_code == 0
    decisions = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(one["verdict"], one["at"]) for one in decisions] == [
        ("opened", "2026-01-06T10:00Z"),
        ("met", "2026-01-06T12:00Z"),
    ]
    assert {name: decisions[0][name] for name in decisions[0] if name != "reasons"} == {
        "at": "2026-01-06T10:00Z",
        "account": "acme",
        "moment": "hello",
        "occurrence": "contract:acme-1#1",
        "verdict": "opened",
        "due": "2026-01-06T10:00Z",
        "owner": "cora",
        "to": None,
        "channel": None,
        "model_version": 1,
        "scenario": "a first week",
    }
    assert [reason["rule"] for reason in decisions[0]["reasons"]] == ["phase", "schedule", "owner"]
    assert decisions[0]["reasons"][1] == {
        "rule": "schedule",
        "held": True,
        "says": "1d after contract_start at 10:00",
        "found": "due 2026-01-06 10:00 UTC; counted from 2026-01-05",
    }
    assert told.stderr.splitlines() == ["✓ a first week", "1 scenario: as expected."]


def test_files_that_cannot_be_read_are_told_whole_and_nothing_is_played(tmp_path: Path) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text(MODEL + "    untill: 2026-01-09\n")
    other.write_text("scenarios: [")
    told = call("scenario", str(one), str(other))
    assert (told.exit_code, told.stdout) == (1, "")
    assert [line.removeprefix(f"{tmp_path}/") for line in told.stderr.splitlines()] == [
        "one.yaml:27:5: scenarios.a first week.untill: unknown key 'untill' (did you mean 'until'?)",
        "other.yaml:1:13: not YAML: expected the node content, but found '<stream end>'",
    ]


@pytest.mark.slow
def test_a_fact_that_cannot_be_is_told_at_its_place(db: None, tmp_path: Path) -> None:
    file = tmp_path / "week.yaml"
    file.write_text(MODEL.replace("record: {contacted: true}", "act: start, n: 2"))
    told = call("scenario", str(file))
    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        "✗ a first week",
        f"  {file}:25:13: the scenario cannot go on",
        "    + no 2. hello has opened at acme by then",
        "1 scenario: 1 not as expected.",
    ]
