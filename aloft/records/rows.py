"""Many rows at once, in one statement that the database prepares once.

`bulk_create` asks each field of each row how its value is spelled, and makes a statement as long as its rows: of
some thousand rows that takes longer than to decide what they say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.expressions import RawSQL

T = TypeVar("T")
Row = tuple[Any, ...]
Spell = Callable[[Any], Any]

AT_ONCE = 20_000
"""Rows that are spelled before they are written: of a million they would take gigabytes."""
NAMED = 5_000
"""Rows that one statement names, as a rule."""


def insert(rows: Sequence[models.Model]) -> None:
    """New rows of one model. They are not told their keys."""
    if rows:
        model = type(rows[0])
        columns = all_columns(model)
        put(model, columns, map(attrgetter(*columns), rows))


def upsert(rows: Sequence[models.Model], *, unique: Sequence[str], kept: Sequence[str] = ()) -> None:
    """The same, but where a row with these `unique` columns is there already it takes the values, all but `kept`."""
    if rows:
        model = type(rows[0])
        columns = all_columns(model)
        put(model, columns, map(attrgetter(*columns), rows), unique=unique, kept=kept)


def put(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    unique: Sequence[str] = (),
    kept: Sequence[str] = (),
) -> None:
    """Rows of the values of `columns` (`account_id`, not `account`), of which none without a default is left out."""
    waiting = iter(rows)
    while told := [*zip(*islice(waiting, AT_ONCE), strict=True)]:
        spelled = [_spelled(model, name, values) for name, values in zip(columns, told, strict=True)]
        with connection.cursor() as cursor:
            cursor.executemany(_statement(model, columns, unique, kept), [*zip(*spelled, strict=True)])


def told(query: models.QuerySet[Any], columns: Sequence[str]) -> Iterator[Row]:
    """What is stored, as the database spells it: of many rows Django takes long to read instants and objects.

    Instants are UTC, with SQLite without saying so; an object is its text.
    """
    sql, parameters = query.order_by().values_list(*columns).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        while some := cursor.fetchmany(AT_ONCE):
            yield from some


def batched(rows: Iterable[T], many: int = NAMED) -> Iterator[list[T]]:
    """So many at a time, in their order."""
    left = iter(rows)
    while some := list(islice(left, many)):
        yield some


def among(keys: Collection[int]) -> RawSQL:
    """Numbers as `field__in` takes them: one parameter, whatever their number, which Django need not spell one by
    one."""
    if connection.vendor == "postgresql":
        return RawSQL("select unnest(%s::bigint[])", [list(keys)])
    return RawSQL("select value from json_each(%s)", [json.dumps(list(keys))])


def all_columns(model: type[models.Model]) -> list[str]:
    """All but the key that the database gives."""
    return [field.attname for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


def _statement(
    model: type[models.Model], columns: Sequence[str], unique: Sequence[str], kept: Sequence[str]
) -> str:
    quoted = connection.ops.quote_name
    names = {name: quoted(_field(model, name).column or name) for name in columns}
    values = ", ".join(["%s"] * len(columns))
    table = quoted(model._meta.db_table)
    inserted = f"INSERT INTO {table} ({', '.join(names.values())}) VALUES ({values})"  # noqa: S608
    if not unique:
        return inserted
    taken = [name for column, name in names.items() if column not in {*unique, *kept}]
    told = ", ".join(f"{name} = excluded.{name}" for name in taken)
    return f"{inserted} ON CONFLICT ({', '.join(names[name] for name in unique)}) DO UPDATE SET {told}"


def _spelled(model: type[models.Model], name: str, values: Sequence[Any]) -> Sequence[Any]:
    field = _field(model, name)
    spell = _spelling(field)
    if spell is None:
        return values
    if isinstance(field, models.DateTimeField):
        return _instants(spell, values)
    if isinstance(field, models.JSONField):
        return _objects(spell, values)
    return [None if value is None else spell(value) for value in values]


def _instants(spell: Spell, values: Sequence[datetime | None]) -> Sequence[Any]:
    """Each that comes again is spelled once. Of a clock that goes back two would be taken for one: those are not."""
    spelled: dict[datetime | None, Any] = {None: None}
    for value in values:
        if value not in spelled and value is not None and value.tzinfo is UTC:
            spelled[value] = spell(value)
    return [spelled[value] if value is None or value.tzinfo is UTC else spell(value) for value in values]


def _objects(spell: Spell, values: Sequence[Any]) -> Sequence[Any]:
    """One that several rows share is spelled once."""
    spelled = {id(value): value for value in values}
    for place, value in spelled.items():
        spelled[place] = None if value is None else spell(value)
    return [spelled[id(value)] for value in values]


def _spelling(field: Any) -> Spell | None:
    """As the database takes the values of a field; None: as they are."""
    ops = connection.ops
    match field:
        case models.JSONField():
            return lambda value: ops.adapt_json_value(value, field.encoder)
        case models.DateTimeField():
            return ops.adapt_datetimefield_value
        case models.DateField():
            return ops.adapt_datefield_value
        case models.CharField() if field.choices:
            return str  # a member of an enumeration is text to Python alone
        case models.DecimalField():
            return lambda value: ops.adapt_decimalfield_value(value, field.max_digits, field.decimal_places)
        case _:
            return None


def _field(model: type[models.Model], name: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.attname == name)
