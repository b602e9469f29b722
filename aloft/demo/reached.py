"""How far the company has come: kept from one look to the next, and over a stop."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

REACHED = "demo-reached.json"


@dataclass(frozen=True)
class Reached:
    """Up to when the company's systems have told of it, and its team has worked.

    To lose the first is no harm: what is told twice counts once.
    """

    told: datetime
    worked: datetime


def note_reached(home: Path, reached: Reached) -> None:
    write_whole(home / REACHED, json.dumps({name: at.isoformat() for name, at in asdict(reached).items()}))


def reached(home: Path) -> Reached:
    told = json.loads((home / REACHED).read_text())
    return Reached(**{name: datetime.fromisoformat(at) for name, at in told.items()})


def write_whole(path: Path, text: str) -> None:
    """Under its name only once it is whole; for its owner alone."""
    draft = path.with_suffix(".tmp")
    draft.write_text(text)
    draft.chmod(0o600)
    os.replace(draft, path)
