"""The engine as a process: whoever asks is answered between turns, however many are to be made."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from aloft.engine import client
from aloft.engine.server import EngineServer
from tests.engine.test_several_models import company, world_model
from tests.engine.world import EXAMPLE, World


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


@pytest.mark.slow
def test_filling_what_a_model_reads_tells_how_far_it_has_come(world: World, served: EngineServer) -> None:
    company(world)
    for day in range(1, 5):
        world.track("acme", "Report Exported", f"2026-01-0{day} 10:00:00")
    world.run("2026-01-06")
    document = EXAMPLE.read_text()
    heard: list[tuple[int, int]] = []
    answers: list[object] = []

    def asking() -> None:
        tell = lambda done, of: heard.append((done, of))  # noqa: E731
        answers.append(client.ask("fill", patience=60.0, progress=tell, document=document))
        answers.append(client.ask("fill", patience=60.0, progress=tell, document=document))

    thread = threading.Thread(target=asking)
    thread.start()
    while thread.is_alive():
        served._answer_for(0.05)
    assert answers == [{}, {}]
    assert heard == [(0, 4), (4, 4)]
