"""The engagement model as frozen values: what a checked document means, ready to compile and decide on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import TYPE_CHECKING, Literal

from aloft.engagement.expressions import Expression

if TYPE_CHECKING:  # they are made of the values below
    from aloft.engagement.economy import (
        Economics,
        Exceptions,
        Experiment,
        Ownership,
        Region,
        Transaction,
        ValueMetric,
    )
    from aloft.engagement.playbook import Step, Who
    from aloft.engagement.policy import ContactPolicy
    from aloft.engagement.scorecards import Health

Per = Literal["account", "contact", "family"]
Purpose = Literal["service", "marketing"]
ModelUnit = Literal["account", "relationship"]
Unit = Literal["min", "h", "bh", "d", "bd", "w", "mo", "y"]
Touch = str  # high, low, tech, community: most personal first
TOUCH_LEVELS: tuple[Touch, ...] = ("high", "low", "tech", "community")


@dataclass(frozen=True)
class Duration:
    number: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.number}{self.unit}"


@dataclass(frozen=True)
class Anchor:
    """An instant to count from: a date, or a name such as `contract_start`, `phase_start`, `kickoff.due`."""

    name: str | None = None
    date: date | None = None

    def __str__(self) -> str:
        return self.name or str(self.date)


@dataclass(frozen=True)
class Offsets:
    """`120d, 60d before renewal_date at 09:00 in Europe/Paris`."""

    offsets: tuple[Duration, ...]
    direction: Literal["after", "before"]
    anchor: Anchor
    at: time | None = None
    zone: str | None = None


@dataclass(frozen=True)
class Every:
    """`every 3 months from phase_start at 10:00`; `on` is `mon`..`sun`, a day of the month, or `last`."""

    period: Duration
    anchor: Anchor
    on: str | int | None = None
    at: time | None = None
    zone: str | None = None


@dataclass(frozen=True)
class OnDate:
    date: date
    at: time | None = None
    zone: str | None = None


Schedule = Offsets | Every | OnDate
Roll = Literal["none", "following", "preceding", "modified_following"]


@dataclass(frozen=True)
class Rule:
    """An expression with its text and the place where it stands, for errors and for `why`."""

    expression: Expression
    text: str
    line: int


@dataclass(frozen=True)
class ScheduleTrigger:
    schedule: Schedule
    text: str
    lead: Duration | None = None
    roll: Roll = "none"
    kind: Literal["schedule"] = "schedule"


@dataclass(frozen=True)
class EventTrigger:
    events: tuple[str, ...]
    where: Rule | None = None
    by: str | None = None
    cooldown: Duration | None = None
    kind: Literal["event"] = "event"


@dataclass(frozen=True)
class WhenTrigger:
    condition: Rule
    holds_for: Duration | int | None = None  # an int counts daily readings
    cooldown: Duration | None = None
    kind: Literal["when"] = "when"


@dataclass(frozen=True)
class ExpectTrigger:
    """Opens when `condition` was never true within `within` of `of` (default: `phase_start`)."""

    condition: Rule
    within: Duration
    of: Anchor = field(default_factory=lambda: Anchor(name="phase_start"))
    warn_at: tuple[float, ...] = ()
    kind: Literal["expect"] = "expect"


@dataclass(frozen=True)
class EventRef:
    """Events, told apart by the value of a property. No events means any event."""

    events: tuple[str, ...]
    by: str
    where: Rule | None = None


@dataclass(frozen=True)
class AnswerTrigger:
    """Opens for each event of `of` that none of `expect` with the same key answers within `within`."""

    expect: EventRef
    within: Duration
    of: EventRef
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True)
class ManualTrigger:
    kind: Literal["manual"] = "manual"


Trigger = ScheduleTrigger | EventTrigger | WhenTrigger | ExpectTrigger | AnswerTrigger | ManualTrigger


@dataclass(frozen=True)
class Outcome:
    expect: Rule
    within: Duration
    holds_for: Duration | None = None


@dataclass(frozen=True)
class Escalation:
    after: Duration
    to: str
    condition: Rule | None = None
    risk: str | None = None


@dataclass(frozen=True)
class Moment:
    """`phases`, `segments` and `touch` are empty where the moment meets all of them.

    `owners` maps a touch level to a role; the key `*` stands for every level not named.
    `participants` are the further roles of an owner list. `transaction`: who owns it follows from the model's
    `ownership` at each account, and `owners` says who does until that is known. `guests` are invited,
    `to` are written to. `skills`: what its owner knows, where one of several people is chosen.
    """

    name: str
    trigger: Trigger
    owners: Mapping[str, str]
    objective: str
    outcome: Outcome
    line: int
    participants: tuple[str, ...] = ()
    was: str | None = None
    phases: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    touch: tuple[Touch, ...] = ()
    condition: Rule | None = None
    channel: tuple[str, ...] = ()
    priority: str | None = None
    complete_within: Duration | None = None
    escalations: tuple[Escalation, ...] = ()
    effort: Duration | None = None
    length: Duration | None = None
    transaction: Transaction | None = None
    per: Per = "account"
    guests: Who | None = None
    to: Who | None = None
    purpose: Purpose = "marketing"
    steps: tuple[Step, ...] = ()
    absorbs: tuple[str, ...] = ()
    group: bool = False
    skills: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()


MetricVerb = Literal[
    "count",
    "users",
    "days",
    "first",
    "last",
    "open",
    "distinct",
    "sum",
    "min",
    "max",
    "mean",
    "latest",
    "formula",
]


@dataclass(frozen=True)
class Metric:
    """A value per account, true at an instant. No events means any event.

    `first` and `last` are instants, `latest` is a property (text until it is compared), the others are numbers.
    `property` is what `distinct`, `sum`, `min`, `max`, `mean` and `latest` read; `until` and `by` say what closes
    an `open` one; `formula` is an expression over other names, and then there are no events.
    """

    name: str
    verb: MetricVerb
    events: tuple[str, ...]
    line: int
    property: str | None = None
    until: tuple[str, ...] = ()
    by: str | None = None
    where: Rule | None = None
    over: Duration | None = None
    since: Anchor | None = None
    formula: Rule | None = None


@dataclass(frozen=True)
class TouchLevel:
    """One level, most personal first. `ratio` is people to accounts as written; `hours` a year, planned."""

    name: Touch
    ratio: str | None = None
    hours: float | None = None


@dataclass(frozen=True)
class Phase:
    name: str
    enters: Rule | None = None
    leaves: Rule | None = None
    expected: Duration | None = None
    keep_segment: bool = False
    may_return: bool = False


@dataclass(frozen=True)
class Segment:
    """`touch` names, for every phase of the model, the touch levels, most personal first."""

    name: str
    touch: Mapping[str, tuple[Touch, ...]]
    when: Rule | None = None
    exit: Rule | None = None


Choice = Literal["fewest_open", "fewest_accounts", "least_revenue", "longest_since"]
"""Who of several people takes what falls to a role."""


@dataclass(frozen=True)
class Role:
    """`match`: what people share with an account (its language, its segment) where one of several is chosen."""

    name: str
    hours_per_week: float | None = None
    rate: float | None = None
    reports_to: str | None = None
    automated: bool = False
    pool: bool = False
    choose: Choice = "fewest_open"
    match: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkingTime:
    """The model's `clock`. `zone` None: each account's own; `country` None: each account's own holidays."""

    home_zone: str = "UTC"
    home_country: str | None = None
    zone: str | None = None
    days: tuple[int, ...] = (0, 1, 2, 3, 4)  # Monday is 0
    opens: time = time(9)
    closes: time = time(18)
    holidays: str = "account"  # account, none, or a country code
    closed: tuple[tuple[date, date], ...] = ()  # both days included
    lateness: Duration = Duration(48, "h")
    roll: Roll = "none"


