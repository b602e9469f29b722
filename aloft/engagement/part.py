"""What every part of a document is made of: keys, and values that are written in one form or another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from aloft.engagement.problems import Path

# No document can hold them as keys: a character that nobody can read is refused before.
_PLAIN, _MAPPING = "\x00plain", "\x00mapping"
BRANCHES = "\x00branches"
TAGS = frozenset({_PLAIN, _MAPPING, BRANCHES})
"""What stands in the place of an error and in no document."""


class Part(BaseModel):
    """A mapping of a document. Its keys are the names of its fields, or their aliases."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        return tuple(key for key in _fields(cls) if key not in TAGS)


def _fields(part: type[Part]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in part.model_fields.items()}


def required(*keys: str) -> dict[str, Any]:
    return {"required": list(keys)}


@dataclass(frozen=True)
class Either:
    """An annotation: the value is written in a plain form, or as a mapping."""

    plain: Any
    mapping: Any

    def __get_pydantic_core_schema__(self, _source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        forms = {
            _PLAIN: handler.generate_schema(self.plain),
            _MAPPING: handler.generate_schema(self.mapping),
        }
        return core_schema.tagged_union_schema(dict(forms), discriminator=_form)


def _form(value: object) -> str:
    return _MAPPING if isinstance(value, dict) else _PLAIN


def keys_at(part: type[Part], path: Path) -> tuple[str, ...]:
    """The keys that the mapping at a path below `part` may have."""
    kinds: list[Any] = [part]
    for step in path:
        kinds = [below for kind in kinds for below in _below(kind, step)]
    return tuple(chain.from_iterable(one.keys() for kind in kinds for one in _parts(kind)))


def _below(kind: Any, step: str | int) -> Iterator[Any]:
    origin = get_origin(kind)
    if origin is dict:
        yield get_args(kind)[1]
    elif origin is tuple:
        yield get_args(kind)[0]
    elif origin is not None:
        for one in _forms(kind):
            yield from _below(one, step)
    elif isinstance(kind, type) and issubclass(kind, Part):
        yield from _in_part(kind, step)


def _in_part(part: type[Part], step: str | int) -> Iterator[Any]:
    fields = _fields(part)
    if step in fields:
        yield fields[str(step)].annotation
    elif BRANCHES in fields:
        yield from _below(fields[BRANCHES].annotation, step)
    elif part.model_config.get("extra") == "allow":
        yield from _below(get_type_hints(part)["__pydantic_extra__"], step)


def _parts(kind: Any) -> Iterator[type[Part]]:
    if isinstance(kind, type) and issubclass(kind, Part):
        yield kind
    elif get_origin(kind) not in (None, dict, tuple):
        for one in _forms(kind):
            yield from _parts(one)


def _forms(kind: Any) -> tuple[Any, ...]:
    """Of a union all its members, of an annotated type the type."""
    found = get_args(kind)
    return found[:1] if get_origin(kind) is Annotated else found
