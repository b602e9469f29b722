"""By what a delivery is known, here and at its other side."""

from __future__ import annotations

import hashlib

from aloft.act.models import Occurrence


def key_of(occurrence: Occurrence, account: str, path: str, to: str | None) -> str:
    """The same whenever it is decided: it leaves once, whatever is decided again.

    `account` is the external id; `path` that of the step; `to` whom or what it is for.
    """
    one = occurrence
    named = (one.moment, account, one.contact_id, one.anchor, one.n, path, to)
    return hashlib.sha256(repr(named).encode()).hexdigest()[:40]
