"""Where `ALOFT_SPARK` names a cluster of processes, all of them take part in what is compared."""

from __future__ import annotations

import os
import re
import time
from typing import Any

import pytest

NAMED = re.fullmatch(r"local-cluster\[(\d+),.*\]", os.environ.get("ALOFT_SPARK", ""))


@pytest.mark.skipif(NAMED is None, reason="no cluster is named")
def test_every_executor_is_there(session: Any) -> None:
    assert NAMED is not None
    known = session.sparkContext._jsc.sc()
    with_driver = int(NAMED[1]) + 1
    give_up = time.monotonic() + 120
    while known.getExecutorMemoryStatus().size() < with_driver:
        assert time.monotonic() < give_up, f"{known.getExecutorMemoryStatus().size() - 1} executors are there"
        time.sleep(0.2)
