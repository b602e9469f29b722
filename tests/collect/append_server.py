"""Appends what it is sent, a batch of ids a line, and answers after the commit. Made to be killed."""

from __future__ import annotations

import json
import socketserver
import sys
from pathlib import Path

from aloft.collect.inbox import Inbox
from tests.collect.facts import entry


class Appends(socketserver.StreamRequestHandler):
    inbox: Inbox

    def handle(self) -> None:
        for line in self.rfile:
            outcomes = self.inbox.append([entry(message_id) for message_id in json.loads(line)])
            self.wfile.write(json.dumps(outcomes).encode() + b"\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    Appends.inbox = Inbox(Path(sys.argv[1]))
    with Server(("127.0.0.1", int(sys.argv[2])), Appends) as server:
        server.serve_forever()
