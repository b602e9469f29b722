"""What the workspace reads from published models themselves."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from aloft.engagement.draft import read_draft
from aloft.engagement.leaves import FieldType
from aloft.engagement.load import Reading, load, read_model
from aloft.engagement.model import Model
from aloft.engagement.problems import InvalidModel
from aloft.engagement.tree import read_tree
from aloft.measures.models import AccountProjection
from aloft.records.models import Account, ModelVersion


def manual_moments(account: Account, versions: Iterable[ModelVersion]) -> dict[str, str]:
    """The moments that people open by hand under the model that the account follows, by name, with their titles.

    `versions` are those in force. A model per relationship has none for whole accounts, and the other way about.
    """
    projection: AccountProjection | None = getattr(account, "projection", None)
    version = _named(versions, projection.model) if projection and projection.model else _last(versions)
    unit = "relationship" if account.whole_id else "account"
    return _manual_moments(version.document) if version and _model(version.document).unit == unit else {}


def models_of(versions: Iterable[ModelVersion]) -> list[Model]:
    """In their order; one that this release cannot read is left out."""
    read = [_readable(version.document) for version in versions]
    return [model for model in read if model]


def home_zone(versions: Iterable[ModelVersion]) -> str:
    """The zone of whoever has none of their own: that of the version published last."""
    version = _last(versions)
    return _home_zone(version.document) if version else "UTC"


def _named(versions: Iterable[ModelVersion], name: str) -> ModelVersion | None:
    return next((one for one in versions if one.name == name), None)


def _last(versions: Iterable[ModelVersion]) -> ModelVersion | None:
    return max(versions, key=lambda one: one.pk, default=None)


@functools.lru_cache(maxsize=8)
def _home_zone(document: str) -> str:
    """Every page asks: a version that this release cannot read must not take them all down."""
    try:
        return _model(document).clock.home_zone
    except InvalidModel:
        return "UTC"


def reading_of(version: ModelVersion) -> Reading:
    """The model of a version with the notes on it; InvalidModel for one that this release cannot read."""
    return _reading(version.document, f"{version.name}.yaml")


@functools.lru_cache(maxsize=8)
def _reading(document: str, file: str) -> Reading:
    return read_model(document, file)


def hours_of_roles(models: Iterable[Model]) -> dict[str, float]:
    """The hours a week of those roles that a model gives hours."""
    roles = [role for model in models for role in model.roles.values()]
    return {role.name: role.hours_per_week for role in roles if role.hours_per_week}


@functools.lru_cache(maxsize=8)
def _readable(document: str) -> Model | None:
    try:
        return _model(document)
    except InvalidModel:
        return None


@functools.lru_cache(maxsize=8)
def _model(document: str) -> Model:
    return load(document, "")


def _manual_moments(document: str) -> dict[str, str]:
    moments = _model(document).moments.values()
    return {moment.name: moment.title for moment in moments if moment.trigger.kind == "manual"}


@functools.lru_cache(maxsize=8)
def notes_asked_by(document: str) -> dict[str, FieldType]:
    """What a model lets people note besides the usual facts, with the type of each."""
    return dict(read_draft(read_tree(document)).document.records)


def notes_of(version: ModelVersion) -> dict[str, FieldType]:
    return notes_asked_by(version.document)
