"""Did our moments help? Experiments with their arms, what may be said of them, and what spoils them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.engagement.problems import InvalidModel
from aloft.engine.models import Live
from aloft.learn.experiments import Trial, trials
from aloft.workspace.context import Crumb
from aloft.workspace.experiments import shown, told
from aloft.workspace.model_in_force import reading_of
from aloft.workspace.pages import frame
from aloft.workspace.reader import reader_of


@require_safe
def experiments(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    found = in_force()
    context = {
        "crumbs": [Crumb("Model", reverse("model")), Crumb("Experiments")],
        "sentence": told(found),
        "trials": [shown(one, reader.person) for one in found],
    }
    return frame.whole(request, frame.Main("experiments", "Experiments", context))


def in_force() -> list[Trial]:
    """A version that this release cannot read says nothing of its experiments: they count as ended."""
    models = []
    for live in Live.objects.select_related("version").order_by("name"):
        try:
            models.append(reading_of(live.version).model)
        except InvalidModel:
            continue
    return trials(models)
