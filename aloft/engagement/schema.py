"""The JSON Schema of the document, for editors."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from aloft.engagement.document import Document
from aloft.engagement.part import BRANCHES


class _WithoutDefaults(GenerateJsonSchema):
    """A key that is left out has no value: the nulls that stand for it are ours."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def json_schema() -> dict[str, Any]:
    """Of what this version runs; the checks across the document are not in it."""
    schema = Document.model_json_schema(by_alias=True, schema_generator=_WithoutDefaults)
    step = schema["$defs"]["StepDoc"]
    step["additionalProperties"] = step["properties"].pop(BRANCHES)["additionalProperties"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
