"""Channels as caps and weights know them: a cap on meetings holds for every way to meet, one on mail for surveys."""

from __future__ import annotations

BY_MAIL = frozenset({"email", "survey"})
MEETINGS = frozenset({"meeting", "video", "onsite"})


def is_of(channel: str, named: str | None) -> bool:
    """Whether a channel is one that a cap names; None: every channel."""
    by_mail = named == "email" and channel in BY_MAIL
    return named in (None, channel) or by_mail or (named == "meeting" and channel in MEETINGS)
