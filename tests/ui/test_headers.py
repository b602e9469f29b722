from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from aloft import ui, workspace
from aloft.ui.middleware import strict_headers

TEMPLATES = [
    page for room in (ui, workspace) for page in (Path(room.__path__[0]) / "templates").rglob("*.html")
]


def answered(response: HttpResponse) -> HttpResponse:
    return strict_headers(lambda request: response)(RequestFactory().get("/"))


def test_a_page_runs_and_draws_only_what_comes_from_here() -> None:
    policy = answered(HttpResponse())["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_pages_are_kept_by_nobody() -> None:
    response = answered(HttpResponse())
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_what_a_response_says_itself_is_left() -> None:
    assert answered(HttpResponse(headers={"Cache-Control": "max-age=60"}))["Cache-Control"] == "max-age=60"


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda page: page.name)
def test_no_template_holds_inline_style_or_script(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:", text)
    assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"(?:src|href)=\"https?:", text)
