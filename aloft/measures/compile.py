"""Expressions of an engagement model -> one SQL expression tree, spelled for a dialect by sqlglot.

A frame (see `measures.frame`) has one column per name, called as in the language (`"kickoff.done"`), so
that a compiled expression is true, false or unknown for a row exactly as SQL says. Columns of the frame
itself begin with an underscore, which no name of a model does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from aloft.engagement.durations import duration
from aloft.engagement.expressions import (
    Between,
    Binary,
    Boolean,
    Call,
    Expression,
    In,
    IsNull,
    Name,
    Negative,
    Not,
    Null,
    Number,
    Text,
)
from aloft.engagement.model import Model
from aloft.engagement.render import render
from aloft.measures.features import requested_column, used_columns

Column = Callable[[Name], exp.Expression]

_OPERATORS: Mapping[str, Callable[..., exp.Expression]] = {
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "and": exp.And,
    "or": exp.Or,
}
_COMPARISONS = {"=", "<>", "<", "<=", ">", ">="}


@dataclass(frozen=True)
class Scope:
    """What names mean: columns of a frame, and of which names are the raw properties of an event."""

    column: Column
    is_property: Callable[[Name], bool] = lambda _name: False


def frame_column(name: Name) -> exp.Expression:
    return exp.column(name.dotted, quoted=True)


def _is_event_property(name: Name) -> bool:
    return name.path[0] == "event"


def _event_property(name: Name) -> exp.Expression:
    return property_of(exp.column("_event", quoted=True), name.path[1:])


def property_of(document: exp.Expression, path: tuple[str, ...]) -> exp.Expression:
    """The text of a JSON property; a number or a boolean comes as its text."""
    steps = ".".join('"' + step.replace('"', "") + '"' for step in path)
    return exp.Anonymous(this="json_extract_string", expressions=[document, exp.Literal.string(f"$.{steps}")])


def property_text(dotted: str) -> str:
    """SQL of the text of a property of an event, over the columns of `event`."""
    return property_of(exp.column("properties"), tuple(dotted.split("."))).sql(dialect="duckdb")


FRAME = Scope(
    column=lambda name: _event_property(name) if _is_event_property(name) else frame_column(name),
    is_property=_is_event_property,
)
EVENT = Scope(
    column=lambda name: property_of(exp.column("properties"), name.path), is_property=lambda _name: True
)


def frame_scope(model: Model) -> Scope:
    """A frame of this model: its `latest` metrics are texts until what they are compared with says otherwise."""
    latest = frozenset(name for name, metric in model.metrics.items() if metric.verb == "latest")
    return replace(FRAME, is_property=lambda name: _is_event_property(name) or name.dotted in latest)


def compile_expression(expression: Expression, scope: Scope = FRAME) -> exp.Expression:
    """The SQL of an expression; every division by zero is unknown."""
    return _Compiler(scope).of(expression)


def sql(expression: Expression, scope: Scope = FRAME, dialect: str = "duckdb") -> str:
    return compile_expression(expression, scope).sql(dialect=dialect)


class _Compiler:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def of(self, node: Expression) -> exp.Expression:
        match node:
            case Number(value):
                return exp.Literal.number(str(value))
            case Text(value):
                return exp.Literal.string(value)
            case Boolean(value):
                return exp.Boolean(this=value)
            case Null():
                return exp.Null()
            case Name():
                return self.scope.column(node)
            case Negative(operand):
                return exp.Neg(this=self.wrapped(operand))
            case Not(operand):
                return exp.Not(this=self.wrapped(operand))
            case Binary():
                return self._binary(node)
            case In(operand, choices, negated):
                inside = exp.In(
                    this=self.wrapped(operand), expressions=[self._alike(c, operand) for c in choices]
                )
                return exp.Not(this=exp.Paren(this=inside)) if negated else inside
            case Between(operand, low, high):
                typed = self._typed(operand, low)
                return exp.Between(this=typed, low=self.wrapped(low), high=self.wrapped(high))
            case IsNull(operand, negated):
                null = exp.Is(this=self.wrapped(operand), expression=exp.Null())
                return exp.Not(this=exp.Paren(this=null)) if negated else null
            case Call():
                return FUNCTIONS[node.function](self, node)

    def wrapped(self, node: Expression) -> exp.Expression:
        compiled = self.of(node)
        return exp.Paren(this=compiled) if isinstance(compiled, exp.Binary | exp.Not | exp.Neg) else compiled

    def _binary(self, node: Binary) -> exp.Expression:
        left, right = self._typed(node.left, node.right), self._typed(node.right, node.left)
        if node.operator not in _COMPARISONS and node.operator not in {"and", "or"}:
            left, right = self._numeric(node.left, left), self._numeric(node.right, right)
        if node.operator == "/":
            zero = exp.Literal.number("0")
            return exp.Div(
                this=exp.cast(left, "double"), expression=exp.Nullif(this=right, expression=zero), typed=False
            )
        return _OPERATORS[node.operator](this=left, expression=right)

    def _typed(self, node: Expression, other: Expression) -> exp.Expression:
        """A property is text until what it is compared with says otherwise."""
        compiled = self.wrapped(node)
        if not (isinstance(node, Name) and self.scope.is_property(node)):
            return compiled
        if isinstance(other, Number | Negative | Binary):
            return exp.TryCast(this=compiled, to=exp.DataType.build("double"))
        if isinstance(other, Boolean):
            return exp.TryCast(this=compiled, to=exp.DataType.build("boolean"))
        return compiled

    def _numeric(self, node: Expression, compiled: exp.Expression) -> exp.Expression:
        if isinstance(node, Name) and self.scope.is_property(node):
            return exp.TryCast(this=self.of(node), to=exp.DataType.build("double"))
        return compiled

    def _alike(self, choice: Expression, operand: Expression) -> exp.Expression:
        if isinstance(operand, Name) and self.scope.is_property(operand) and isinstance(choice, Number):
            return exp.Literal.string(str(choice.value))
        return self.of(choice)


def _local_day(instant: exp.Expression) -> exp.Expression:
    """The account's local day of an instant, as days since 1970-01-01: `aloft_day` is made with the frame."""
    return exp.Anonymous(this="aloft_day", expressions=[instant, exp.column("_zone", quoted=True)])