@dataclass(frozen=True)
class Model:
    """A checked engagement model. Mappings keep the document's order."""

    name: str
    title: str
    file: str
    digest: str  # sha256 of the canonical document
    clock: WorkingTime
    roles: Mapping[str, Role]
    phases: Mapping[str, Phase]
    segments: Mapping[str, Segment]
    moments: Mapping[str, Moment]
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    applies_to: Rule | None = None
    fields: Mapping[str, str] = field(
        default_factory=dict
    )  # text number money date instant boolean, or choice
    records: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of those fields and records
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bases: tuple[str, ...] = ()  # names of the models that it extends, the nearest first
    unit: ModelUnit = "account"
    touch_levels: tuple[TouchLevel, ...] = tuple(TouchLevel(name) for name in TOUCH_LEVELS)
    health: Health | None = None
    value_metrics: Mapping[str, ValueMetric] = field(default_factory=dict)
    contact_policy: ContactPolicy | None = None
    region: Region | None = None
    ownership: Ownership | None = None
    economics: Economics | None = None
    exceptions: Exceptions | None = None
    experiments: Mapping[str, Experiment] = field(default_factory=dict)

    @property
    def automated(self) -> frozenset[str]:
        """The roles that are nobody."""
        return frozenset(role.name for role in self.roles.values() if role.automated)
