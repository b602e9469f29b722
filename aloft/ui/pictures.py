"""Small pictures that lists draw many times."""

from __future__ import annotations

import functools

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

WHOLE = "M2 15C14 15 15 4 27 4H50"
CLIMBING = mark_safe(
    '<path class="flown" d="M2 15C9.2 15 12.4 11 16.5 7.9"/><circle cx="16.5" cy="7.9" r="3.25"/>'
)
CRUISING = mark_safe(
    '<path class="flown" d="M2 15C14 15 15 4 27 4H40.8"/><circle cx="40.8" cy="4" r="3.25"/>'
)


@functools.lru_cache(maxsize=256)
def path(label: str, *, climbing: bool) -> SafeString:
    """The flight path of a phase: onboarding climbs, what comes after cruises."""
    return format_html(
        '<svg class="path" viewBox="0 0 52 18" role="img" aria-label="{}"><path d="{}"/>{}</svg>',
        label,
        WHOLE,
        CLIMBING if climbing else CRUISING,
    )
