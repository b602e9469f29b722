"""What browser clients fetch before they send."""

from __future__ import annotations

import re
from wsgiref.types import WSGIEnvironment

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from aloft.collect.wire.sources import first_key

SETTINGS = re.compile(r"/v1/projects/([^/]+)/settings/?")


def key_of_settings(path: str) -> str | None:
    found = SETTINGS.fullmatch(path)
    return found[1] if found else None


def key_of_source_config(environ: WSGIEnvironment) -> str:
    return first_key(environ)


def segment_settings(key: str, environ: WSGIEnvironment) -> dict[str, object]:
    """Without a sample rate of 0 the client would also send measurements of itself elsewhere."""
    protocol = "https" if settings.SECURE_HTTPS else environ.get("wsgi.url_scheme", "http")
    ours = {"apiKey": key, "apiHost": f"{host(environ)}/v1", "protocol": protocol}
    return {"integrations": {"Segment.io": ours}, "plan": {}, "metrics": {"sampleRate": 0}}


def source_config(key: str, source: str) -> dict[str, object]:
    silent = {"errors": {"enabled": False}, "metrics": {"enabled": False}}
    described = {
        "id": source,
        "name": source,
        "writeKey": key,
        "workspaceId": "aloft",
        "enabled": True,
        "config": {"statsCollection": silent},
        "destinations": [],
    }
    return {"source": described}


def host(environ: WSGIEnvironment) -> str:
    """The host that was asked, when it is one of ours; else the first of ours."""
    asked: str = environ.get("HTTP_HOST", "")
    if validate_host(split_domain_port(asked)[0], settings.ALLOWED_HOSTS):
        return asked
    return settings.ALLOWED_HOSTS[0]
