"""From when business time is counted back, by the calendar of each account asked about: `over: 5bd`, `lag(m, '8bh')`.

Which days are worked follows from the model's clock and from the account's zone, country and subdivision; SQL knows
none of that. So the instants are worked out here, once for all accounts of one calendar at one instant, and put
beside the questions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from aloft.decide.calendar import WorkCalendar, for_account
from aloft.decide.durations import day_before, subtract
from aloft.engagement.model import Duration, WorkingTime

UNITS = frozenset({"bh", "bd"})
TABLE = "working_time"


def windows_from(span: Duration) -> str:
    """The column of where a window begins: of hours an instant, of days a local day."""
    return f'"_from {span}"'


def instants_ago(span: Duration) -> str:
    """The column of the instant so long ago."""
    return f'"_ago {span}"'


class Worked:
    """The table `working_time`: a row for each row of `asked`, with a column for each span."""

    def __init__(self, clock: WorkingTime, windows: Iterable[Duration], ago: Iterable[Duration]) -> None:
        """`windows` and `ago` may be in any unit: what is no business time is left out."""
        self._clock = clock
        self._spans: dict[str, tuple[Callable[[datetime, Duration, WorkCalendar], date], Duration]] = {
            **{windows_from(one): (_begins, one) for one in windows if one.unit in UNITS},
            **{instants_ago(one): (_ago, one) for one in ago if one.unit in UNITS},
        }

    def __bool__(self) -> bool:
        return bool(self._spans)

    def put_down(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Fill the table anew."""
        connection.execute(_PLACES)
        found = connection.execute("select distinct * exclude (_key) from working_places").fetchall()
        connection.register("working_starts", self._starts(found))
        connection.execute(
            f"create or replace temp table {TABLE} as select p._key, s.* exclude (_place) "
            "from working_places p join working_starts s on s._place = p._place"
        )
        connection.unregister("working_starts")

    def joined(self, source: str) -> str:
        """SQL of rows with a `_key`, and beside each what the table says of it."""
        return f"select n.*, w.* exclude (_key) from ({source}) n join {TABLE} w on w._key = n._key"

    def _starts(self, places: Collection[tuple[Any, ...]]) -> pa.Table:
        columns: dict[str, Any] = {"_place": pa.array([place for place, *_ in places], pa.int64())}
        calendars = [
            (at.replace(tzinfo=UTC), for_account(self._clock, zone, country, part))
            for _place, at, zone, country, part in places
        ]
        for column, (count, span) in self._spans.items():
            kind = pa.date32() if count is _begins and span.unit == "bd" else pa.timestamp("us")
            values = [_known(count, at, span, calendar) for at, calendar in calendars]
            columns[column.strip('"')] = pa.array(values, kind)
        return pa.table(columns)


def _begins(at: datetime, span: Duration, calendar: WorkCalendar) -> date:
    """`5bd` is today and the four days worked before; on a day that is not worked, the last five that were."""
    if span.unit == "bh":
        return _ago(at, span, calendar)
    return day_before(calendar.local_date(at), Duration(span.number - 1, "bd"), calendar)


def _ago(at: datetime, span: Duration, calendar: WorkCalendar) -> datetime:
    return subtract(at, span, calendar).replace(tzinfo=None)


def _known(
    count: Callable[[datetime, Duration, WorkCalendar], date],
    at: datetime,
    span: Duration,
    calendar: WorkCalendar,
) -> date | None:
    """None where a calendar has a whole year without a working day."""
    try:
        return count(at, span, calendar)
    except (ValueError, OverflowError):
        return None


_PLACES = """
create or replace temp table working_places as
with told as (
  select a._key, t.field, json_extract_string(t.value, '$') as value from asked a
  join attribute t on t.account = a._account and t.valid <= a._at and t.field in ('country', 'subdivision')
  qualify row_number() over (partition by a._key, t.field
    order by t.rank desc, t.valid desc, t.recorded desc, t.seq desc) = 1),
placed as (
  select a._key, a._at, a._zone, max(value) filter (field = 'country') as country,
    max(value) filter (field = 'subdivision') as subdivision
  from asked a left join told t on t._key = a._key group by all)
select _key, dense_rank() over (order by _at, _zone, country, subdivision) as _place,
  _at, _zone, country, subdivision from placed"""
