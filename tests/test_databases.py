"""Where Django's database lies, as ALOFT_DATABASE says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aloft.collect.place import parameters_of
from aloft.databases import UnknownDatabase, database, of_home

HOME = Path("/srv/aloft")


def test_without_an_address_it_is_a_file_of_the_home() -> None:
    assert database("", HOME)["NAME"] == HOME / "aloft.sqlite3"


def test_an_address_names_server_role_and_database() -> None:
    told = database("postgresql://aloft:p%40ss@db.example:5433/success", HOME)
    assert parameters_of(told) == (
        ("dbname", "success"),
        ("user", "aloft"),
        ("password", "p@ss"),
        ("host", "db.example"),
        ("port", "5433"),
    )


def test_a_socket_is_a_host_that_is_a_folder() -> None:
    told = database("postgresql://aloft@%2Fvar%2Frun%2Fpostgresql/aloft", HOME)
    assert parameters_of(told) == (("dbname", "aloft"), ("user", "aloft"), ("host", "/var/run/postgresql"))


def test_each_home_has_a_name_of_its_own() -> None:
    names = {of_home("aloft_{home}", HOME / name) for name in ("a", "b")}
    assert len(names) == 2
    assert all(name.startswith("aloft_") and len(name) == 18 for name in names)


@pytest.mark.parametrize(
    "address", ["mysql://aloft@db.example/aloft", "postgresql://aloft@db.example", "aloft"]
)
def test_another_address_is_refused_with_the_form_that_is_read(address: str) -> None:
    with pytest.raises(UnknownDatabase, match="postgresql://USER:PASSWORD@HOST:PORT/NAME"):
        database(address, HOME)
