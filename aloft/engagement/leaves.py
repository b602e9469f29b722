"""The values that stand at the leaves of a document: how each is read, and its form in the JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from aloft.engagement import durations, parse, schedules, zones
from aloft.engagement.model import Anchor, Choice, Duration, ModelUnit, Per, Purpose, Roll, Schedule
from aloft.engagement.parse import KEYWORDS, Parsed, ReadingError
from aloft.engagement.policy import Consent
from aloft.engagement.problems import Path
from aloft.engagement.spelling import alternatives, did_you_mean, quoted

Form = dict[str, Any]

ROLLS: tuple[Roll, ...] = ("none", "following", "preceding", "modified_following")
CHANNELS = (
    "email", "in_app", "sms", "chat", "call", "video", "onsite", "meeting", "webinar", "forum", "survey",
    "list", "webhook",
)  # fmt: skip
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
CHOICES: tuple[Choice, ...] = get_args(Choice)
MATCHES = ("language", "segment")
PERS: tuple[Per, ...] = get_args(Per)
CONSENTS: tuple[Consent, ...] = get_args(Consent)
PRIORITIES = (
    "legal", "incident", "escalation", "renewal", "onboarding", "event", "time", "campaign", "survey",
)  # fmt: skip
CRITICAL = frozenset({"legal", "incident"})
"""Priorities that no quiet hour, cap, pressure or experiment holds back."""
UNITS = ("account", "relationship")
FIELD_TYPES = ("text", "number", "money", "date", "instant", "boolean")
WEEKDAYS = schedules.WEEKDAYS

_NAME = re.compile(r"[a-z][A-Za-z0-9_]*")
_AMOUNT = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNT = re.compile(r"[0-9]{1,6}")
_LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Written:
    """A reading with the text it was read from."""

    schedule: Schedule
    text: str


@dataclass(frozen=True)
class FieldType:
    kind: str
    choices: tuple[str, ...] = ()


Texts = str | tuple[str, ...]
Shape = Texts | dict[str, Texts]


def fault(message: str, offset: int = 0, below: Path = ()) -> PydanticCustomError:
    """`below`: where in the value it is, if that is a list or a mapping."""
    return PydanticCustomError("reading", "{message}", {"message": message, "offset": offset, "below": below})


def key_fault(message: str, key: str) -> PydanticCustomError:
    """A fault of a key of the value."""
    return PydanticCustomError("reading_key", "{message}", {"message": message, "below": (key,)})


def shape_of(value: object) -> str:
    if not value:
        return "nothing"
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else "text"


@dataclass(frozen=True)
class Plain:
    """An annotation: the value is what `read` makes of the document's, and `form` is its JSON Schema."""

    read: Callable[[object], object]
    form: Form

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> Form:
        return dict(self.form)


