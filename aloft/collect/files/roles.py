"""What a column or a table is for, by its name and by what it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from typing import Literal

from aloft.collect.files.profile import ColumnProfile, TableProfile

Role = Literal["accounts", "contracts", "tickets", "survey", "onboarding", "contacts", "events"]
ID_WORDS = frozenset(["id", "key", "uuid", "guid", "number", "num", "no", "nr", "ref"])
ACCOUNT = frozenset(
    ["account", "customer", "client", "company", "organisation", "organization", "org", "tenant", "workspace"]
)
STAND_INS = (
    "process",
    "run",
    "project",
    "caller",
    "requester",
    "username",
    "login",
    "user",
    "author",
    "member",
)
ACCOUNT_TABLES = frozenset(f"{word}s" for word in ACCOUNT) | {"companies", *ACCOUNT}
TICKET_TABLES = frozenset(
    ["ticket", "tickets", "incident", "incidents", "case", "cases", "issue", "issues", "support"]
)
SURVEY_WORDS = frozenset(
    ["nps", "netpro", "csat", "survey", "surveys", "recommend", "satisfaction", "answers"]
)
CONTACT_TABLES = frozenset(["contact", "contacts", "people", "persons", "users"])
STEP = ("activity", "step", "task", "stage", "milestone")
STARTS = ("start", "starts", "started", "begin", "begins", "from", "effective", "signed")
ENDS = ("end", "ends", "ended", "until", "expires", "expiry", "termination", "churned", "cancelled")
MRR = ("mrr", "monthly", "arr", "annual", "acv", "amount", "price", "fee")
OPENED = ("opened", "submitted", "created", "reported", "received")
SOLVED = ("resolved", "solved", "closed", "completed", "finished")
UPDATED = ("updated", "modified", "changed")
SIGNED = ("signup", "signed", "joined", "since", "onboarded", "created", "start")
WHEN = (
    "occurred",
    "event",
    "usage",
    "timestamp",
    "time",
    "created",
    "submitted",
    "answered",
    "churn",
    "start",
    "date",
    "day",
    "at",
)
NEVER_WHEN = frozenset(["birth", "dob", "due", "end", "ends", "expires", "expiry", "renewal", "deleted"])
EVENT_NAME = ("event", "action", "activity")
TIMES = ("count", "times", "events", "occurrences", "hits")
SCORE = ("nps", "netpro", "csat", "score", "rating", "satisfaction", "recommend")
DATED = ("date", "instant")


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """`accountId`, `account_id` and `Account ID` are the same words."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return tuple(re.findall(r"[a-z]+|\d+", spaced.lower()))


def table_words(profile: TableProfile) -> tuple[str, ...]:
    table = profile.table
    return words(table.sheet or table.file.partition(".")[0])


def first_with(
    columns: Iterable[ColumnProfile], named: Sequence[str], fits: Callable[[ColumnProfile], bool]
) -> ColumnProfile | None:
    """The column with the earliest of the words in its name, among those that fit."""
    fitting = [column for column in columns if fits(column)]
    for word in named:
        for column in fitting:
            if word in words(column.name):
                return column
    return None


def dated(column: ColumnProfile) -> bool:
    return column.kind.holds in DATED


def paid(column: ColumnProfile) -> bool:
    return column.kind.holds in ("money", "number", "integer")


def called(column: ColumnProfile) -> bool:
    """It names things: few words, or ids."""
    return column.kind.holds in ("identifier", "choice", "text", "email", "integer") and column.filled > 0


def unique(column: ColumnProfile) -> bool:
    return column.share_unique == 1 and column.filled == column.rows > 0


def account_named(column: ColumnProfile) -> bool:
    """`account_id`, `Customer`, `client number`; not `account_name`, which may change."""
    named = words(column.name)
    others = [word for word in named if word not in ACCOUNT and word not in ID_WORDS]
    return called(column) and bool({*named} & ACCOUNT) and not others


def score(column: ColumnProfile) -> bool:
    """Whole numbers from 0 to 10, with at most one beyond: a code for a blank."""
    if column.kind.holds not in ("integer", "number") or len(column.values) > 14 or not column.values:
        return False
    return len([word for word in column.values if not 0 <= as_number(word) <= 10]) <= 1


def blank_code(column: ColumnProfile) -> str | None:
    """The value outside of 0 to 10, where there are the others."""
    beyond = [word for word in column.values if not 0 <= as_number(word) <= 10]
    return beyond[0] if len(beyond) == 1 and len(column.values) > 5 else None


def as_number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return -1.0


def role_of(profile: TableProfile, account: str) -> Role:
    """What the rows of a table are, given the column that says whose they are."""
    columns = list(profile.columns.values())
    named = {*table_words(profile)}
    if first_with(columns, MRR, paid_by_name) and first_with(columns, STARTS, dated):
        return "contracts"
    if is_tickets(named, columns):
        return "tickets"
    if first_with(columns, STEP, lambda each: each.kind.holds == "choice") and dated_at(columns):
        return "onboarding"
    if named & CONTACT_TABLES and any(each.kind.holds == "email" for each in columns):
        return "contacts"
    if unique(profile.columns[account]) and (named & ACCOUNT_TABLES or not happened(columns)):
        return "accounts"
    if first_with(columns, SCORE, score) and named & SURVEY_WORDS | ({*SCORE} & words_of(columns)):
        return "survey"
    return "events"


def happened(columns: Iterable[ColumnProfile]) -> bool:
    """A day on which something happened, other than the day since when there is an account."""
    at = dated_at(columns)
    return at is not None and not {*words(at.name)} & {*SIGNED}


def paid_by_name(column: ColumnProfile) -> bool:
    return paid(column) and not {*words(column.name)} & {"refund", "discount", "value", "tax"}


def words_of(columns: Iterable[ColumnProfile]) -> set[str]:
    return {word for column in columns for word in words(column.name)}


def is_tickets(named: Collection[str], columns: list[ColumnProfile]) -> bool:
    known = words_of(columns)
    signs = [
        bool({*named} & TICKET_TABLES),
        bool(known & {"priority", "severity", "urgency"}),
        bool(known & {"state", "status"}),
        bool(first_with(columns, OPENED, dated)) and bool(first_with(columns, SOLVED, dated)),
    ]
    return sum(signs) >= 2


def dated_at(columns: Iterable[ColumnProfile]) -> ColumnProfile | None:
    """When it happened, as far as a name tells; else the only date there is."""
    fitting = [each for each in columns if dated(each) and not {*words(each.name)} & NEVER_WHEN]
    return first_with(fitting, WHEN, dated) or next(iter(fitting), None)
