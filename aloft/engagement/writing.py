"""A document as YAML: mappings, lists and texts, so that reading it gives the same ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.%/+ -]*(?<! )")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')
_WIDE = 100


def written(data: Mapping[str, Any]) -> str:
    """The text of a document: short entries on one line, long ones on lines of their own."""
    return "\n".join(_mapping(data, 0)) + "\n"


def _mapping(data: Mapping[str, Any], indent: int) -> Iterator[str]:
    for key, value in data.items():
        head = f"{' ' * indent}{scalar(key)}:"
        flat = _flat(value)
        if not value or isinstance(value, str) or (indent > 0 and len(head) + len(flat) < _WIDE):
            yield f"{head} {flat}"
        else:
            yield head
            yield from _below(value, indent + 2)


def _below(value: Any, indent: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _mapping(value, indent)
        return
    for item in value:
        flat = _flat(item)
        if not item or isinstance(item, str) or indent + len(flat) < _WIDE:
            yield f"{' ' * indent}- {flat}"
        else:
            first, *rest = _below(item, indent + 2)
            yield f"{' ' * indent}- {first.lstrip()}"
            yield from rest


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {_flat(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flat, value)) + "]"
    return scalar(value)


def scalar(text: str | None) -> str:
    if text is None:
        return "null"
    if _PLAIN.fullmatch(text) and text not in _NULLS and not text.startswith(("---", "...")):
        return text
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in '"\\':
        return "\\" + character
    return {"\n": "\\n", "\t": "\\t"}.get(character, f"\\u{ord(character):04x}")
