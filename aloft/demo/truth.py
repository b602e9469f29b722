"""What is true of the demo's customers and the engine knows nothing of: kept beside the company, to measure against.

From the same file the company is made up again when it lives on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from aloft.demo import usage
from aloft.demo.chance import SEED
from aloft.demo.conversations import EFFECTS, Effect
from aloft.demo.customers import Customer
from aloft.demo.northwind import Northwind, Span
from aloft.demo.reached import write_whole

TRUTH = "demo-truth.json"


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
    write_whole(home / TRUTH, json.dumps(told, indent=1))


def _effect(effect: Effect) -> Mapping[str, object]:
    keeps = {cause.value: share for cause, share in (effect.keeps or {}).items()}
    return {"recovers": effect.recovers, "adopts": effect.adopts, "keeps": keeps}


def _customer(customer: Customer) -> Mapping[str, Any]:
    return {
        "account": customer.external,
        "starts": customer.starts.isoformat(),
        "onboarding": customer.start.value,
        "quiet_from": customer.quiet_from and customer.quiet_from.isoformat(),
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
