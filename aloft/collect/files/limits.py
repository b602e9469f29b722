from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass(frozen=True)
class Limits:
    """How much of a file is read before it is refused. Sizes in bytes, `cell` in characters.

    `ratio` is unpacked to packed size, and judged only beyond `unsuspected` unpacked bytes.
    `rows` is of Parquet, where a few bytes may say billions; `members` are the parts of a workbook.
    """

    packed: int
    unpacked: int
    ratio: int
    columns: int
    rows: int
    cell: int
    members: int
    unsuspected: int = 16 * MIB


ON_DISK = Limits(
    packed=100 * GIB,
    unpacked=500 * GIB,
    ratio=1100,
    columns=4096,
    rows=10**10,
    cell=4_000_000,
    members=10_000,
)
UPLOAD = Limits(
    packed=10 * MIB, unpacked=100 * MIB, ratio=100, columns=500, rows=2_000_000, cell=100_000, members=1000
)