def leaf(reader: Callable[[str], object], form: Form, wanted: str = "text") -> Plain:
    """A scalar as `reader` reads it."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            raise fault(f"expected {wanted}, found {shape_of(value)}")
        try:
            return reader(value)
        except ReadingError as error:
            raise fault(error.message, error.offset) from None

    return Plain(read, form)


def text(written: str) -> str:
    if not written.strip():
        raise ReadingError("the text is empty")
    if len(written) > _LONGEST_TEXT:
        raise ReadingError(f"the text is longer than {_LONGEST_TEXT} characters")
    return written.strip()


def name(written: str) -> str:
    if not _NAME.fullmatch(written):
        raise ReadingError(f"{quoted(written)} is not a name: a small letter, then letters, digits and _", 0)
    if written in KEYWORDS:
        raise ReadingError(f"'{written}' is a word of the grammar, not a name")
    return written


def property_name(written: str) -> str:
    """`rows`, or `customer.tier` of a property within another."""
    for step in written.split("."):
        name(step)
    return written


def readings(written: str) -> int:
    counted = durations.readings(written)
    if counted is None:
        raise ReadingError("expected a number of readings, such as 2 readings")
    return counted


def boolean(written: str) -> bool:
    if written not in ("true", "false"):
        raise ReadingError(f"expected true or false, found {quoted(written)}")
    return written == "true"


def amount(written: str) -> float:
    if not _AMOUNT.fullmatch(written):
        raise ReadingError(f"expected a number that is not negative, found {quoted(written)}")
    return float(written)


def one_of(what: str, words: tuple[str, ...]) -> Callable[[str], str]:
    def read(written: str) -> str:
        if written in words:
            return written
        hint = did_you_mean(written, words) or f": it is {alternatives(words)}"
        raise ReadingError(f"unknown {what} {quoted(written)}{hint}")

    return read


def word(what: str, words: tuple[str, ...]) -> Plain:
    """A leaf that is one of some words."""
    return leaf(one_of(what, words), words_form(words))


def currency(written: str) -> str:
    if not _CURRENCY.fullmatch(written):
        raise ReadingError(f"expected a currency such as EUR, found {quoted(written)}")
    return written


def most(written: str) -> int | Duration:
    """A number of contacts, or a length of time."""
    return int(written) if _COUNT.fullmatch(written) else durations.positive(written)


def weekdays(written: str) -> tuple[int, ...]:
    """`mon-fri` or `sun-thu`, or one day; Monday is 0."""
    first, dash, last = written.partition("-")
    start = _weekday(first.strip())
    end = _weekday(last.strip()) if dash else start
    return tuple(sorted((start + step) % 7 for step in range((end - start) % 7 + 1)))


def _weekday(written: str) -> int:
    if written not in WEEKDAYS:
        raise ReadingError(f"expected days such as mon-fri, found {quoted(written)}")
    return WEEKDAYS.index(written)


def field_type(value: object) -> FieldType:
    if isinstance(value, str):
        if value not in FIELD_TYPES:
            hint = (
                did_you_mean(value, FIELD_TYPES)
                or f": it is {alternatives(FIELD_TYPES)}, or a list of choices"
            )
            raise fault(f"unknown type {quoted(value)}{hint}")
        return FieldType(value)
    if not isinstance(value, list) or not value or not all(isinstance(choice, str) for choice in value):
        raise fault(f"expected a type or a list of choices, found {shape_of(value)}")
    if len(set(value)) < len(value):
        raise fault("a choice stands twice")
    return FieldType("choice", tuple(value))


def shape(value: object) -> Shape:
    """Text, a list of texts, or a mapping of those; what they name is checked against the whole document."""
    if isinstance(value, dict) and value:
        return {key: _texts(below, "text or a list of texts") for key, below in value.items()}
    return _texts(value, "text, a list of texts or a mapping")


def _texts(value: object, wanted: str) -> Texts:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise fault(f"expected {wanted}, found {shape_of(value)}")


def as_list(value: object) -> object:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and not value:
        raise fault("the list is empty")
    return value


def _string(description: str, *examples: str) -> Form:
    return {"type": "string", "description": description, "examples": list(examples)}


def words_form(words: tuple[str, ...]) -> Form:
    return {"type": "string", "enum": list(words)}


def several(item: Form) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]})


_TEXT: Form = {"type": "string", "minLength": 1}
_TEXTS: Form = {"type": "array", "items": _TEXT, "minItems": 1}
_NAME_FORM: Form = {"type": "string", "pattern": f"^{_NAME.pattern}$"}
_BOOLEAN: Form = {"type": "boolean"}
_AMOUNT_FORM: Form = {"type": "number", "minimum": 0}
_CONDITION = _string("An expression", "mrr >= 5000 and phase = 'ongoing'")
_LENGTH = _string("A whole number and a unit: min h bh d bd w mo y, or in words", "5bd", "3 months")
_INSTANT = _string("A date or the name of an instant", "contract_start", "kickoff.done", "2026-09-01")
_FIELD: Form = {"anyOf": [{"type": "string", "enum": list(FIELD_TYPES)}, _TEXTS]}
_SHAPE: Form = {
    "anyOf": [_TEXT, _TEXTS, {"type": "object", "additionalProperties": {"anyOf": [_TEXT, _TEXTS]}}]
}
_SPAN = _string("A date, or A..B, both included", "2026-12-24..2026-12-31")
_PERCENT = _string("A share in percent", "50%")
_READINGS = _string("A duration, or a number of daily readings", "3d", "2 readings")
_SCHEDULE = _string("When it is due", "5bd after contract_start", "every 3 months from phase_start at 10:00")


def _scheduled(written: str) -> Written:
    return Written(schedules.schedule(written), written)


TextLeaf = Annotated[str | None, leaf(text, _TEXT)]
NameLeaf = Annotated[str | None, leaf(name, _NAME_FORM)]
BooleanLeaf = Annotated[bool, leaf(boolean, _BOOLEAN, "true or false")]
PropertyLeaf = Annotated[str | None, leaf(property_name, _string("A property of an event", "rows", "a.b"))]
UnitLeaf = Annotated[ModelUnit | None, word("unit", UNITS)]
ReadingsLeaf = Annotated[int | None, leaf(readings, _string("Daily readings", "2 readings"), "text")]
TrueLeaf = Annotated[bool | None, leaf(boolean, _BOOLEAN, "true or false")]
AmountLeaf = Annotated[float | None, leaf(amount, _AMOUNT_FORM, "a number")]
ExpressionLeaf = Annotated[Parsed | None, leaf(parse.read, _CONDITION, "a condition")]
DurationLeaf = Annotated[Duration | None, leaf(durations.positive, _LENGTH, "a duration")]
DelayLeaf = Annotated[Duration | None, leaf(durations.duration, _LENGTH, "a duration")]
HoldingLeaf = Annotated[Duration | int | None, leaf(durations.holding, _READINGS, "a duration")]
ScheduleLeaf = Annotated[Written | None, leaf(_scheduled, _SCHEDULE, "a schedule")]
AnchorLeaf = Annotated[Anchor | None, leaf(schedules.anchor, _INSTANT, "an instant")]
TimeLeaf = Annotated[time | None, leaf(schedules.time_of_day, _string("HH:MM", "09:00"), "a time of day")]
ZoneLeaf = Annotated[
    str | None, leaf(zones.zone, _string("An IANA time zone", "Europe/Berlin"), "a time zone")
]
CountryLeaf = Annotated[str | None, leaf(zones.country, _string("An ISO 3166 code", "DE"), "a country")]
RollLeaf = Annotated[Roll | None, word("roll", ROLLS)]
PriorityLeaf = Annotated[str | None, word("priority", PRIORITIES)]
ChannelLeaf = Annotated[str | None, word("channel", CHANNELS)]
PurposeLeaf = Annotated[Purpose | None, word("purpose", PURPOSES)]
PerLeaf = Annotated[Per | None, word("subject", PERS)]
ChoiceLeaf = Annotated[Choice | None, word("choice", CHOICES)]
ConsentLeaf = Annotated[Consent | None, word("regime", CONSENTS)]
CurrencyLeaf = Annotated[str | None, leaf(currency, _string("An ISO 4217 code", "EUR"), "a currency")]
DayLeaf = Annotated[date | None, leaf(schedules.day, _string("A date", "2026-10-01"), "a date")]
PercentItem = Annotated[float, leaf(durations.percent, _PERCENT, "a percentage")]
PercentLeaf = Annotated[float | None, leaf(durations.percent, _PERCENT, "a percentage")]
AmountItem = Annotated[float, leaf(amount, _AMOUNT_FORM, "a number")]
DurationItem = Annotated[Duration, leaf(durations.positive, _LENGTH, "a duration")]
MostLeaf = Annotated[
    int | Duration | None, leaf(most, {"anyOf": [{"type": "integer"}, _LENGTH]}, "a number or a duration")
]
FieldLeaf = Annotated[FieldType, Plain(field_type, _FIELD)]
ShapeLeaf = Annotated[Shape | None, Plain(shape, _SHAPE)]

_NameItem = Annotated[str, leaf(name, _NAME_FORM)]
_EventItem = Annotated[str, leaf(text, _TEXT)]
_ChannelItem = Annotated[str, word("channel", CHANNELS)]
_MatchItem = Annotated[str, word("match", MATCHES)]
_DaysItem = Annotated[tuple[int, ...], leaf(weekdays, _string("Days of the week", "mon-fri"))]
_SpanItem = Annotated[tuple[date, date], leaf(schedules.days, _SPAN, "a date")]

Names = Annotated[tuple[_NameItem, ...] | None, BeforeValidator(as_list), several(_NAME_FORM)]
Percents = Annotated[tuple[PercentItem, ...], BeforeValidator(as_list), several(_PERCENT)]
Events = Annotated[tuple[_EventItem, ...] | None, BeforeValidator(as_list), several(_TEXT)]
Matches = Annotated[tuple[_MatchItem, ...], BeforeValidator(as_list), several(words_form(MATCHES))]
Channels = Annotated[tuple[_ChannelItem, ...], BeforeValidator(as_list), several(words_form(CHANNELS))]
Days = Annotated[tuple[_DaysItem, ...], BeforeValidator(as_list), several(_string("Days", "mon-fri"))]
Spans = Annotated[tuple[_SpanItem, ...], BeforeValidator(as_list), several(_SPAN)]
