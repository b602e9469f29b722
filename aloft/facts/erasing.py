"""Somebody who is erased, in the log: segments that tell of them are written anew, under their own names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from aloft.collect.erasing import Clean, Said
from aloft.facts.joined import drop_joined
from aloft.facts.log import Segment, numbers, rewrite, segments

SAID = ("message_id", "kind", "name", "account", "user", "body")


def erase_in_log(folder: Path, clean: Clean) -> int:
    """How many entries say something else now. A segment is replaced whole, or stands as it was."""
    if not folder.exists():
        return 0
    drop_joined(folder)
    return sum(_erase(segment, clean) for segment in segments(folder))


def each_row(folder: Path) -> Iterator[tuple[int, Said]]:
    """Every entry of the log with its number."""
    for segment in segments(folder) if folder.exists() else ():
        yield from _said(pq.read_table(segment.path), segment)


def _said(rows: pa.Table, segment: Segment) -> Iterator[tuple[int, Said]]:
    columns = [rows[name].to_pylist() for name in SAID]
    for seq, *cells, body in zip(numbers(rows, segment), *columns, strict=True):
        message_id, kind, name, account, user = (cell or "" for cell in cells)
        yield seq, Said(message_id, kind, name, account, user, body)


def _erase(segment: Segment, clean: Clean) -> int:
    rows = pq.read_table(segment.path)
    changed = 0
    fresh: list[Said] = []
    for seq, said in _said(rows, segment):
        told = clean(seq, said)
        changed += told != said
        fresh.append(told)
    if changed:
        rewrite(segment.path, rows, {name: [getattr(one, name) for one in fresh] for name in SAID})
    return changed


def users_of_no_other(folder: Path, rest: Iterator[tuple[int, Said]], account: str) -> frozenset[str]:
    """The users that only this account was ever told of with."""
    here: set[str] = set()
    elsewhere: set[str] = set()
    for source in (each_row(folder), rest):
        for _, said in source:
            if said.user and said.account:
                (here if said.account == account else elsewhere).add(said.user)
    return frozenset(here - elsewhere)
