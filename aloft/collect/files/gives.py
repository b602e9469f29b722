"""What a table of each role gives, with the reason for each column that was chosen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from aloft.collect.files.joins import Confidence
from aloft.collect.files.mapping import AccountGiven, ContactGiven, ContractGiven, Ends, EventGiven, Gives
from aloft.collect.files.profile import ColumnProfile, TableProfile
from aloft.collect.files.roles import (
    ENDS,
    EVENT_NAME,
    MRR,
    OPENED,
    SCORE,
    SIGNED,
    SOLVED,
    STARTS,
    STEP,
    TIMES,
    Role,
    dated,
    dated_at,
    first_with,
    paid_by_name,
    score,
    words,
)

PROPERTIES = 30
LONG = 300  # characters: a text, not a property
NAMES = ("name", "title", "company")
PASSING = frozenset(
    ["plan", "tier", "status", "state", "stage", "health", "segment", "phase", "owner", "csm"]
)
LATER = frozenset(
    [
        "resolution",
        "resolved",
        "solved",
        "closed",
        "close",
        "reopen",
        "reassignment",
        "escalation",
        "escalated",
        "state",
        "status",
        "sla",
        "response",
        "active",
        "updated",
        "mod",
        "satisfaction",
        "knowledge",
    ]
)
PER_YEAR = frozenset(["arr", "annual", "acv", "yearly"])


class Lacking(Exception):
    """The rows miss something that they would have to say; the message names it."""


@dataclass
class Draft:
    """A table as it is being understood. Columns that are taken become no properties."""

    name: str
    profile: TableProfile
    account: str
    key: str | None
    taken: set[str] = field(default_factory=set)
    reasons: list[tuple[str, str, Confidence, str]] = field(default_factory=list)

    @property
    def columns(self) -> list[ColumnProfile]:
        return [each for each in self.profile.columns.values() if each.name not in (self.account,)]

    def take(self, column: ColumnProfile, says: str) -> str:
        self.taken.add(column.name)
        self.reasons.append((column.name, says, confidence(column), reason(column)))
        return column.name

    def maybe(self, named: Iterable[str], fits: Callable[[ColumnProfile], bool], says: str) -> str | None:
        left = [each for each in self.columns if each.name not in self.taken]
        column = first_with(left, tuple(named), fits)
        return self.take(column, says) if column else None

    def properties(self, fits: Callable[[ColumnProfile], bool] = lambda column: True) -> dict[str, str]:
        """All else that is filled and no long text, under the names of the file."""
        left = [each for each in self.columns if each.name not in self.taken and told(each) and fits(each)]
        named: dict[str, str] = {}
        for each in left[:PROPERTIES]:
            named[free_name(property_name(each.name), named)] = each.name
        return named


def told(column: ColumnProfile) -> bool:
    return column.filled > 0 and max(map(len, column.examples), default=0) <= LONG


def property_name(column: str) -> str:
    return "_".join(words(column)) or column


def free_name(name: str, taken: Collection[str]) -> str:
    return name if name not in taken else next(f"{name}_{n}" for n in count(2) if f"{name}_{n}" not in taken)


def confidence(column: ColumnProfile) -> Confidence:
    return "doubtful" if column.other else "likely" if column.misfits else "sure"


def reason(column: ColumnProfile) -> str:
    """`values are dates (%d-%m-%Y), and the name says so`"""
    kind = column.kind
    written = f" ({kind.format})" if kind.format else ""
    if column.other:
        written = f" ({kind.format} or {column.other.format})"
    called = {
        "identifier": "ids",
        "choice": "a few words",
        "text": "text",
        "money": "amounts",
        "country": "countries",
    }
    holds = called.get(kind.holds, f"{kind.holds}s")
    return f"its values are {holds}{written}, and its name fits"


def gives_of(role: Role, draft: Draft) -> Mapping[str, Gives]:
    return GIVES[role](draft)


def accounts(draft: Draft) -> dict[str, Gives]:
    """What an account is by nature is known since it is one; what may change, only since the export says so."""
    at = draft.maybe(SIGNED, dated, "since when it is an account")
    name = draft.maybe(NAMES, is_word, "the account's name")
    lasting = {**({"name": name} if name else {}), **draft.properties(lasts)}
    passing = draft.properties(lambda column: not lasts(column))
    if not lasting and not passing:
        raise Lacking("it says nothing of its accounts but their ids")
    found: dict[str, Gives] = {}
    if lasting:
        found["account"] = fields(lasting, at=at) if at else fields(lasting)
    if passing:
        found["as_exported"] = fields(passing, known="complete_to")
    return found


def fields(named: dict[str, str], **more: str) -> AccountGiven:
    return AccountGiven.model_validate({"kind": "account", "fields": named, **more})


def lasts(column: ColumnProfile) -> bool:
    of_nature = column.kind.holds in ("text", "choice", "identifier", "country", "email")
    return of_nature and not {*words(column.name)} & PASSING


def contracts(draft: Draft) -> dict[str, Gives]:
    starts = draft.maybe(STARTS, dated, "the first day of the contract")
    ends = draft.maybe(ENDS, dated, "the first day that the contract no longer covers")
    mrr = draft.maybe(MRR, paid_by_name, "what is paid")
    if not (starts and mrr):
        raise Lacking("no column says since when, or how much is paid")
    product = draft.maybe(("product", "sku", "item"), is_word, "the product")
    return {
        "line": ContractGiven(
            kind="contract",
            contract=None if draft.key else draft.account,
            line=None if draft.key else product,
            product=product,
            plan=draft.maybe(("plan", "tier", "package", "edition"), is_word, "the plan"),
            seats=draft.maybe(("seats", "licences", "licenses", "users"), is_whole, "the seats"),
            mrr=mrr,
            per="year" if {*words(mrr)} & PER_YEAR else "month",
            currency=draft.maybe(("currency",), is_word, "the currency"),
            starts=starts,
            ends=Ends(column=ends, known=ends_known(draft, ends)) if ends else None,
        )
    }


def ends_known(draft: Draft, ends: str) -> Literal["at_end", "at_start"]:
    """Where many contracts have no end, an end is written down as it comes."""
    return "at_end" if draft.profile.columns[ends].share_filled < 0.9 else "at_start"


def tickets(draft: Draft) -> dict[str, Gives]:
    opened = draft.maybe(OPENED, dated, "when the ticket was opened")
    if opened is None:
        raise Lacking("no column says when a ticket was opened")
    solved = draft.maybe(SOLVED, dated, "when the ticket was solved")
    rated = draft.maybe(SCORE, score, "how the customer rated it")
    key = {"ticket_id": draft.key} if draft.key else {}
    properties = {**key, **draft.properties()}
    found: dict[str, Gives] = {
        "opened": event("Ticket Opened", opened, {**key, **draft.properties(known_at_once)})
    }
    if solved:
        found["solved"] = event("Ticket Solved", solved, properties, optional=True)
    if solved and rated:
        answered = {**key, "score": rated}
        found["rated"] = event("Survey Answered", solved, answered, optional=True, where={rated: ("*",)})
    return found


def known_at_once(column: ColumnProfile) -> bool:
    """A file of tickets tells of each how it ended, from its first row on."""
    return not {*words(column.name)} & LATER


def survey(draft: Draft) -> dict[str, Gives]:
    at, rated = when(draft, "when it was answered"), draft.maybe(SCORE, score, "the score")
    if rated is None:
        raise Lacking("no column holds a score")
    properties = {"score": rated, **draft.properties()}
    return {"answered": event("Survey Answered", at, properties, where={rated: ("*",)})}


def onboarding(draft: Draft) -> dict[str, Gives]:
    step = draft.maybe(STEP, is_word, "the step")
    started = draft.maybe(STARTS, dated, "when the step was begun")
    finished = draft.maybe((*ENDS, *SOLVED), dated, "when the step was finished")
    properties = {**({"step": step} if step else {}), **draft.properties()}
    if not (started or finished):
        at = when(draft, "when the step was done")
        return {"done": event("Step Finished", at, properties)}
    found: dict[str, Gives] = {}
    if started:
        found["started"] = event("Step Started", started, properties)
    if finished:
        found["finished"] = event("Step Finished", finished, properties, optional=True)
    return found


def contacts(draft: Draft) -> dict[str, Gives]:
    return {
        "contact": ContactGiven(
            kind="contact",
            contact=draft.key or draft.maybe(("email", "mail"), is_email, "the contact's address"),
            name=draft.maybe(NAMES, is_word, "the contact's name"),
            email=draft.maybe(("email", "mail"), is_email, "the contact's address"),
            persona=draft.maybe(("persona", "role", "title", "position"), is_word, "the contact's part"),
            user=draft.maybe(("user",), is_word, "the contact's user id"),
        )
    }


def events(draft: Draft) -> dict[str, Gives]:
    at = when(draft, "when it happened")
    column = draft.maybe(EVENT_NAME, lambda each: each.kind.holds == "choice", "what happened")
    times = draft.maybe(TIMES, is_times, "how often it happened")
    user = draft.maybe(
        ("user",), lambda each: is_word(each) and each.name.lower() != "users", "whose act it was"
    )
    name = None if column else draft.name.replace("_", " ").title()
    found = event(name, at, draft.properties(), user=user, times=times, name_column=column)
    return {"happened": found}


def when(draft: Draft, says: str) -> str:
    column = dated_at(draft.columns)
    if column is None:
        raise Lacking("no column says when its rows happened")
    return draft.take(column, says)


def event(name: str | None, at: str, properties: dict[str, str], **more: object) -> EventGiven:
    given = {key: value for key, value in more.items() if value}
    return EventGiven.model_validate(
        {"kind": "event", "name": name, "at": at, "properties": properties, **given}
    )


def is_word(column: ColumnProfile) -> bool:
    return column.kind.holds in ("identifier", "choice", "text", "integer") and column.filled > 0


def is_whole(column: ColumnProfile) -> bool:
    return column.kind.holds == "integer"


def is_times(column: ColumnProfile) -> bool:
    """`usage_count` and `events`; an `error_count` or a `reply_count` counts something else."""
    return is_whole(column) and {*words(column.name)} <= {
        *TIMES,
        "usage",
        "event",
        "use",
        "uses",
        "number",
        "of",
    }


def is_email(column: ColumnProfile) -> bool:
    return column.kind.holds == "email"


GIVES: dict[Role, Callable[[Draft], Mapping[str, Gives]]] = {
    "accounts": accounts,
    "contracts": contracts,
    "tickets": tickets,
    "survey": survey,
    "onboarding": onboarding,
    "contacts": contacts,
    "events": events,
}
