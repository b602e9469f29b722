"""What an import did, as the report says it: everything that was read is stored, known, replaced or kept aside."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Counted:
    """Rows of one table of the mapping. `left_out` are rows of the files that the mapping does not ask for."""

    table: str
    files: tuple[str, ...]
    stored: int
    updated: int
    duplicate: int
    quarantined: int
    left_out: int

    @property
    def read(self) -> int:
        return self.stored + self.updated + self.duplicate + self.quarantined


@dataclass(frozen=True)
class Sided:
    """One option of a choice: how many rows would have it so, and of how many accounts."""

    option: str
    says: str
    rows: int
    accounts: int
    taken: bool


@dataclass(frozen=True)
class Chosen:
    """Sources that contradict each other, side by side. `agreed` are the accounts that all of them name."""

    choice: str
    says: str
    options: tuple[Sided, ...]
    agreed: int
    named: int


@dataclass(frozen=True)
class Refusal:
    """A row that cannot be used: `column` is empty where the row as a whole is meant."""

    table: str
    file: str
    line: int
    column: str
    reason: str
    ordinal: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Report:
    source: str
    mapping: str
    credit: str
    rows: int
    tables: tuple[Counted, ...]
    choices: tuple[Chosen, ...]
    understood: tuple[str, ...]
    strange: tuple[str, ...]
    over: tuple[str, ...]
    refused: tuple[Refusal, ...]
    entries: int
    first: str = ""
    last: str = ""
    dry: bool = False

    def total(self, name: str) -> int:
        return sum(getattr(one, name) for one in self.tables)


REFUSED_TOLD = 100


def as_object(report: Report) -> dict[str, Any]:
    """For JSON; of the refused rows the first hundred, all of them are in the quarantine."""
    told = asdict(report)
    told["tables"] = [{**asdict(one), "read": one.read} for one in report.tables]
    told["refused"] = told["refused"][:REFUSED_TOLD]
    return told
