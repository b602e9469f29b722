"""The reports, by what they print."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from aloft.act.models import Occurrence
from aloft.cli.commands import app
from aloft.engine.home import open_engine
from aloft.engine.questions import answer
from aloft.measures.models import AccountProjection
from aloft.records.models import Account, ModelVersion
from aloft.records.services import amend_line, publish_model, set_account, set_contract
from tests.data_sets import data_set

THEN = datetime(2025, 1, 1, tzinfo=UTC)


def call(*words: str) -> Result:
    return CliRunner().invoke(app, ["report", *words])


@pytest.fixture
def home(db: None, tmp_path: Path, settings: Any) -> Path:
    """Four customers: one grows, one leaves, one comes, one pays as ever."""
    settings.ALOFT_HOME = tmp_path
    customer("acme", ("base", "1000", date(2025, 1, 1), None), ("more", "250.50", date(2025, 3, 10), None))
    customer("bolt", ("base", "500", date(2025, 1, 1), date(2025, 3, 31)))
    customer("coil", ("base", "300", date(2025, 3, 5), None))
    customer("dune", ("base", "200", date(2025, 1, 1), None))
    return tmp_path


def customer(name: str, *lines: tuple[str, str, date, date | None]) -> None:
    account = set_account(external_id=name, fields={"name": name.title()}, actor="t", at=THEN)
    contract = set_contract(
        external_id=f"{name}-1", account=account, starts_on=lines[0][2], actor="t", at=THEN
    )
    for line, mrr, starts_on, ends_on in lines:
        amend_line(
            contract=contract, line=line, mrr=mrr, starts_on=starts_on, ends_on=ends_on, actor="t", at=THEN
        )


@pytest.fixture
def drained(home: Path) -> Path:
    assert CliRunner().invoke(app, ["run"]).exit_code == 0
    return home


MARCH = ("--from", "2025-03", "--to", "2025-03")


def test_mrr_as_csv_is_exact_and_leaves_the_convention_beside_it(drained: Path) -> None:
    told = call("mrr", *MARCH, "--format", "csv")
    assert told.stdout == (
        "month,opening,new,reactivation,expansion,contraction,churn,closing,customers\n"
        "2025-03,1700.00,300.00,0.00,250.50,0.00,500.00,1750.50,3\n"
    )
    assert told.stderr == (
        "MRR by month, USD. D1: all live lines summed; live when start ≤ day < end; "
        "a month is read on its last day; a pause is churn after 90 days.\n"
    )


def test_the_day_of_the_end_counts_where_the_convention_says_so(drained: Path) -> None:
    told = call("mrr", *MARCH, "--end-day", "included", "--format", "csv")
    assert told.stdout.splitlines()[1] == "2025-03,1700.00,300.00,0.00,250.50,0.00,0.00,2250.50,4"
    assert "D2: all live lines summed; live when start ≤ day ≤ end" in told.stderr


def test_the_latest_contract_counts_where_the_convention_says_so(drained: Path) -> None:
    told = call("mrr", *MARCH, "--contracts", "latest", "--format", "csv")
    assert told.stdout.splitlines()[1] == "2025-03,1700.00,300.00,0.00,0.00,749.50,500.00,750.50,3"


def test_mrr_as_a_table_names_the_convention_first(drained: Path) -> None:
    caption, head, row = call("mrr", *MARCH).stdout.splitlines()
    assert caption.startswith("MRR by month, USD. D1: ")
    assert head.split() == [
        "month", "opening", "new", "reactivation", "expansion", "contraction", "churn", "closing", "customers"
    ]  # fmt: skip
    assert row.split() == ["2025-03", "1,700", "300", "0", "250.5", "0", "500", "1,750.5", "3"]


def test_retention_as_json_gives_fractions_and_null_where_nobody_paid(drained: Path) -> None:
    (row,) = json.loads(call("retention", *MARCH, "--format", "json").stdout)
    assert row == {
        "month": "2025-03", "grr": 0.705882, "nrr": 0.853235, "logo_churn": 0.333333,
        "grr_12m": None, "nrr_12m": None, "logo_churn_12m": None,
    }  # fmt: skip


def test_retention_by_movements(drained: Path) -> None:
    told = call("retention", *MARCH, "--method", "movements", "--format", "csv")
    assert told.stdout.splitlines()[1] == "2025-03,0.705882,0.853235,0.333333,,,"
    assert told.stderr.startswith("Retention by movements (F4): ")


def test_pareto_with_cuts_of_ones_own(drained: Path) -> None:
    told = call("pareto", "--as-of", "2025-03-31", "--cuts", "0.5", "--format", "csv")
    assert told.stdout == (
        "tier,accounts,floor,mrr,share,cumulative_accounts,cumulative_share\n"
        "1,2,300.00,1550.50,0.885747,2,0.885747\n"
        "2,1,,200.00,0.114253,3,1.000000\n"
    )
    assert "on 2025-03-31, cut at 50 % of them; ties at a floor are in" in told.stderr


def test_accounts_have_a_row_each(drained: Path) -> None:
    told = call("accounts", "--as-of", "2025-03-31", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(told.stdout)))
    assert list(rows[0]) == [
        "account", "name", "segment", "phase", "touch", "owner", "mrr", "health", "band", "open_moments"
    ]  # fmt: skip
    assert [(row["account"], row["name"], row["mrr"], row["open_moments"]) for row in rows] == [
        ("acme", "Acme", "1250.50", "0"),
        ("bolt", "Bolt", "0.00", "0"),
        ("coil", "Coil", "300.00", "0"),
        ("dune", "Dune", "200.00", "0"),
    ]


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (
            ["mrrr"],
            "there is no report 'mrrr': ask for one of accounts, mrr, retention, pareto, momentum, experiments, "
            "exceptions, product, stickiness\n",
        ),
        (["mrr", "--from", "2025-04", "--to", "2025-03"], "give --from a day that is not after --to\n"),
        (["mrr", "--from", "soon"], "'soon' is no day: write 2026-01-31, or 2026-01 for the month\n"),
        (["pareto", "--cuts", "30,10"], "give rising fractions such as 0.1 and 0.3\n"),
        (
            ["mrr", "--currency", "EUR"],
            "set one that starts on that day or before, or report in another currency\n",
        ),
    ],
)
def test_what_cannot_be_told_is_refused_with_what_to_mend(drained: Path, words: list[str], mend: str) -> None:
    told = call(*words)
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.endswith(mend)


def test_before_anything_is_taken_in_it_says_how(home: Path) -> None:
    told = call("mrr")
    assert (told.exit_code, told.stderr) == (
        1,
        "no facts are taken in yet: start `aloft serve`, or call `aloft run`\n",
    )


def test_what_a_running_engine_answers_is_the_same_through_its_socket(drained: Path) -> None:
    with open_engine(drained) as engine:
        told = answer(engine, "report", {"name": "mrr", "from": "2025-03-01", "to": "2025-03-31"})
    assert json.loads(json.dumps(told))["report"]["rows"] == [
        ["2025-03", "1700.00", "300.00", "0.00", "250.50", "0.00", "500.00", "1750.50", "3"]
    ]


@pytest.mark.slow
def test_an_imported_company_is_told_as_its_file_says(db: None, tmp_path: Path, settings: Any) -> None:
    """RavenStack, by River @ Rivalytics; the figures were counted from its file with SQL, apart from Aloft."""
    settings.ALOFT_HOME = tmp_path
    folder = data_set("ravenstack")
    assert CliRunner().invoke(app, ["import", str(folder)]).exit_code == 0
    (december,) = rows(call("mrr", "--from", "2024-12", "--to", "2024-12", "--format", "csv"))
    assert (december["closing"], december["customers"]) == ("10159608.00", "500")
    (december,) = rows(call("retention", "--from", "2024-12", "--to", "2024-12", "--format", "csv"))
    assert (december["grr"], december["nrr"]) == ("0.980737", "1.142080")
    tiers = rows(call("pareto", "--as-of", "2024-12-31", "--format", "csv"))
    assert [tier["cumulative_share"] for tier in tiers] == ["0.273795", "0.561799", "1.000000"]
    accounts = rows(call("accounts", "--as-of", "2024-12-31", "--contracts", "latest", "--format", "csv"))
    assert sum(Decimal(account["mrr"]) for account in accounts) == 1_174_305
    assert sum(Decimal(account["mrr"]) > 0 for account in accounts) == 420


def rows(told: Result) -> list[dict[str, str]]:
    assert told.exit_code == 0, told.stderr
    return list(csv.DictReader(io.StringIO(told.stdout)))


ONBOARDING = """
engagement_model: ways
title: Ways
clock: {home: {timezone: UTC, country: US}, holidays: none}
roles: {csm: {}}
phases: {onboarding: {enters: "contract_start is not null"}}
segments: {all: {touch: high}}
moments:
  handover: {phase: onboarding, schedule: 1bd after phase_start, owner: csm, objective: A, outcome: OUT}
  check_in: {phase: onboarding, schedule: every 1w, owner: csm, objective: B, outcome: OUT}
  kickoff: {phase: onboarding, schedule: 5bd after phase_start, owner: csm, objective: C, outcome: OUT}
  training: {phase: onboarding, schedule: 9bd after kickoff.done, owner: csm, objective: D, outcome: OUT}
