"""The worker as a process: the lanes that this deployment has, until it is told to stop."""

from __future__ import annotations

import os
import signal
import sys

from django.conf import settings

from aloft.act.channels.addresses import NotAllowed, networks
from aloft.act.channels.mail import MailLane
from aloft.act.channels.smtp import InvalidAddress, mail_server
from aloft.act.channels.webhook import WebhookLane
from aloft.act.outbox.worker import Lane, Worker
from aloft.clock import SystemClock


def run_worker() -> None:
    """Raises SystemExit where the mail server, or a network for webhooks, is not written as one."""
    clock = SystemClock()
    worker = Worker(_lanes(clock), clock, f"worker-{os.getpid()}")
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, worker.stop)
    worker.run()


def _lanes(clock: SystemClock) -> list[Lane]:
    try:
        lanes: list[Lane] = [WebhookLane(clock, networks(settings.ALOFT_WEBHOOK_NETWORKS))]
        if settings.ALOFT_SMTP:
            server = mail_server(settings.ALOFT_SMTP)
            lanes.append(MailLane(server, clock, settings.ALOFT_MAIL_FROM, settings.ALOFT_URL))
        else:
            sys.stderr.write("ALOFT_SMTP names no mail server: messages wait in the outbox\n")
    except (InvalidAddress, NotAllowed) as invalid:
        raise SystemExit(str(invalid)) from None
    return lanes
