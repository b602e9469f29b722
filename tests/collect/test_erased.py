"""What arrives of somebody who was erased: refused, counted, and not kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from aloft.collect.models import DeadLetter
from aloft.collect.wire.application import Front
from aloft.records import tombstones
from tests.collect.facts import NOON
from tests.collect.requests import post


@pytest.fixture
def erased(tmp_path: Path) -> None:
    tombstones.add(tmp_path, ["u-ann", "ann@acme.test", "bolt"], NOON)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "track", "event": "Signed In", "userId": "U-ANN"},
        {"type": "identify", "userId": "another", "traits": {"email": "Ann@acme.test"}},
        {"type": "group", "userId": "bo", "groupId": "bolt", "traits": {"name": "Bolt"}},
    ],
    ids=["by id", "by address", "of an account"],
)
def test_a_late_message_does_not_bring_them_back(
    front: Front, key: str, erased: None, message: dict[str, object]
) -> None:
    other = {"type": "track", "event": "Signed In", "userId": "u-bo"}
    told = post(front, "/v1/batch", {"batch": [message, other]}, key)
    assert (told.status, told.json["accepted"]) == (200, 1)
    assert [one["code"] for one in told.json["rejected"]] == ["erased"]
    letter = DeadLetter.objects.get()
    assert (bytes(letter.body), letter.message_id) == (b"", "")


def test_who_is_erased_while_it_runs_is_known_at_once(front: Front, key: str, tmp_path: Path) -> None:
    batch = {"batch": [{"type": "track", "event": "Signed In", "userId": "u-cy"}]}
    assert post(front, "/v1/batch", batch, key).json["accepted"] == 1
    tombstones.add(tmp_path, ["u-cy"], NOON)
    again = {"batch": [{"type": "track", "event": "Signed Out", "userId": "u-cy"}]}
    assert post(front, "/v1/batch", again, key).json["accepted"] == 0
