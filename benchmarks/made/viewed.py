"""Ingestion as a view of Django, with its middleware around it: what it would be, did it not stand in front."""

from __future__ import annotations

from wsgiref.types import WSGIEnvironment

from aloft.wsgi import django_application as application  # first: it sets Django up

# isort: split
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

from aloft.clock import SystemClock
from aloft.collect.wire.application import Front

settings.ROOT_URLCONF = __name__
front = Front(application, SystemClock())


@csrf_exempt
@login_not_required
def collected(request: HttpRequest) -> HttpResponse:
    told: list[tuple[str, list[tuple[str, str]]]] = []
    environ: WSGIEnvironment = request.META
    body = b"".join(front(environ, lambda status, headers, _=None: told.append((status, headers))))  # type: ignore[arg-type,func-returns-value,return-value]
    status, headers = told[0]
    return HttpResponse(body, status=int(status.partition(" ")[0]), headers=dict(headers))


urlpatterns = [re_path(r"", collected)]
