"""The documents say what is so: links lead somewhere, commands exist, reference pages are those of the code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent.parent
PAGES = sorted([*HERE.glob("*.md"), *(HERE / "docs").rglob("*.md")])
LINK = re.compile(r"""\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)\"""")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = spec_from_file_location("generate", HERE / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def links(text: str) -> Iterator[str]:
    """The relative ones, without what stands in code."""
    prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    for markdown, html in LINK.findall(prose):
        link = (markdown or html).partition("#")[0]
        if link and "://" not in link:
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HERE)))
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = [link for link in links(page.read_text()) if not (page.parent / link).exists()]
    assert dead == []


def test_links_are_found_and_code_is_passed_over() -> None:
    text = 'A [page](a.md#top), <img src="b.png">, `[no](c.md)` and [one elsewhere](https://aloft.example).'
    assert list(links(text)) == ["a.md", "b.png"]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_command_named_can_be_made(page: str) -> None:
    made = set(re.findall(r"^([a-z]+):", (HERE / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)", (HERE / page).read_text(), re.MULTILINE))
    targets = {line or inline for line, inline in named}
    assert "test" in targets
    assert targets <= made


def test_every_command_of_the_readme_exists(generator: ModuleType) -> None:
    named = set(re.findall(r"bin/aloft ([a-z]+)", (HERE / "README.md").read_text()))
    known = set(re.findall(r"^## aloft ([a-z_]+)$", generator.commands(), re.MULTILINE))
    assert {"apply", "serve", "why"} <= named <= known


def test_the_reference_is_that_of_the_code(generator: ModuleType) -> None:
    stale = [name for name, page in generator.PAGES.items() if (HERE / "docs" / name).read_text() != page()]
    assert stale == [], "run `make docs`"


def test_every_setting_is_told() -> None:
    read = {
        f"ALOFT_{name}"
        for path in (HERE / "aloft").rglob("*.py")
        for name in re.findall(r"""["']ALOFT_([A-Z_]+)["']""", path.read_text())
    }
    told = (HERE / "docs" / "reference" / "settings.md").read_text()
    assert "ALOFT_HOME" in read
    assert [name for name in sorted(read) if f"`{name}`" not in told] == []


def test_what_is_locked_is_what_the_package_needs() -> None:
    needed = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]["dependencies"]
    asked = [line for line in (HERE / "requirements" / "core.in").read_text().splitlines() if line[0] != "#"]
    assert asked == [*needed, "hatchling", "editables"]
    locked = re.findall(r"^([a-z0-9-]+)==", (HERE / "requirements" / "core.txt").read_text(), re.MULTILINE)
    names = {re.split("[<>=]", one)[0].lower().replace(".", "-") for one in needed}
    assert names <= set(locked)


@pytest.mark.parametrize("lock", ["core.txt", "dev.txt", "spark.txt"])
def test_no_lock_names_a_host(lock: str) -> None:
    lines = (HERE / "requirements" / lock).read_text().splitlines()
    form = re.compile(r"[a-z0-9.-]+==[^\s/]+( ; [^/]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [line for line in lines if not form.fullmatch(line)] == []
