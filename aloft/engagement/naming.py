"""Another name for a phase, a segment or a moment: its key, and every other place that names it."""

from __future__ import annotations

import re

from aloft.engagement.problems import Path
from aloft.engagement.splicing import amended, renamed, rewritten, value_at
from aloft.engagement.tree import Unreadable, read_tree

_EXPRESSIONS = frozenset(
    (
        "applies_to",
        "enters",
        "leaves",
        "when",
        "exit",
        "if",
        "expect",
        "where",
        "score",
        "formula",
        "until",
        "goal",
    )
)
_INSTANTS = frozenset(("schedule", "of", "since"))
_LISTED = {"phases": "phase", "segments": "segment", "moments": "absorbs"}


def called(text: str, section: str, old: str, new: str, base: str = "") -> str:
    """The text with the entry `old` of a section called `new`, there and wherever it is named.

    A moment that stands in `base`, the document that is in force, says what it was called there. Raises Unspliced
    where the new name is taken.
    """
    text = renamed(text, (section, old), new)
    text = rewritten(text, lambda path, raw: _put(section, old, new, path, raw))
    if section != "moments":
        return text
    return _with_former_name(text, old, new, base)


def _with_former_name(text: str, old: str, new: str, base: str) -> str:
    known = _moments(base)
    moment = value_at(text, ("moments", new))
    was = old if old in known else moment.get("was") if isinstance(moment, dict) else None
    if not isinstance(moment, dict) or was is None:
        return text
    rest = {key: value for key, value in moment.items() if key != "was"}
    return amended(text, ("moments", new), rest if was == new else {"was": was, **rest})


def _moments(base: str) -> tuple[str, ...]:
    try:
        return read_tree(base).keys(("moments",))
    except Unreadable:
        return ()


def _put(section: str, old: str, new: str, path: Path, raw: str) -> str | None:
    """What takes the place of a key or value as it is written; None: nothing does."""
    keys = [step for step in path if isinstance(step, str)]
    if path[-1] == "":
        return new if raw == old and _is_named_by_key(section, keys[:-1]) else None
    if raw.strip("\"'") == old and _is_named(section, keys):
        return raw.replace(old, new)
    if keys[-1] in _EXPRESSIONS or keys[-1] in _INSTANTS:
        put = _pattern(section, old).sub(lambda found: found[0].replace(old, new), raw)
        return put if put != raw else None
    return None


def _is_named_by_key(section: str, keys: list[str]) -> bool:
    if section == "moments":
        return keys[0] == "experiments" and len(keys) == 2
    if section == "segments":
        return keys[0] == "health" and keys[-2] == "anchors"
    return keys[:2] == ["economics", "spend"] or (
        len(keys) == 4 and (keys[0], keys[2]) == ("segments", "touch")
    )


def _is_named(section: str, keys: list[str]) -> bool:
    if keys[0] == "moments" and len(keys) == 3:
        return keys[-1] == _LISTED[section]
    return keys[0] == section and keys[-1] == "before"


def _pattern(section: str, old: str) -> re.Pattern[str]:
    """Moments by their instants, phases and segments by what they are compared with."""
    if section == "moments":
        return re.compile(rf"(?<![\w.']){old}(?=\.(?:opened|due|done|met)\b)")
    name = _LISTED[section]
    return re.compile(rf"(?<![\w.]){name}\s*(?:=|<>|(?:not\s+)?in\b)[^=<>]*?'{old}'")