def _days_since(compiler: _Compiler, call: Call) -> exp.Expression:
    return exp.Sub(
        this=exp.column("_day", quoted=True), expression=_local_day(compiler.of(call.arguments[0]))
    )


def _days_until(compiler: _Compiler, call: Call) -> exp.Expression:
    return exp.Sub(
        this=_local_day(compiler.of(call.arguments[0])), expression=exp.column("_day", quoted=True)
    )


def _plain(name: str) -> Callable[[_Compiler, Call], exp.Expression]:
    def build(compiler: _Compiler, call: Call) -> exp.Expression:
        return exp.Anonymous(this=name, expressions=[compiler.of(a) for a in call.arguments])

    return build


def _known(name: str) -> Callable[[_Compiler, Call], exp.Expression]:
    """The engine's least and greatest pass over what is unknown; ours are unknown themselves."""

    def build(compiler: _Compiler, call: Call) -> exp.Expression:
        parts = [compiler.of(a) for a in call.arguments]
        unknown = exp.or_(*(exp.Is(this=part.copy(), expression=exp.Null()) for part in parts))
        return exp.Case().when(unknown, exp.Null()).else_(exp.Anonymous(this=name, expressions=parts))

    return build


def _log10(compiler: _Compiler, call: Call) -> exp.Expression:
    inside = compiler.of(call.arguments[0])
    positive = exp.GT(this=exp.Paren(this=inside), expression=exp.Literal.number("0"))
    return exp.Case().when(positive, exp.Anonymous(this="log10", expressions=[inside.copy()]))


def _touches(compiler: _Compiler, call: Call) -> exp.Expression:
    return exp.Anonymous(
        this="list_contains",
        expressions=[exp.column("_touch_set", quoted=True), compiler.of(call.arguments[0])],
    )


def _at_opening(_compiler: _Compiler, call: Call) -> exp.Expression:
    held = property_of(exp.column("_opening", quoted=True), (render(call.arguments[0]),))
    return exp.TryCast(this=held, to=exp.DataType.build("double"))


def _noted(compiler: _Compiler, call: Call) -> exp.Expression:
    """`attended('exec_sponsor')`: recorded on this occurrence for a contact of that persona."""
    if not call.arguments:
        return exp.column(call.function, quoted=True)
    noted = exp.column("_noted", quoted=True)
    persona = compiler.of(call.arguments[0])
    key = exp.DPipe(this=exp.Literal.string(f"{call.function}:"), expression=persona)
    return exp.Anonymous(this="list_contains", expressions=[noted, key])


def _judged_daily(_compiler: _Compiler, call: Call) -> exp.Expression:
    """What the daily pass found is a column of the frame, called as the rule calls it."""
    return exp.column(render(call), quoted=True)


def _earlier(_compiler: _Compiler, call: Call) -> exp.Expression:
    subject, past = call.arguments
    assert isinstance(subject, Name)
    assert isinstance(past, Text)
    return exp.column(f"_{duration(past.value)}.{subject.dotted}", quoted=True)


def _change(compiler: _Compiler, call: Call) -> exp.Expression:
    """How much more it is now, as a fraction of what it was."""
    now, was = compiler.wrapped(call.arguments[0]), _earlier(compiler, call)
    zero = exp.Literal.number("0")
    more = exp.Paren(this=exp.Sub(this=exp.cast(now, "double"), expression=was))
    return exp.Div(this=more, expression=exp.Nullif(this=was.copy(), expression=zero), typed=False)


def _family(_compiler: _Compiler, call: Call) -> exp.Expression:
    subject = call.arguments[0]
    assert isinstance(subject, Name)
    return exp.column(f"_family.{subject.dotted}", quoted=True)


def _share(_compiler: _Compiler, call: Call) -> exp.Expression:
    return exp.column(
        "_share." + ".".join(str(one.value) for one in call.arguments if isinstance(one, Text)), quoted=True
    )


def _used(_compiler: _Compiler, call: Call) -> exp.Expression:
    users, active = (exp.column(name, quoted=True) for name in used_columns(call))
    zero = exp.Literal.number("0")
    return exp.Div(
        this=exp.cast(users, "double"), expression=exp.Nullif(this=active, expression=zero), typed=False
    )


def _requested(_compiler: _Compiler, call: Call) -> exp.Expression:
    asked = exp.column(requested_column(call), quoted=True)
    return exp.GT(this=asked, expression=exp.Literal.number("0"))


FUNCTIONS: Mapping[str, Callable[[_Compiler, Call], exp.Expression]] = {
    "days_since": _days_since,
    "days_until": _days_until,
    "coalesce": _plain("coalesce"),
    "least": _known("least"),
    "greatest": _known("greatest"),
    "abs": _plain("abs"),
    "round": _plain("round"),
    "log10": _log10,
    "touches": _touches,
    "at_opening": _at_opening,
    "lag": _earlier,
    "change": _change,
    "family": _family,
    "share": _share,
    "used": _used,
    "requested": _requested,
    **dict.fromkeys(("declined", "grew", "silent", "rank"), _judged_daily),
    **dict.fromkeys(("contacted", "attended", "confirmed", "trained", "signed", "no_show"), _noted),
}
