"""Names, texts and JSON as SQL spells them: what comes from a mapping is never SQL itself."""

from __future__ import annotations

import json
from collections.abc import Mapping


def name(told: str) -> str:
    return '"' + told.replace('"', '""') + '"'


def text(told: str) -> str:
    return "'" + told.replace("'", "''") + "'"


def body(key: str, values: Mapping[str, str]) -> str:
    """`{"KEY": {...}}` of SQL expressions; what is NULL is left out."""
    parts = [f"{text(json.dumps(field) + ':')} || to_json({sql})" for field, sql in values.items()]
    inner = f"coalesce(concat_ws(',', {', '.join(parts)}), '')" if parts else "''"
    return f"""concat('{{"{key}":{{', {inner}, '}}}}')"""
