"""Work that takes long, made beside the engine's turns: who asks for the same waits for the one that is made."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from aloft.facts.keep import Progress

ASKED_AGAIN = 0.2  # seconds between words of how far it has come

Answer = dict[str, Any]
Make = Callable[[Progress], Answer]


@dataclass
class Job:
    """What is being made, or was. `begun` is of the monotonic clock."""

    begun: float = field(default_factory=time.monotonic)
    come: tuple[int, int] = (0, 1)
    told: Answer = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def wait(self, progress: Progress) -> Answer:
        """The answer, once it is there; `progress` hears how far it has come."""
        while not self.over.wait(ASKED_AGAIN):
            progress(*self.come)
        return self.told

    def begin(self, name: str, make: Make, alone: threading.Lock) -> None:
        """In a thread of its own; one after the other of those that share `alone`."""
        threading.Thread(target=self._work, args=(name, make, alone), name=name, daemon=True).start()

    def refuse(self, says: str) -> None:
        self.told = {"error": says}
        self.over.set()

    def _work(self, name: str, make: Make, alone: threading.Lock) -> None:
        try:
            with alone:
                self.told = make(self._heard)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, who asked hears of it
            self.told = {"error": f"the {name} could not be made: {error}"}
        finally:
            self.over.set()
            connections.close_all()

    def _heard(self, done: int, of: int) -> None:
        self.come = (done, of)
