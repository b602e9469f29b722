"""The only place that reads the time. Everything else is handed an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class SetClock:
    """A clock that stands where it is put: for scenarios, imported history and tests."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


def now() -> datetime:
    return SystemClock().now()
