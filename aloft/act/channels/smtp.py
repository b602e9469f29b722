"""Mail by plain SMTP: one message, one reader, and what the server said of it."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote, urlsplit

from aloft.act.channels.values import Handing, NoAnswer, Refusal, Result, Sent, Unavailable, Withdrawn

PATIENCE = 30.0  # seconds for each answer of the server
PERMANENT = 500


@dataclass(frozen=True)
class MailServer:
    """`smtp://user:password@host:587`; `smtps://` speaks TLS from the start, `smtp://` where it is offered."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    patience: float = PATIENCE


class InvalidAddress(ValueError):
    """No address of a mail server; the message says how one is written."""


def mail_server(url: str, patience: float = PATIENCE) -> MailServer:
    """Raises InvalidAddress."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise InvalidAddress(
            "ALOFT_SMTP is written smtp://user:password@host:587, or smtps:// for TLS at once"
        )
    tls = parts.scheme == "smtps"
    return MailServer(
        parts.hostname, parts.port or (465 if tls else 25), unquote(parts.username or ""),
        unquote(parts.password or ""), tls, patience,
    )  # fmt: skip


def send(server: MailServer, letter: EmailMessage, sender: str, reader: str, handing: Handing) -> Result:
    """Everything that can be refused is asked before `handing`; after it only the server's answer counts."""
    try:
        client = _connect(server)
    except (OSError, smtplib.SMTPException) as error:
        return Unavailable(_said(error))
    try:
        return _converse(client, letter, sender, reader, handing)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            client.close()


def _connect(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.tls:
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.patience, context=context
        )
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=server.patience)
        client.ehlo_or_helo_if_needed()
        if client.has_extn("starttls"):
            client.starttls(context=context)
    if server.user:
        client.login(server.user, server.password)
    return client


def _converse(
    client: smtplib.SMTP, letter: EmailMessage, sender: str, reader: str, handing: Handing
) -> Result:
    try:
        client.ehlo_or_helo_if_needed()
        for code, answer in (client.mail(sender), client.rcpt(reader)):
            if code >= 400:
                return _refusal(code, answer)
    except (OSError, smtplib.SMTPException) as error:
        return Refusal(_said(error))
    if not handing():
        return Withdrawn()
    try:
        code, answer = client.data(letter.as_bytes(policy=SMTP))
    except smtplib.SMTPDataError as error:
        return _refusal(error.smtp_code, _bytes(error.smtp_error))
    except (OSError, smtplib.SMTPException) as error:
        return NoAnswer(_said(error))
    return Sent(_text(code, answer)) if code < 400 else _refusal(code, answer)


def _refusal(code: int, answer: bytes) -> Refusal:
    text = _text(code, answer)
    return Refusal(
        text, for_good=code >= PERMANENT, nobody=code == 550 and answer.startswith((b"5.1.1", b"5.1.0"))
    )


def _text(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode('utf-8', 'replace')}"


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
