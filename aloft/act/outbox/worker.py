"""The process that sends: it takes what is due out of the outbox, one lane for each channel.

A lane waits for nobody but its own other side; a server that hangs holds what goes there, and nothing else.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from django.db import connection

from aloft.act.channels.values import NoAnswer, Refusal, Result, Sent, Unavailable, Withdrawn
from aloft.act.models import Delivery
from aloft.act.outbox import claims
from aloft.clock import Clock

log = logging.getLogger("aloft.worker")

PAUSE = 0.5  # seconds between looks at an empty outbox
UNAVAILABLE = (5.0, 15.0, 60.0)  # seconds until a server that does not answer is asked again
AT_RELEASE = timedelta(seconds=10)  # how often leases are looked at


class Lane(Protocol):
    channel: str

    def deliver(self, delivery: Delivery, by: str) -> Result:
        """Hand it over, having committed `claims.hand_over` right before."""

    def close(self) -> None: ...


class Worker:
    def __init__(self, lanes: Sequence[Lane], clock: Clock, name: str) -> None:
        self._lanes = lanes
        self._clock = clock
        self._name = name
        self.stopping = threading.Event()

    def run(self) -> None:
        """Until `stop`."""
        threads = [
            threading.Thread(target=self._serve, args=(lane,), name=lane.channel) for lane in self._lanes
        ]
        for thread in threads:
            thread.start()
        while not self.stopping.wait(AT_RELEASE.total_seconds()):
            self._release()
        for thread in threads:
            thread.join()

    def stop(self, *_: object) -> None:
        self.stopping.set()

    def once(self, lane: Lane) -> Result | None:
        """Hand over the next delivery of a lane; None where nothing is due."""
        now = self._clock.now()
        claims.release(at=now)
        delivery = claims.claim(lane.channel, by=self._name, at=now)
        if delivery is None:
            return None
        result = lane.deliver(delivery, self._name)
        self._settle(delivery, result)
        return result

    def _settle(self, delivery: Delivery, result: Result) -> None:
        by, at = self._name, self._clock.now()
        match result:
            case Sent(answer):
                claims.sent(delivery, answer=answer, by=by, at=at)
            case Refusal(answer, for_good, _):
                claims.refused(delivery, answer=answer, for_good=for_good, by=by, at=at)
            case NoAnswer(answer):
                claims.unanswered(delivery, answer=answer, by=by, at=at)
            case Unavailable(answer):
                claims.put_back(delivery, answer=answer, by=by, at=at)
            case Withdrawn():
                pass

    def _serve(self, lane: Lane) -> None:
        failures = 0
        while not self.stopping.is_set():
            try:
                result = self.once(lane)
            except Exception:
                log.exception(
                    "a delivery by %s could not be looked at; it waits for its lease to end", lane.channel
                )
                result = Unavailable("see the log")
                connection.close()  # the next look connects anew
            failures = failures + 1 if isinstance(result, Unavailable) else 0
            if failures:
                self.stopping.wait(UNAVAILABLE[min(failures, len(UNAVAILABLE)) - 1])
            elif result is None:
                self.stopping.wait(PAUSE)
        lane.close()
        connection.close()

    def _release(self) -> None:
        try:
            claims.release(at=self._clock.now())
        except Exception:
            log.exception("leases could not be looked at")
            connection.close()
