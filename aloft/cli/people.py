"""`aloft person`: somebody of our team, and how they sign in."""

from __future__ import annotations

from typing import Any

from aloft import clock
from aloft.cli.reading import refuse
from aloft.records.refusals import Refused
from aloft.records.services.people import create_user_for, set_person


def set_up(handle: str, password: str | None, told: dict[str, Any]) -> None:
    """Create the person, or set what is told of them."""
    now = clock.now()
    try:
        made = set_person(handle=handle, actor="cli", at=now, **told)
        create_user_for(person=made, actor="cli", at=now, password=password)
    except Refused as refused:
        refuse(str(refused))
