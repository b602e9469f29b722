"""Is this process fit to answer? Asked by whoever watches it, without signing in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and every migration is applied, else 503 with what is missing."""
    problem = _problem()
    if problem:
        return JsonResponse({"status": "failing", "problem": problem}, status=503)
    return JsonResponse({"status": "ok"})


def _problem() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "the database does not answer"
    return (
        f"{len(waiting)} migrations are not applied: start it with `aloft serve`, which applies them"
        if waiting
        else ""
    )
