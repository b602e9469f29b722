"""Statements over the fact store, spelled for Spark: the same expression tree, with what Spark calls otherwise.

Spark is also what speaks Spark Connect and is none (Sail): where the two differ, it is said in words of both.
Sessions are in UTC, so that a timestamp of theirs is an instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlglot
from sqlglot import exp

LOCAL = "from_utc_timestamp"
Spelling = Callable[[Any], exp.Expr]


def parsed(statements: str, parameters: Mapping[str, object]) -> Iterator[exp.Expr]:
    """Each of the statements, with the parameters (`$at`) put in. Macros are left out: they are spelled in place."""
    for statement in sqlglot.parse(statements, read="duckdb"):
        if statement is not None and statement.args.get("kind") != "MACRO":
            yield statement.transform(_with(parameters))


def spelled(query: exp.Expr, *, pretty: bool = False) -> str:
    """What lies within something is spelled before it."""
    root = query.copy()
    for node in reversed(list(root.walk(bfs=True))):
        fresh = _spell(node)
        if node is root:
            root = fresh
        elif fresh is not node:
            node.replace(fresh)
    return root.sql(dialect="spark", pretty=pretty)


def _with(parameters: Mapping[str, object]) -> Spelling:
    def put(node: exp.Expr) -> exp.Expr:
        known = isinstance(node, exp.Parameter | exp.Placeholder) and node.name in parameters
        return _literal(parameters[node.name]) if known else node

    return put


def _literal(value: object) -> exp.Expr:
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "timestamp")
    if isinstance(value, list | tuple):
        return exp.Tuple(expressions=[_literal(one) for one in value])
    return exp.convert(value)


def _spell(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous):
        named = _NAMED.get(node.name.lower())
        return named(*node.expressions) if named else node
    spell = _SPELLED.get(type(node))
    return spell(node) if spell else node


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _days(day: exp.Expr) -> exp.Expr:
    return _call("unix_date", exp.cast(day, "date"))


def _local(instant: exp.Expr, zone: exp.Expr) -> exp.Expr:
    return _call(LOCAL, instant, zone)


def _local_day(instant: exp.Expr, zone: exp.Expr) -> exp.Expr:
    return _days(_local(instant, zone))


def _instant(local: exp.Expr, zone: exp.Expr) -> exp.Expr:
    return _call("to_utc_timestamp", exp.cast(local, "timestamptz"), zone)


def _timezone(zone: exp.Expr, value: exp.Expr) -> exp.Expr:
    """Around an instant in UTC the local time of a zone; and UTC around a local time of a zone its instant."""
    if not (isinstance(zone, exp.Literal) and zone.name == "UTC"):
        return _local(value, zone)
    if isinstance(value, exp.Anonymous) and value.name == LOCAL:
        return _instant(*value.expressions)
    return value


def _type(node: exp.DataType) -> exp.Expr:
    return exp.DataType.build("timestamptz") if node.is_type("timestamp", "timestampntz") else node


def _latest(node: exp.ArgMax) -> exp.Expr:
    order = node.expression
    by = _call("struct", *order.expressions) if isinstance(order, exp.Tuple) else order
    return _call("max_by", node.this, by)


def _element(node: exp.Bracket) -> exp.Expr:
    """Nothing where the list is shorter; the parser has made the first element number 0."""
    return _call("get", node.this, *node.expressions)


def _among(node: exp.In) -> exp.Expr:
    """One of many that were handed over: `in (select unnest($these))`. Of none it is unknown, and so never true."""
    query = node.args.get("query")
    handed = query.find(exp.Tuple) if query is not None and query.find(exp.Explode) else None
    if handed is None:
        return node
    return exp.In(this=node.this, expressions=[*handed.expressions] or [exp.null()])


def _grouped(node: exp.Select) -> exp.Expr:
    """By all that is no sum, each told; a constant needs none, and a number would mean a place."""
    group = node.args.get("group")
    if group is not None and group.args.get("all"):
        told = (one.unalias() for one in node.expressions)
        by = [one.copy() for one in told if not (one.find(exp.AggFunc) or isinstance(one, exp.Literal))]
        node.set("group", exp.Group(expressions=by))
    return node


_NAMED: Mapping[str, Callable[..., exp.Expr]] = {
    "aloft_days": _days,
    "aloft_local": _local,
    "aloft_day": _local_day,
    "aloft_instant": _instant,
    "timezone": _timezone,
}
_SPELLED: Mapping[type[exp.Expr], Spelling] = {
    exp.DataType: _type,
    exp.Select: _grouped,
    exp.In: _among,
    exp.ArgMax: _latest,
    exp.Bracket: _element,
    exp.ArrayOverlaps: lambda node: _call("arrays_overlap", node.this, node.expression),
}
