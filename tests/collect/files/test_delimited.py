from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aloft.collect.files.formulas import guarded
from aloft.collect.files.tables import Unopenable, Unreadable
from tests.collect.files.reading import cells, lines, unreadable, written


def test_rows_have_the_line_on_which_they_begin(tmp_path: Path) -> None:
    table = written(tmp_path, 'id,note\n1,"two\nlines"\n\n2,plain\n')
    assert table.columns == ("id", "note")
    assert cells(table) == [("1", "two\nlines"), ("2", "plain")]
    assert lines(table) == [2, 5]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_any_line_end_will_do_and_the_last_may_be_missing(tmp_path: Path, end: str, last: bool) -> None:
    table = written(tmp_path, end.join(["id,name", "1,Ada", "2,Bob"]) + end * last)
    assert cells(table) == [("1", "Ada"), ("2", "Bob")]
    assert lines(table) == [2, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    table = written(
        tmp_path, f"id{delimiter}price\n1{delimiter}{{}}\n".format('"1,5"' if delimiter == "," else "1,5")
    )
    assert cells(table) == [("1", "1,5")]


def test_what_excel_declares_is_believed(tmp_path: Path) -> None:
    table = written(tmp_path, "sep=;\na;b,c\n1;2,3\n")
    assert table.columns == ("a", "b,c")
    assert lines(table) == [3]


def test_a_header_with_bytes_that_stand_for_nothing_is_still_a_header(tmp_path: Path) -> None:
    table = written(tmp_path, "näme,ä,ö".encode() + b"\xff,\0\n1,2,3,4\n")
    assert table.columns == ("näme", "ä", "ö\ufffd", "\ufffd")
    assert cells(table) == [("1", "2", "3", "4")]


def test_runs_of_spaces_divide_where_nothing_else_does(tmp_path: Path) -> None:
    table = written(
        tmp_path, " id  date\r\n 00001 19970101\r\n 00002   19970112\r\n 00002 19970113\r\n", "t.txt"
    )
    assert cells(table) == [("00001", "19970101"), ("00002", "19970112"), ("00002", "19970113")]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16-LE"),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-16-be", "UTF-16-BE"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_the_encoding_is_found_and_told(tmp_path: Path, encoding: str, said: str) -> None:
    table = written(tmp_path, "näme,city\nZoë,Köln\n".encode(encoding))
    assert table.columns == ("näme", "city")
    assert cells(table) == [("Zoë", "Köln")]
    assert said in table.understood[0]


def test_gzip_is_told_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    assert cells(written(tmp_path, gzip.compress(b"a,b\n1,2\n", mtime=0), "named.csv")) == [("1", "2")]
    assert cells(written(tmp_path, b"a,b\n1,2\n", "named.gz")) == [("1", "2")]


def test_rows_of_another_width_are_kept_aside_with_line_and_text(tmp_path: Path) -> None:
    table = written(tmp_path, "a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert cells(table) == [("1", "2"), ("7", "8")]
    assert lines(table) == [2, 5]
    [rows] = table.rows()
    assert rows.unreadable == (
        Unreadable("t.csv", 3, "it has 1 cell, the header 2", "3"),
        Unreadable("t.csv", 4, "it has 3 cells, the header 2", "4,5,6"),
    )


def test_one_row_of_bad_bytes_does_not_spoil_the_rest(tmp_path: Path) -> None:
    table = written(tmp_path, "a,b\nZoë,1\nMaë,2\n".encode() + b"Zo\xeb,3\nNUL\0,4\n" + b"x,5\n")
    assert cells(table) == [("Zoë", "1"), ("Maë", "2"), ("x", "5")]
    assert unreadable(table) == [
        (4, "it holds bytes that stand for no character"),
        (5, "it holds a NUL character"),
    ]


def test_a_quote_that_nothing_closes_costs_one_row(tmp_path: Path) -> None:
    table = written(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n7,8\n')
    assert cells(table) == [("1", "2"), ("5", "6"), ("7", "8")]
    assert unreadable(table) == [(3, "it has 1 cell, the header 2")]
    assert lines(table) == [2, 4, 5]


def test_a_quote_within_a_cell_is_only_a_quote(tmp_path: Path) -> None:
    table = written(tmp_path, 'a,b\n5" screen,1\n27" screen,2\n')
    assert cells(table) == [('5" screen', "1"), ('27" screen', "2")]


def test_column_names_are_made_unique(tmp_path: Path) -> None:
    assert written(tmp_path, "a,,a, b \n1,2,3,4\n").columns == ("a", "column 2", "a (2)", "b")


def test_cells_that_hold_nothing_are_null_and_rows_without_any_are_left_out(tmp_path: Path) -> None:
    table = written(tmp_path, 'a,b\n,\n"",2\n')
    assert cells(table) == [(None, "2")]
    assert lines(table) == [3]


def test_the_mark_of_our_own_exports_is_taken_off(tmp_path: Path) -> None:
    assert cells(written(tmp_path, "a,b\n'=1+1,'plain\n''=x,'-5\n")) == [("=1+1", "'plain"), ("'=x", "-5")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"Just some words.\nAnd more.\n", "no comma"),
        (gzip.compress(b"a,b\n1,2\n" * 1000, mtime=0)[:-20], "broken or cut off"),
    ],
)
def test_what_holds_no_table_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(Unopenable, match=reason):
        written(tmp_path, content, "t.md")


text = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\"',;='|"), max_size=12)


@given(
    rows=st.lists(st.tuples(text, text, text), min_size=1, max_size=20),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    packed=st.booleans(),
)
def test_a_table_comes_back_as_it_was_written(
    rows: list[tuple[str, str, str]],
    delimiter: str,
    end: str,
    encoding: str,
    quoting: int,
    packed: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([("one", "two", "three"), *[[guarded(cell) for cell in row] for row in rows]])
    content = out.getvalue().encode(encoding)
    table = written(tmp_path_factory.getbasetemp(), gzip.compress(content, mtime=0) if packed else content)
    expected = [tuple(cell or None for cell in row) for row in rows if any(row)]
    assert cells(table) == expected
    assert unreadable(table) == []
    assert table.columns == ("one", "two", "three")
