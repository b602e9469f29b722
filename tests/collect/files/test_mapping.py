from __future__ import annotations

from importlib.resources import files

import pytest

from aloft.collect.files.document import InvalidMapping, load_mapping, write_mapping
from aloft.collect.files.mapping import columns_of

TICKETS = """\
mapping: desk
tables:
  tickets:
    key: ticket_id
    account: customer
    gives:
      opened: {kind: event, name: Ticket Opened, at: opened_at, properties: [priority]}
      solved: {kind: event, name: Ticket Solved, at: closed_at, optional: true}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidMapping) as invalid:
        load_mapping(text, "desk.yaml")
    return [str(problem) for problem in invalid.value.problems]


def test_a_mapping_names_the_columns_that_its_files_have() -> None:
    mapping = load_mapping(TICKETS, "desk.yaml")
    assert columns_of(mapping.tables["tickets"]) == {
        "ticket_id", "customer", "opened_at", "closed_at", "priority",
    }  # fmt: skip


def test_a_written_mapping_reads_as_the_same() -> None:
    mapping = load_mapping(TICKETS, "desk.yaml")
    assert load_mapping(write_mapping(mapping), "again.yaml") == mapping
    assert "account: customer\n" in write_mapping(mapping)


def test_the_shipped_mappings_are_sound() -> None:
    shipped = sorted(files("aloft.collect.files").joinpath("mappings").iterdir(), key=str)
    assert [path.name for path in shipped][:1] == ["ravenstack.yaml"]
    for path in shipped:
        mapping = load_mapping(path.read_text(), path.name)
        assert load_mapping(write_mapping(mapping), path.name) == mapping


def test_all_that_is_wrong_is_told_at_once_with_its_place() -> None:
    text = TICKETS.replace("name: Ticket Opened", "naem: Ticket Opened").replace("key:", "kye:")
    assert problems(text) == [
        "desk.yaml:4:5: tables.tickets.kye: unknown key 'kye' (did you mean 'key'?)",
        "desk.yaml:7:29: tables.tickets.gives.opened.naem: unknown key 'naem' (did you mean 'name'?)",
    ]


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        (
            "kind: event, name: Ticket S",
            "kind: evnt, name: S",
            "tables.tickets.gives.solved: `kind` is account, event",
        ),
        ("at: opened_at", "on: opened_at", "tables.tickets.gives.opened.at: it is missing"),
        ("account: customer", "account: {column: c, via: people}", "unknown table 'people'"),
        ("    account: customer\n", "", "whose is it? name the account's column here or at the table"),
        ("mapping: desk", "mapping: desk\ncomplete_to: soon", "complete_to: expected a date, found 'soon'"),
        (
            "mapping: desk",
            "mapping: desk\ntimezone: Europe/Bern",
            "timezone: unknown time zone 'Europe/Bern'",
        ),
        ("name: Ticket Opened, ", "", "an event has either a `name` or a `name_column`"),
        ("optional: true", "optional: true, only: {churn: x}", "unknown choice 'churn'"),
        ("    key: ticket_id\n", "    keep: {last: n}\n", "compare rows of one key: name the key"),
    ],
)
def test_what_makes_no_sense_is_refused(written: str, instead: str, told: str) -> None:
    assert written in TICKETS
    assert any(told in line for line in problems(TICKETS.replace(written, instead)))
