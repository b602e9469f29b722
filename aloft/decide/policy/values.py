"""What the contact policy is asked, and what it answers. Instants are UTC; keys are the caller's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from aloft.decide.calendar import WorkCalendar
from aloft.decide.policy.regimes import STRICTEST, Regime
from aloft.decide.values import Reason
from aloft.engagement.model import Purpose

Way = Literal["passes", "held", "suppressed", "merged"]


@dataclass(frozen=True)
class Approach:
    """A message that is to reach a contact. After `ends` it is of no use; `due` breaks ties.

    `kind` is what a second one would repeat: its template. `withheld` says which experiment keeps it from whom it is to
    reach.
    """

    key: int
    contact: int
    channel: str
    purpose: Purpose
    priority: str
    at: datetime
    ends: datetime
    due: datetime
    kind: str = ""
    withheld: Reason | None = None


@dataclass(frozen=True)
class Past:
    """A contact was approached. `answered` None: it asks for no answer, or nobody would know."""

    at: datetime
    channel: str
    purpose: Purpose = "service"
    answered: bool | None = None


@dataclass(frozen=True)
class Word:
    """What a contact said last of a purpose. `expires`: from then on it counts no more."""

    granted: bool
    captured: datetime
    expires: datetime | None = None
    basis: str = ""


@dataclass(frozen=True)
class Standing:
    """A contact as the policy must know it.

    `calendar` is in the contact's zone, with the holidays of its country. `words` by purpose. `blocked` says why
    nothing may reach it at all. `customer`: its company has a contract in force; `left`: when the last one ended.
    """

    calendar: WorkCalendar
    name: str = "the contact"
    persona: str = ""
    regime: Regime = STRICTEST
    words: Mapping[str, Word] = field(default_factory=dict)
    blocked: str = ""
    customer: bool = True
    left: datetime | None = None
    past: tuple[Past, ...] = ()


@dataclass(frozen=True)
class Passage:
    """What becomes of an approach. `until`: the first instant that passes, of what is held; `into`: the key of
    the one that says it already, of what merges."""

    way: Way
    reason: Reason | None = None
    until: datetime | None = None
    into: int | None = None
