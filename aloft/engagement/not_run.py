"""What the language has and this version does not run yet, each with what happens instead.

The one table of it: validation notes what a model uses of it, publishing asks before it goes on, and the
model is built without it. Whoever makes a construct run deletes its line, and the model carries it.
"""

from __future__ import annotations

from collections.abc import Mapping

METRICS: Mapping[str, str] = {}
"""Metrics by their verb."""

NAMES: Mapping[str, str] = {}

FUNCTIONS: Mapping[str, str] = {}
"""Functions by their name."""

KEYS: Mapping[str, str] = {}
"""Keys by their path; `*` is any name or place in a list."""

VALUES: Mapping[str, str] = {}
"""Values of keys that run otherwise, by what the note calls them."""
