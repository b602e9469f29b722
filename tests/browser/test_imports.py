"""Files on screen, from sending to mending, in every light and width."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from aloft.act.models import Occurrence
from aloft.records.models import Person
from tests.browser.conftest import NARROW, WIDE, Open, arrived, sign_in
from tests.browser.test_looks import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ACCOUNTS = (
    "account_id,name,country,since\na1,Acme,UK,2025-01-01\na2,Beta,DE,2025-02-01\na3,Gamma,US,2025-02-13\n"
)
USAGE = "account_id,day,event,events\n" + "".join(
    f"a{place % 3 + 1},{place % 9 + 1}/{place % 11 + 1}/2025,signed in,{place}\n" for place in range(1, 30)
)
SLIPS = "a1,4/12/2025,signed in,many\n,4/12/2025,signed in,2\na2,5/6/2025\n"


@pytest.fixture
def files(settings: Settings, tmp_path: Path, brackwater: Occurrence, owner: Person) -> list[Path]:
    """Cora is of operations now, and has these files."""
    settings.ALOFT_HOME = tmp_path / "home"
    settings.ALOFT_HOME.mkdir()
    owner.role = "operations"
    owner.save()
    paths = [tmp_path / "accounts.csv", tmp_path / "usage.csv"]
    paths[0].write_text(ACCOUNTS)
    paths[1].write_text(USAGE + SLIPS)
    return paths


def send(page: Page, paths: list[Path]) -> None:
    page.goto("/data/import")
    page.get_by_label("Files").set_input_files([str(path) for path in paths])
    page.get_by_role("button", name="Look at them").click()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_files_go_from_sending_to_mending(
    open_page: Open, files: list[Path], size: tuple[int, int], theme: str
) -> None:
    page = sign_in(open_page(size, theme, reduced_motion="reduce"))
    of = f"{size[0]}-{theme}"
    page.goto("/data/imports")
    arrived(page, "Nothing has been imported yet")
    looked_at(page, f"imports-none-{of}")
    page.goto("/data/import")
    looked_at(page, f"import-{of}")
    send(page, files)
    arrived(page, "1 question is open")
    looked_at(page, f"mapping-question-{of}")
    page.get_by_label("day: which day comes first").select_option("day_first")
    page.get_by_role("button", name="Check again").click()
    arrived(page, "All 2 tables are understood")
    looked_at(page, f"mapping-{of}")
    page.get_by_role("button", name="Import 35 rows").click()
    arrived(page, "35 rows read = 32 stored + 0 updated + 0 duplicate + 3 quarantined")
    looked_at(page, f"import-report-{of}")
    page.get_by_label("events of usage.csv, line 31").fill("7")
    page.get_by_role("button", name="Keep").first.click()
    expect(page.get_by_text("Mended: usage.csv, line 31")).to_be_visible()
    page.get_by_role("button", name="Replay 1 mended").click()
    expect(page.get_by_text("Replayed: 1 row taken in")).to_be_visible()
    page.goto("/data/imports")
    arrived(page, "1 import, 2 rows in quarantine")
    looked_at(page, f"imports-{of}")


def test_files_are_brought_in_with_the_keyboard_alone(open_page: Open, files: list[Path]) -> None:
    page = sign_in(open_page())
    send(page, files[:1])
    arrived(page, "The table is understood")
    page.get_by_role("button", name="Import 3 rows").focus()
    page.keyboard.press("Enter")
    arrived(page, "3 rows read = 3 stored")


def test_a_file_that_holds_no_table_says_so_beside_its_field(open_page: Open, files: list[Path]) -> None:
    files[0].write_bytes(bytes(range(256)) * 9)
    page = sign_in(open_page())
    send(page, files[:1])
    expect(page.get_by_text("Nothing was kept")).to_be_visible()
    looked_at(page, "import-refused")
