"""A first start that is cut off while it makes its tables leaves nothing in the way of the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CUT_OFF = """
import os, signal
from django.db.migrations.executor import MigrationExecutor

noted = MigrationExecutor.record_migration

def note(executor, migration):
    if migration.app_label == "{app}":
        os.kill(os.getpid(), signal.SIGKILL)
    noted(executor, migration)

MigrationExecutor.record_migration = note
from aloft.cli import main
main()
"""


def asked(home: Path, *program: str) -> subprocess.CompletedProcess[str]:
    """What a command that needs the tables says."""
    return subprocess.run(
        [sys.executable, *program, "accounts", "unmerge", "nobody"],
        env={**os.environ, "ALOFT_HOME": str(home)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("app", ["contenttypes", "measures", "act"])
def test_a_start_that_is_killed_before_a_migration_is_noted_is_started_again(
    app: str, tmp_path: Path
) -> None:
    killed = asked(tmp_path, "-c", CUT_OFF.format(app=app))
    assert killed.returncode == -signal.SIGKILL
    again = asked(tmp_path, "-m", "aloft")
    assert again.stderr == "no account has the external id 'nobody'\n"
