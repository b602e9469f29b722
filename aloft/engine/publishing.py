"""Publishing a model; and bringing history to life by publishing it for a date in the past."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from aloft.act.models import Due, Occurrence, Verdict
from aloft.engagement.digest import timings
from aloft.engagement.model import Model
from aloft.engine.models import Decided, Live, Planned, ZoneReading
from aloft.facts.place import remove
from aloft.measures.models import AccountProjection, Spell
from aloft.records.models import ModelVersion
from aloft.records.services import publish_model


class NotPublished(ValueError):
    """It could not be published; the message says what to do."""


def publish_from(
    model: Model,
    document: str,
    *,
    live_from: datetime,
    now: datetime,
    actor: str,
    running: bool,
    restores: int | None = None,
) -> ModelVersion:
    """Publish, live from an instant. One before what is decided takes the engine's clock back to it.

    That is for the first model over imported history: once something has opened, the past stands.
    """
    decided = Decided.objects.filter(pk=1).first()
    decided_at = decided.at if decided else None
    if live_from < (decided_at or now):
        _may_go_back(live_from, running)
        _go_back()
    return publish_model(
        name=model.name,
        document=document,
        digest=model.digest,
        bases=model.bases,
        timings=timings(model),
        live_from=live_from,
        actor=actor,
        at=now,
        restores=restores,
    )


def _may_go_back(live_from: datetime, running: bool) -> None:
    if Occurrence.objects.exists():
        raise NotPublished(
            f"{live_from:%Y-%m-%d} lies before what is decided, and moments have opened since: "
            "publish it from now on, without --from"
        )
    if running:
        raise NotPublished(
            "to begin in the past the log is rolled anew: stop `aloft serve` first, then apply again"
        )


def _go_back() -> None:
    """Forget what was decided since, and the fact store with it: it is drained again from the log.

    As an engine begins, it puts the log into the order in which its entries were recorded, so that nothing is
    known before its time.
    """
    for rows in (AccountProjection, Spell, ZoneReading, Live, Planned, Due, Verdict):
        rows.objects.all().delete()
    Decided.objects.filter(pk=1).update(inbox=0, changes=0, at=None)
    remove(settings.ALOFT_HOME)
