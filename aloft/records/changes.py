"""The kinds of `Change`: what the fact store learns of the edits that people make.

The data of a change is its fields, spelled as JSON: instants in ISO 8601 with a Z, dates as YYYY-MM-DD,
money as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal

from aloft.records import audit
from aloft.records.models import Change
from aloft.records.spelling import Scalar, spell

Act = Literal["start", "done", "skip", "open", "reopen", "snooze", "hand_over", "task"]


@dataclass(frozen=True, kw_only=True)
class Edit:
    """`account` is an external id; empty where the edit concerns no single account."""

    kind: ClassVar[str]
    account: str = ""

    def data(self) -> dict[str, Any]:
        names = (field.name for field in fields(self) if field.name != "account")
        return {name: spell(getattr(self, name)) for name in names}


@dataclass(frozen=True, kw_only=True)
class AccountSet(Edit):
    """`fields` are only those that were set; `valid` is the instant they hold from, None: when recorded."""

    kind = "account.set"
    fields: Mapping[str, Scalar]
    valid: datetime | None = None

    def data(self) -> dict[str, Any]:
        told = super().data()
        return told if self.valid else {"fields": told["fields"]}


@dataclass(frozen=True, kw_only=True)
class AccountMerged(Edit):
    """The account is part of `into` (an external id) from now on, with all that was ever told of it."""

    kind = "account.merged"
    into: str


@dataclass(frozen=True, kw_only=True)
class AccountUnmerged(Edit):
    """The account stands by itself again, with what was told of it before and since."""

    kind = "account.unmerged"


@dataclass(frozen=True, kw_only=True)
class ErasureAsked(Edit):
    """Somebody is erased: the engine finds out whom from its own tables, for no log may name them."""

    kind = "erasure.asked"


@dataclass(frozen=True, kw_only=True)
class ContactSet(Edit):
    """`contact` is an external id, `user` the id of the user of the customer's product."""

    kind = "contact.set"
    contact: str
    persona: str
    name: str
    email: str
    user: str
    status: str


@dataclass(frozen=True, kw_only=True)
class ContractSet(Edit):
    """`ends` is exclusive."""

    kind = "contract.set"
    contract: str
    signed: date | None
    starts: date
    ends: date | None


@dataclass(frozen=True, kw_only=True)
class ContractLineSet(Edit):
    """A version of a line, recorded at the change's instant. `mrr` is per month, in units of `currency`.

    `uplifts`: the day of each step agreed beforehand, and the MRR from then on; in order.
    """

    kind = "contract.line"
    contract: str
    line: str
    product: str | None
    plan: str
    seats: int | None
    mrr: Decimal
    currency: str
    starts: date
    ends: date | None
    uplifts: tuple[tuple[date, Decimal], ...] = ()

    def data(self) -> dict[str, Any]:
        told = super().data()
        return told if self.uplifts else {name: told[name] for name in told if name != "uplifts"}


@dataclass(frozen=True, kw_only=True)
class LinePaused(Edit):
    """`ends` is exclusive; None: until it is resumed. Of several from one start the last recorded counts."""

    kind = "contract.pause"
    contract: str
    line: str
    starts: date
    ends: date | None


@dataclass(frozen=True, kw_only=True)
class RateSet(Edit):
    """One `currency` is worth `rate` of `into` from `starts` until the next rate of the pair."""

    kind = "rate.set"
    currency: str
    into: str
    starts: date
    rate: Decimal


@dataclass(frozen=True, kw_only=True)
class PlanAgreed(Edit):
    """`by` is the contact's external id."""

    kind = "plan.agreed"
    at: datetime
    by: str | None


@dataclass(frozen=True, kw_only=True)
class PlanReviewed(Edit):
    """`by` is the contact's external id."""

    kind = "plan.reviewed"
    at: datetime
    by: str | None


@dataclass(frozen=True, kw_only=True)
class GoalSet(Edit):
    """A version of a goal of the plan: `goal` is the Goal's id. `due` is the day by which the target is to be
    reached, `starts` the day from which the way to it counts."""

    kind = "goal.set"
    goal: int
    title: str
    value_metric: str
    unit: str
    better: str
    baseline: Decimal | None
    target: Decimal | None
    starts: date | None
    due: date | None


@dataclass(frozen=True, kw_only=True)
class GoalRead(Edit):
    """What was measured of the goal at `at`; `by` is the external id of the contact who confirms it."""

    kind = "goal.read"
    goal: int
    value: Decimal
    at: datetime
    by: str | None


@dataclass(frozen=True, kw_only=True)
class StepSet(Edit):
    """A version of a step of the plan: `step` is the PlanStep's id. Overdue after `due` unless `done`, which holds
    from `at` on."""

    kind = "plan.step"
    step: int
    title: str
    due: date | None
    done: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FactRecorded(Edit):
    """`id` is the RecordedFact's; `contact` and `persona` are empty where it names no contact."""

    kind = "fact.recorded"
    id: int
    moment: str
    anchor: str
    n: int
    fact: str
    contact: str
    persona: str
    value: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FactWithdrawn(Edit):
    kind = "fact.withdrawn"
    id: int


@dataclass(frozen=True, kw_only=True)
class OccurrenceActed(Edit):
    kind = "occurrence.acted"
    moment: str
    anchor: str
    n: int
    act: Act


@dataclass(frozen=True, kw_only=True)
class TextApproved(Edit):
    """What a template says may be sent now: `name` is the template's."""

    kind = "text.approved"
    name: str


@dataclass(frozen=True, kw_only=True)
class StaffSet(Edit):
    """A person, their leave or their books: who holds which account may be another."""

    kind = "staff.set"
    person: str


@dataclass(frozen=True, kw_only=True)
class SourceComplete(Edit):
    """Everything up to `complete_to` (exclusive) has been sent by the source."""

    kind = "source.complete"
    source: str
    complete_to: datetime


@dataclass(frozen=True, kw_only=True)
class AccountExcepted(Edit):
    """An exception of the account was made or ended; `exception` is the AccountException's id."""

    kind = "account.excepted"
    exception: int
    kind_of: str


@dataclass(frozen=True, kw_only=True)
class ModelPublished(Edit):
    kind = "model.published"
    name: str
    version: int
    live_from: datetime


def log_change(edit: Edit, *, at: datetime) -> Change:
    """Number the edit; to be called in the transaction that writes the edited row.

    Numbers follow the order of commits, so that whoever reads on from a number misses none.
    """
    audit.lock()
    return Change.objects.create(at=at, kind=edit.kind, account=edit.account, data=edit.data())


def log_changes(edits: Iterable[Edit], *, at: datetime) -> None:
    """Number several edits in their order; as `log_change`."""
    audit.lock()
    Change.objects.bulk_create(
        Change(at=at, kind=edit.kind, account=edit.account, data=edit.data()) for edit in edits
    )
