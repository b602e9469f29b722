"""Stars that leave something out (`f.* exclude (_key)`), written out: not every Spark knows a word for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlglot import exp

Columns = Callable[[str], Sequence[str]]
"""The columns of a table, by its name. Raises KeyError."""


def written_out(query: exp.Expr, columns: Columns) -> exp.Expr:
    """The query with such stars as the columns that are left. `columns` are those of tables that lie outside it."""
    fresh = query.copy()
    _write_out(fresh, {}, columns)
    return fresh


def _write_out(query: exp.Expr, known: Mapping[str, Sequence[str]], columns: Columns) -> Sequence[str]:
    """The names of the columns that it gives, once its stars are written out. `known`: of common table expressions."""
    if isinstance(query, exp.Subquery | exp.Paren):
        return _write_out(query.this, known, columns)
    known = dict(known)
    for common in query.ctes if isinstance(query, exp.Query) else ():
        known[common.alias] = _write_out(common.this, known, columns)
    if isinstance(query, exp.SetOperation):
        _write_out(query.right, known, columns)
        return _write_out(query.left, known, columns)
    assert isinstance(query, exp.Select), query.sql()
    sources = dict(_sources(query, known, columns))
    query.set("expressions", [one for each in query.expressions for one in _projected(each, sources)])
    return [name for each in query.expressions for name in _names(each, sources)]


def _sources(
    query: exp.Select, known: Mapping[str, Sequence[str]], columns: Columns
) -> Iterator[tuple[str, Sequence[str]]]:
    """What it reads, by alias; what a semi or an anti join asks for gives no column."""
    joins = query.args.get("joins") or []
    read = [query.args["from_"].this] if query.args.get("from_") else []
    for each, gives in [
        *((one, True) for one in read),
        *((one.this, one.kind not in ("SEMI", "ANTI")) for one in joins),
    ]:
        if isinstance(each, exp.Table):
            found = known[each.name] if each.name in known else columns(each.name)
        else:
            found = each.alias_column_names or _write_out(each, known, columns)
        if gives:
            yield each.alias_or_name, found


def _projected(each: exp.Expr, sources: Mapping[str, Sequence[str]]) -> Iterator[exp.Expr]:
    star = each.this if isinstance(each, exp.Column) else each
    left_out = star.args.get("except_") if isinstance(star, exp.Star) else None
    if not left_out:
        yield each
        return
    without = {one.name for one in left_out}
    for table, names in _starred(each, sources):
        for name in names:
            if name not in without:
                yield exp.column(name, table=table or None, quoted=True)


def _names(each: exp.Expr, sources: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if each.is_star:
        yield from (name for _, names in _starred(each, sources) for name in names)
    else:
        yield each.alias_or_name


def _starred(each: exp.Expr, sources: Mapping[str, Sequence[str]]) -> list[tuple[str, Sequence[str]]]:
    """The sources of a star: the one that it names, or all."""
    table = each.table if isinstance(each, exp.Column) else ""
    return [(table, sources[table])] if table else list(sources.items())
