"""What is true of the demo's customers and the engine knows nothing of: kept beside the company, to measure against.

From the same file the company is made up again when it lives on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from aloft.demo import usage
from aloft.demo.chance import SEED
from aloft.demo.conversations import EFFECTS, Effect
from aloft.demo.customers import Customer
from aloft.demo.northwind import Northwind, Span

TRUTH, REACHED = "demo-truth.json", "demo-reached.json"


def write_truth(home: Path, company: Northwind) -> None:
    told = {
        "seed": SEED,
        "first_day": company.first_day.isoformat(),
        "span": asdict(company.span),
        "effects": {moment: _effect(effect) for moment, effect in EFFECTS.items()},
        "usage_before_leaving": {
            cause.value: {"falls_from_days_before": days, "to_share": share}
            for cause, (days, share) in usage.FALLS.items()
        },
        "lulls": {
            "share": usage.LULLS,
            "every_days": usage.LULL,
            "days": usage.LASTS,
            "to_share": usage.DOWN_TO,
        },
        "customers": [*map(_customer, company.customers)],
    }
    _write(home / TRUTH, json.dumps(told, indent=1))


def _effect(effect: Effect) -> Mapping[str, object]:
    keeps = {cause.value: share for cause, share in (effect.keeps or {}).items()}
    return {"recovers": effect.recovers, "adopts": effect.adopts, "keeps": keeps}


def _customer(customer: Customer) -> Mapping[str, Any]:
    return {
        "account": customer.external,
        "starts": customer.starts.isoformat(),
        "onboarding": customer.start.value,
        "leaves": customer.ends and customer.ends.isoformat(),
        "because": customer.cause and customer.cause.value,
        "says_so": customer.told_on and customer.told_on.isoformat(),
    }


def read_company(home: Path) -> Northwind | None:
    """The company that lives in this folder; None where there is none, or one of another seed."""
    if not (home / TRUTH).exists():
        return None
    told = json.loads((home / TRUTH).read_text())
    if told["seed"] != SEED:
        return None
    return Northwind(date.fromisoformat(told["first_day"]), Span(**told["span"]))


@dataclass(frozen=True)
class Reached:
    """Up to when the company's systems have told of it, and its team has worked.

    To lose the first is no harm: what is told twice counts once.
    """

    told: datetime
    worked: datetime


def note_reached(home: Path, reached: Reached) -> None:
    _write(home / REACHED, json.dumps({name: at.isoformat() for name, at in asdict(reached).items()}))


def reached(home: Path) -> Reached:
    told = json.loads((home / REACHED).read_text())
    return Reached(**{name: datetime.fromisoformat(at) for name, at in told.items()})


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".tmp")
    draft.write_text(text)
    draft.chmod(0o600)
    os.replace(draft, path)
