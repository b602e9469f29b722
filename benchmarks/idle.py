"""Claim: a deployment of 100,000 accounts to which nothing comes uses less than 2 % of a core.

Counted is the time of processors of all that `aloft serve` runs (engine, web, worker, and what starts them), over a
minute that begins once the engine has taken in what it was started with; by the files of /proc, so on Linux alone.
The named alternative is the same deployment with ten accounts: it looks as often, and finds as much. The home is that
of `benchmarks/latency.py`, under the benchmark model. Run: `python benchmarks/idle.py [accounts] [folder] [seconds]`;
the sizes of design.md 5 are 100000 <folder> 60. What is made is kept in the folder, and found there again.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

LIMIT = 0.02
FEW = 10
PARTS = {"aloft engine": "engine", "granian": "web", "aloft worker": "worker"}
TICK = 1 / os.sysconf("SC_CLK_TCK")
LONGEST = 600.0  # seconds that the engine may take to come up and to rest


def surroundings(home: str) -> dict[str, str]:
    return {
        **os.environ,
        "ALOFT_HOME": home,
        "ALOFT_SMTP": "smtp://127.0.0.1:9",  # a lane for mail too, to which nothing goes
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "aloft.settings"),
    }


@contextmanager
def serving(home: str) -> Iterator[int]:
    """The number of the process that runs all others."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "aloft", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=surroundings(home), stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def used(root: int) -> Mapping[str, float]:
    """Seconds of processors so far, by part: of a process and all that it has started."""
    parents, spent, called = {}, {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        number = int(folder.name)
        parents[number], called[number] = int(stat[1]), command
        spent[number] = (int(stat[11]) + int(stat[12])) * TICK
    found = dict.fromkeys([*PARTS.values(), "what starts them"], 0.0)
    for number in spent:
        if (part := part_of(number, root, parents, called)) is not None:
            found[part] += spent[number]
    return found


def part_of(number: int, root: int, parents: Mapping[int, int], called: Mapping[int, str]) -> str | None:
    """Whose process it is; None of one that does not belong to `root`."""
    while number != root:
        above = parents.get(number, 0)
        if above in (0, 1):
            return None
        if above == root:
            return next((part for said, part in PARTS.items() if said in called[number]), "what starts them")
        number = above
    return "what starts them"


def rested(root: int) -> None:
    """Wait until all processes are there and have done next to nothing for five seconds."""
    until = time.monotonic() + LONGEST
    before = used(root)
    while time.monotonic() < until:
        time.sleep(5)
        now = used(root)
        if all(now[part] for part in PARTS.values()) and sum(now.values()) - sum(before.values()) < 0.5:
            return
        before = now
    raise SystemExit("the processes do not come to rest")


def idle(accounts: int, folder: str | None, seconds: float) -> float:
    """The share of a core that is used while nothing comes."""
    from latency import home_of

    with (
        tempfile.TemporaryDirectory() as scratch,
        serving(str(home_of(accounts, folder, Path(scratch)))) as root,
    ):
        rested(root)
        before, began = used(root), time.monotonic()
        time.sleep(seconds)
        after, took = used(root), time.monotonic() - began
    shares = {part: (after[part] - before[part]) / took for part in before}
    told = ", ".join(f"{part} {share:.2%}" for part, share in shares.items())
    print(f"{accounts:>9,} accounts: {sum(shares.values()):.2%} of a core over {took:.0f} s ({told})")
    return sum(shares.values())


def main() -> int:
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    folder = sys.argv[2] if len(sys.argv) > 2 else None
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 20.0
    few = idle(FEW, folder, seconds)
    share = idle(accounts, folder, seconds)
    print(f"ratio          {share / few:6.1f}")
    return int(share >= LIMIT)


if __name__ == "__main__":
    sys.exit(main())
