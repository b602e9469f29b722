"""How the parts of a mapping or a list lie in a text: their lines, how far right, and what stands between them."""

from __future__ import annotations

import re

from aloft.engagement.spans import Span


def parts_of(span: Span) -> list[tuple[int, int]]:
    """From the first character of each to behind its last."""
    if span.shape == "list":
        return [(item.start, item.end) for item in span.items]
    return [(pair.key.start, pair.value.end) for pair in span.pairs]


class Layout:
    def __init__(self, text: str) -> None:
        self.text = text

    def stand_apart(self, span: Span, behind: int) -> bool:
        """Whether blank lines stand between the parts here."""
        parts = parts_of(span)
        near = [(parts[i][1], parts[i + 1][0]) for i in (behind - 1, behind) if 0 <= i < len(parts) - 1]
        return bool(near) and all(
            re.search(r"\n[ \t]*\r?\n", self.text[start:end]) for start, end in near[:1]
        )

    def body(self, span: Span, i: int) -> tuple[int, int]:
        """The lines of a part, with the comment right above it."""
        start, end = parts_of(span)[i]
        start = self.text.rfind("\n", 0, start) + 1
        while start and (above := self.line_above(start)) is not None:
            start = above
        return start, self.line_end(end)

    def line_above(self, start: int) -> int | None:
        """Where the line above begins, if it is a comment as far right as this line."""
        begins = self.text.rfind("\n", 0, start - 1) + 1
        above, line = self.text[begins : start - 1], self.text[start:]
        inset = len(above) - len(above.lstrip(" "))
        return (
            begins
            if above.lstrip(" ").startswith("#") and inset == len(line) - len(line.lstrip(" "))
            else None
        )

    def blank_above(self, start: int, end: int) -> int:
        """Before the blank lines above, where what follows has some of its own, or ends the part."""
        following = self.text[end:].partition("\n")[0]
        if following.strip() and following.startswith((" ", "\t")):
            return start
        while start and not self.text[self.text.rfind("\n", 0, start - 1) + 1 : start - 1].strip():
            start = self.text.rfind("\n", 0, start - 1) + 1
            if start <= 0:
                break
        return start

    def line_end(self, at: int) -> int:
        """Behind the line that a character stands in."""
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found + 1

    def column(self, span: Span) -> int:
        at = span.pairs[0].key.start if span.pairs else span.start
        return at - (self.text.rfind("\n", 0, at) + 1)

    def dash(self, span: Span) -> int:
        at = self.text.rfind("-", 0, span.items[0].start)
        return at - (self.text.rfind("\n", 0, at) + 1)
