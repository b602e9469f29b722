"""Every benchmark here, one after another, each under its name. Run: `make bench`.

Ratios are what to compare: times depend on the machine and on what else it does.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """How many failed."""
    failed = 0
    for script in sorted(HERE.glob("*.py")):
        if script != Path(__file__).resolve():
            print(f"\n{script.stem}\n{'-' * len(script.stem)}", flush=True)
            failed += subprocess.run([sys.executable, script], cwd=HERE.parent).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
