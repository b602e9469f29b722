"""What deciding returns: a verdict with its reasons, so that nothing happens unexplained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

VerdictName = Literal[
    "opened", "appended", "warned", "deferred", "moved", "absorbed", "suppressed", "blocked", "skipped",
    "satisfied", "retracted", "reassigned", "escalated", "sent", "held", "withdrawn", "started", "done", "met",
    "missed", "unknown", "cleared", "closed", "cancelled",
]  # fmt: skip


@dataclass(frozen=True)
class Input:
    """A value that a rule read: true at one instant, known to us at another."""

    name: str
    value: str
    true_at: datetime | None = None
    known_at: datetime | None = None
    source: str = ""


@dataclass(frozen=True)
class Reason:
    """One line of a rule: did it hold, what it says, what was found."""

    rule: str  # phase, touch, when, expect, schedule, owner, ...
    held: bool | None  # None: nothing to hold, a fact stated
    says: str  # the rule as written, or in words
    found: str  # what was read, in words
    line: int | None = None  # in the document
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True)
class Verdict:
    at: datetime
    account: int
    moment: str
    anchor: str
    n: int
    verdict: VerdictName
    reasons: tuple[Reason, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
