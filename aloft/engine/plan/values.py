"""A plan, as values. Money is in units of `currency`, effort in hours, weeks begin on Mondays, shares are fractions.

`aloft plan --json` prints these fields under these names: what is here is a promise to whoever reads it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

What = Literal["model", "phase", "segment", "touch"]
Change = Literal["new", "gone", "renamed", "changed", "same"]
Fate = Literal["pinned", "renamed", "gone"]
Gap = Literal["role", "book", "person", "event", "template", "skill"]


@dataclass(frozen=True)
class Who:
    """An account, by its external id."""

    account: str
    name: str
    mrr: float | None


@dataclass(frozen=True)
class Move:
    """Accounts that go from one place to another; "" is nowhere. `who` are the largest of them."""

    what: What
    was: str
    now: str
    accounts: int
    mrr: float
    who: tuple[Who, ...]


@dataclass(frozen=True)
class Rate:
    """Openings a week of a moment without a schedule, by those of the last `days` days: 90 % of such rates lie
    between `low` and `high`. `seen` None: nobody knows, `says` why."""

    seen: int | None
    days: int
    low: float
    week: float
    high: float
    says: str


@dataclass(frozen=True)
class MomentPlan:
    """`meets` are accounts in its phase, segment and touch. `due` is what falls due within the weeks; of those
    `opens` are only due under the text, `closes` only under what is in force, and `moves` on another day.
    `at_once` opens as the text is published. `absorbed` goes into something larger, and is not in `due`. Of a moment
    without a schedule there is a `rate` instead."""

    moment: str
    title: str
    trigger: str
    change: Change
    was: str
    meets_before: int
    meets: int
    due_before: int
    due: int
    opens: int
    closes: int
    moves: int
    at_once: int
    absorbed_before: int
    absorbed: int
    effort: float
    rate_before: Rate | None
    rate: Rate | None


@dataclass(frozen=True)
class Week:
    """Hours of a role: `scheduled` of schedules and what stands open, exactly; and beside it `low` to `high` of what
    conditions bring, `likely` at the rate seen. `before`: all of it as things are, at the rate seen.

    `capacity` None: nobody says how many hours there are."""

    begins: date
    before: float
    scheduled: float
    low: float
    likely: float
    high: float
    capacity: float | None

    @property
    def total(self) -> float:
        return self.scheduled + self.likely


@dataclass(frozen=True)
class RolePlan:
    """`people` fill the role. `unknown` are moments whose rate nobody knows, `unmeasured` those without `effort`."""

    role: str
    people: int
    weeks: tuple[Week, ...]
    unknown: tuple[str, ...]
    unmeasured: tuple[str, ...]


@dataclass(frozen=True)
class Cost:
    """F21, for a year: `planned` hours by touch level, `scheduled` hours by what falls due within the weeks.

    `cost` is of the larger of the two at `rate`; `share` of ARR, `coverage` is ARR x margin / cost; `passes` iff the
    cost is at most `spend` of the margin. None where the model does not say enough."""

    segment: str
    phase: str
    accounts: int
    arr: float
    planned: float
    scheduled: float
    rate: float | None
    cost: float | None
    share: float | None
    coverage: float | None
    spend: float | None
    passes: bool | None
    before: float | None


@dataclass(frozen=True)
class CapPlan:
    """A cap of the contact policy against what schedules bring; one person is taken to get all of an account's.

    `most` is contacts, or minutes where `unit` is "min"; `worst` is the most that any account gets within `per`."""

    channel: str
    purpose: str
    unit: str
    most: str
    per: str
    accounts: int
    worst: float
    who: tuple[Who, ...]


@dataclass(frozen=True)
class Stopped:
    """Messages that wait, or never leave, and the rule of the contact policy that keeps them; `message` is none of its
    rules, but what a message lacks."""

    rule: str
    says: str
    messages: int


@dataclass(frozen=True)
class MessagePlan:
    """Messages to contacts that the schedule of a moment brings within the weeks: those that leave as their step is
    begun, that leave later, and that never do."""

    moment: str
    messages: int
    at_once: int
    held: tuple[Stopped, ...]
    never: tuple[Stopped, ...]


@dataclass(frozen=True)
class MessagesPlan:
    """`accounts` are those that schedules write to, `asked` of how many the messages were put to the policy one by one:
    where these are fewer, they were taken by lot, and all numbers of messages are in proportion."""

    accounts: int
    asked: int
    moments: tuple[MessagePlan, ...]


@dataclass(frozen=True)
class OpenPlan:
    """Open occurrences of a moment under a version of the model, and what becomes of them."""

    moment: str
    version: int
    fate: Fate
    now: str
    occurrences: int
    started: int
    says: str


@dataclass(frozen=True)
class Claim:
    """Accounts to which several models apply of which none extends another; `follows` is the one that has them."""

    models: tuple[str, ...]
    follows: str
    accounts: int
    who: tuple[Who, ...]


@dataclass(frozen=True)
class Lack:
    """What the text names and nobody has: `where` are moments, or whose book; `accounts` how many it touches."""

    kind: Gap
    name: str
    where: tuple[str, ...]
    accounts: int
    says: str


@dataclass(frozen=True)
class Plan:
    """`at` is the instant of the facts, and of a publication; `version` what it would be, `before` what is in force."""

    sentence: str
    at: datetime
    model: str
    version: int
    before: int | None
    currency: str
    accounts: int
    mrr: float
    moves: tuple[Move, ...]
    claims: tuple[Claim, ...]
    moments: tuple[MomentPlan, ...]
    roles: tuple[RolePlan, ...]
    costs: tuple[Cost, ...]
    caps: tuple[CapPlan, ...]
    messages: MessagesPlan
    open: tuple[OpenPlan, ...]
    lacks: tuple[Lack, ...]
    notes: tuple[str, ...]


def as_object(plan: Plan) -> dict[str, Any]:
    """As JSON holds it: instants and days in ISO 8601."""
    told: dict[str, Any] = _plain(asdict(plan))
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
