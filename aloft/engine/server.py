"""The engine as a process: it turns as facts come in, and answers questions between its turns."""

from __future__ import annotations

import json
import logging
import os
import queue
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from typing import Any

import duckdb
from django.db import connection

from aloft.engine.backtest.service import Tester
from aloft.engine.client import socket_path
from aloft.engine.jobs import Answer, Job
from aloft.engine.loop import Engine
from aloft.engine.plan.service import Planner
from aloft.engine.questions import answer
from aloft.engine.timeline import settled
from aloft.engine.warehouse import Exporter
from aloft.facts.keep import Progress
from aloft.facts.torn import is_torn

log = logging.getLogger("aloft.engine")

PAUSE = 0.1  # seconds between looks, while nothing asks
LONGEST_PAUSE = 30.0  # seconds between tries of a turn that fails
Question = tuple[str, Mapping[str, Any], Progress, "Future[Answer | Job]"]


class Stopped(Exception):
    """The engine is to stop between two turns."""


class EngineServer:
    """Owns the engine's thread; questions come from the socket's."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.questions: queue.Queue[Question] = queue.Queue()
        self.stopping = threading.Event()
        self.lost = False
        """Whether DuckDB has given its file up, as where the disk fails: nothing more comes of it in this process."""
        self.planner, self.tester, self.exporter = Planner(), Tester(), Exporter()
        self._socket = _listen(engine)
        threading.Thread(target=self._serve, name="engine-socket", daemon=True).start()

    def run(self) -> None:
        """Turn and answer until `stop` or the store is lost; a turn that fails is tried again, ever more patiently.

        What came while it turned is looked at without a pause.

        Raises what says that the store is torn (`facts.torn`).
        """
        pause = PAUSE
        while not self.stopping.is_set():
            try:
                turned = self.engine.look(settled(self.engine.clock.now()), self._between)
                pause = 0 if turned else PAUSE
            except Stopped:
                break
            except Exception as failed:
                if is_torn(failed):
                    raise
                self.lost = isinstance(failed, duckdb.FatalException)
                if self.lost:
                    log.exception("a turn failed, and the fact store with it; nothing of it was stored")
                    break
                log.exception("a turn failed; nothing of it was stored, and it is tried again")
                connection.close()  # the next turn connects anew
                pause = min(max(pause, PAUSE) * 2, LONGEST_PAUSE)
            self._answer_for(pause)
        self._socket.close()
        socket_path(self.engine.home).unlink(missing_ok=True)

    def stop(self, *_: object) -> None:
        self.stopping.set()

    def _between(self, _at: datetime) -> None:
        """Between two turns, of which there are many while the engine catches up: who asks does not wait for all."""
        if self.stopping.is_set():
            raise Stopped
        while self._answer_for(0):
            pass

    def _answer_for(self, pause: float) -> bool:
        """Wait so many seconds for a question, and answer it; whether there was one."""
        try:
            name, arguments, progress, future = self.questions.get(block=pause > 0, timeout=pause)
        except queue.Empty:
            return False
        if name == "plan":  # it is begun between turns, and made beside them
            _settle(future, lambda: self.planner.begin(self.engine, arguments))
        elif name == "backtest":
            _settle(future, lambda: self.tester.begin(self.engine, arguments))
        elif name == "warehouse":
            _settle(future, lambda: self.exporter.begin(self.engine, arguments))
        else:
            _settle(future, lambda: answer(self.engine, name, arguments, progress))
        return True

    def _serve(self) -> None:
        while not self.stopping.is_set():
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(line,), daemon=True).start()

    def _converse(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as said:
            asked = json.loads(said.readline() or b"null")
            if not isinstance(asked, dict):
                return
            future: Future[Answer | Job] = Future()
            name, arguments = str(asked["question"]), asked.get("arguments", {})

            def progress(*come: int) -> None:
                _tell(line, {"progress": come})

            self.questions.put((name, arguments, progress, future))
            try:
                found = future.result(timeout=600)
                told = found.wait(progress) if isinstance(found, Job) else found
            except Exception as error:  # noqa: BLE001 - whatever went wrong, the asker hears of it
                told = {"error": str(error)}
            _tell(line, told)
        connection.close()


def _tell(line: socket.socket, told: Mapping[str, Any]) -> None:
    """Who asked may have gone meanwhile; the engine goes on."""
    with suppress(OSError):
        line.sendall(json.dumps(told).encode() + b"\n")


def _settle(future: Future[Answer | Job], work: Callable[[], Answer | Job]) -> None:
    """The asker gets what went wrong, and the engine goes on, unless the store is torn."""
    try:
        future.set_result(work())
    except Exception as error:
        future.set_exception(error)
        if is_torn(error):
            raise


def _listen(engine: Engine) -> socket.socket:
    """Only our own user may ask: the socket is made with mode 0600."""
    path = socket_path(engine.home)
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)
    listening.listen(16)
    return listening
