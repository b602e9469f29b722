"""The worker as a process: the lanes that this deployment has, until it is told to stop."""

from __future__ import annotations

import os
import signal
import sys

from django.conf import settings

from aloft.act.channels.mail import MailLane
from aloft.act.channels.smtp import InvalidAddress, mail_server
from aloft.act.outbox.worker import Lane, Worker
from aloft.clock import SystemClock


def run_worker() -> None:
    """Raises SystemExit where the mail server is not written as one."""
    clock = SystemClock()
    worker = Worker(_lanes(clock), clock, f"worker-{os.getpid()}")
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, worker.stop)
    worker.run()


def _lanes(clock: SystemClock) -> list[Lane]:
    if not settings.ALOFT_SMTP:
        sys.stderr.write("ALOFT_SMTP names no mail server: messages wait in the outbox\n")
        return []
    try:
        server = mail_server(settings.ALOFT_SMTP)
    except InvalidAddress as invalid:
        raise SystemExit(str(invalid)) from None
    return [MailLane(server, clock, settings.ALOFT_MAIL_FROM, settings.ALOFT_URL)]
