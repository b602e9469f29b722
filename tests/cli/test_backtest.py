"""`aloft backtest` as its user meets it: the how-to, run."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from aloft.collect.inbox import Entry, Inbox
from aloft.collect.place import inbox_of
from aloft.engagement.load import load
from aloft.engine.backtest import service
from aloft.engine.backtest.run import lately
from aloft.engine.backtest.service import Subject
from aloft.engine.models import BacktestRun
from aloft.records import services
from aloft.records.models import Account
from tests.cli.test_commands import call

DOCS = Path(__file__).parents[2] / "docs"
MODEL = str(DOCS / "examples/usage-low.yaml")
BEFORE = datetime(2024, 11, 1, tzinfo=UTC)
LAST_SEEN = {"acme": date(2025, 1, 20), "bolt": date(2025, 1, 10), "cord": date(2025, 6, 1)}


@pytest.fixture
def home(db: None, tmp_path: Path, settings: Any) -> Path:
    """Three customers who sign in twice a day, two of them no longer; acme leaves on 1 April.

    Fewer than five sign-ins in 28 days: bolt by the end of 5 February, acme by that of the 15th; a reading later it
    opens. On nine Mondays all three are customers, and acme is lost within 90 days of each: 9 of 27.
    """
    settings.ALOFT_HOME = tmp_path
    services.set_person(
        handle="cora", name="Cora", role="csm", email="cora@aloft.test", actor="ops", at=BEFORE
    )
    for name in LAST_SEEN:
        services.set_account(
            external_id=name, fields={"name": name.capitalize(), "timezone": "UTC"}, actor="ops", at=BEFORE
        )
        sign(name, None, BEFORE)
    sign("acme", date(2025, 4, 1), datetime(2025, 3, 1, tzinfo=UTC))
    log(tmp_path)
    return tmp_path


def sign(name: str, ends: date | None, at: datetime) -> None:
    starts, account = date(2024, 12, 1), Account.objects.get(external_id=name)
    contract = services.set_contract(
        external_id=f"{name}-1",
        account=account,
        signed_on=starts,
        starts_on=starts,
        ends_on=ends,
        actor="ops",
        at=at,
    )
    services.amend_line(
        contract=contract, line="1", mrr=Decimal(900), starts_on=starts, ends_on=ends, actor="ops", at=at
    )


def log(home: Path) -> None:
    inbox, day = Inbox(inbox_of(home)), date(2024, 12, 1)
    while day <= max(LAST_SEEN.values()):
        for hour in (9, 15):
            at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
            entries = [
                Entry("product", f"{name}-{at:%j%H%Y}", "track", "Signed In", name, f"{name}-1", at, 1, b"{}")
                for name, last in LAST_SEEN.items()
                if day <= last
            ]
            inbox.append(entries, received=at)
        day += timedelta(days=1)
    inbox.close()


@pytest.mark.slow
def test_the_how_to_of_backtesting_tells_what_happens(home: Path) -> None:
    page = (DOCS / "how-to/backtest.md").read_text()
    (command,) = re.findall(r"^aloft backtest usage-low.yaml (.+)$", page, re.MULTILINE)
    (printed,) = re.findall(r"```\n(usage_low from .+?)```", page, re.DOTALL)
    told = call("backtest", MODEL, *command.split())
    assert [line.rstrip() for line in told.stdout.splitlines()] == printed.splitlines()


@pytest.mark.slow
def test_a_backtest_as_json_gives_every_opening(home: Path) -> None:
    found = json.loads(call("backtest", MODEL, "--from", "2025-02-05", "--to", "2025-02-09", "--json").stdout)
    assert (found["readings"], found["alerts"]) == (5, {"judged": 1, "hits": 0, "precision": 0.0})
    assert found["decisions"] == [
        {
            "at": "2025-02-07T00:00:00+00:00",
            "account": "bolt",
            "moment": "usage_low",
            "anchor": "condition",
            "n": 1,
            "verdict": "opened",
            "role": "csm",
            "mrr": 900.0,
            "segment": "everyone",
        }
    ]


@pytest.mark.slow
def test_what_a_model_would_have_opened_lately(home: Path) -> None:
    model = load(Path(MODEL).read_text(), MODEL)
    found = lately(home, model, datetime(2025, 2, 10, 12, tzinfo=UTC), days=5)
    assert [(one.account, one.moment) for one in found.opened] == [("bolt", "usage_low")]


@pytest.mark.slow
def test_what_a_page_asked_for_is_made_beside_another_text_and_kept(home: Path) -> None:
    text, now = Path(MODEL).read_text(), datetime(2025, 6, 10, tzinfo=UTC)
    later = text.replace("holds_for: 2 readings", "holds_for: 9 readings")
    run = service.ask_for(
        subject=Subject("a draft", text),
        against=Subject("another", later),
        first=date(2025, 2, 5),
        last=date(2025, 2, 9),
        actor="mia",
        at=now,
    )
    heard: list[tuple[int, int]] = []
    service.make(home, run, lambda: now, lambda done, of: heard.append((done, of)))
    kept = BacktestRun.objects.get()
    assert (kept.done_at, kept.error, heard[-1]) == (now, "", (10, 10))
    assert (kept.told["opened"], kept.told["against"]["opened"]) == (1, 0)
    week = {"2025-02-03": 1}  # bolt, on Friday the 7th
    assert kept.told["segments"] == [{"segment": "everyone", "opened": 1, "weeks": week}]
    assert kept.told["loads"] == [
        {"role": "csm", "hours": 1.0, "weeks": {"2025-02-03": 1.0}, "capacity": 24.0}
    ]


def test_a_backtest_of_what_lies_ahead_or_of_nothing_is_refused(
    db: None, tmp_path: Path, settings: Any
) -> None:
    settings.ALOFT_HOME = tmp_path
    empty = call("backtest", MODEL, "--from", "2025-01-01", "--to", "2025-02-01")
    assert (empty.exit_code, empty.stderr) == (
        1,
        "nothing has been recorded yet: there is no past to test on\n",
    )
    turned = call("backtest", MODEL, "--from", "2025-02-01", "--to", "2025-01-01")
    assert (turned.exit_code, turned.stderr) == (1, "2025-01-01 lies before 2025-02-01\n")
    ahead = call("backtest", MODEL, "--from", "2999-02-01", "--to", "2999-03-01")
    assert (ahead.exit_code, ahead.stderr) == (1, "2999-02-01 lies ahead: a backtest is of the past\n")
