"""Numbers as they stand at the leaves of a document: scores, weights, ratios, bounds, curves."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from pydantic_core import PydanticCustomError

from aloft.engagement.leaves import AmountItem, AmountLeaf, Form, Plain, fault, key_fault, leaf, shape_of
from aloft.engagement.parse import ReadingError
from aloft.engagement.part import Either
from aloft.engagement.spelling import quoted

Curve = tuple[tuple[float, float], ...]

_NUMBER = re.compile(r"-?(?:[0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})")
_COUNT = re.compile(r"[0-9]{1,6}")
_RATIO = re.compile(r"[0-9]{1,6}:[0-9]{1,9}")


def number(written: str) -> float:
    if not _NUMBER.fullmatch(written):
        raise ReadingError(f"expected a number, found {quoted(written)}")
    return float(written)


def count(written: str) -> int:
    """How many: at least one."""
    if not _COUNT.fullmatch(written) or int(written) == 0:
        raise ReadingError(f"expected a whole number of at least 1, found {quoted(written)}")
    return int(written)


def score(written: str) -> float:
    """A health score: 0 to 100."""
    found = number(written)
    if not 0 <= found <= 100:
        raise ReadingError("a score lies between 0 and 100")
    return found


def share(written: str) -> float:
    """A fraction: 0 to 1."""
    found = number(written)
    if not 0 <= found <= 1:
        raise ReadingError("expected a fraction between 0 and 1")
    return found


def ratio(written: str) -> str:
    """`1:60`, people to accounts."""
    if not _RATIO.fullmatch(written):
        raise ReadingError(f"expected a ratio such as 1:60, found {quoted(written)}")
    return written


def bound(sign: str) -> Callable[[str], float]:
    """`< 40` or `>= 70`, a score with the sign that it is compared by."""

    def read(written: str) -> float:
        if not written.startswith(sign):
            raise ReadingError(f"expected a bound such as '{sign} 40', found {quoted(written)}")
        below = written[len(sign) :]
        try:
            return score(below.strip())
        except ReadingError as error:
            raise ReadingError(error.message, len(sign) + len(below) - len(below.lstrip())) from None

    return read


def curve(value: object) -> Curve:
    """`{0: 0, .4: 40}`: what a value scores, by rising value."""
    if not isinstance(value, dict) or not value:
        raise fault(f"expected a mapping of values to scores, found {shape_of(value)}")
    points = sorted(_point(key, below) for key, below in value.items())
    if len({at for at, _ in points}) < len(points):
        raise fault("a value stands twice")
    return tuple(points)


def curves(value: object) -> Curve | dict[str, Curve]:
    """A curve, or one for each segment: `{tier_1: {0: 0, 10: 100}, tier_2: {0: 0, 5: 100}}`."""
    if (
        not isinstance(value, dict)
        or not value
        or not all(isinstance(below, dict) for below in value.values())
    ):
        return curve(value)
    return {name: _curve_of(name, below) for name, below in value.items()}


def _curve_of(segment: str, value: object) -> Curve:
    try:
        return curve(value)
    except PydanticCustomError as error:
        told = dict(error.context or {})
        below = (segment, *told.get("below", ()))
        raise PydanticCustomError(error.type, error.message_template, {**told, "below": below}) from None


def _point(key: str, below: object) -> tuple[float, float]:
    if not isinstance(below, str):
        raise fault(f"expected a score, found {shape_of(below)}", below=(key,))
    try:
        at = number(key)
    except ReadingError as error:
        raise key_fault(error.message, key) from None
    try:
        return at, score(below)
    except ReadingError as error:
        raise fault(error.message, error.offset, below=(key,)) from None


_SCORE: Form = {"type": "number", "minimum": 0, "maximum": 100}
_CURVE: Form = {"type": "object", "minProperties": 1, "additionalProperties": _SCORE}
_CURVES: Form = {"anyOf": [_CURVE, {"type": "object", "minProperties": 1, "additionalProperties": _CURVE}]}


def _bound_form(sign: str) -> Form:
    return {"type": "string", "pattern": f"^{sign} *[0-9.]+$", "examples": [f"{sign} 40"]}


ScoreLeaf = Annotated[float | None, leaf(score, _SCORE, "a number")]
ShareLeaf = Annotated[float | None, leaf(share, {"type": "number", "minimum": 0, "maximum": 1}, "a fraction")]
CountLeaf = Annotated[int | None, leaf(count, {"type": "integer", "minimum": 1}, "a number")]
RatioLeaf = Annotated[
    str | None, leaf(ratio, {"type": "string", "pattern": "^[0-9]+:[0-9]+$", "examples": ["1:60"]}, "a ratio")
]
RedLeaf = Annotated[float | None, leaf(bound("<"), _bound_form("<"), "a bound")]
GreenLeaf = Annotated[float | None, leaf(bound(">="), _bound_form(">="), "a bound")]
CurvesLeaf = Annotated[Curve | dict[str, Curve], Plain(curves, _CURVES)]
Weights = Annotated[float | dict[str, float] | None, Either(AmountLeaf, dict[str, AmountItem])]
