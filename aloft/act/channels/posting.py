"""One POST to an address that has been looked at: no proxy, no redirect, and an end within a set time."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress

from aloft.act.channels.addresses import Target
from aloft.act.channels.values import Handing, NoAnswer, Refusal, Result, Sent, Withdrawn

GONE = 410


class _Pinned(http.client.HTTPConnection):
    """Connects to the addresses of the target, and to no other; the name stays in Host and in the certificate."""

    def __init__(self, target: Target, patience: float) -> None:
        super().__init__(target.host, target.port, timeout=patience)
        self._target = target

    def connect(self) -> None:
        self.sock = _reached(self._target, self.timeout or 1.0)
        if self._target.tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)

    def cut(self) -> None:
        """Whoever waits for the other side stops waiting."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def post(
    target: Target, body: bytes, headers: Mapping[str, str], *, patience: float, handing: Handing
) -> Result:
    """What can fail before the other side may have taken it fails before `handing`. `patience`: seconds in all, from
    then on; 2xx alone is success."""
    connection = _Pinned(target, patience)
    watch = threading.Timer(patience, connection.cut)
    try:
        connection.connect()
        watch.start()
        return _converse(connection, target, body, headers, handing)
    except OSError as error:
        return Refusal(_said(error))
    finally:
        watch.cancel()
        connection.close()


def _reached(target: Target, patience: float) -> socket.socket:
    refused: OSError = OSError("no address")
    for address in target.addresses:
        try:
            return socket.create_connection((address, target.port), timeout=patience)
        except OSError as error:
            refused = error
    raise refused


def _converse(
    connection: _Pinned, target: Target, body: bytes, headers: Mapping[str, str], handing: Handing
) -> Result:
    if not handing():
        return Withdrawn()
    try:
        connection.request("POST", target.path, body=body, headers=dict(headers))
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return NoAnswer(_said(error))
    if 200 <= status < 300:
        return Sent(str(status))
    return Refusal(f"it answered {status}", for_good=status == GONE, nobody=status == GONE)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
