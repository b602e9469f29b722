"""What would this model have done? A text over the past, and what came of it, kept for who looks again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aloft.engine.backtest import service
from aloft.engine.backtest.service import LONGEST, Subject
from aloft.engine.models import BacktestRun
from aloft.records.models import ModelDraft, ModelVersion
from aloft.workspace import backtests
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.publishing import publisher_or_404
from aloft.workspace.reader import Reader, Request, reader_of

PATIENCE = 1.0
"""Seconds for which an answer waits for the engine; then it says how far the run has come."""
USUAL = timedelta(days=90)


class BacktestForm(forms.Form):
    of = forms.ChoiceField(label="Test")
    against = forms.ChoiceField(label="Beside", required=False, help_text="To see what differs.")
    first = forms.DateField(
        label="From",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The model goes live that day.",
    )
    last = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, subjects: Mapping[str, str], today: date, *args: Any, **more: Any) -> None:
        """`subjects`: what each is called, by its key."""
        super().__init__(*args, **more)
        self.today = today
        self.fields["of"].choices = list(subjects.items())  # type: ignore[attr-defined]
        self.fields["against"].choices = [("", "Nothing"), *subjects.items()]  # type: ignore[attr-defined]
        yesterday = today - timedelta(days=1)
        self.fields["first"].initial = today - USUAL
        self.fields["last"].initial = yesterday
        for name in ("first", "last"):
            self.fields[name].widget.attrs["max"] = yesterday.isoformat()

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        first, last = told.get("first"), told.get("last")
        if first and last and last < first:
            self.add_error("last", "It lies before the first day.")
        elif last and last >= self.today:
            self.add_error("last", "That day is not over: yesterday is the last that can be tested.")
        elif first and last and last - first > LONGEST:
            self.add_error("first", "That is more than three years: ask with `aloft backtest`.")
        if told.get("of") and told.get("of") == told.get("against"):
            self.add_error("against", "It is the same text: choose another, or nothing.")
        return told


@require_http_methods(["GET", "HEAD", "POST"])
def backtest(request: Request) -> HttpResponse:
    """`?of=acme@3` or `?of=draft:ID` chooses what to test."""
    reader = reader_of(request)
    person = publisher_or_404(reader)
    subjects = {key: called for key, called, _ in _subjects()}
    today = reader.now.astimezone(reader.zone).date()
    if request.method != "POST":
        chosen = {key: request.GET[key] for key in ("of", "against") if request.GET.get(key) in subjects}
        return frame.whole(request, main(BacktestForm(subjects, today, initial=chosen), bool(subjects)))
    form = BacktestForm(subjects, today, request.POST)
    if not form.is_valid():
        return frame.whole(request, main(form, bool(subjects)), 422)
    told = form.cleaned_data
    run = service.ask_for(
        subject=subject_of(told["of"]),
        against=subject_of(told["against"]) if told["against"] else None,
        first=told["first"],
        last=told["last"],
        actor=person.handle,
        at=reader.now,
    )
    return redirect("backtest_run", run.public_id)


@require_safe
def backtest_run(request: Request, run_id: UUID) -> HttpResponse:
    """Asked for by htmx it answers the part alone, which asks again until the run is made."""
    reader = reader_of(request)
    publisher_or_404(reader)
    run = BacktestRun.objects.filter(public_id=run_id).first()
    if run is None:
        raise Http404
    context = told(run)
    if frame.is_partial(request):
        return render(request, "workspace/_backtest_part.html", context)
    return frame.whole(request, run_main(run, context, reader))


def told(run: BacktestRun) -> dict[str, object]:
    """What the part shows: the engine is asked to make what is not made."""
    if run.done_at is None:
        come = service.come(run, PATIENCE)
        run.refresh_from_db()
        if run.done_at is None:
            return {"run": run, "share": come.share, "refused": come.error}
    if run.error:
        return {"run": run, "refused": run.error}
    return {
        "run": run,
        "told": run.told,
        "moments": backtests.moments(run.told),
        "segments": backtests.segments(run.told),
        "roles": backtests.roles(run.told),
        "judged": backtests.judged(run.told),
    }


def run_main(run: BacktestRun, context: dict[str, object], reader: Reader) -> frame.Main:
    crumbs = [Crumb("Model", reverse("model")), Crumb("Backtest", reverse("backtest")), Crumb(run.says)]
    sentence = backtests.sentence(run.told) if run.told else f"{run.says.capitalize()} over the past"
    return frame.Main("backtest_run", "Backtest", {**context, "crumbs": crumbs, "sentence": sentence})


def main(form: BacktestForm, is_something: bool) -> frame.Main:
    return frame.Main(
        "backtest",
        "Backtest",
        {
            "crumbs": [Crumb("Model", reverse("model")), Crumb("Backtest")],
            "form": form,
            "is_something": is_something,
            "runs": BacktestRun.objects.defer("told", "document", "against"),
        },
    )


def _subjects() -> list[tuple[str, str, str]]:
    """Key, what it is called, and what sentences say: versions, the newest first, then drafts."""
    versions = ModelVersion.objects.order_by("name", "-version").values_list("name", "version")
    drafts = ModelDraft.objects.filter(discarded_at=None, published=None).values_list("public_id", "name")
    told = [
        (f"{name}@{number}", f"{name}, version {number}", f"version {number} of {name}")
        for name, number in versions
    ]
    return told + [(f"draft:{key}", f"{name}, a draft", f"a draft of {name}") for key, name in drafts]


def subject_of(key: str) -> Subject:
    """Of a key that the form has offered."""
    says = next(says for one, _, says in _subjects() if one == key)
    if key.startswith("draft:"):
        return Subject(says, ModelDraft.objects.get(public_id=key.removeprefix("draft:")).text)
    name, _, number = key.rpartition("@")
    return Subject(says, ModelVersion.objects.get(name=name, version=int(number)).document)
