"""Node, with the clients beside the tests as their lock has them."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

CLIENTS = Path(__file__).parent / "clients"
MODULES = CLIENTS / "node_modules"


def installed_node() -> str | None:
    """The path of Node, once the clients are installed; None where Node is not and need not be."""
    node, installer = shutil.which("node"), shutil.which("npm")
    if not node or not installer:
        assert not os.environ.get("ALOFT_REQUIRE_NODE"), "Node and npm are required here"
        return None
    lock, kept = CLIENTS / "package-lock.json", MODULES / ".package-lock.json"
    with (CLIENTS / ".stamp-lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not kept.exists() or kept.stat().st_mtime < lock.stat().st_mtime:
            # Not `ci`: it refuses a lock that leaves out what other systems would add.
            command = [installer, "install", "--no-save", "--silent", "--ignore-scripts"]
            subprocess.run(command, cwd=CLIENTS, check=True, timeout=300)
    return node
