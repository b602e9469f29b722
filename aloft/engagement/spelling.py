"""How messages quote what was written, and what might have been meant by it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 60


def quoted(text: str) -> str:
    """The text in single quotes on one line, shortened if it is long."""
    line = " ".join(text.split())
    return f"'{line}'" if len(line) <= _LONGEST else f"'{line[:_LONGEST]}…'"


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """` (did you mean 'csm'?)`, or nothing where no known word is near."""
    near = get_close_matches(written, sorted(known), n=1, cutoff=0.6) if len(written) <= _LONGEST else []
    return f" (did you mean '{near[0]}'?)" if near else ""


def alternatives(words: Iterable[str]) -> str:
    """`a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
