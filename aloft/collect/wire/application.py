"""Ingestion stands in front of Django in the web process: it reads bodies that Django would not."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from http import HTTPStatus
from threading import Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.db import Error as DatabaseUnavailable
from django.db import close_old_connections

from aloft.clock import Clock, SystemClock
from aloft.collect import services
from aloft.collect.inbox import Inbox, InboxUnavailable, Outcome
from aloft.collect.place import inbox_of
from aloft.collect.wire import body, configuration, posthog
from aloft.collect.wire.answers import Answer, Refused, answer, refusal, unavailable
from aloft.collect.wire.erased import without_erased
from aloft.collect.wire.normalise import Judged, judge
from aloft.collect.wire.paths import Reading, named, reading_of
from aloft.collect.wire.segment import Call
from aloft.collect.wire.sources import Sources, first_key
from aloft.records import tombstones
from aloft.records.tombstones import Tombstones

log = logging.getLogger(__name__)

SENT_AT = ("HTTP_SENTAT", "HTTP_POSTHOG_REQUEST_TIMESTAMP")
SOURCE_CONFIG = "/sourceConfig"
OURS = ("/v1/", "/beacon/", "/i/v1/")
PATIENCE = 5.0  # seconds that a request waits for a lock before it is told to come back


def in_front_of(django_application: WSGIApplication) -> WSGIApplication:
    return Front(django_application, SystemClock())


class Front:
    """A path is answered with and without a last slash: a redirect would lose the batch."""

    def __init__(self, behind: WSGIApplication, clock: Clock) -> None:
        self._behind, self._clock = behind, clock
        self._sources = Sources()
        self._inbox: Inbox | None = None
        self._erased: tuple[int, Tombstones] | None = None
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not is_ours(path):
            return self._behind(environ, start_response)
        given = self._answer(environ, path)
        start_response(given.line, given.headers)
        return [given.body]

    def close(self) -> None:
        with self._lock:
            if self._inbox:
                self._inbox.close()
            self._inbox = None

    def _answer(self, environ: WSGIEnvironment, path: str) -> Answer:
        try:
            return self._routed(environ, path)
        except Refused as refused:
            return refusal(refused.status, refused.code, refused.message)
        except (InboxUnavailable, DatabaseUnavailable):
            log.warning("nothing could be stored", exc_info=True)
            return unavailable()
        except Exception:
            log.exception("ingestion failed")
            return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "Send it again later.")

    def _routed(self, environ: WSGIEnvironment, path: str) -> Answer:
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            return Answer(HTTPStatus.OK, b"")
        if (read := reading_of(path)) is not None:
            if method != "POST":
                return not_allowed("POST, OPTIONS")
            return self._collected(environ, path, read)
        if (key := configuration.key_of_settings(path)) is not None:
            self._source(key)
            document = configuration.segment_settings(key, environ)
        elif path.rstrip("/") == SOURCE_CONFIG:
            key = first_key(environ)
            document = configuration.source_config(key, self._source(key))
        else:
            return refusal(HTTPStatus.NOT_FOUND, "not_found", "There is nothing at this path.")
        return answer(document) if method == "GET" else not_allowed("GET, OPTIONS")

    def _collected(self, environ: WSGIEnvironment, path: str, read: Reading) -> Answer:
        received = self._clock.now()
        raw = b""
        try:
            raw = body.read(environ)
            call = read(raw)
        except Refused as refused:
            if key := first_key(environ):
                self._keep(self._source(key), path, [services.Letter(refused.code, refused.message, raw)])
            raise
        source = self._source(first_key(environ, call.keys))
        judged = without_erased(judge(with_header(call, environ), source, received), self._tombstones())
        outcomes = self._opened().append(judged.entries)
        if judged.refused:
            self._keep(source, path, judged.refused)
        by_id = posthog.results(judged) if named(path) == posthog.EVENTS else {}
        return answer({"success": True, **counted(outcomes, judged), **by_id})

    def _tombstones(self) -> Tombstones:
        """Read again when the file is another."""
        path = settings.ALOFT_HOME / tombstones.FILE
        changed = path.stat().st_mtime_ns if path.exists() else 0
        if self._erased is None or self._erased[0] != changed:
            self._erased = (changed, tombstones.read(settings.ALOFT_HOME))
        return self._erased[1]

    def _source(self, key: str) -> str:
        name = self._sources.of(key) if key else None
        if name is None:
            raise Refused(
                HTTPStatus.UNAUTHORIZED, "unknown_write_key", "The write key is missing or unknown."
            )
        return name

    def _keep(self, source: str, path: str, letters: Sequence[services.Letter]) -> None:
        try:
            services.dead_letter(source=source, letters=letters, at=self._clock.now(), path=path)
        finally:
            close_old_connections()

    def _opened(self) -> Inbox:
        with self._lock:
            self._inbox = self._inbox or Inbox(inbox_of(settings.ALOFT_HOME), self._clock, PATIENCE)
            return self._inbox


def counted(outcomes: Sequence[Outcome], judged: Judged) -> dict[str, object]:
    accepted = outcomes.count(Outcome.stored)
    rejected = [
        {"index": letter.index, "messageId": letter.message_id, "code": letter.code}
        for letter in judged.refused
    ]
    return {"accepted": accepted, "duplicates": len(outcomes) - accepted, "rejected": rejected}


def is_ours(path: str) -> bool:
    return path.startswith(OURS) or path.rstrip("/") in {SOURCE_CONFIG, *posthog.PATHS}


def with_header(call: Call, environ: WSGIEnvironment) -> Call:
    """Some clients say when they sent in a header alone."""
    said = (environ[header] for header in SENT_AT if header in environ)
    return call if call.sent_at else replace(call, sent_at=next(said, None))


def not_allowed(methods: str) -> Answer:
    message = f"This path takes {methods}."
    return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", message, ("Allow", methods))
