"""Returning to an earlier version of a model, and taking a model out of force.

A published version never changes: both publish a further one. What is open keeps the version that opened it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from aloft.act.models import Occurrence, OccurrenceState
from aloft.engagement.load import Reading, load_published, read_model
from aloft.engagement.outline import Changes, changes
from aloft.engagement.problems import InvalidModel
from aloft.engagement.splicing import amended
from aloft.engine.publishing import NotPublished, publish_from
from aloft.records.models import ModelVersion

NOBODY = "false"


@dataclass(frozen=True)
class Return:
    """What would be published behind `newest`, and what follows. `to`: the number of the version returned to; None:
    the model goes out of force. `open` counts what is not closed, by the number of the version that it keeps to."""

    newest: ModelVersion
    to: int | None
    reading: Reading
    changes: Changes
    open: Mapping[int, int]

    @property
    def number(self) -> int:
        return self.newest.version + 1


def returning(name: str, to: int | None = None) -> Return:
    """To the version of that number, or to the one before the newest. Raises NotPublished."""
    versions = _versions(name)
    newest = versions[-1]
    wanted = to if to is not None else newest.restores or newest.version
    earlier = [one for one in versions if (one.version == to if to is not None else one.version < wanted)]
    if not earlier or earlier[-1] == newest:
        known = ", ".join(str(one.version) for one in versions[:-1]) or "none"
        raise NotPublished(f"{name} has no earlier version {to or ''}".rstrip() + f": there is {known}")
    found = earlier[-1]
    text = _called_back(found, [one for one in versions if one.version > found.version])
    return _return(newest, found.version, text)


def retiring(name: str) -> Return:
    """The model as it is, for nobody: accounts then follow another model that applies to them, or none."""
    newest = _versions(name)[-1]
    return _return(newest, None, amended(newest.document, ("applies_to",), NOBODY))


def return_to(wanted: Return, *, now: datetime, actor: str, running: bool) -> ModelVersion:
    """Publish it, live from now on. Raises NotPublished where a version has come since it was looked at."""
    if _versions(wanted.newest.name)[-1].version != wanted.newest.version:
        raise NotPublished(f"{wanted.newest.name} has a newer version since: look again at what would change")
    return publish_from(
        wanted.reading.model,
        wanted.reading.document,
        live_from=now,
        now=now,
        actor=actor,
        running=running,
        restores=wanted.to,
    )


def _versions(name: str) -> Sequence[ModelVersion]:
    found = list(ModelVersion.objects.filter(name=name).order_by("version"))
    if not found:
        known = ", ".join(ModelVersion.objects.order_by("name").values_list("name", flat=True).distinct())
        raise NotPublished(f"no model is called {name!r}: there is {known or 'none'}")
    return found


def _return(newest: ModelVersion, to: int | None, text: str) -> Return:
    try:
        reading = read_model(text, f"{newest.name}.yaml")
    except InvalidModel as invalid:
        raise NotPublished(f"this release cannot read it any more:\n{invalid}") from invalid
    if reading.model.digest == newest.digest:
        raise NotPublished(f"{newest.name} says so already, in version {newest.version}")
    return Return(newest, to, reading, changes(newest.document, text), _open(newest.name))


def _open(name: str) -> dict[int, int]:
    rows = (
        Occurrence.objects.filter(model_version__name=name).exclude(state=OccurrenceState.CLOSED).order_by()
    )
    return dict(rows.values_list("model_version__version").annotate(n=Count("pk")))


def _called_back(version: ModelVersion, later: Sequence[ModelVersion]) -> str:
    """Its text, in which a moment that was renamed since says what it was called last: what is open at it goes on
    under its name, and none is doubled."""
    called = {name: name for name in load_published(version.document, version.name).moments}
    for one in later:
        renamed = {
            moment.was: name
            for name, moment in load_published(one.document, one.name).moments.items()
            if moment.was
        }
        called = {name: renamed.get(last, last) for name, last in called.items()}
    text = version.document
    for name, last in called.items():
        if last != name:
            text = amended(text, ("moments", name, "was"), last)
    return text
