"""A document as YAML: mappings, lists and texts, so that reading it gives the same ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.%/+ -]*(?<! )")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')
_UNQUOTABLE = re.compile(r"[\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_WIDE = 100


def written(data: Mapping[str, Any]) -> str:
    """The text of a document: short entries on one line, long ones on lines of their own."""
    return "\n".join(_mapping(data, 0)) + "\n"


def block(value: Any, indent: int) -> list[str]:
    """The lines of a mapping's pairs, or of a list's items, so far right."""
    return list(_below(value, indent))


def quoted_as(raw: str, text: str) -> str:
    """A text in the quotation marks of what it takes the place of, where these can hold it."""
    if raw[:1] == '"':
        return _doubled(text)
    if raw[:1] == "'" and not _UNQUOTABLE.search(text):
        return "'" + text.replace("'", "''") + "'"
    return scalar(text)


def _mapping(data: Mapping[str, Any], indent: int) -> Iterator[str]:
    for key, value in data.items():
        head = f"{' ' * indent}{scalar(key)}:"
        line = flat(value)
        if not value or isinstance(value, str) or (indent > 0 and len(head) + len(line) < _WIDE):
            yield f"{head} {line}"
        else:
            yield head
            yield from _below(value, indent + 2)


def _below(value: Any, indent: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _mapping(value, indent)
        return
    for item in value:
        line = flat(item)
        if not item or isinstance(item, str) or indent + len(line) < _WIDE:
            yield f"{' ' * indent}- {line}"
        else:
            first, *rest = _below(item, indent + 2)
            yield f"{' ' * indent}- {first.lstrip()}"
            yield from rest


def flat(value: Any) -> str:
    """On one line, in brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flat(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flat, value)) + "]"
    return scalar(value)


def scalar(text: str | None) -> str:
    if text is None:
        return "null"
    if _PLAIN.fullmatch(text) and text not in _NULLS and not text.startswith(("---", "...")):
        return text
    return _doubled(text)


def _doubled(text: str) -> str:
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in '"\\':
        return "\\" + character
    return {"\n": "\\n", "\t": "\\t"}.get(character, f"\\u{ord(character):04x}")
