"""Which arm of an experiment a unit is in (domain.md 3.2): a function of both their names, for ever the same. Pure."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Literal

Arm = Literal["treated", "held_out"]

_WHOLE = 1 << 64


def arm_of(moment: str, start: date, unit: str, holdout: float) -> Arm:
    """`start` is the day from which the experiment runs: another one on the same moment draws anew.

    `unit` is the external id of the account that is drawn for; a larger `holdout` keeps whom a smaller one holds out.
    """
    named = f"{moment}\n{start.isoformat()}\n{unit}".encode()
    drawn = int.from_bytes(hashlib.sha256(named).digest()[:8], "big")
    return "held_out" if drawn < holdout * _WHOLE else "treated"
