"""What the body of an entry says: its properties, and the traits of a group as fields of an account."""

from __future__ import annotations

import re

import msgspec

EMPTY = msgspec.Raw(b"{}")
WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
SYNONYMS = {"time_zone": "timezone", "monthly_spend": "mrr", "employees": "size"}
WITH_TRAITS = frozenset({"group", "identify"})


class Body(msgspec.Struct):
    properties: msgspec.Raw = EMPTY
    traits: msgspec.Raw = EMPTY


_bodies = msgspec.json.Decoder(Body)
_traits = msgspec.json.Decoder(dict[str, msgspec.Raw])


def properties(kind: str, body: bytes) -> str:
    """The properties (of a group or identify: the traits) as JSON text, an object always."""
    try:
        told = _bodies.decode(body)
        raw = bytes(told.traits if kind in WITH_TRAITS else told.properties)
        return raw.decode() if raw.lstrip().startswith(b"{") else "{}"
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "{}"


def fields(traits: str) -> dict[str, str | None]:
    """Fields of an account by the traits of a group: values as JSON scalars, None where cleared.

    Names match whatever their case and style (`createdAt` is `created_at`); where two spell the same
    field, the one that is spelled as the field wins. Lists and objects are no fields.
    """
    told: dict[str, str | None] = {}
    for trait, raw in sorted(_traits.decode(traits).items(), key=lambda item: (_exact(item[0]), item[0])):
        name, value = field_name(trait), bytes(raw).strip().decode()
        if name and not value.startswith(("{", "[")):
            told[name] = None if value == "null" else value
    return told


def _exact(trait: str) -> bool:
    return trait == field_name(trait)


def field_name(trait: str) -> str:
    name = WORD.sub("_", trait).strip("_").lower()
    return SYNONYMS.get(name, name)
