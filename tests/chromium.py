"""Tests marked `browser` are skipped where there is no Chromium, or fail if ALOFT_REQUIRE_CHROMIUM is set.

Loaded with `-p tests.chromium`, so that ALOFT_CHROMIUM is set before any test module reads it.
"""

from __future__ import annotations

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "needs Chromium, and none was found: install it, or name one in ALOFT_CHROMIUM"


def chromium() -> str | None:
    """The path of the Chromium to use: the one that ALOFT_CHROMIUM names, else one on the path."""
    named = os.environ.get("ALOFT_CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else NAMES)), None)


def pytest_configure() -> None:
    found = chromium()
    if found:
        os.environ["ALOFT_CHROMIUM"] = found


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") is None or chromium():
        return
    if os.environ.get("ALOFT_REQUIRE_CHROMIUM"):
        pytest.fail(MISSING, pytrace=False)
    pytest.skip(MISSING)
