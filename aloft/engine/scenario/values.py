"""What a scenario file says, read: who is there, what becomes known when, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from aloft.decide.values import VerdictName
from aloft.engagement.load import Reading
from aloft.engagement.problems import Place
from aloft.engine.scenario.cells import Value, When

Act = Literal["start", "done", "skip", "open"]
State = Literal[
    "armed", "pending", "blocked", "satisfied", "planned", "open", "started", "done", "closed", "none"
]
Arm = Literal["treated", "held_out", "excluded", "none"]
Standing = Literal["phase", "segment", "touch", "band", "owner"]


@dataclass(frozen=True)
class Given:
    """An account, a contact or a person as the scenario begins, with the fields that are told of it."""

    name: str
    place: Place
    fields: Mapping[str, Value]


@dataclass(frozen=True)
class PersonGiven(Given):
    """`books`: lists of accounts; `rule`: a rule instead. `leave`: first and last days, both included."""

    books: tuple[str, ...] = ()
    rule: str = ""
    leave: tuple[tuple[date, date], ...] = ()
    backup: str = ""


@dataclass(frozen=True)
class Subject:
    """Whom a fact or an expectation is about; empty where it does not say."""

    account: str = ""
    product: str = ""
    contact: str = ""
    user: str = ""
    person: str = ""

    def __str__(self) -> str:
        parts = (self.account, self.product, self.contact or self.user or self.person)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Event:
    name: str
    properties: Mapping[str, object]
    source: str
    id: str = ""
    times: int = 1


@dataclass(frozen=True)
class SetFields:
    fields: Mapping[str, Value]
    consent: Mapping[str, str] = field(default_factory=dict)
    leave: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True)
class Watermark:
    source: str
    complete_to: datetime


@dataclass(frozen=True)
class OnMoment:
    """Which occurrence is meant: the n-th by due, else the newest that is not closed. `by`: a person."""

    moment: str
    n: int | None
    by: str


@dataclass(frozen=True)
class ActOn(OnMoment):
    """`task`: the title of a task among its steps that the act is on."""

    act: Act
    reason: str
    task: str = ""


@dataclass(frozen=True)
class RecordOn(OnMoment):
    """`contacts`: the contacts of whom each fact is noted; `values`: what is noted by a declared record."""

    contacts: Mapping[str, tuple[str, ...]]
    values: Mapping[str, str]


@dataclass(frozen=True)
class ContractTold:
    contract: str
    line: str
    mrr: Decimal | None
    start: date | None
    end: date | None
    signed: date | None
    ends: bool
    more: Mapping[str, Value]
    paused: date | None = None
    resumes: date | None = None


@dataclass(frozen=True)
class GoalTold:
    """A goal of the account's plan. `read`: what was measured of it at that instant."""

    title: str
    fields: Mapping[str, date | Decimal]
    read: Decimal | None = None


@dataclass(frozen=True)
class Except:
    """`kind` is one of `records.services.exceptions`; `until` the last day, None: whatever stands ends."""

    kind: str = ""
    moment: str = ""
    touch: tuple[str, ...] = ()
    owner: str = ""
    until: date | None = None


@dataclass(frozen=True)
class MergeInto:
    account: str


@dataclass(frozen=True)
class Unmerge:
    pass


@dataclass(frozen=True)
class Erase:
    pass


@dataclass(frozen=True)
class Bounce:
    """What the mail server said of the contact's address."""

    answer: str


@dataclass(frozen=True)
class Publish:
    reading: Reading


@dataclass(frozen=True)
class RunAgain:
    """The engine starts anew; after a crash: between what it drained and what it had decided of that."""

    crash: bool


Verb = (
    Event
    | SetFields
    | Watermark
    | ActOn
    | RecordOn
    | ContractTold
    | GoalTold
    | Except
    | MergeInto
    | Unmerge
    | Erase
    | Bounce
    | Publish
    | RunAgain
)


@dataclass(frozen=True)
class Fact:
    """`at` is when it was so, `received` when we learned of it; both UTC."""

    place: Place
    at: datetime
    received: datetime
    subject: Subject
    verb: Verb


@dataclass(frozen=True)
class VerdictClaim:
    verdict: VerdictName
    when: When
    due: When | None = None
    until: When | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None


@dataclass(frozen=True)
class DueClaim:
    """All occurrences opened, by due."""

    due: tuple[When, ...]


@dataclass(frozen=True)
class NeverClaim:
    verdict: VerdictName


@dataclass(frozen=True)
class CountClaim:
    counts: Mapping[VerdictName, int]


@dataclass(frozen=True)
class StateClaim:
    state: State
    at: datetime


@dataclass(frozen=True)
class StandingClaim:
    """`since`: it has come to be so at that instant; otherwise it is so then."""

    what: Standing
    value: str | tuple[str, ...] | None
    at: datetime
    since: bool


@dataclass(frozen=True)
class MetricClaim:
    """`at` None: as of the end. `known_on`: as it was known then; None: as known in the end."""

    values: Mapping[str, Value]
    at: datetime | None
    since: bool
    known_on: datetime | None


@dataclass(frozen=True)
class AlertClaim:
    source: str
    when: When


@dataclass(frozen=True)
class ArmClaim:
    """Of the experiment on the moment, in the end. `contaminated` None: it does not say."""

    arm: Arm
    contaminated: int | None


Claim = (
    VerdictClaim
    | DueClaim
    | NeverClaim
    | CountClaim
    | StateClaim
    | StandingClaim
    | MetricClaim
    | AlertClaim
    | ArmClaim
)


@dataclass(frozen=True)
class Expectation:
    """`written` is the claim in the words of the file. `n`: the n-th occurrence by due."""

    place: Place
    subject: Subject
    moment: str
    n: int | None
    claim: Claim
    written: str


@dataclass(frozen=True)
class Scenario:
    """`start`: the first instant of which anything is known. From `live_from` the model runs, up to `until`."""

    name: str
    file: str
    place: Place
    reading: Reading
    start: datetime
    live_from: datetime
    until: datetime
    accounts: tuple[Given, ...]
    contacts: tuple[Given, ...]
    people: tuple[PersonGiven, ...]
    facts: tuple[Fact, ...]
    expected: tuple[Expectation, ...]
    exactly: bool
