"""Small files that would become large ones, and files that are made to hurt."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from aloft.collect.files.limits import MIB, UPLOAD
from aloft.collect.files.tables import Unopenable, open_tables
from tests.collect.files.reading import cells, unreadable, written

ROW = '<row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'


def sheet(folder: Path, xml: str) -> Path:
    """A workbook with this as the XML of its only sheet."""
    plain = io.BytesIO()
    openpyxl.Workbook().save(plain)
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in old.namelist():
            bomb.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return path


def worksheet(rows: str) -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'


def read(path: Path) -> None:
    for table in open_tables(path, UPLOAD):
        for _ in table.rows():
            pass


def refused(path: Path) -> str:
    began = time.monotonic()
    with pytest.raises(Unopenable) as error:
        read(path)
    assert time.monotonic() - began < 20
    return error.value.reason


def test_a_gzip_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * (25 * MIB), mtime=0))
    assert path.stat().st_size < MIB
    assert refused(path) == "it unpacks to more than 100 times its size"


def test_a_workbook_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = sheet(tmp_path, worksheet("<row><c><v>1</v></c></row>" * 5_000_000))
    assert path.stat().st_size < MIB
    assert refused(path) == "it unpacks to more than 100 MiB"


def test_entities_of_xml_are_refused(tmp_path: Path) -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + worksheet(ROW.format(1, "A"))
    assert refused(sheet(tmp_path, entities)) == "its workbook cannot be read: save it again as .xlsx"


@pytest.mark.slow
def test_rows_and_columns_that_no_sheet_has_are_refused(tmp_path: Path) -> None:
    rows = ROW.format(1, "A") + ROW.format(999_999_999, "A")
    assert refused(sheet(tmp_path, worksheet(rows))) == "the sheet “Sheet” names rows beyond 1,048,576"
    wide = worksheet(ROW.format(1, "XFD"))
    assert refused(sheet(tmp_path, wide)) == "the sheet “Sheet” has more than 500 columns"


def test_an_archive_of_other_things_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("accounts.csv", "a,b\n1,2\n")
    assert (
        refused(tmp_path / "a.zip") == "it is no workbook of the kind .xlsx: unpack it, or save it as .xlsx"
    )


def test_a_file_of_more_than_10_mib_is_not_taken_as_an_upload(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * (3 * MIB))
    assert refused(path) == "it is larger than 10 MiB"
    assert open_tables(path)[0].columns == ("a", "b")


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{each}" for each in range(501)) + "\n")
    assert refused(path) == "it has more than 500 columns"


def test_a_cell_beyond_the_limit_costs_its_row(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(f"a,b\n1,2\n{'x' * 200},3\n4,5\n")
    [table] = open_tables(path, replace(UPLOAD, cell=100))
    assert cells(table) == [("1", "2"), ("4", "5")]
    assert unreadable(table) == [(3, "a cell is longer than 100 characters")]


@pytest.mark.slow
def test_a_file_full_of_open_quotes_is_read_in_good_time(tmp_path: Path) -> None:
    began = time.monotonic()
    table = written(tmp_path, "a,b\n" + '"x\n' * 40_001)
    assert len(unreadable(table)) > 20_000
    assert time.monotonic() - began < 20
