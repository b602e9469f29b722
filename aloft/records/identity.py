"""What somebody is called by the systems that tell of them, and how it is taken out of what is kept."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

SHORTEST_WITHIN = 6
"""Characters of an id that is also looked for within a text: a shorter one is an everyday word too easily."""


@dataclass(frozen=True)
class Identity:
    """`ids` are those of one person or account; `key` stands in their place, and says nothing.

    `names` are what others may be called too: they are taken out only where it is about this one.
    """

    ids: tuple[str, ...]
    key: str
    names: tuple[str, ...] = ()

    @property
    def bare(self) -> Identity:
        """By ids alone."""
        return Identity(self.ids, self.key)

    @cached_property
    def alone(self) -> frozenset[str]:
        """Known where they are all that a value says."""
        return frozenset(one.strip().lower() for one in (*self.ids, *self.names) if one.strip())

    @cached_property
    def within(self) -> tuple[str, ...]:
        """Known within a text too; the longest first."""
        found = {one for one in self.alone if len(one) >= SHORTEST_WITHIN or "@" in one or " " in one}
        return tuple(sorted(found, key=lambda one: (-len(one), one)))

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        return re.compile("|".join(map(re.escape, self.within)), re.IGNORECASE) if self.within else None

    def is_told_by(self, text: str) -> bool:
        return text.strip().lower() in self.alone or bool(self._pattern and self._pattern.search(text))

    def clean(self, value: Any) -> Any:
        """The same without them: a text, or JSON of any depth."""
        if isinstance(value, str):
            return self._clean_text(value)
        if isinstance(value, dict):
            return {self._clean_text(name): self.clean(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.clean(one) for one in value]
        return value

    def clean_bytes(self, body: bytes) -> bytes:
        """JSON without them; what is no JSON and tells of them is emptied."""
        text = body.decode("utf-8", "replace")
        if not self.may_be_told_by(text):
            return body
        try:
            return json.dumps(
                self.clean(json.loads(text)), ensure_ascii=False, separators=(",", ":")
            ).encode()
        except ValueError:
            return b""

    def may_be_told_by(self, text: str) -> bool:
        """Quickly: JSON may spell them otherwise, so escapes are taken for them."""
        lowered = text.lower()
        return "\\u" in lowered or any(one in lowered for one in self.alone)

    def _clean_text(self, text: str) -> str:
        if text.strip().lower() in self.alone:
            return self.key
        return self._pattern.sub(self.key, text) if self._pattern else text
