"""A disk that forgets, fills up and fails when told to: a file system in memory, of a process of its own, by FUSE.

It keeps what the strictest of usual file systems promise: after a cut of power a file has what was written before its
last fsync, and any of the pages written since, or none; names are those of the last fsync of anything, for a journal
is committed whole. `tests.crash.disk` is the hand of a test on it.
"""

from __future__ import annotations

import errno
import json
import os
import random
import stat
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

PAGE = 4096
PLENTY = 1 << 40


@dataclass
class Node:
    """A file or, with no bytes of its own, a folder. `unsure`: numbers of the pages written since the last fsync."""

    mode: int
    now: bytearray = field(default_factory=bytearray)
    kept: bytes = b""
    unsure: set[int] = field(default_factory=set)
    changed: float = field(default_factory=time.time)

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)

    def write(self, data: bytes, offset: int) -> None:
        self.resize(max(len(self.now), offset + len(data)))
        self.now[offset : offset + len(data)] = data
        self.unsure.update(range(offset // PAGE, (offset + len(data) - 1) // PAGE + 1))
        self.changed = time.time()

    def resize(self, length: int) -> None:
        if length < len(self.now):
            del self.now[length:]
        self.now.extend(bytes(length - len(self.now)))

    def settle(self) -> None:
        self.kept, self.unsure = bytes(self.now), set()

    def survives(self, share: float, chance: random.Random) -> bytes:
        """What was kept, and as large a share of the pages that nobody asked to be kept."""
        left = bytearray(self.kept)
        for page in sorted(self.unsure):
            if chance.random() < share:
                piece = self.now[page * PAGE : (page + 1) * PAGE]
                left.extend(bytes(max(page * PAGE + len(piece) - len(left), 0)))
                left[page * PAGE : page * PAGE + len(piece)] = piece
        return bytes(left)


class Files:
    """Names and nodes, as they are and as a cut of power would leave them."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.names: dict[str, Node] = {"/": Node(stat.S_IFDIR | 0o755)}
        self.kept_names = dict(self.names)
        self.room = PLENTY
        self.dark = False
        self.fault: tuple[str, int, int] | None = None
        self.faults = 0

    def load(self, folder: Path) -> None:
        for path in sorted(folder.rglob("*")):
            node = Node(stat.S_IFDIR | 0o755) if path.is_dir() else Node(stat.S_IFREG | 0o644)
            if path.is_file():
                node.now = bytearray(path.read_bytes())
                node.settle()
            self.names[f"/{path.relative_to(folder)}"] = node
        self.kept_names = dict(self.names)

    def save(self, folder: Path, share: float, seed: int) -> None:
        """Write down what a cut of power leaves at this instant; nothing succeeds from now on."""
        chance = random.Random(seed)
        with self.lock:
            self.dark = True
            for name, node in sorted(self.kept_names.items()):
                path = folder / name[1:]
                if node.is_folder:
                    path.mkdir(parents=True, exist_ok=True)
                elif stat.S_ISREG(node.mode):
                    path.write_bytes(node.survives(share, chance))

    def settle(self, node: Node) -> None:
        node.settle()
        self.kept_names = dict(self.names)

    def asked(self, call: str) -> None:
        """Raises OSError where the disk is dark, or this call was told to fail."""
        if self.dark:
            raise OSError(errno.EIO, "the power is cut")
        if self.fault and self.fault[0] in {call, "any"}:
            kind, left, number = self.fault
            self.fault = (kind, left - 1, number) if left > 1 else None
            if left == 1:
                self.faults += 1
                raise OSError(number, f"{call} was told to fail")

    def take(self, more: int) -> None:
        """Raises OSError where that much is not left."""
        if more > 0 and more > self.room:
            raise OSError(errno.ENOSPC, "no room left")
        self.room -= more


def operations(files: Files) -> Any:
    """What the kernel asks, as FUSE hands it on."""
    import mfusepy

    class Answers(mfusepy.Operations):  # type: ignore[misc]
        use_ns = True

        def node(self, path: str) -> Node:
            if files.dark:
                self.refuse(errno.EIO)
            if (node := files.names.get(path)) is None:
                self.refuse(errno.ENOENT)
            return node

        def refuse(self, number: int) -> NoReturn:
            raise mfusepy.FuseOSError(number)

        def asked(self, call: str) -> None:
            try:
                files.asked(call)
            except OSError as refused:
                self.refuse(refused.errno or errno.EIO)

        def take(self, more: int) -> None:
            try:
                files.take(more)
            except OSError as refused:
                self.refuse(refused.errno or errno.EIO)

        def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
            with files.lock:
                node = self.node(path)
                at = int(node.changed * 10**9)
                size = len(node.now)
                return {
                    "st_mode": node.mode, "st_nlink": 1, "st_size": size, "st_blocks": -(-size // 512),
                    "st_uid": os.getuid(), "st_gid": os.getgid(), "st_mtime": at, "st_ctime": at, "st_atime": at,
                }  # fmt: skip

        def readdir(self, path: str, fh: int) -> list[str]:
            with files.lock:
                self.node(path)
                inside = path.rstrip("/") + "/"
                found = [name[len(inside) :] for name in files.names if name.startswith(inside)]
                return [".", "..", *(one for one in found if one and "/" not in one)]

        def create(self, path: str, mode: int, fi: object = None) -> int:
            with files.lock:
                self.asked("open")
                self.take(PAGE)
                files.names[path] = Node(stat.S_IFREG | stat.S_IMODE(mode))
            return 0

        def open(self, path: str, flags: int) -> int:
            with files.lock:
                self.asked("open")
                node = self.node(path)
                if flags & os.O_TRUNC:
                    self.truncate_node(node, 0)
            return 0

        def mknod(self, path: str, mode: int, dev: int) -> int:
            with files.lock:
                self.asked("open")
                files.names[path] = Node(mode)
            return 0

        def mkdir(self, path: str, mode: int) -> int:
            with files.lock:
                self.asked("open")
                if path in files.names:
                    self.refuse(errno.EEXIST)
                files.names[path] = Node(stat.S_IFDIR | stat.S_IMODE(mode))
            return 0

        def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
            with files.lock:
                return bytes(self.node(path).now[offset : offset + size])

        def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
            with files.lock:
                self.asked("write")
                node = self.node(path)
                self.take(max(offset + len(data) - len(node.now), 0))
                node.write(data, offset)
            return len(data)

        def truncate(self, path: str, length: int, fh: int | None = None) -> int:
            with files.lock:
                self.asked("write")
                self.truncate_node(self.node(path), length)
            return 0

        def truncate_node(self, node: Node, length: int) -> None:
            self.take(length - len(node.now))
            first, last = sorted((length, len(node.now)))
            node.resize(length)
            node.unsure = {page for page in node.unsure if page * PAGE < max(length, 1)}
            node.unsure.update(range(first // PAGE, -(-last // PAGE)) if length > first else ())

        def fsync(self, path: str, datasync: int, fh: int) -> int:
            with files.lock:
                self.asked("fsync")
                files.settle(self.node(path))
            return 0

        def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
            return self.fsync(path, datasync, fh)

        def unlink(self, path: str) -> int:
            with files.lock:
                self.take(-len(self.node(path).now) - PAGE)
                del files.names[path]
            return 0

        def rmdir(self, path: str) -> int:
            with files.lock:
                if any(name.startswith(path + "/") for name in files.names):
                    self.refuse(errno.ENOTEMPTY)
                self.node(path)
                del files.names[path]
            return 0

        def rename(self, old: str, new: str) -> int:
            with files.lock:
                self.asked("open")
                self.node(old)
                moved = {
                    name: node
                    for name, node in files.names.items()
                    if name == old or name.startswith(old + "/")
                }
                for name in moved:
                    del files.names[name]
                for name, node in moved.items():
                    files.names[new + name[len(old) :]] = node
            return 0

        def link(self, target: str, source: str) -> int:
            with files.lock:
                self.asked("open")
                if target in files.names:
                    self.refuse(errno.EEXIST)
                files.names[target] = self.node(source)
            return 0

        def chmod(self, path: str, mode: int) -> int:
            with files.lock:
                node = self.node(path)
                node.mode = stat.S_IFMT(node.mode) | stat.S_IMODE(mode)
            return 0

        def chown(self, path: str, uid: int, gid: int) -> int:
            return 0

        def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
            return 0

        def statfs(self, path: str) -> dict[str, int]:
            free = max(files.room, 0) // PAGE
            return {
                "f_bsize": PAGE,
                "f_frsize": PAGE,
                "f_blocks": PLENTY // PAGE,
                "f_bfree": free,
                "f_bavail": free,
            }

    return Answers()


def obey(files: Files) -> None:
    """Do what the test says, a line each."""

    def fail(call: str, n: int, number: int) -> None:
        files.fault = (call, n, number)

    def faults() -> int:
        files.fault = None
        return files.faults

    def waits() -> bool:
        return files.fault is not None

    def room(size: int) -> None:
        files.room = size

    def load(folder: str) -> None:
        files.load(Path(folder))

    def save(folder: str, share: float, seed: int) -> None:
        files.save(Path(folder), share, seed)

    verbs: dict[str, Any] = {
        "fail": fail,
        "faults": faults,
        "waits": waits,
        "room": room,
        "load": load,
        "save": save,
    }
    for line in sys.stdin:
        verb, *words = json.loads(line)
        with files.lock:
            told = verbs[verb](*words)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def main() -> None:
    import mfusepy

    files = Files()
    threading.Thread(target=obey, args=(files,), daemon=True).start()
    mfusepy.FUSE(operations(files), sys.argv[1], foreground=True, nothreads=True, fsname="aloft-test")


if __name__ == "__main__":
    main()
