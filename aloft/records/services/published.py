from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from aloft.records import audit
from aloft.records import fields as check
from aloft.records.changes import ModelPublished, log_change
from aloft.records.models import ModelVersion
from aloft.records.services.editing import editing


def publish_model(
    *,
    name: str,
    document: str,
    digest: str,
    live_from: datetime,
    actor: str,
    at: datetime,
    bases: Sequence[str] = (),
    timings: Mapping[str, str] | None = None,
    restores: int | None = None,
) -> ModelVersion:
    """The next version of the model; it never changes. The newest one published again is not a new one.

    `restores`: the number of the earlier version that it returns to. `timings`: of its moments, as
    `aloft.engagement.digest` tells them; a moment without counts from this version on.

    `document` is the text as written, `digest` the SHA-256 of its canonical form, in hexadecimal.
    """
    name = check.text("name", name, 100, required=True)
    with editing():
        newest = ModelVersion.objects.filter(name=name).order_by("version").last()
        if newest and newest.digest == digest:
            return newest
        version = ModelVersion.objects.create(
            name=name,
            version=newest.version + 1 if newest else 1,
            document=document,
            digest=digest,
            bases=list(bases),
            timings=dict(timings or {}),
            live_from=live_from,
            published_at=at,
            published_by=actor,
            restores=restores,
        )
        told = {"version": version.version, "digest": digest, "live_from": live_from}
        told |= {"restores": restores} if restores else {}
        audit.record(actor=actor, action="model.published", subject=f"model:{name}", payload=told, at=at)
        log_change(ModelPublished(name=name, version=version.version, live_from=live_from), at=at)
        return version
