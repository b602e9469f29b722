from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from aloft.collect.files.limits import MIB, Limits
from aloft.collect.files.values import Unopenable

GZIP = b"\x1f\x8b"
BLOCK = 4 * MIB
HEAD = 256 * 1024


@dataclass(frozen=True)
class Content:
    """The bytes of a file, unpacked if they are gzip (told by its first bytes, not its name).

    Every reading is held to the limits as it goes, so nothing swells in memory before it is refused.
    """

    path: Path
    limits: Limits
    name: str = ""

    @property
    def file(self) -> str:
        """What to call it: an upload lies under a name of ours."""
        return self.name or self.path.name

    @property
    def gzipped(self) -> bool:
        with self.path.open("rb") as raw:
            return raw.read(2) == GZIP

    def blocks(self, size: int = BLOCK) -> Iterator[bytes]:
        packed = self.path.stat().st_size
        if packed > self.limits.packed:
            raise self.refused(f"it is larger than {megabytes(self.limits.packed)}")
        read = 0
        try:
            with self.opened() as stream:
                while block := stream.read(size):
                    read += len(block)
                    self.hold(read, packed)
                    yield block
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise self.refused("its gzip data is broken or cut off: pack it again") from error

    def head(self) -> bytes:
        return next(self.blocks(HEAD), b"")

    @contextmanager
    def whole(self) -> Iterator[BinaryIO]:
        """All of it, as a file in which one can go to and fro."""
        if not self.gzipped:
            with self.path.open("rb") as raw:
                yield raw
            return
        with tempfile.TemporaryFile() as unpacked:
            unpacked.writelines(self.blocks())
            unpacked.seek(0)
            yield cast(BinaryIO, unpacked)

    def opened(self) -> BinaryIO:
        return cast(BinaryIO, gzip.open(self.path)) if self.gzipped else self.path.open("rb")

    def hold(self, unpacked: int, packed: int) -> None:
        if unpacked > self.limits.unpacked:
            raise self.refused(f"it unpacks to more than {megabytes(self.limits.unpacked)}")
        if unpacked > self.limits.unsuspected and unpacked > self.limits.ratio * packed:
            raise self.refused(f"it unpacks to more than {self.limits.ratio} times its size")

    def refused(self, reason: str) -> Unopenable:
        return Unopenable(self.file, reason)


def megabytes(size: int) -> str:
    return f"{size // MIB:,} MiB"
