from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aloft.collect.files.kinds import Kind, parse


def read(kind: Kind, *cells: str | None) -> list[Any]:
    """Values, and “bad” where a cell does not fit."""
    values, bad = parse(pa.array(cells, pa.string()), kind)
    return [
        "bad" if misfit else value for value, misfit in zip(values.to_pylist(), bad.to_pylist(), strict=True)
    ]


def naive(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type] # noqa: DTZ001


def test_whole_numbers_are_read_however_they_are_written() -> None:
    cells = ["27", "27.0", " 3 ", "1,234", "-5", "(7)", "$ 12", "9223372036854775807", None, ""]
    assert read(Kind("integer"), *cells) == [27, 27, 3, 1234, -5, -7, 12, 2**63 - 1, None, None]


def test_what_no_64_bits_hold_is_no_whole_number() -> None:
    cells = ["9223372036854775808", "9" * 5000, "1e400", "2.5", "NaNs", "inf", "0x1F", "1_000", "٣", "1\0"]
    assert read(Kind("integer"), *cells[:8]) == ["bad"] * 8


def test_numbers_have_a_point_or_a_comma() -> None:
    assert read(Kind("number"), "2.5", "1,234.5", ".5", "1e3", "8%", "1e400", "nan") == [
        2.5,
        1234.5,
        0.5,
        1000.0,
        8.0,
        "bad",
        None,
    ]
    assert read(Kind("number", decimal=","), "2,5", "1.234,5", "1 234,5", "1'234,5") == [
        2.5,
        1234.5,
        1234.5,
        1234.5,
    ]


def test_money_is_exact() -> None:
    assert read(Kind("money"), "$1,234.10", "0.1 EUR", "12.345678912", "1e30") == [
        Decimal("1234.1"),
        Decimal("0.1"),
        Decimal("12.345679"),
        "bad",
    ]


def test_flags_are_read_in_any_spelling() -> None:
    assert read(Kind("flag"), "TRUE", "no", "1.0", "0", "Y", "maybe", None) == [
        True, False, True, False, True, "bad", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("format", "cell", "day"),
    [
        ("%Y-%m-%d", "2024-02-29", date(2024, 2, 29)),
        ("%d.%m.%Y", "29.2.2024", date(2024, 2, 29)),
        ("%m/%d/%Y", "4/12/2024", date(2024, 4, 12)),
        ("%d/%m/%Y", "4/12/2024", date(2024, 12, 4)),
        ("%d-%b-%y", "03-May-68", date(2068, 5, 3)),
        ("%d-%b-%y", "03-May-69", date(1969, 5, 3)),
        ("%b %d, %Y", "September 3, 2024", date(2024, 9, 3)),
        ("%Y%m%d", "19970228", date(1997, 2, 28)),
        ("excel", "45351", date(2024, 2, 29)),
    ],
)
def test_days_are_read_by_their_format(format: str, cell: str, day: date) -> None:  # noqa: A002
    assert read(Kind("date", format), cell) == [day]


@pytest.mark.parametrize(
    "cell", ["2023-02-29", "2024-13-01", "2024-00-10", "1899-12-31", "0001-01-01", "2024-2", "x"]
)
def test_days_that_are_in_no_calendar_or_no_lifetime_do_not_fit(cell: str) -> None:
    assert read(Kind("date"), cell) == ["bad"]


def test_the_year_9999_means_never() -> None:
    assert read(Kind("date"), "9999-12-31", "2024-01-01") == [None, date(2024, 1, 1)]


def test_instants_without_a_zone_stay_on_the_wall() -> None:
    cells = [
        "29-02-2016 01:16",
        "29-02-2016 01:16:30.25",
        "29-02-2016",
        "29-02-2016 01:16 PM",
        "29-02-2016 25:00",
    ]
    assert read(Kind("instant", "%d-%m-%Y"), *cells) == [
        naive(2016, 2, 29, 1, 16),
        naive(2016, 2, 29, 1, 16, 30, 250_000),
        naive(2016, 2, 29),
        naive(2016, 2, 29, 13, 16),
        "bad",
    ]


