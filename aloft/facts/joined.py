"""Small segments of the log are joined into larger ones, so that a log of years is not a file for every hour.

What was joined stays for a day beside the segment that it is in, for whoever had begun to read it: a backup, an
import. `log.segments` passes it over from the moment on at which the larger one has its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from aloft.disk import settle, sync
from aloft.facts.log import SEGMENT, Segment, every_segment, segments
from aloft.facts.reading import whole

JOINED = 5 * SEGMENT  # entries at most
MEMBERS = 8  # segments at least
STAYS = timedelta(days=1)


def join(folder: Path, at: datetime) -> int:
    """Join what is worth it; how many segments that made. A crash leaves each of them joined or as it was."""
    if not folder.exists():
        return 0
    drop_joined(folder, at - STAYS)
    runs = [run for run in _runs(segments(folder)) if _is_worth_it(run)]
    for run in runs:
        _join(folder, run)
    return len(runs)


def drop_joined(folder: Path, before: datetime | None = None) -> None:
    """Remove the segments that a larger one holds which was written before that instant, or at all."""
    standing = segments(folder)
    held = [one for one in every_segment(folder) if one not in standing]
    for one in held:
        larger = next(each for each in standing if each.first <= one.first and one.last <= each.last)
        if before is None or larger.path.stat().st_mtime < before.timestamp():
            one.path.unlink()
    if held:
        sync(folder)


def _runs(listed: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Neighbours that came through the inbox, as many as make one segment."""
    run: list[Segment] = []
    for one in listed:
        is_apart = one.imported or one.numbers > JOINED // 2
        if is_apart or sum(each.numbers for each in run) + one.numbers > JOINED:
            yield run
            run = []
        if not is_apart:
            run.append(one)
    yield run


def _is_worth_it(run: Sequence[Segment]) -> bool:
    """Whether no entry is written again for the sake of a few others."""
    numbers = [one.numbers for one in run]
    return len(run) >= MEMBERS and 2 * max(numbers) <= sum(numbers)


def _join(folder: Path, run: Sequence[Segment]) -> None:
    rows = pa.concat_tables(whole(pq.read_table(one.path), one.first) for one in run)
    draft = folder / "joined.tmp"
    pq.write_table(rows.combine_chunks(), draft, compression="zstd", row_group_size=SEGMENT)
    settle(draft, folder / f"entries-{run[0].first:015d}-{run[-1].last:015d}.parquet")
