"""Every component stands in the gallery, which is there in debug alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from aloft import ui, workspace
from aloft.records.models import Person
from tests.workspace import factory

TEMPLATES = Path(ui.__path__[0]) / "templates"
COMPONENTS = {
    page.stem: page
    for room in (ui, workspace)
    for page in (Path(room.__path__[0]) / "templates" / "cotton").glob("*.html")
}


def used_in(page: Path) -> set[str]:
    named = {name.replace("-", "_") for name in re.findall(r"<c-([a-z-]+)", page.read_text())}
    return named - {"vars", "slot"}


def drawn_by(pages: list[Path]) -> set[str]:
    """The components that the pages draw, and those that these draw."""
    found: set[str] = set()
    ahead = {name for page in pages for name in used_in(page)}
    while ahead:
        name = ahead.pop()
        found.add(name)
        ahead |= used_in(COMPONENTS[name]) - found
    return found


def test_every_component_stands_in_the_gallery() -> None:
    shown = drawn_by([TEMPLATES / "gallery.html", TEMPLATES / "base.html"])
    assert len(COMPONENTS) > 30
    assert sorted(set(COMPONENTS) - shown) == []


def test_what_is_not_drawn_would_be_found() -> None:
    assert "moment" not in drawn_by([TEMPLATES / "404.html"])
    assert {"moment", "acts", "act", "page_fields"} <= drawn_by([TEMPLATES / "gallery.html"])


@pytest.mark.django_db
@pytest.mark.urls("tests.ui.gallery_urls")
def test_the_gallery_draws_them_with_values_made_up(owner: Person, client: Client, now: datetime) -> None:
    page = factory.sign_in(client, owner).get("/gallery").content.decode()
    assert "<h1>Every part of the interface, once</h1>" in page
    assert "<c-" not in page
    for drawn in (
        "Brackwater Foods",
        "Hours booked: Monday 3, Tuesday 6",
        "2 of 3 questions answered",
        "no data",
    ):
        assert drawn in page


def test_the_address_is_there_in_debug_alone(tmp_path: Path) -> None:
    told = {**os.environ, "DJANGO_SETTINGS_MODULE": "aloft.settings", "ALOFT_HOME": str(tmp_path)}
    asked = (
        "import django; django.setup(); from aloft.urls import urlpatterns as all; "
        "print('gallery' in [getattr(p, 'name', '') for p in all])"
    )
    for debug, there in (("0", "False"), ("1", "True")):
        ran = subprocess.run(
            [sys.executable, "-c", asked], env={**told, "ALOFT_DEBUG": debug}, capture_output=True, text=True
        )
        assert ran.stdout.strip() == there, ran.stderr
