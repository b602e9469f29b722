"""The JSON Schema of the document, for editors."""

from __future__ import annotations

from typing import Any

from aloft.engagement.document import Document


def json_schema() -> dict[str, Any]:
    """Of what this version runs; the checks across the document are not in it."""
    schema = Document.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
