"""Every data set that fits is imported; the traps that its README names are survived, and said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from aloft.facts.store import FactStore
from aloft.revenue.lines import mrr_on
from tests.cli.test_commands import call
from tests.cli.test_commands import home as home
from tests.cli.test_import import counts, facts, report
from tests.data_sets import data_set

pytestmark = pytest.mark.slow
MAPPINGS = Path(__file__).parents[1] / "collect/files/mappings"


def imported(name: str) -> dict[str, object]:
    return report(str(data_set(name)), "--mapping", str(MAPPINGS / f"{name}.yaml"))


def test_eleven_is_a_blank_in_a_survey_from_0_to_10(home: Path) -> None:
    told = imported("nps-sfo-2017")
    assert counts(told) == {"answers": (2_746, 2_746, 0, 0, 0)}
    assert told["tables"][0]["left_out"] == 85  # type: ignore[index]
    assert any("NETPRO: “11” is taken as missing, 84 times" in line for line in told["understood"])  # type: ignore[attr-defined]
    scores = "SELECT max((properties ->> 'score')::INTEGER), count(*) FROM event"
    assert facts(home, scores) == [(10, 2_746)]


def test_steps_of_onboarding_start_and_end_day_first(home: Path) -> None:
    told = imported("client-onboarding-ibm")
    assert counts(told) == {"steps": (54_224, 54_224, 0, 0, 0)}
    assert facts(home, "SELECT count(*), count(DISTINCT account) FROM event") == [(2 * 54_224, 6_838)]


def test_a_ticket_is_its_last_update_and_each_change_of_state_an_event(home: Path) -> None:
    told = imported("servicenow-incidents-uci-sample")
    read, stored, updated, duplicate, quarantined = counts(told)["incidents"]
    assert (read, stored, quarantined) == (5_998, 890, 0)
    assert updated + duplicate == 5_108
    assert counts(told)["states"] == (3_417, 3_417, 0, 0, 0)
    again = imported("servicenow-incidents-uci-sample")
    assert counts(again)["incidents"] == (5_998, 0, 0, 5_998, 0)


def test_a_post_twice_after_a_rename_is_one_and_the_later_counts(home: Path) -> None:
    told = imported("community-discourse-json")
    assert counts(told) == {"posts": (1_988, 1_954, 33, 1, 0)}
    assert facts(home, "SELECT count(*) FROM event") == [(1_954,)]


def test_exact_duplicates_that_are_genuine_all_count(home: Path) -> None:
    told = imported("cdnow")
    assert counts(told) == {"purchases": (69_659, 69_659, 0, 0, 0)}
    assert told["strange"] == ["purchases: 255 rows repeat another one exactly: every row counts"]
    assert counts(imported("cdnow")) == {"purchases": (69_659, 0, 0, 69_659, 0)}


def test_a_table_without_ids_or_dates_is_left_out_with_the_reason(home: Path) -> None:
    told = call("import", str(data_set("saas-churn-pysurvival")), "--yes")
    assert told.exit_code == 1
    assert "churn.csv.gz: no column tells whose its rows are, and none when they happened" in told.stderr


def test_the_simulated_vendor_pays_what_its_terms_say(home: Path) -> None:
    told = report(str(data_set("saas-sim-crm5")))
    assert counts(told) == {
        "accounts": (435, 435, 0, 0, 0),
        "subscriptions": (8_115, 8_115, 0, 0, 0),
        "events_daily": (349_593, 349_593, 0, 0, 0),
    }
    assert facts(home, "SELECT sum(times) FROM event WHERE kind = 'tally'") == [(7_993_801,)]
    source = str(data_set("saas-sim-crm5") / "subscriptions.parquet")
    with FactStore.open(home / "facts.duckdb") as store:
        for day in (date(2022, 3, 31), date(2022, 12, 31), date(2023, 12, 31)):
            paid = sum((one.mrr or Decimal(0) for one in mrr_on(store, day)), Decimal(0))
            live = f"SELECT sum(mrr)::DECIMAL(18, 2) FROM '{source}' WHERE start_date <= ? AND ? < end_date"
            assert duckdb.execute(live, [day, day]).fetchall() == [(paid,)]
