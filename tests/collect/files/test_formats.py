"""What is no delimited text: workbooks, Parquet, JSON. All become the same text tables."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aloft.collect.files.tables import PassedOver, Unopenable, look_into, open_tables
from tests.collect.files.reading import cells, lines, unreadable, written

HALF_TEN = datetime(2024, 2, 29, 9, 30)  # noqa: DTZ001 - as a sheet holds it


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_every_sheet_that_holds_something_is_a_table(tmp_path: Path) -> None:
    path = workbook(tmp_path / "b.xlsx", Accounts=[["id"], ["a"]], Empty=[], Tickets=[["no"], [1], [2]])
    tables = open_tables(path)
    assert [(each.file, each.sheet, each.columns) for each in tables] == [
        ("b.xlsx", "Accounts", ("id",)),
        ("b.xlsx", "Tickets", ("no",)),
    ]
    assert cells(tables[1]) == [("1",), ("2",)]


def test_cells_of_a_sheet_become_text_in_one_spelling(tmp_path: Path) -> None:
    row = [27.0, 2.5, True, date(2024, 2, 29), HALF_TEN, time(9, 30), "  x ", None, "#N/A", 10**12]
    path = workbook(tmp_path / "b.xlsx", S=[[f"c{place}" for place in range(10)], row])
    assert cells(open_tables(path)[0]) == [
        (
            "27",
            "2.5",
            "true",
            "2024-02-29",
            "2024-02-29T09:30:00",
            "09:30:00",
            "  x ",
            None,
            "#N/A",
            "1000000000000",
        )
    ]


def test_rows_of_a_sheet_have_their_row_numbers_and_titles_above_are_passed_by(tmp_path: Path) -> None:
    path = workbook(tmp_path / "b.xlsx", S=[["Report of May"], [], ["a", "b"], [1, 2], [], [3], [4, 5, 6]])
    [table] = open_tables(path)
    assert table.columns == ("a", "b")
    assert cells(table) == [("1", "2"), ("3", None)]
    assert lines(table) == [4, 6]
    assert unreadable(table) == [(7, "it has 3 cells, the header 2")]


def test_parquet_becomes_text_in_the_same_spelling(tmp_path: Path) -> None:
    at = datetime(2024, 2, 29, 9, 30, tzinfo=UTC)
    table = pa.table(
        {
            "int": pa.array([2**63 - 1, None], pa.int64()),
            "float": [27.0, 0.1],
            "bool": [True, False],
            "day": [date(2024, 2, 29), None],
            "naive": pa.array([HALF_TEN, HALF_TEN + timedelta(milliseconds=250)], pa.timestamp("us")),
            "zoned": pa.array([at, at], pa.timestamp("ms", "Europe/Berlin")),
            "money": [Decimal("10.00"), Decimal("0.50")],
            "kind": pa.array(["a", "b"]).dictionary_encode(),
            "user": [{"login": "ada", "tags": ["x"]}, {"login": None, "tags": []}],
            "text": ["", "ä"],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    [read] = open_tables(tmp_path / "t.parquet")
    assert read.columns[-3:] == ("user.login", "user.tags", "text")
    first = ("9223372036854775807", "27", "true", "2024-02-29", "2024-02-29T09:30:00", "2024-02-29T09:30:00Z")
    second = (None, "0.1", "false", None, "2024-02-29T09:30:00.25", "2024-02-29T09:30:00Z")
    assert cells(read) == [
        (*first, "10.00", "a", "ada", '["x"]', None),
        (*second, "0.50", "b", None, None, "ä"),
    ]
    assert lines(read) == [1, 2]


def test_parquet_and_workbooks_may_be_packed_again(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": ["1"]}), tmp_path / "t.parquet")
    assert cells(
        written(tmp_path, gzip.compress((tmp_path / "t.parquet").read_bytes(), mtime=0), "p.gz")
    ) == [("1",)]
    path = workbook(tmp_path / "b.xlsx", S=[["a", "b"], [1, 2]])
    assert cells(written(tmp_path, gzip.compress(path.read_bytes(), mtime=0), "b.gz")) == [("1", "2")]


@pytest.mark.slow
def test_text_that_repeats_is_not_blown_up_at_once(tmp_path: Path) -> None:
    long = "x" * 100_000
    pq.write_table(pa.table({"a": pa.array([long] * 3000).dictionary_encode()}), tmp_path / "t.parquet")
    [table] = open_tables(tmp_path / "t.parquet")
    batches = [len(rows) for rows in table.rows()]
    assert sum(batches) == 3000
    assert max(batches) * len(long) <= 64 * 1024 * 1024


def test_json_lines_become_a_table_of_all_names_that_occur(tmp_path: Path) -> None:
    table = written(
        tmp_path,
        '{"id": 1, "user": {"login": "ada", "more": {"a": [1.50]}}, "tags": []}\n\n'
        '{"id": 1e400, "note": "\\ud83d", "ok": true, "n": 27.0, "big": ' + "9" * 5000 + "}\n",
        "t.jsonl",
    )
    assert table.columns == ("id", "user.login", "user.more", "tags", "note", "ok", "n", "big")
    assert cells(table) == [
        ("1", "ada", '{"a": ["1.50"]}', None, None, None, None, None),
        ("1e400", None, None, None, "\ufffd", "true", "27.0", "9" * 5000),
    ]
    assert lines(table) == [1, 3]


def test_lines_that_are_no_json_objects_are_kept_aside(tmp_path: Path) -> None:
    table = written(tmp_path, '{"a": 1}\n{"a": \n[1]\n' + "[" * 100_000 + '\n{"a": 2}\n', "t.jsonl")
    assert cells(table) == [("1",), ("2",)]
    assert unreadable(table) == [
        (2, "it is no JSON: expecting value at character 6"),
        (3, "it is no JSON object"),
        (4, "it is no JSON: it is nested too deeply"),
    ]


def test_a_json_array_is_read_with_the_lines_of_its_elements(tmp_path: Path) -> None:
    table = written(tmp_path, '[\n  {"a": 1,\n   "b": "x"},\n  {"a": 2}, 7\n]\n', "t.json")
    assert cells(table) == [("1", "x"), ("2", None)]
    assert lines(table) == [2, 4]
    assert unreadable(table) == [(4, "it is no JSON object")]


def test_a_json_array_that_breaks_off_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(Unopenable, match="its JSON breaks off in line 3"):
        written(tmp_path, '[{"a": 1},\n{"a": 2},\n{"a": ', "t.json")


def test_a_folder_gives_its_tables_by_name_and_tells_what_it_passed_over(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("a,b\n1,2\n")
    (tmp_path / "a.tsv").write_text("a\tb\n1\t2\n")
    (tmp_path / "README.md").write_text("# About\n\nSome words.\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    (tmp_path / ".hidden").write_text("a,b\n")
    found = look_into(tmp_path)
    assert [table.file for table in found.tables] == ["a.tsv", "b.csv"]
    assert found.passed_over == (
        PassedOver(
            "README.md", "no comma, semicolon, tab or bar divides its lines into the same number of cells"
        ),
        PassedOver("picture.png", "it is neither text nor a workbook nor Parquet"),
    )


def test_a_path_that_leads_nowhere_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unopenable, match=r"no\.csv: there is no such file"):
        open_tables(tmp_path / "no.csv")
