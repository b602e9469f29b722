"""Contacts of the customer as they are chosen in a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict

from aloft.engagement.leaves import (
    ExpressionLeaf,
    Form,
    Plain,
    as_list,
    fault,
    leaf,
    one_of,
    several,
    shape_of,
    words_form,
)
from aloft.engagement.names import PERSONAS
from aloft.engagement.parse import ReadingError
from aloft.engagement.part import Either, Part, required

_persona = one_of("persona", PERSONAS)
_PERSONA: Form = words_form(PERSONAS)
_EVERY: Form = {"type": "string", "enum": [f"every {persona}" for persona in PERSONAS]}


@dataclass(frozen=True)
class Chosen:
    personas: tuple[str, ...]
    every: bool = False


def chosen(value: object) -> Chosen:
    """`champion`, `[exec_sponsor, champion]` or `every admin`."""
    if isinstance(value, list) and value:
        found = tuple(_item(item, (i,)) for i, item in enumerate(value))
        if len(set(found)) < len(found):
            raise fault("a persona stands twice")
        return Chosen(found)
    if not isinstance(value, str):
        raise fault(f"expected a persona, found {shape_of(value)}")
    every = value.startswith("every ")
    return Chosen((_item(value.removeprefix("every "), (), len("every ") * every),), every)


def _item(value: object, below: tuple[int, ...], offset: int = 0) -> str:
    if not isinstance(value, str):
        raise fault(f"expected a persona, found {shape_of(value)}", below=below)
    try:
        return _persona(value)
    except ReadingError as error:
        raise fault(error.message, offset, below) from None


_PersonaItem = Annotated[str, leaf(_persona, _PERSONA)]
Personas = Annotated[tuple[_PersonaItem, ...], BeforeValidator(as_list), several(_PERSONA)]


class EveryDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("every"))

    every: Personas = ()
    where: ExpressionLeaf = None


_WHO: Form = {"anyOf": [_PERSONA, _EVERY, {"type": "array", "items": _PERSONA, "minItems": 1}]}
ChosenLeaf = Annotated[Chosen | None, Plain(chosen, _WHO)]
WhoLeaf = Annotated[Chosen | EveryDoc | None, Either(ChosenLeaf, EveryDoc)]
PersonaLeaf = Annotated[str | None, leaf(_persona, _PERSONA)]
