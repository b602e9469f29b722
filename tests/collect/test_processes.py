from __future__ import annotations

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.collect.requests import basic
from tests.collect.serving import Server, serving

BATCHES = [[f"m{batch}-{number}" for number in range(50)] for batch in range(40)]


def told(server: Server, ids: list[str]) -> tuple[int, int]:
    """How many of them were accepted, and how many had been before."""
    batch = [{"type": "track", "messageId": each, "userId": "u1", "event": "Signed In"} for each in ids]
    request = urllib.request.Request(
        f"{server.url}/v1/batch",
        json.dumps({"batch": batch}).encode(),
        {"Authorization": basic(f"{server.key}:"), "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        answered = json.load(reply)
    return answered["accepted"], answered["duplicates"]


def test_what_is_sent_to_several_processes_at_once_is_accepted_once(tmp_path: Path) -> None:
    with serving(tmp_path, processes=2) as server, ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda ids: told(server, ids), BATCHES * 4))
        kept = [entry.message_id for entry in server.stored()]
    assert sum(accepted for accepted, _ in answers) == 2_000
    assert sum(duplicates for _, duplicates in answers) == 6_000
    assert sorted(kept) == sorted(each for batch in BATCHES for each in batch)
