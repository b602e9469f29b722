"""The kind of every part of an expression, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aloft.engagement.durations import positive
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
from aloft.engagement.model import TOUCH_LEVELS
from aloft.engagement.names import (
    FUNCTIONS,
    MOMENT_INSTANTS,
    NOTED,
    PERSONAS,
    Argument,
    Function,
    Kind,
)
from aloft.engagement.parse import COMPARISONS, Parsed, ReadingError
from aloft.engagement.spelling import alternatives, did_you_mean, quoted

_ARTICLES = {"instant": "an instant", "property": "a property", "boolean": "true or false", "text": "text"}


@dataclass(frozen=True)
class Scope:
    """What an expression may name where it stands.

    `choices` are the texts that a name can be, where they are known. `counts` are the count metrics, `touch`
    the touch levels. `moments` None: not to be read here.
    `event`: `event.PROPERTY` may be read. `properties`: every name is a property of the event.
    `elsewhere` says of names of the language why they are not for this place.
    """

    names: Mapping[str, Kind]
    functions: frozenset[str]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moments: frozenset[str] | None = None
    counts: frozenset[str] = frozenset()
    touch: tuple[str, ...] = TOUCH_LEVELS
    event: bool = False
    properties: bool = False
    elsewhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    offset: int
    message: str


def faults(parsed: Parsed, scope: Scope, wanted: Kind = "boolean") -> tuple[Fault, ...]:
    """All that is wrong with an expression that should be of the kind `wanted`."""
    inference = _Inference(parsed, scope)
    inference.want(parsed.expression, wanted)
    return tuple(dict.fromkeys(inference.found))


class _Inference:
    def __init__(self, parsed: Parsed, scope: Scope) -> None:
        self.parsed = parsed
        self.scope = scope
        self.found: list[Fault] = []

    def kind(self, node: Expression) -> Kind:
        match node:
            case Number():
                return "number"
            case Text():
                return "text"
            case Boolean():
                return "boolean"
            case Name():
                return self.name(node)
            case Call():
                return self.call(node)
            case Negative(operand):
                return self.want(operand, "number")
            case Not(operand):
                return self.want(operand, "boolean")
            case Binary():
                return self.binary(node)
            case In(operand, choices):
                return self.among(operand, choices)
            case Between(operand, low, high):
                return self.among(operand, (low, high), ordered=True)
            case IsNull(operand):
                self.kind(operand)
                return "boolean"
            case Null():
                return "unknown"

    def want(self, node: Expression, wanted: Kind, *, or_property: bool = False) -> Kind:
        found = self.kind(node)
        if found not in (wanted, "unknown") and not (found == "property" and or_property):
            self.fault(node, _unwanted(node, wanted, found))
        return wanted

    def binary(self, node: Binary) -> Kind:
        if node.operator in COMPARISONS:
            return self.compared(node.left, node.right, ordered=node.operator not in ("=", "<>"))
        counts = node.operator not in ("and", "or")
        wanted: Kind = "number" if counts else "boolean"
        self.want(node.left, wanted, or_property=counts)
        return self.want(node.right, wanted, or_property=counts)

    def compared(self, left: Expression, right: Expression, *, ordered: bool) -> Kind:
        first, second = self.kind(left), self.kind(right)
        self.order(left, first, ordered=ordered)
        self.pair(left, first, right, second)
        return "boolean"

    def among(self, operand: Expression, others: tuple[Expression, ...], *, ordered: bool = False) -> Kind:
        """`in` and `between`. A property has the kind of the first, so that the others must have it too."""
        first = self.kind(operand)
        self.order(operand, first, ordered=ordered)
        kinds = [self.kind(other) for other in others]
        for other, kind in zip(others, kinds, strict=True):
            if kind == "property":
                self.fault(other, "a property stands before 'in' and 'between', not after them")
            elif first == "property" and (kind != kinds[0] or not isinstance(other, Number | Text)):
                self.fault(other, "a property is looked for among numbers or among texts")
            elif first != "property":
                self.pair(operand, first, other, kind)
        return "boolean"

    def order(self, node: Expression, kind: Kind, *, ordered: bool) -> None:
        if ordered and kind == "boolean":
            self.fault(node, "true and false have no order")

    def pair(self, left: Expression, first: Kind, right: Expression, second: Kind) -> None:
        if "unknown" in (first, second):
            return
        if "property" in (first, second):
            self.property_pair(left, first, right, second)
        elif first != second:
            self.fault(right, f"{_article(first)} cannot be compared with {_article(second)}")
        else:
            self.chosen(left, right)
            self.chosen(right, left)

    def property_pair(self, left: Expression, first: Kind, right: Expression, second: Kind) -> None:
        """A property has the kind of what it is compared with, so that must be plain to see."""
        other, kind = (right, second) if first == "property" else (left, first)
        plain = isinstance(other, Boolean) or (
            kind in ("number", "text") and isinstance(other, Number | Text | Negative | Binary)
        )
        if not plain:
            self.fault(other, "a property is compared with a number, a text, true or false")

    def chosen(self, name: Expression, value: Expression) -> None:
        if not isinstance(name, Name) or not isinstance(value, Text):
            return
        choices = self.scope.choices.get(name.dotted)
        if choices is not None and value.value not in choices:
            hint = did_you_mean(value.value, choices)
            self.fault(value, f"{name.dotted} is never {quoted(value.value)}{hint}")

    def name(self, node: Name) -> Kind:
        if self.scope.properties:
            return "property"
        if node.path[0] == "event" and len(node.path) > 1:
            return self.event(node)
        if node.dotted in self.scope.names:
            return self.scope.names[node.dotted]
        moments = self.scope.moments
        if moments is not None and node.path[0] in moments:
            return self.instant(node)
        self.fault(node, self.missing(node))
        return "unknown"

    def event(self, node: Name) -> Kind:
        if not self.scope.event:
            self.fault(node, "only a moment with an event can read event." + ".".join(node.path[1:]))
            return "unknown"
        return "property"

    def instant(self, node: Name) -> Kind:
        if len(node.path) != 2 or node.path[1] not in MOMENT_INSTANTS:
            asked = quoted(".".join(node.path[1:]))
            self.fault(node, f"a moment has {alternatives(MOMENT_INSTANTS)}, not {asked}")
        return "instant"

    def instants(self, moment: str) -> list[str]:
        return [f"{moment}.{instant}" for instant in MOMENT_INSTANTS]

    def missing(self, node: Name) -> str:
        dotted = node.dotted
        if dotted in self.scope.elsewhere:
            return self.scope.elsewhere[dotted]
        known = set(self.scope.names)
        for moment in self.scope.moments or ():
            known.update(self.instants(moment))
        return f"unknown name {quoted(dotted)}{did_you_mean(dotted, known)}"

    def call(self, node: Call) -> Kind:
        if node.function not in self.scope.functions:
            self.fault(node, self.uncallable(node.function))
            for argument in node.arguments:
                self.kind(argument)
            return "unknown"
        function = FUNCTIONS[node.function]
        wanted = len(function.arguments)
        given = len(node.arguments)
        if given < wanted or (given > wanted and not function.repeats):
            self.fault(node, f"{node.function} takes {_arity(function)}, found {given}")
            return "unknown" if function.result == "same" else function.result
        return self.arguments(function, node)

    def uncallable(self, name: str) -> str:
        if name in self.scope.elsewhere:
            return self.scope.elsewhere[name]
        if name in FUNCTIONS:
            return f"{name} cannot be asked here"
        return f"unknown function {quoted(name)}{did_you_mean(name, self.scope.functions)}"

    def arguments(self, function: Function, node: Call) -> Kind:
        if function.arguments[0] == "same":
            return self.alike(function.name, node.arguments)
        for wanted, argument in zip(function.arguments, node.arguments, strict=True):
            self.argument(function.name, wanted, argument)
        return "unknown" if function.result == "same" else function.result

    def argument(self, function: str, wanted: Argument, node: Expression) -> None:
        match wanted:
            case "persona":
                self.word(node, "persona", PERSONAS)
            case "touch":
                self.word(node, "touch level", self.scope.touch)
            case "recorded":
                self.word(node, "fact that people record", NOTED)
            case "name":
                self.named(function, node)
            case "past":
                self.past(node)
            case "signal":
                self.signal(function, node)
            case "fraction":
                self.fraction(node)
            case "feature":
                self.feature(node)
            case "same":
                raise AssertionError("arguments of the same kind are judged together")
            case kind:
                self.want(node, kind)

    def past(self, node: Expression) -> None:
        if not isinstance(node, Text):
            self.fault(node, "expected a duration in single quotes, such as '28d'")
            return
        try:
            positive(node.value)
        except ReadingError as error:
            self.fault(node, error.message)

    def signal(self, function: str, node: Expression) -> None:
        event = isinstance(node, Text) and node.value.strip()
        if not event and not (isinstance(node, Name) and node.dotted in self.scope.counts):
            self.fault(node, f"{function} takes an event in single quotes, or the name of a count metric")

    def fraction(self, node: Expression) -> None:
        if not isinstance(node, Number) or not 0 < node.value < 1:
            self.fault(node, "expected a fraction between 0 and 1, such as 0.30")

    def feature(self, node: Expression) -> None:
        if not (isinstance(node, Text) and node.value.strip()) and self.kind(node) not in (
            "property",
            "unknown",
        ):
            self.fault(node, "expected a feature in single quotes, or a property of the event")

    def alike(self, function: str, arguments: tuple[Expression, ...]) -> Kind:
        kinds = [self.kind(argument) for argument in arguments]
        known = [kind for kind in kinds if kind != "unknown"]
        for argument, kind in zip(arguments, kinds, strict=True):
            if kind == "property":
                self.fault(argument, f"{function} does not take a property")
            elif kind not in ("unknown", known[0]) and known[0] != "property":
                self.fault(argument, f"{function} takes {_article(known[0])} here, found {_article(kind)}")
            elif function != "coalesce" and kind in ("boolean", "text"):
                self.fault(argument, f"{function} takes numbers or instants, found {_article(kind)}")
        return known[0] if known and known[0] != "property" else "unknown"

    def word(self, node: Expression, what: str, words: tuple[str, ...]) -> None:
        if not isinstance(node, Text):
            self.fault(node, f"expected a {what} in single quotes")
        elif node.value not in words:
            hint = did_you_mean(node.value, words) or f": it is {alternatives(words)}"
            self.fault(node, f"unknown {what} {quoted(node.value)}{hint}")

    def named(self, function: str, node: Expression) -> None:
        if not isinstance(node, Name):
            self.fault(node, f"{function} takes the name of a number")
        else:
            self.want(node, "number")

    def fault(self, node: Expression, message: str) -> None:
        self.found.append(Fault(self.parsed.offset(node), message))


def _article(kind: Kind) -> str:
    return _ARTICLES.get(kind, f"a {kind}")


def _unwanted(node: Expression, wanted: Kind, found: Kind) -> str:
    if wanted == "boolean" and found == "property":
        return "a property is compared with a number, a text, true or false"
    subject = f"{node.dotted} is {_article(found)}" if isinstance(node, Name) else f"found {_article(found)}"
    return f"{'a condition' if wanted == 'boolean' else _article(wanted)} expected, {subject}"


def _arity(function: Function) -> str:
    count = len(function.arguments)
    least = "at least " if function.repeats else ""
    return f"{least}{count} {'argument' if count == 1 else 'arguments'}"
