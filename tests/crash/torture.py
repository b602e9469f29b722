"""Large sizes of what CI tries small: `make torture`, which writes a dated report into docs/torture/.

ALOFT_TORTURE=N multiplies the sizes (default 1), ALOFT_TORTURE_MINUTES bounds all of it (default 60). Words after the
command (`python -m tests.crash.torture kill clock`) choose trials by their titles, and no report is written.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from aloft import clock

ROOT = Path(__file__).parents[2]
TIMES = int(os.environ.get("ALOFT_TORTURE", "1"))
MINUTES = float(os.environ.get("ALOFT_TORTURE_MINUTES", "60"))


@dataclass(frozen=True)
class Trial:
    """`sizes`: the settings that make it large."""

    title: str
    tests: tuple[str, ...]
    sizes: tuple[tuple[str, int], ...] = ()


TRIALS = (
    Trial(
        "any body at any path of ingestion", ("tests/collect/test_any_body.py",), (("ALOFT_FUZZ", 20_000),)
    ),
    Trial("the disk fails at its n-th call", ("tests/facts/test_faults.py",)),
    Trial("a backup under load, restored", ("tests/crash/test_backup.py",), (("ALOFT_BACKUPS", 10),)),
    Trial("erased from every file", ("tests/engine/test_erasing.py",)),
    Trial(
        "the engine as a state machine",
        ("tests/engine/test_state_machine.py",),
        (("ALOFT_MACHINES", 60), ("ALOFT_STEPS", 40)),
    ),
    Trial("a clock that jumps", ("tests/engine/test_clock_jumps.py",), (("ALOFT_JUMPS", 1_000),)),
    Trial("killed with -9 under load", ("tests/crash/test_kill.py",), (("ALOFT_KILLS", 500),)),
)


def run(trial: Trial, seconds: float) -> str:
    """A row of the report. What does not end in its time has not passed."""
    sizes = {name: str(size * TIMES) for name, size in trial.sizes}
    began = time.monotonic()
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *trial.tests],
            env={**os.environ, **sizes}, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds,
        )  # fmt: skip
        told = re.findall(r"^(\d+ kills.*|\d+ (?:passed|failed).*)$", ran.stdout, re.MULTILINE)
        result = ("passed: " if ran.returncode == 0 else "FAILED: ") + "; ".join(told)
    except subprocess.TimeoutExpired:
        result = "not finished in its time"
    large = ", ".join(f"{name}={size}" for name, size in sizes.items()) or "as in CI"
    return f"| {trial.title} | {large} | {time.monotonic() - began:,.0f} s | {result} |"


def main() -> None:
    now = clock.now()
    end = time.monotonic() + MINUTES * 60
    if wanted := sys.argv[1:]:
        for trial in (one for one in TRIALS if any(word in one.title for word in wanted)):
            sys.stdout.write(run(trial, max(end - time.monotonic(), 1)) + "\n")
        return
    rows = [run(trial, max(end - time.monotonic(), 1)) for trial in TRIALS]
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    page = ROOT / "docs" / "torture" / f"{now:%Y-%m-%d}.md"
    page.parent.mkdir(exist_ok=True)
    lines = [
        f"# Torture, {now:%Y-%m-%d}",
        "",
        f"`make torture` with ALOFT_TORTURE={TIMES}, at most {MINUTES:g} minutes; {os.cpu_count()} cores, "
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
