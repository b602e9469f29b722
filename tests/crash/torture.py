"""Large sizes of what CI tries small: `make torture`, which writes a dated report into docs/torture/.

ALOFT_TORTURE=N multiplies the sizes (default 1: three quarters of an hour on two quiet cores; 0.05 tries whether they
run), ALOFT_TORTURE_MINUTES bounds all of it (default 90). No trial has more than its share of that, and what the ones
before have left. Words after the command (`python -m tests.crash.torture kill clock`) choose trials by their titles,
and no report is written.
"""

from __future__ import annotations

import os
import platform
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from aloft import clock

ROOT = Path(__file__).parents[2]
TIMES = float(os.environ.get("ALOFT_TORTURE", "1"))
MINUTES = float(os.environ.get("ALOFT_TORTURE_MINUTES", "90"))
TIDY = 60  # seconds for a trial that is stopped to end what it has started


@dataclass(frozen=True)
class Trial:
    """`sizes`: the settings that make it large. `share`: of all the time, how much it may take."""

    title: str
    tests: tuple[str, ...]
    sizes: tuple[tuple[str, int], ...] = ()
    share: float = 0.1


TRIALS = (
    Trial(
        "any body at any path of ingestion",
        ("tests/collect/test_any_body.py",),
        (("ALOFT_FUZZ", 10_000),),
        0.2,
    ),
    Trial("the disk fails at its n-th call", ("tests/facts/test_faults.py",)),
    Trial("the power is cut", ("tests/crash/test_power.py",), (("ALOFT_CUTS", 100),), 0.4),
    Trial(
        "a full disk, and one whose n-th call fails",
        ("tests/crash/test_bad_disk.py",),
        (("ALOFT_FULL_DISKS", 50), ("ALOFT_DISK_FAULTS", 300)),
        0.4,
    ),
    Trial("PostgreSQL crashes", ("tests/crash/test_restart.py",), (("ALOFT_RESTARTS", 50),), 0.3),
    Trial("a backup under load, restored", ("tests/crash/test_backup.py",), (("ALOFT_BACKUPS", 6),)),
    Trial("erased from every file", ("tests/engine/test_erasing.py",)),
    Trial(
        "the engine as a state machine",
        ("tests/engine/test_state_machine.py",),
        (("ALOFT_MACHINES", 20), ("ALOFT_STEPS", 40)),
        0.3,
    ),
    Trial("a clock that jumps", ("tests/engine/test_clock_jumps.py",), (("ALOFT_JUMPS", 150),), 0.3),
    Trial("killed with -9 under load", ("tests/crash/test_kill.py",), (("ALOFT_KILLS", 200),), 0.4),
)


def run(trial: Trial, seconds: float) -> str:
    """A row of the report. What does not end in its time has failed, and says so."""
    sizes = {name: str(max(round(size * TIMES), 1)) for name, size in trial.sizes}
    began = time.monotonic()
    running = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *trial.tests],
        env={**os.environ, **sizes}, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        told, _ = running.communicate(timeout=seconds)
        result = ("passed: " if running.returncode == 0 else "FAILED: ") + "; ".join(_told(told))
    except subprocess.TimeoutExpired:
        _stop(running)
        result = f"FAILED: not finished in {seconds:,.0f} s"
    large = ", ".join(f"{name}={size}" for name, size in sizes.items()) or "as in CI"
    return f"| {trial.title} | {large} | {time.monotonic() - began:,.0f} s | {result} |"


def _told(said: str) -> list[str]:
    """What the trial counted, how it failed, and how pytest sums it up."""
    return re.findall(
        r"^(\d+ (?:kills|cuts|times|crashes|failed calls).*|E +AssertionError: .*|\d+ (?:passed|failed).*)$",
        said,
        re.MULTILINE,
    )


def _stop(running: subprocess.Popen[str]) -> None:
    """Asked as by Ctrl-C, so that it ends the processes that it has started."""
    running.send_signal(signal.SIGINT)
    try:
        running.communicate(timeout=TIDY)
    except subprocess.TimeoutExpired:
        running.kill()
        running.communicate()


def _seconds(trial: Trial, end: float) -> float:
    return max(min(end - time.monotonic(), trial.share * MINUTES * 60), 1)


def main() -> None:
    now = clock.now()
    end = time.monotonic() + MINUTES * 60
    if wanted := sys.argv[1:]:
        for trial in (one for one in TRIALS if any(word in one.title for word in wanted)):
            sys.stdout.write(run(trial, _seconds(trial, end)) + "\n")
        return
    rows = [run(trial, _seconds(trial, end)) for trial in TRIALS]
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    page = ROOT / "docs" / "torture" / f"{now:%Y-%m-%d}.md"
    page.parent.mkdir(exist_ok=True)
    lines = [
        f"# Torture, {now:%Y-%m-%d}",
        "",
        f"`make torture` with ALOFT_TORTURE={TIMES:g}, at most {MINUTES:g} minutes; {os.cpu_count()} cores, "
        f"load {load} as it ended; Python {platform.python_version()}.",
        "",
        "| What | Size | Took | Came of it |",
        "|---|---|---|---|",
        *rows,
    ]
    page.write_text("\n".join(lines) + "\n")
    sys.stdout.write(page.read_text())


if __name__ == "__main__":
    main()
