"""What Aloft understands of a column that nobody has told it about, and that it says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aloft.collect.files.candidates import Told
from aloft.collect.files.kinds import Kind
from aloft.collect.files.profile import ColumnProfile, Watch, profile
from aloft.collect.files.tables import open_tables
from tests.collect.files.reading import written
from tests.data_sets import data_set


def column(name: str, *cells: str | None, told: Told = Told()) -> ColumnProfile:  # noqa: B008
    watch = Watch(name, told)
    watch.add(pa.chunked_array([pa.array(cells, pa.string())]))
    return watch.profile(len(cells))


def test_one_day_that_can_only_be_read_one_way_settles_the_whole_column() -> None:
    found = column("opened", *["4/12/2024"] * 500, "13/12/2024")
    assert (found.kind, found.other) == (Kind("date", "%d/%m/%Y"), None)
    assert found.notes == ("dates such as “4/12/2024” are read day before month",)


def test_a_column_that_reads_two_ways_is_never_guessed() -> None:
    found = column("opened", "4/12/2024", "5/6/2024")
    assert {found.kind.format, found.other.format if found.other else ""} == {"%d/%m/%Y", "%m/%d/%Y"}
    assert found.notes == (
        "“4/12/2024” may be 4 December 2024 or 12 April 2024: every value can be read both ways",
    )


def test_a_column_that_means_the_same_both_ways_is_no_question() -> None:
    assert column("opened", "5/5/2024", "6/6/2024").other is None


def test_who_is_told_the_order_does_not_ask() -> None:
    found = column("opened", "4/12/2024", told=Told(order="month_first"))
    assert (found.kind, found.other) == (Kind("date", "%m/%d/%Y"), None)


def test_a_few_slips_do_not_change_what_a_column_holds_and_are_counted() -> None:
    found = column("seats", *[str(each) for each in range(100)], "many", "many")
    assert (found.kind, found.misfits) == (Kind("integer"), 2)
    assert found.notes == ("2 of 102 values do not fit, such as “many”",)


def test_missing_values_are_known_by_their_spelling_and_counted() -> None:
    found = column("seats", "1", "?", "N/A", "2", None, "?", "none")
    assert found.kind == Kind("integer")
    assert (found.missing, found.filled, found.rows) == ({"?": 2, "N/A": 1, "none": 1}, 2, 7)


def test_none_is_a_word_among_words() -> None:
    found = column("plan", *["None", "Pro", "?"] * 5)
    assert (found.kind, list(found.values)) == (Kind("choice"), ["None", "Pro"])


@pytest.mark.parametrize(
    ("name", "cells", "holds"),
    [
        ("is_trial", ["0", "1"], "flag"),
        ("errors", ["0", "1"], "integer"),
        ("escalated", ["Yes", "No"], "flag"),
        ("account_id", ["1", "2"], "identifier"),
        ("postcode", ["01234", "99999"], "identifier"),
        ("anything", ["007", "123"], "text"),
        ("run", ["c5b3ba00-a1e8-4d84-adc0-91b321b9fb0b"] * 3, "identifier"),
        ("mrr_amount", ["100", "200"], "money"),
        ("price", ["1.234,50 €", "3,00 €"], "money"),
        ("ratio", ["0.5", "1"], "number"),
        ("contact", ["ada@x.example"], "email"),
        ("country", ["UK", "Germany"], "country"),
        ("created", ["1700000000", "1700000001"], "instant"),
        ("count", ["1700000000", "1700000001"], "integer"),
        ("start_date", ["45351", "45352"], "date"),
        ("date", ["19970101", "19970112"], "date"),
        ("amount", ["19970101", "19970112"], "money"),
        ("closed_at", ["2024-01-01 00:00:00", "2024-01-02 00:00:00"], "date"),
        ("closed_at", ["2024-01-01 00:00:00", "2024-01-02 10:00:00"], "instant"),
        ("version", ["1.2.10", "1.3.11"], "text"),
        ("nothing", [None, None], "text"),
    ],
)
def test_names_and_values_together_tell_what_a_column_holds(
    name: str, cells: list[str | None], holds: str
) -> None:
    assert column(name, *cells).kind.holds == holds


def test_what_is_read_as_something_else_is_said() -> None:
    assert column("country", "UK", "US").notes == ("“UK” as GB",)
    assert column("hours", "27.0", "3").notes == ("“27.0” as 27",)
    assert column("ok", "TRUE", "FALSE").notes == ("“TRUE” as true, “FALSE” as false",)
    assert column("end", "9999-12-31", "2024-01-01").notes == (
        "dates in the year 9999 are taken as missing, once",
    )
    assert column("start_date", "45351").notes == (
        "numbers such as “45351” are read as days since 1899-12-30, as spreadsheets keep dates: 29 February 2024",
    )
    assert column("country", "CA", "NY", "TX").notes == ("these are states of the USA, not countries",)


def test_a_time_that_a_spreadsheet_dated_1899_is_no_date() -> None:
    found = column("deptime", "12/31/1899 09:30:00 AM", "12/31/1899 12:55:00 PM")
    assert found.kind.holds == "text"
    assert "dated 1899" in found.notes[0]


def test_a_day_far_down_a_long_column_still_settles_it(tmp_path: Path) -> None:
    cells = [
        f"{day}/{month}/2024 {at // 60:02d}:{at % 60:02d}"
        for day in range(1, 13)
        for month in range(1, 13)
        for at in range(1440)
    ]
    table = written(tmp_path, "at,n\n" + "".join(f"{cell},1\n" for cell in [*cells, "31/1/2024 10:00"]))
    found = profile(table).columns["at"]
    assert (found.kind.format, found.other, found.misfits) == ("%d/%m/%Y", None, 0)
    assert found.filled == len(cells) + 1


def test_rows_that_cannot_be_read_are_counted_with_the_table(tmp_path: Path) -> None:
    found = profile(written(tmp_path, "a,b\n1,2\n3\n"))
    assert (found.rows, found.unreadable) == (1, 1)
    assert found.first_unreadable[0].line == 3


@given(st.lists(st.dates(), min_size=1, max_size=30))
def test_the_format_that_is_found_fits_or_the_question_names_one_that_does(days: list[date]) -> None:
    within = [day for day in days if 1901 <= day.year <= 2200]
    if not within:
        return
    found = column("day", *[day.strftime("%d/%m/%Y") for day in within])
    assert found.misfits == 0
    assert "%d/%m/%Y" in {found.kind.format, found.other.format if found.other else found.kind.format} or all(
        day.day == day.month for day in within
    )


def kinds(path: Path) -> dict[str, str]:
    return {
        column.name: column.kind.holds
        for table in open_tables(path)
        for column in profile(table).columns.values()
    }


def test_the_tickets_of_ravenstack_are_understood() -> None:
    found = kinds(data_set("ravenstack") / "ravenstack_support_tickets.csv")
    assert found == {
        "ticket_id": "identifier",
        "account_id": "identifier",
        "submitted_at": "date",
        "closed_at": "instant",
        "resolution_time_hours": "integer",
        "priority": "choice",
        "first_response_time_minutes": "integer",
        "satisfaction_score": "integer",
        "escalation_flag": "flag",
    }


def test_the_days_of_service_now_are_read_day_first() -> None:
    [table] = open_tables(data_set("servicenow-incidents-uci-sample"))
    columns = profile(table).columns
    for name in ("opened_at", "sys_updated_at", "resolved_at", "closed_at"):
        assert (columns[name].kind, columns[name].other) == (Kind("instant", "%d-%m-%Y"), None)
    assert columns["caused_by"].missing == {"?": 5980}


def test_the_purchases_of_cdnow_keep_their_leading_zeros() -> None:
    tables = {table.file: table for table in open_tables(data_set("cdnow"))}
    columns = profile(tables["CDNOW_master.txt.gz"]).columns
    assert columns["customer_id"].kind.holds == "identifier"
    assert next(iter(columns["customer_id"].values)) == "00001"
    assert columns["date"].kind == Kind("date", "%Y%m%d")


def test_the_survey_of_san_francisco_has_times_that_are_no_dates() -> None:
    [table] = open_tables(data_set("nps-sfo-2017"))
    found = profile(table)
    assert (found.rows, found.columns["DEPTIME"].kind.holds) == (2831, "text")
    assert found.columns["NETPRO"].kind.holds == "integer"
    assert "11" in found.columns["NETPRO"].values


def test_the_states_of_the_simulated_vendor_are_no_countries() -> None:
    tables = {table.file: table for table in open_tables(data_set("saas-sim-crm5"))}
    country = profile(tables["accounts.csv"]).columns["country"]
    assert country.kind.holds == "choice"
    assert country.notes == ("these are states of the USA, not countries",)
