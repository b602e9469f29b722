from __future__ import annotations

import json
from typing import Any

import pytest

from aloft.engagement.document import Document
from aloft.engagement.moment_document import MomentDoc
from aloft.engagement.schema import json_schema

SCHEMA = json_schema()


def part(name: str) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMA["$defs"][name]
    return found


def test_the_schema_is_json_and_names_its_dialect() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["title"] == "Engagement model"


@pytest.mark.parametrize("one", [SCHEMA, part("MomentDoc"), part("MetricDoc"), part("RoleDoc")])
def test_an_editor_shows_keys_that_are_unknown(one: dict[str, Any]) -> None:
    assert one["additionalProperties"] is False


def test_the_keys_are_those_of_the_document() -> None:
    assert tuple(SCHEMA["properties"]) == Document.keys()
    assert tuple(part("MomentDoc")["properties"]) == MomentDoc.keys()
    assert part("EscalationDoc")["properties"].keys() == {"after", "to", "if", "risk"}


def test_an_editor_asks_for_who_what_and_outcome() -> None:
    assert part("MomentDoc")["required"] == ["owner", "objective", "outcome"]
    assert part("MomentDoc")["oneOf"] == [
        {"required": [trigger]} for trigger in ("schedule", "event", "when", "expect", "manual")
    ]


def test_what_may_be_left_out_has_no_default_that_could_not_be_written() -> None:
    assert '"default"' not in json.dumps(SCHEMA)


def test_an_editor_offers_the_channels() -> None:
    assert "video" in part("MomentDoc")["properties"]["channel"]["anyOf"][0]["enum"]
