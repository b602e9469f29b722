"""A mail server on 127.0.0.1 that answers as it is told; `got` is what it has taken, by Message-ID."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Answers:
    """`data` is the answer to a mail, `reader` to an address; `drop`: the line breaks after the mail was taken."""

    data: str = "250 2.0.0 taken"
    reader: str = ""
    drop: bool = False
    hang: bool = False
    got: list[Message] = field(default_factory=list)
    taken: threading.Event = field(default_factory=threading.Event)

    async def handle_RCPT(  # noqa: N802 (the names are those of aiosmtpd)
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.reader:
            return self.reader
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data.startswith("2"):
            self.got.append(message_from_bytes(envelope.content))
        self.taken.set()
        if self.hang:
            await asyncio.sleep(60)
        if self.drop:
            server.transport.abort()
        return self.data


def serving(answers: Answers, port: int) -> Controller:
    controller = Controller(answers, hostname="127.0.0.1", port=port)
    controller.start()
    return controller
