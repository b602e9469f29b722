"""The engine as a process: whoever asks is answered between turns, however many are to be made."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from aloft.engine import client
from aloft.engine.server import EngineServer
from tests.engine.test_several_models import company, world_model
from tests.engine.world import World


@pytest.fixture
def served(world: World, tmp_path: Path, settings: Any) -> EngineServer:
    settings.ALOFT_HOME = tmp_path
    return EngineServer(world.engine)


@pytest.mark.slow
def test_a_question_is_answered_while_the_engine_catches_up(world: World, served: EngineServer) -> None:
    company(world)
    world.publish(world_model(), "2026-01-01")
    world.run("2026-01-06")
    answers: list[object] = []
    asking = threading.Thread(target=lambda: answers.append(client.ask("ping", patience=60.0)))
    asking.start()
    served.questions.put(served.questions.get(timeout=30))

    made: list[object] = []

    def between(at: Any) -> None:
        made.append(at)
        served._between(at)
        if len(made) == 1:
            asking.join(timeout=30)
            assert not asking.is_alive()

    world.engine.look(world.engine.at.replace(month=3), between)
    assert len(made) > 10
    assert [sorted(one) for one in answers if isinstance(one, dict)] == [["at"]]
