"""Pauses of contracts (domain.md T47): rules over usage rest meanwhile, and scheduled moments wait for their end.

An account is paused while every line that it has stands still. A frame tells the last pause that began, also once
it is over: `_paused`, its first day, and `_resumes`, the day on which it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aloft.act.due import DueRow
from aloft.decide.calendar import WorkCalendar
from aloft.decide.recurrence import opens_at
from aloft.decide.values import Reason
from aloft.engagement.model import Model, Rule, ScheduleTrigger
from aloft.engine.turn import Row
from aloft.measures.names import calls_in, metrics_behind, names_in

IN_PAUSE = "coalesce(_paused <= _date and _date < _resumes, false)"
"""SQL over a frame."""
SIGNALS = {"declined", "grew", "silent", "used"}
READ = {"band", "health", "last_seen"}


@dataclass(frozen=True)
class Pause:
    """From the start of `since` up to the start of `resumes`; None: until somebody says so. Local days."""

    since: date
    resumes: date | None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.resumes is None or day < self.resumes)

    def __str__(self) -> str:
        return f"paused from {self.since}" + (f" up to {self.resumes}" if self.resumes else "")


def last_pause(row: Row) -> Pause | None:
    """The last one that began, of the account of a frame's row."""
    since, resumes = row["_paused"], row["_resumes"]
    return Pause(since, None if resumes == date.max else resumes) if since else None


def paused(row: Row) -> Pause | None:
    """The one that the account is in."""
    pause = last_pause(row)
    return pause if pause and pause.covers(row["_date"]) else None


def rests_on_usage(model: Model, rule: Rule) -> bool:
    """Whether it reads what people do with the product: events, signals of them, or health."""
    expression = rule.expression
    named = READ & set(names_in(expression)) or SIGNALS & {call.function for call in calls_in(expression)}
    return bool(named or metrics_behind(expression, model))


def reason(pause: Pause) -> Reason:
    return Reason("pause", False, "the contract is not paused", f"it is {pause}")


def later(
    pause: Pause | None, anchor: datetime, deadline: datetime, calendar: WorkCalendar
) -> datetime | None:
    """A deadline over usage with the time of the pause put to it; None while nobody knows how long that is."""
    if pause is None or deadline <= calendar.start_of_day(pause.since):
        return deadline
    if pause.resumes is None:
        return None
    resumes = calendar.start_of_day(pause.resumes)
    return deadline + max(resumes - max(anchor, calendar.start_of_day(pause.since)), timedelta())


def after(
    pause: Pause | None, row: DueRow, trigger: ScheduleTrigger, calendar: WorkCalendar, now: datetime
) -> DueRow | None:
    """The row of an opening: one that falls into the pause waits, once its instant has come, for the end of it.

    It is due then at the same time of the first working day, if it would have been due before. None while nobody
    knows how long the pause lasts.
    """
    if pause is None or row.at > now or not pause.covers(calendar.local_date(row.at)):
        return row
    if pause.resumes is None:
        return None
    was = datetime.fromisoformat(row.details["due"])
    due = max(was, first_working(pause.resumes, was, calendar))
    lead = opens_at(due, trigger.lead, None, calendar)
    told = {"due": due.isoformat(), **({"was": was.isoformat()} if due != was else {})}
    opens = max(lead, calendar.start_of_day(pause.resumes))
    return row._replace(at=opens, details={**row.details, **told})


def first_working(day: date, was: datetime, calendar: WorkCalendar) -> datetime:
    working = day if calendar.is_working_day(day) else calendar.next_working_day(day)
    return calendar.at(working, calendar.local(was).time())
