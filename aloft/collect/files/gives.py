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
Part = Literal[
    "account", "key", "property", "out", "since", "name", "starts", "ends", "mrr", "product", "plan", "seats",
    "currency", "opened", "solved", "score", "step", "started", "finished", "at", "event", "times", "user",
    "email", "persona",
]  # fmt: skip
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
    """A table as it is being understood. Columns that have a part become no properties.

    `said` are the parts that a person has given to the columns; then nothing is guessed.
    """

    name: str
    profile: TableProfile
    account: str
    key: tuple[str, ...]
    said: Mapping[str, Part] | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    reasons: list[tuple[str, Part, Confidence, str]] = field(default_factory=list)

    @property
    def columns(self) -> list[ColumnProfile]:
        return [each for each in self.profile.columns.values() if each.name != self.account]

    @property
    def left(self) -> list[ColumnProfile]:
        return [each for each in self.columns if each.name not in self.parts and each.name not in self.key]

    @property
    def own_key(self) -> str | None:
        return self.key[0] if len(self.key) == 1 else None

    def take(self, column: ColumnProfile, part: Part) -> str:
        self.parts[column.name] = part
        why = reason(column) if self.said is None else "so it was said"
        self.reasons.append((column.name, part, confidence(column), why))
        return column.name

    def maybe(self, part: Part, named: Iterable[str], fits: Callable[[ColumnProfile], bool]) -> str | None:
        column = first_with(self.left, tuple(named), fits) if self.said is None else self.told(part)
        return self.take(column, part) if column else None

    def told(self, part: Part) -> ColumnProfile | None:
        said = self.said or {}
        return next((each for each in self.left if said.get(each.name) == part), None)

    def properties(self, fits: Callable[[ColumnProfile], bool] = lambda column: True) -> dict[str, str]:
        """All else that is filled and no long text, under the names of the file; or what was said."""
        named: dict[str, str] = {}
        for each in [each for each in self.left if self.is_property(each) and fits(each)][:PROPERTIES]:
            named[free_name(property_name(each.name), named)] = each.name
        return named

    def is_property(self, column: ColumnProfile) -> bool:
        return tellable(column) if self.said is None else self.said.get(column.name) == "property"

    def part_of(self, column: ColumnProfile) -> Part:
        if column.name == self.account:
            return "account"
        if column.name in self.parts:
            return self.parts[column.name]
        if column.name in self.key:
            return "key"
        return "property" if self.is_property(column) else "out"


def tellable(column: ColumnProfile) -> bool:
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
    at = draft.maybe("since", SIGNED, dated)
    name = draft.maybe("name", NAMES, is_word)
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
    starts = draft.maybe("starts", STARTS, dated)
    ends = draft.maybe("ends", ENDS, dated)
    mrr = draft.maybe("mrr", MRR, paid_by_name)
    if not (starts and mrr):
        raise Lacking("no column says since when, or how much is paid")
    product = draft.maybe("product", ("product", "sku", "item"), is_word)
    return {
        "line": ContractGiven(
            kind="contract",
            contract=None if draft.own_key else draft.account,
            line=None if draft.own_key else product,
            product=product,
            plan=draft.maybe("plan", ("plan", "tier", "package", "edition"), is_word),
            seats=draft.maybe("seats", ("seats", "licences", "licenses", "users"), is_whole),
            mrr=mrr,
            per="year" if {*words(mrr)} & PER_YEAR else "month",
            currency=draft.maybe("currency", ("currency",), is_word),
            starts=starts,
            ends=Ends(column=ends, known=ends_known(draft, ends)) if ends else None,
        )
    }


def ends_known(draft: Draft, ends: str) -> Literal["at_end", "at_start"]:
    """Where many contracts have no end, an end is written down as it comes."""
    return "at_end" if draft.profile.columns[ends].share_filled < 0.9 else "at_start"


def tickets(draft: Draft) -> dict[str, Gives]:
    opened = draft.maybe("opened", OPENED, dated)
    if opened is None:
        raise Lacking("no column says when a ticket was opened")
    solved = draft.maybe("solved", SOLVED, dated)
    rated = draft.maybe("score", SCORE, score)
    key = {"ticket_id": draft.own_key} if draft.own_key else {}
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
    at, rated = when(draft), draft.maybe("score", SCORE, score)
    if rated is None:
        raise Lacking("no column holds a score")
    properties = {"score": rated, **draft.properties()}
    return {"answered": event("Survey Answered", at, properties, where={rated: ("*",)})}


def onboarding(draft: Draft) -> dict[str, Gives]:
    step = draft.maybe("step", STEP, is_word)
    started = draft.maybe("started", STARTS, dated)
    finished = draft.maybe("finished", (*ENDS, *SOLVED), dated)
    properties = {**({"step": step} if step else {}), **draft.properties()}
    if not (started or finished):
        at = when(draft)
        return {"done": event("Step Finished", at, properties)}
    found: dict[str, Gives] = {}
    if started:
        found["started"] = event("Step Started", started, properties)
    if finished:
        found["finished"] = event("Step Finished", finished, properties, optional=True)
    return found


def contacts(draft: Draft) -> dict[str, Gives]:
    email = draft.maybe("email", ("email", "mail"), is_email)
    if not (draft.own_key or email):
        raise Lacking("no column names the contacts: neither an id nor an address")
    return {
        "contact": ContactGiven(
            kind="contact",
            contact=draft.own_key or email,
            name=draft.maybe("name", NAMES, is_word),
            email=email,
            persona=draft.maybe("persona", ("persona", "role", "title", "position"), is_word),
            user=draft.maybe("user", ("user",), is_word),
        )
    }


def events(draft: Draft) -> dict[str, Gives]:
    at = when(draft)
    column = draft.maybe("event", EVENT_NAME, lambda each: each.kind.holds == "choice")
    times = draft.maybe("times", TIMES, is_times)
    user = draft.maybe("user", ("user",), lambda each: is_word(each) and each.name.lower() != "users")
    name = None if column else draft.name.replace("_", " ").title()
    found = event(name, at, draft.properties(), user=user, times=times, name_column=column)
    return {"happened": found}


def when(draft: Draft) -> str:
    column = dated_at(draft.left) if draft.said is None else draft.told("at")
    if column is None:
        raise Lacking("no column says when its rows happened")
    return draft.take(column, "at")


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
