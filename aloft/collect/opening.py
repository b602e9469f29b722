"""Opens the tables of an inbox wherever they lie; what talks to PostgreSQL is read only where it is used."""

from __future__ import annotations

from aloft.collect import tables_of_sqlite
from aloft.collect.place import Place, Staging
from aloft.collect.tables import Tables


def connect(place: Place, patience: float) -> Tables:
    """To write and read; they are made where they are missing."""
    if not isinstance(place, Staging):
        return tables_of_sqlite.connect(place, patience)
    from aloft.collect import tables_of_postgres

    return tables_of_postgres.connect(place, patience)


def look(place: Place, patience: float) -> Tables | None:
    """To read what is there; None while there is nothing."""
    if not isinstance(place, Staging):
        return tables_of_sqlite.look(place, patience)
    from aloft.collect import tables_of_postgres

    return tables_of_postgres.look(place, patience)
