"""What the detectors count, for all accounts at once, from the state of the days that are over.

Every account is read as of its own newest day that has ended: where it is not midnight yet, the day before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import duckdb
import numpy as np
import numpy.typing as npt

from aloft.measures.detectors.asked import Detector
from aloft.measures.detectors.decline import BASELINE_WEEKS
from aloft.measures.groups import texts

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

WEEKS = BASELINE_WEEKS + 2
REMEMBERED = 365
"""Days: gaps that are older say nothing of how regular an account is."""


@dataclass(frozen=True)
class Everybody:
    """The accounts that follow the model, in the order of their numbers: their segments, and their last days."""

    accounts: Integers
    segments: npt.NDArray[np.object_]
    last: Integers
    counted: dict[str, Floats] = field(default_factory=dict, compare=False)
    """What `weeks` has counted of them: a fall and a rise of the same events are told from the same weeks."""

    @property
    def codes(self) -> Integers:
        return np.unique(self.segments.astype(str), return_inverse=True)[1].astype(np.int64)


def everybody(
    connection: duckdb.DuckDBPyConnection, at: datetime, home_zone: str, *, relationships: bool = False
) -> Everybody:
    """As of `at` (naive UTC): all whole accounts, or all relationships; what they do is counted once in either.

    Makes the table `everybody`, which the other statements read.
    """
    connection.execute(
        f"""create or replace temp table everybody as
        select a.id as account, p.segment,
          aloft_day($at::timestamp, case when a.zone = '' then '{home_zone}' else a.zone end) - 1 as last
        from account a join decided_position p on p.account = a.id
        where p.segment is not null and p.phase is not null and (a.whole is not null) = $parts order by a.id""",
        {"at": at, "parts": relationships},
    )
    found = connection.execute("select * from everybody order by account").fetchnumpy()
    accounts, last = (np.asarray(found[name], dtype=np.int64) for name in ("account", "last"))
    return Everybody(accounts, np.asarray(found["segment"], dtype=object), last)


def weeks(connection: duckdb.DuckDBPyConnection, detector: Detector, everybody: Everybody) -> Floats:
    """Counts of the last six weeks, the newest last: a row per account of `everybody`, 0 where nothing was."""
    state = _state(detector)
    if state not in everybody.counted:
        everybody.counted[state] = _weeks(connection, state)
    return everybody.counted[state]


def _weeks(connection: duckdb.DuckDBPyConnection, state: str) -> Floats:
    columns = ", ".join(
        f"sum(s.n) filter (where s.day > e.last - {7 * (i + 1)} and s.day <= e.last - {7 * i}) as week_{i}"
        for i in reversed(range(WEEKS))
    )
    found = connection.execute(
        f"""with counted as (select e.account, {columns}
          from everybody e join {state} s on s.account = e.account
          where s.day > (select min(last) from everybody) - {7 * WEEKS} group by e.account)
        select coalesce(columns(c.* exclude (account))::double, 0)
        from everybody e left join counted c on c.account = e.account order by e.account"""
    ).fetchnumpy()
    return np.stack([np.asarray(column, dtype=np.float64) for column in found.values()], axis=1)


@dataclass(frozen=True)
class Gaps:
    """Days between days on which it happened; NaN where too few, and where the frame does not ask. `days` from the
    account's first fact to the last time, `quiet` the whole days since."""

    mean: Floats
    sd: Floats
    gaps: Floats
    days: Floats
    quiet: Floats


def gaps(connection: duckdb.DuckDBPyConnection, detector: Detector) -> Gaps:
    """A row per account of `everybody`; read of those of the frame, for each is judged by its own gaps alone."""
    found = connection.execute(
        f"""with asked_of as (select account, last from everybody where account in (select _account from frame)),
        happened as (select distinct s.account, s.day from {_state(detector)} s
          join asked_of e on e.account = s.account
          where s.n > 0 and s.day <= e.last and s.day > e.last - {REMEMBERED}),
        spaced as (select account, day, day - lag(day) over (partition by account order by day) as gap
          from happened),
        told as (select account, avg(gap) as mean, stddev_samp(gap) as sd, count(gap) as gaps,
          max(day) as newest from spaced group by account),
        seen as (select account, min(day) as first from day_count semi join asked_of using (account) group by account)
        select t.mean::double as mean, t.sd::double as sd, coalesce(t.gaps, 0)::double as gaps,
          (t.newest - n.first)::double as days, (e.last - t.newest)::double as quiet
        from everybody e left join told t on t.account = e.account left join seen n on n.account = e.account
        order by e.account"""
    ).fetchnumpy()
    columns = {name: _floats(column) for name, column in found.items()}
    return Gaps(**columns)


def _floats(column: npt.NDArray[np.float64]) -> Floats:
    return np.asarray(np.ma.filled(np.ma.asarray(column, dtype=np.float64), np.nan))


def _state(detector: Detector) -> str:
    """A relation of account, day and n."""
    if detector.digest:
        return f"(select account, day, n from kept_day where digest = {detector.digest})"
    if not detector.events:
        return "(select account, day, n from day_count)"
    names = texts(detector.events)
    return f"(select account, day, n from day_count where name in (select id from event_name where name in ({names})))"
