"""Bringing one's own data, through the command: what the report says, and what is known afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from aloft.collect.files.document import load_mapping
from aloft.collect.models import Import, Quarantined, Source
from aloft.engine.importing import ask, import_files
from aloft.records.models import Account, Contract
from tests.cli.test_commands import call
from tests.cli.test_commands import home as home
from tests.data_sets import data_set

NOW = datetime(2024, 6, 1, tzinfo=UTC)
DESK = """\
mapping: desk
tables:
  customers:
    files: "customers*"
    key: id
    account: id
    gives:
      signed_up: {kind: account, at: since, fields: {name: name, country: country}}
  tickets:
    files: "tickets*"
    key: ticket
    account: customer
    gives:
      opened: {kind: event, name: Ticket Opened, at: opened, properties: [ticket, urgent]}
      solved: {kind: event, name: Ticket Solved, at: closed, optional: true, properties: [ticket]}
"""
CUSTOMERS = "id,name,country,since\nc1,Acme,UK,2024-01-05\nc2,Bolt,?,2024-02-01\n"
TICKETS = """\
ticket,customer,opened,closed,urgent
t1,c1,13/02/2024,15/02/2024,TRUE
t2,c2,2/3/2024,,FALSE
t3,,3/3/2024,,FALSE
t4,c1,31/31/2024,,TRUE
t2,c1,5/3/2024,,FALSE
"""


@pytest.fixture
def desk(home: Path) -> Path:
    folder = home / "desk"
    folder.mkdir()
    (folder / "customers.csv").write_text(CUSTOMERS)
    (folder / "tickets.csv").write_text(TICKETS)
    (home / "desk.yaml").write_text(DESK)
    return folder


def report(*words: str, code: int = 0) -> dict[str, Any]:
    told = call("import", *words, "--json")
    assert told.exit_code == code, told.output
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def counts(told: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """read, stored, updated, duplicate, quarantined of each table."""
    names = ("read", "stored", "updated", "duplicate", "quarantined")
    return {one["table"]: tuple(one[name] for name in names) for one in told["tables"]}


def facts(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "facts.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


EVENTS = """SELECT n.name, a.external, e.occurred::DATE::VARCHAR, e.properties FROM event e
    JOIN event_name n ON n.id = e.name JOIN account a ON a.id = e.account ORDER BY e.seq"""


def test_rows_become_facts_and_the_report_closes(desk: Path, home: Path) -> None:
    told = report(str(desk), "--mapping", str(home / "desk.yaml"))
    assert counts(told) == {"customers": (2, 2, 0, 0, 0), "tickets": (5, 3, 0, 0, 2)}
    assert facts(home, EVENTS) == [
        ("Ticket Opened", "c1", "2024-02-13", '{"ticket":"t1","urgent":true}'),
        ("Ticket Solved", "c1", "2024-02-15", '{"ticket":"t1"}'),
        ("Ticket Opened", "c2", "2024-03-02", '{"ticket":"t2","urgent":false}'),
        ("Ticket Opened", "c1", "2024-03-05", '{"ticket":"t2","urgent":false}'),
    ]
    assert list(Account.objects.values_list("external_id", "name", "country").order_by("external_id")) == [
        ("c1", "Acme", "GB"),
        ("c2", "Bolt", ""),
    ]
    assert Source.objects.get().name == "desk"


def test_what_was_understood_and_what_is_strange_is_said(desk: Path, home: Path) -> None:
    told = report(str(desk), "--mapping", str(home / "desk.yaml"))
    assert "customers.csv, country: “UK” as GB" in told["understood"]
    assert "customers.csv, country: “?” is taken as missing, once" in told["understood"]
    assert "tickets.csv, opened: dates such as “13/02/2024” are read day before month" in told["understood"]
    assert told["strange"] == ["tickets: 1 keys are on more than one row (2 rows): every row counts"]


def test_rows_that_cannot_be_used_say_where_and_why(desk: Path, home: Path) -> None:
    call("import", str(desk), "--mapping", str(home / "desk.yaml"))
    kept = [(row.file, row.line, row.column, row.reason) for row in Quarantined.objects.all()]
    assert kept == [
        ("tickets.csv", 4, "customer", "it names no account"),
        ("tickets.csv", 5, "opened", "the value does not fit: a date written as %d/%m/%Y is expected"),
    ]


def test_the_same_files_again_change_nothing(desk: Path, home: Path) -> None:
    report(str(desk), "--mapping", str(home / "desk.yaml"))
    before = facts(home, "SELECT * FROM event ORDER BY seq")
    told = report(str(desk), "--mapping", str(home / "desk.yaml"))
    assert counts(told) == {"customers": (2, 0, 0, 2, 0), "tickets": (5, 0, 0, 3, 2)}
    assert facts(home, "SELECT * FROM event ORDER BY seq") == before
    assert Quarantined.objects.count() == 2


def test_what_a_killed_import_stored_is_taken_in_by_the_next(desk: Path, home: Path) -> None:
    mapping = load_mapping(DESK, "desk.yaml")
    import_files(home, ask([desk], mapping), NOW)  # killed before the engine took anything in
    told = report(str(desk), "--mapping", str(home / "desk.yaml"))
    assert counts(told)["tickets"] == (5, 0, 0, 3, 2)
    assert len(facts(home, EVENTS)) == 4


def test_a_corrected_file_corrects(desk: Path, home: Path) -> None:
    report(str(desk), "--mapping", str(home / "desk.yaml"))
    text = TICKETS.replace("t1,c1,13/02/2024,15/02/2024", "t1,c1,13/02/2024,").replace(
        "t4,c1,31/31", "t4,c1,31/01"
    )
    (desk / "tickets.csv").write_text(text.replace("t2,c2,2/3/2024,,FALSE", "t2,c2,4/3/2024,,TRUE"))
    told = report(str(desk), "--mapping", str(home / "desk.yaml"))
    assert counts(told)["tickets"] == (5, 1, 2, 1, 1)
    assert facts(home, EVENTS) == [
        ("Ticket Opened", "c1", "2024-02-13", '{"ticket":"t1","urgent":true}'),
        ("Ticket Opened", "c2", "2024-03-04", '{"ticket":"t2","urgent":true}'),
        ("Ticket Opened", "c1", "2024-03-05", '{"ticket":"t2","urgent":false}'),
        ("Ticket Opened", "c1", "2024-01-31", '{"ticket":"t4","urgent":true}'),
    ]
    counted = (
        "SELECT a.external, sum(n)::INTEGER FROM day_count d JOIN account a ON a.id = d.account GROUP BY 1"
    )
    assert sorted(facts(home, counted)) == [("c1", 3), ("c2", 1)]
    known_since = "SELECT received::DATE::VARCHAR FROM event WHERE message_id = 'tickets/opened/t2'"
    assert facts(home, known_since) == [("2024-03-02",)]


def test_a_mended_row_is_replayed_as_the_row_it_was(desk: Path, home: Path) -> None:
    from aloft.collect.imports import mend
    from tests.conftest import NOW

    report(str(desk), "--mapping", str(home / "desk.yaml"))
    mend(row=Quarantined.objects.get(line=4), column="customer", value="c2", at=NOW)
    told = call("import", "--replay")
    assert told.stdout == "1 mended rows are taken in, 1 are left in quarantine.\n"
    (desk / "tickets.csv").write_text(TICKETS.replace("t3,,", "t3,c2,"))
    assert counts(report(str(desk), "--mapping", str(home / "desk.yaml")))["tickets"] == (5, 0, 0, 4, 1)


def test_the_quarantine_is_exported_so_that_no_cell_is_a_formula(desk: Path, home: Path) -> None:
    (desk / "tickets.csv").write_text("ticket,customer,opened,closed,urgent\n=1+1,,2024-03-03,,no\n")
    call("import", str(desk), "--mapping", str(home / "desk.yaml"), "--quarantine", str(home / "bad.csv"))
    assert (home / "bad.csv").read_text("utf-8-sig").splitlines() == [
        "file,line,column,reason,ticket,customer,opened,closed,urgent",
        "tickets.csv,2,customer,it names no account,'=1+1,,2024-03-03,,no",
    ]


def test_a_dry_run_reports_and_stores_nothing(desk: Path, home: Path) -> None:
    told = report(str(desk), "--mapping", str(home / "desk.yaml"), "--dry-run")
    assert counts(told) == {"customers": (2, 2, 0, 0, 0), "tickets": (5, 3, 0, 0, 2)}
    assert (Import.objects.count(), Quarantined.objects.count()) == (0, 0)
    assert not (home / "log").exists()


def test_a_date_that_reads_two_ways_is_asked_about(desk: Path, home: Path) -> None:
    (desk / "tickets.csv").write_text("ticket,customer,opened,closed,urgent\nt1,c1,4/12/2024,,no\n")
    told = call("import", str(desk), "--mapping", str(home / "desk.yaml"))
    assert told.exit_code == 3
    assert "“4/12/2024” may be 4 December 2024 or 12 April 2024" in told.stderr
    assert "Say `order: day_first` or `order: month_first` at tables.tickets.columns.opened" in told.stderr
    assert Import.objects.count() == 0


PEOPLE = "customer_id,name,signed_up\nc1,Acme,2024-01-05\nc2,Bolt,2024-02-01\nc3,Cork,2024-02-11\n"


def test_files_that_nobody_knows_are_not_guessed_in_silence(home: Path) -> None:
    (home / "people.csv").write_text(PEOPLE)
    told = call("import", str(home / "people.csv"))
    assert (told.exit_code, Import.objects.count()) == (3, 0)
    proposed = home / "people.mapping.yaml"
    assert f"What is proposed is written to {proposed}." in told.stderr
    assert counts(report(str(home / "people.csv"), "--mapping", str(proposed))) == {"people": (3, 3, 0, 0, 0)}


def test_yes_accepts_what_is_proposed(home: Path) -> None:
    (home / "people.csv").write_text(PEOPLE)
    assert call("import", str(home / "people.csv"), "--yes").exit_code == 0
    assert list(Account.objects.values_list("name", flat=True).order_by("name")) == ["Acme", "Bolt", "Cork"]


def test_yes_does_not_settle_how_a_date_is_read(home: Path) -> None:
    (home / "people.csv").write_text("customer_id,name,signed_up\nc1,Acme,4/12/2024\nc2,Bolt,5/11/2024\n")
    told = call("import", str(home / "people.csv"), "--yes")
    assert (told.exit_code, Import.objects.count()) == (3, 0)
    assert "“4/12/2024” may be 4 December 2024 (order: day_first) or 12 April 2024" in told.stderr


def test_a_column_that_is_not_there_is_named(desk: Path, home: Path) -> None:
    (desk / "tickets.csv").write_text(TICKETS.replace("opened,", "opend,"))
    told = report(str(desk), "--mapping", str(home / "desk.yaml"))
    assert told["over"] == [
        "tickets.csv: `tables.tickets` reads the column 'opened', which is not there (did you mean 'opend'?)"
    ]


RAVENSTACK = {
    "accounts": 500,
    "subscriptions": 5_000,
    "feature_usage": 25_000,
    "support_tickets": 2_000,
    "churn_events": 600,
}


@pytest.mark.slow
def test_ravenstack_is_imported_to_the_row_and_twice_changes_nothing(home: Path) -> None:
    folder = str(data_set("ravenstack"))
    told = report(folder)
    assert counts(told) == {name: (rows, rows, 0, 0, 0) for name, rows in RAVENSTACK.items()}
    assert told["credit"] == "River @ Rivalytics"
    assert told["strange"] == [
        "feature_usage: 21 keys are on more than one row (42 rows): every row counts",
        "feature_usage: 19,140 rows are dated before their row of subscriptions starts: they are kept",
        "feature_usage: 292 rows are dated after their row of subscriptions ended: they are kept",
        "feature_usage: 2 rows say 0 times: they are kept, and count as nothing",
        "support_tickets: 36 rows have a first response later than the resolution: they are kept",
        "feature_usage: 13,196 rows of 490 accounts lie before their account began: they are kept",
        "support_tickets: 1,077 rows of 389 accounts lie before their account began: they are kept",
    ]
    sides = [(one["option"], one["rows"], one["accounts"]) for one in told["choices"][0]["options"]]
    assert sides == [("subscriptions", 486, 312), ("churn_events", 600, 352), ("accounts", 110, 110)]
    assert paid(home, "2023-12-31") == ("1262113.00", 185)
    assert paid(home, "2024-12-31") == ("10159608.00", 500)
    assert Contract.objects.count() == 5_000
    again = report(folder)
    assert counts(again) == {name: (rows, 0, 0, rows, 0) for name, rows in RAVENSTACK.items()}
    assert facts(home, "SELECT count(*) FROM event") == [(told["entries"],)]


def paid(home: Path, day: str) -> tuple[str, int]:
    """All lines that are live on the day, by what was last recorded of each."""
    return facts(
        home,
        f"""SELECT sum(mrr)::VARCHAR, count(DISTINCT account) FILTER (mrr > 0) FROM (
            SELECT * FROM contract_line
            QUALIFY row_number() OVER (PARTITION BY contract, line ORDER BY seq DESC) = 1
        ) WHERE starts <= DATE '{day}' AND (ends IS NULL OR DATE '{day}' < ends)""",
    )[0]
