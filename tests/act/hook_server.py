"""Another system on 127.0.0.1 that takes webhooks and answers as it is told; `got` is what it has taken."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Hooks:
    """`hang`: it takes what comes, and answers nothing until `go_on`; `drop`: the line breaks after it was taken."""

    status: int = 200
    to: str = ""
    hang: bool = False
    drop: bool = False
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    taken: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)


def serving(hooks: Hooks) -> ThreadingHTTPServer:
    """Listens on a free port; `server_address` tells which."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hooks.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            hooks.taken.set()
            if hooks.hang:
                hooks.go_on.wait(120)
            if hooks.hang or hooks.drop:
                return
            self.send_response(hooks.status)
            if hooks.to:
                self.send_header("Location", hooks.to)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
