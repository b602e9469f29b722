"""Whatever bytes come: a table or a refusal, and every value understood or told as one that does not fit."""

from __future__ import annotations

import gzip
import io
from contextlib import suppress
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aloft.collect.files.limits import UPLOAD
from aloft.collect.files.profile import profile
from aloft.collect.files.propose import propose
from aloft.collect.files.tables import Unopenable, tables_of


def understood(folder: Path, content: bytes) -> None:
    path = folder / "any.csv"
    path.write_bytes(content)
    with suppress(Unopenable):
        propose([profile(table) for table in tables_of(path, UPLOAD)])


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for row in [("account", "when"), ("a", 45000), ("b", "x")]:
        sheet.append(row)
    book.save(out)
    return out.getvalue()


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"account": ["a", "b"], "n": [1, 2]}), out)
    return out.getvalue()


WHOLE = {
    "csv": b'account,day\r\na,4/12/2024\r\n"b\nc",5/12/2024\r\n',
    "utf-16": "account,day\na,4/12/2024\n".encode("utf-16"),
    "json": b'{"account": "a", "n": {"m": [1]}}\n{"account": "b", "n": 1e400}\n',
    "array": b'[{"account": "a"},\n {"account": "b", "n": NaN}]',
    "gzip": gzip.compress(b"account,day\na,2024-12-04\n", mtime=0),
    "workbook": workbook(),
    "parquet": parquet(),
}


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_are_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    understood(tmp_path_factory.getbasetemp(), content)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=30), st.sampled_from([",", ";", "\t", "\n"]))
def test_any_text_is_a_table_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], between: str
) -> None:
    text = "account,day\n" + between.join(cells)
    understood(tmp_path_factory.getbasetemp(), text.encode("utf-8", "surrogatepass"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", WHOLE)
@settings(max_examples=300)
@given(data=st.data())
def test_a_file_with_any_bytes_changed_or_cut_off_is_a_table_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    content = bytearray(WHOLE[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    understood(tmp_path_factory.getbasetemp(), bytes(content[: data.draw(st.integers(0, len(content)))]))
