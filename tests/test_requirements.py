"""The page of requirements tells what is so: each of the 75 once, and nothing named that does not exist."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from aloft.cli.commands import app

HERE = Path(__file__).resolve().parent.parent
PAGE = HERE / "docs/reference/requirements.md"
STANDS = ("met", "in part", "not met")


@dataclass(frozen=True)
class Row:
    number: str
    asked: str
    stands: str
    where: str
    shown: str
    missing: str


def rows() -> list[Row]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| R")]
    return [Row(*(cell.strip() for cell in line.strip("|").split(" | "))) for line in lines]


ROWS = rows()


def shown_by(row: Row) -> list[str]:
    return re.findall(r"`(tests/[^`]+)`", row.shown)


def test_each_of_the_75_is_told_once_in_order() -> None:
    assert [row.number for row in ROWS] == [f"R{number}" for number in range(1, 76)]
    assert {row.stands for row in ROWS} <= set(STANDS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_what_is_met_says_where_and_what_shows_it(row: Row) -> None:
    if row.stands == "not met":
        assert (row.where, row.shown) == ("", "")
    else:
        assert row.where
        assert shown_by(row)
    assert bool(row.missing) == (row.stands != "met")


@pytest.mark.parametrize("named", sorted({named for row in ROWS for named in shown_by(row)}))
def test_every_test_and_scenario_that_is_named_exists(named: str) -> None:
    if "::" in named:
        file, _, test = named.partition("::")
        assert re.search(rf"^def {test}\(", (HERE / file).read_text(), re.MULTILINE)
    else:
        file, _, begins = named.partition(": ")
        scenarios = YAML(typ="safe", pure=True).load(HERE / file)["scenarios"]
        assert [name for name in scenarios if name.startswith(begins)]


def test_every_command_that_is_named_exists() -> None:
    named = {command for row in ROWS for command in re.findall(r"`aloft ([a-z]+)`", row.where)}
    known = {command.name or command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]
    assert {"report"} <= named <= known
