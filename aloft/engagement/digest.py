"""The digest of a model: the same for two documents that mean the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from typing import Any

from aloft.engagement.model import ExpectTrigger, Model, Moment, Rule
from aloft.engagement.render import render

_OF_THE_TEXT = frozenset({"line", "file", "digest", "text"})  # not of the meaning


def digest(model: Model) -> str:
    """sha256 (hex) of the canonical document: no comments, quotes or layout, the order of entries kept.

    What has its default is left out, so that a key the language gains later changes no digest.
    """
    return _sha256(_canonical(model))


def same(one: Any, other: Any) -> bool:
    """Whether two parts of models, or two models, mean the same."""
    return bool(_canonical(one) == _canonical(other))


def timings(model: Model) -> dict[str, str]:
    """By moment, the digest (sha256, hex) of when it comes and to whom.

    Two versions of a model that agree on it would, up to the conditions that they read, date a moment alike. A model
    that is for nobody, for it was taken out of force, dates none.
    """
    if model.applies_to is not None and _canonical(model.applies_to) == "false":
        return {}
    return {name: _sha256(_timing(model, moment)) for name, moment in model.moments.items()}


def _timing(model: Model, moment: Moment) -> list[Any]:
    trigger = _canonical(moment.trigger)
    if isinstance(moment.trigger, ExpectTrigger):
        # What is expected, and who is warned when, may change while it is awaited: when it is judged does not.
        trigger.pop("condition")
        trigger.pop("warn_at", None)
    phases = [
        _canonical(one) for name, one in model.phases.items() if name in (moment.phases or model.phases)
    ]
    return [trigger, phases, moment.segments, moment.touch, moment.per]


def _sha256(canonical: Any) -> str:
    written = json.dumps(canonical, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


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
