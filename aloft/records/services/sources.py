from __future__ import annotations

from datetime import datetime

from aloft.records import audit
from aloft.records import fields as check
from aloft.records.changes import SourceComplete, log_change
from aloft.records.models import Change
from aloft.records.refusals import Refused
from aloft.records.services.editing import editing
from aloft.records.spelling import spell


def declare_complete(*, source: str, complete_to: datetime, actor: str, at: datetime) -> Change | None:
    """A source has sent everything up to `complete_to` (exclusive). None where it said so already. Raises Refused."""
    source = check.text("source", source, 100, required=True)
    if complete_to > at:
        raise Refused("complete_to", "it lies ahead", "Give the instant up to which everything was sent.")
    with editing():
        told = Change.objects.filter(kind=SourceComplete.kind, data__source=source).order_by("-id").first()
        if told and told.data["complete_to"] == spell(complete_to):
            return None
        payload = {"source": source, "complete_to": complete_to}
        audit.record(actor=actor, action="source.complete", subject="source", payload=payload, at=at)
        return log_change(SourceComplete(source=source, complete_to=complete_to), at=at)
