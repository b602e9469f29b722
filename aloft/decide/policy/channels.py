"""Channels as caps and weights know them: a cap on meetings holds for every way to meet."""

from __future__ import annotations

MEETINGS = frozenset({"meeting", "video", "onsite"})


def is_of(channel: str, named: str | None) -> bool:
    """Whether a channel is one that a cap names; None: every channel."""
    return named is None or channel == named or (named == "meeting" and channel in MEETINGS)
