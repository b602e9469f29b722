"""`aloft accounts`, as docs/how-to/merge-erase-keep.md shows it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from aloft.cli.commands import app
from aloft.records.models import Account
from tests.conftest import NOW
from tests.workspace import factory

PAGE = Path(__file__).parents[2] / "docs/how-to/merge-erase-keep.md"
COMMANDS = re.findall(r"^aloft (accounts .+)$", PAGE.read_text(), re.MULTILINE)


@pytest.fixture
def both(db: None, tmp_path: Path, settings: Any) -> list[Account]:
    settings.ALOFT_HOME = tmp_path
    made = [factory.account(name, NOW, mrr=mrr) for name, mrr in (("Acme", "3000"), ("Bolt", "2500"))]
    for account, days in zip(made, (2, 1), strict=True):
        factory.occurrence(account, None, NOW, due=timedelta(days=days), title="Business review")
    return made


def call(words: str, said: str = "") -> Result:
    return CliRunner().invoke(app, words.split(), input=said)


def test_the_commands_of_the_page_merge_and_take_apart(both: list[Account]) -> None:
    merge, unmerge = COMMANDS
    told = call(merge, "y\n")
    assert told.exit_code == 0, told.stderr
    assert (
        "Together they pay 5,500.00 a month. In the ledger nothing is new and nothing is lost." in told.stdout
    )
    assert "Open at both, the earlier stays: Business review." in told.stdout
    assert Account.objects.get(external_id="bolt").merged_into == both[0]
    assert call(unmerge).exit_code == 0
    assert Account.objects.get(external_id="bolt").merged_into is None


def test_without_a_yes_nothing_is_merged(both: list[Account]) -> None:
    assert call(COMMANDS[0], "n\n").exit_code == 1
    assert not Account.objects.exclude(merged_into=None).exists()


def test_an_account_that_is_not_there_is_named(both: list[Account]) -> None:
    told = call("accounts merge bolt acne --yes")
    assert (told.exit_code, told.stderr) == (1, "no account has the external id 'acne'\n")
