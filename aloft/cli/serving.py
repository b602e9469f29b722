"""The processes of a deployment, started and stopped together: web pages, engine and worker."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from contextlib import suppress
from types import FrameType

from django.conf import settings

from aloft.cli.ready import prepare
from aloft.demo import NAME
from aloft.engine.home import open_engine
from aloft.facts.place import store_of
from aloft.facts.torn import is_torn, set_aside

log = logging.getLogger("aloft.engine")

DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
GRACE = 10.0  # seconds to stop in, before a process is killed


ENGINE = [sys.executable, "-m", "aloft", "engine"]
WORKER = [sys.executable, "-m", "aloft", "worker"]
COMPANY = [sys.executable, "-m", "aloft.demo"]


def web(host: str, port: int) -> list[str]:
    """The command that serves the pages and takes in facts."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(settings.WEB_PROCESSES), "--blocking-threads", "16", "--no-access-log", "--log-level", "error",
        "aloft.wsgi:application",
    ]  # fmt: skip


def serve(*, host: str, port: int, demo: bool = False, open_browser: bool = False) -> None:
    """Run until told to stop, or until one of the processes ends; then the others are stopped too.

    A demo sends nothing, and has no worker.
    """
    environment = {**os.environ, "ALOFT_HOME": str(settings.ALOFT_HOME), "ALOFT_DEMO": str(int(demo))}
    if demo:
        environment.setdefault("ALOFT_COMPANY", NAME)
    commands = [ENGINE, web(host, port), COMPANY if demo else WORKER]
    running = [subprocess.Popen(command, env=environment, start_new_session=True) for command in commands]  # noqa: S603
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())
    threading.Thread(target=_announce, args=(f"http://{host}:{port}", open_browser), daemon=True).start()
    try:
        while not stopping.wait(0.2) and all(process.poll() is None for process in running):
            pass
    finally:
        for process in running:
            _stop(process)
    if not stopping.is_set():
        raise SystemExit(1)


def _announce(address: str, open_browser: bool) -> None:
    for _ in range(300):
        with suppress(OSError), DIRECTLY.open(f"{address}/healthz", timeout=1):
            sys.stderr.write(f"Aloft is at {address} (Ctrl-C stops it)\n")
            if open_browser:
                webbrowser.open(address)
            return
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """The whole group: the web server has workers of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run_engine(*, again: bool = False) -> None:
    """Turn until told to stop.

    Where DuckDB gives its file up, for the disk failed under it, what is in memory is lost and what is on the disk is
    whole: a process begins anew in the place of this one. `again` is one that did; it waits for a disk that is well.
    So it does where the file itself is torn, once that is set aside.
    """
    try:
        lost = _turn_until_stopped()
    except Exception as failed:
        if is_torn(failed):
            set_aside(store_of(settings.ALOFT_HOME), failed)
        elif not again:
            raise
        if again:
            log.exception("the engine cannot begin yet, and tries again")
            time.sleep(GRACE)
        lost = True
    if lost:
        sys.stderr.flush()
        os.execv(sys.executable, [*ENGINE, "--again"])  # noqa: S606


def _turn_until_stopped() -> bool:
    """Whether the store was lost."""
    from aloft.engine.server import EngineServer

    prepare()
    with open_engine(settings.ALOFT_HOME) as engine:
        engine.sends = not settings.ALOFT_DEMO
        server = EngineServer(engine)

        def stop(_signal: int, _frame: FrameType | None) -> None:
            server.stop()

        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, stop)
        server.run()
    return server.lost
