"""The contact policy as frozen values: how often, when and by what consent a customer is approached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Literal

from aloft.engagement.model import Duration, Touch

Consent = Literal["by_country", "opt_in", "opt_out"]


@dataclass(frozen=True)
class QuietHours:
    """In the contact's zone; they may reach over midnight."""

    start: time
    end: time


@dataclass(frozen=True)
class ContactCap:
    """At most so many contacts, or so much of their time, within any `per`; by touch level where it differs.

    What is None is every channel, purpose or persona.
    """

    most: int | Duration | Mapping[Touch, Duration]
    per: Duration
    channel: str | None = None
    purpose: str | None = None
    persona: str | None = None


@dataclass(frozen=True)
class ContactPolicy:
    """`missed`: meetings missed in a row that halve the cadence. None: there is no such rule."""

    quiet_hours: QuietHours | None = None
    consent: Consent = "by_country"
    merge_within: Duration | None = None
    missed: int | None = None
    caps: tuple[ContactCap, ...] = ()
