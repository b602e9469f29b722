"""What the workspace reads from the published model itself."""

from __future__ import annotations

import functools
from datetime import datetime

from aloft.engagement.load import load
from aloft.engagement.model import Model
from aloft.records.models import ModelVersion
from aloft.records.selectors import current_model_version


def manual_moments(at: datetime) -> dict[str, str]:
    """The moments that people open by hand under the model in force, by name, with their titles."""
    version = current_model_version(None, at)
    if version is None:
        return {}
    moments = model_of(version).moments.values()
    return {moment.name: moment.title for moment in moments if moment.trigger.kind == "manual"}


def records_of(version: ModelVersion) -> dict[str, list[str]]:
    """What the model lets people note besides the usual facts: the choices of each; none: free text."""
    return {name: kind.split("|") if "|" in kind else [] for name, kind in model_of(version).records.items()}


def model_of(version: ModelVersion) -> Model:
    return _compiled(version.digest, version.name, version.document)


@functools.lru_cache(maxsize=8)
def _compiled(digest: str, name: str, document: str) -> Model:
    return load(document, f"{name}.yaml")