def test_noon_and_midnight_of_twelve_hours() -> None:
    cells = ["1/2/2024 12:00:00 AM", "1/2/2024 12:30 pm", "1/2/2024 0:30 pm"]
    assert read(Kind("instant", "%m/%d/%Y"), *cells) == [naive(2024, 1, 2), naive(2024, 1, 2, 12, 30), "bad"]


def test_instants_with_an_offset_are_in_utc_and_all_must_have_one() -> None:
    cells = [
        "2024-02-29T00:30:00+05:30",
        "2024-02-29 10:00Z",
        "2024-02-29T10:00:00-0800",
        "2024-02-29T10:00:00",
    ]
    assert read(Kind("instant", zoned=True), *cells) == [
        datetime(2024, 2, 28, 19, 0, tzinfo=UTC),
        datetime(2024, 2, 29, 10, 0, tzinfo=UTC),
        datetime(2024, 2, 29, 18, 0, tzinfo=UTC),
        "bad",
    ]


def test_seconds_since_1970_are_instants() -> None:
    at = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert read(Kind("instant", "epoch", zoned=True), "1700000000") == [at]
    assert read(Kind("instant", "epoch_ms", zoned=True), "1700000000000") == [at]


def test_a_format_with_a_time_of_the_day_is_kept_to() -> None:
    kind = Kind("instant", "%d.%m.%Y %H:%M")
    assert read(kind, "29.02.2024 01:16", "29.02.2024") == [naive(2024, 2, 29, 1, 16), "bad"]


def test_a_directive_that_dates_do_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="“%q” is not known in a date format"):
        read(Kind("date", "%q"), "x")


def test_countries_are_read_by_name_and_code() -> None:
    cells = ["UK", "Germany", "usa", "FRA", "de", "Viet Nam", "United  States", "Narnia", "GB"]
    assert read(Kind("country"), *cells) == ["GB", "DE", "US", "FR", "DE", "VN", "US", "bad", "GB"]


def test_addresses_of_mail_have_one_at_and_a_point_after_it() -> None:
    assert read(Kind("email"), "ada@x.example", "no at", "a@b@c.d", "a@b") == [
        "ada@x.example",
        "bad",
        "bad",
        "bad",
    ]


def test_what_stands_for_no_value_is_missing_in_any_case() -> None:
    cells = ["?", "N/A", "-", "None", "11", "1"]
    assert read(Kind("integer", missing=("11",)), *cells) == [None, None, None, None, None, 1]
    assert read(Kind("text"), *cells) == [None, None, None, "None", "11", "1"]
    assert read(Kind("country"), "NA", "?") == ["NA", None]


def test_text_is_kept_without_blanks_around_it() -> None:
    assert read(Kind("text"), " a\u00a0", "\t", "b c") == ["a", None, "b c"]


def test_an_empty_column_is_read() -> None:
    for holds in ("integer", "number", "money", "flag", "date", "instant", "text", "email", "country"):
        values, bad = parse(pa.chunked_array([], pa.string()), Kind(holds))  # type: ignore[arg-type]
        assert (len(values), len(bad)) == (0, 0)


@given(
    st.datetimes(naive(1901, 1, 1), naive(2200, 12, 31)),
    st.sampled_from(["%d/%m/%Y", "%m-%d-%Y", "%Y.%m.%d"]),
)
def test_any_instant_comes_back_as_it_was_written(at: datetime, format: str) -> None:  # noqa: A002
    assert read(Kind("instant", format), at.strftime(f"{format} %H:%M:%S.%f")) == [at]


@given(
    st.text(), st.sampled_from(["integer", "number", "money", "flag", "date", "instant", "email", "country"])
)
def test_any_text_is_read_or_is_bad_but_breaks_nothing(cell: str, holds: str) -> None:
    storable = cell.encode("utf-8", "replace").decode()
    for format in (None, "%d/%m/%y", "excel", "epoch_ms"):  # noqa: A001
        read(Kind(holds, format), storable)  # type: ignore[arg-type]
