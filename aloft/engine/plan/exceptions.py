"""Moments that single accounts skip by exception open nothing: what a plan counts goes without them."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from aloft.engagement.model import Model
from aloft.engine.exceptions import standing_at
from aloft.facts.store import FactStore
from aloft.records.services.exceptions import SKIP

_SKIPPED = pa.schema([("row", pa.int64()), ("moment", pa.string()), ("until", pa.date32())])


def leave_out(store: FactStore, model: Model, due: str, at: datetime) -> None:
    """Take what is skipped from the table `due`, as far as it would open within the exception's days."""
    skips = [one for one in standing_at(at) if one.kind == SKIP and one.moment in model.moments]
    if not skips:
        return
    columns = {
        "row": [one.account_id for one in skips],
        "moment": [one.moment for one in skips],
        "until": [one.until for one in skips],
    }
    store.load("skipped", pa.table(columns, schema=_SKIPPED))
    store.run(
        f"""delete from {due} d using skipped s, concerned c where c.account = d.account and s.row = c."row"
          and d.model = $model and d.moment = s.moment and d.opens <= s.until""",
        {"model": model.name},
    )