""".replace("OUT", "{expect: contacted, within: 5bd}")


def ended(account: str, moment: str, day: int, version: ModelVersion, **how: object) -> None:
    at = datetime(2025, 3, day, 10, tzinfo=UTC)
    Occurrence.objects.create(
        account=Account.objects.get(external_id=account), moment=moment, called=moment, anchor="phase:1", n=1,
        model_version=version, trigger="schedule", title=moment, objective="", expected="", because="",
        role="csm", opened_at=THEN, due_at=at, outcome_until=at, **(how or {"done_at": at}),
    )  # fmt: skip


def test_momentum_counts_who_is_not_there_yet_and_tells_where_the_way_is_long(drained: Path) -> None:
    """R25, F13. From handover to kickoff: 2, 4, 4 and 20 days and counting; from there 3, 6 and 5, given up."""
    version = publish_model(
        name="ways", document=ONBOARDING, digest="a", live_from=THEN, actor="mia", at=THEN
    )
    for account in ("acme", "bolt", "coil", "dune"):
        ended(account, "handover", 3, version)
    ended("acme", "kickoff", 5, version)
    met = datetime(2025, 3, 7, 9, tzinfo=UTC)
    ended(
        "bolt",
        "kickoff",
        20,
        version,
        outcome="met",
        outcome_at=met,
        done_at=datetime(2025, 3, 20, tzinfo=UTC),
    )
    ended("coil", "kickoff", 7, version)
    ended("acme", "training", 10, version)
    ended("bolt", "training", 14, version, state="closed", closed_at=datetime(2025, 3, 14, tzinfo=UTC))
    ended("coil", "training", 17, version)
    for account, segment in (("acme", "tier_1"), ("bolt", "tier_2")):
        AccountProjection.objects.update_or_create(
            account=Account.objects.get(external_id=account), defaults={"segment": segment, "as_of": THEN}
        )
    told = call("momentum", "--as-of", "2025-03-31", "--format", "csv")
    assert told.exit_code == 0, told.output
    assert told.stdout.splitlines() == [
        "segment,phase,from,to,accounts,open,median_days,p90_days,share",
        "all,onboarding,handover,kickoff,4,1,4,,0.4000",
        "all,onboarding,kickoff,training,3,1,6,6,0.6000",
        "tier_1,onboarding,handover,kickoff,1,0,2,2,0.4000",
        "tier_1,onboarding,kickoff,training,1,0,3,3,0.6000",
        "tier_2,onboarding,handover,kickoff,1,0,4,4,1.0000",
        "tier_2,onboarding,kickoff,training,1,1,,,",
    ]
    assert "who is not there yet counts as still waiting" in told.stderr
