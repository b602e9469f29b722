"""The digest of a model: the same for two documents that mean the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from typing import Any

from aloft.engagement.model import Model, Rule
from aloft.engagement.render import render

_OF_THE_TEXT = frozenset({"line", "file", "digest", "text"})  # not of the meaning


def digest(model: Model) -> str:
    """sha256 (hex) of the canonical document: no comments, quotes or layout, the order of entries kept.

    What has its default is left out, so that a key the language gains later changes no digest.
    """
    canonical = json.dumps(_canonical(model), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, Rule):
        return render(value.expression)
    if is_dataclass(value):
        return _set(value)
    if isinstance(value, Mapping):
        return [[key, _canonical(below)] for key, below in value.items()]
    if isinstance(value, tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, date | time):
        return value.isoformat()
    return value


def _set(value: Any) -> dict[str, Any]:
    """The fields that differ from their default, and the class, which tells one trigger from another."""
    found: dict[str, Any] = {"": type(value).__name__}
    for one in fields(value):
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        held = getattr(value, one.name)
        if one.name not in _OF_THE_TEXT and held != default:
            found[one.name] = _canonical(held)
    return found
