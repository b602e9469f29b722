"""What is told of somebody of the team: by themselves, or by who sees everything."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aloft.records.models import Person
from aloft.records.policies import may_staff
from aloft.records.refusals import Refused
from aloft.records.services import set_person, take_leave
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of

TOLD = ("hours_per_week", "skills", "languages", "segments", "backup")
LISTS = ("skills", "languages", "segments")


class MemberForm(forms.Form):
    hours_per_week = forms.DecimalField(
        label="Hours a week for customers", required=False, max_digits=5, decimal_places=2,
        help_text="Empty: those of the role.",
    )  # fmt: skip
    skills = forms.CharField(
        label="Knows", required=False, help_text="Names with commas, as moments ask for them: sso, migration"
    )
    languages = forms.CharField(label="Speaks", required=False, help_text="Two letters each: en, ja")
    segments = forms.CharField(
        label="Serves", required=False, help_text="Segments of the model; empty: all of them"
    )
    backup = forms.ModelChoiceField(
        label="Who covers", queryset=Person.objects.none(), required=False, empty_label="Nobody"
    )
    first_day = forms.DateField(
        label="Away from", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last_day = forms.DateField(
        label="until and including", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, member: Person, data: Any = None) -> None:
        stands: dict[str, Any] = {name: getattr(member, name) for name in TOLD}
        stands |= {name: ", ".join(stands[name]) for name in LISTS}
        super().__init__(data, auto_id="member_%s", initial=stands)
        backup: Any = self.fields["backup"]
        backup.queryset = Person.objects.exclude(pk=member.pk)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("last_day") and not said.get("first_day") and "first_day" not in self.errors:
            self.add_error("first_day", "Give the first day away.")
        return said


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, handle: str) -> HttpResponse:
    reader = reader_of(request)
    found, actor = _meet(reader, handle)
    form = MemberForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _kept(form, found, actor, reader.now):
        messages.success(request, f"Kept what is told of {found.name}")
        return redirect("team")
    crumbs = [Crumb("Model", reverse("model")), Crumb("The team", reverse("team")), Crumb(found.name)]
    main = frame.Main("member", found.name, {"form": form, "member": found, "crumbs": crumbs})
    return frame.whole(request, main, 422 if form.errors else 200)


def _kept(form: MemberForm, found: Person, actor: Person, at: datetime) -> bool:
    said = form.cleaned_data
    told: dict[str, Any] = {name: said[name] for name in TOLD}
    first, last = said["first_day"], said["last_day"]
    try:
        with transaction.atomic():
            set_person(handle=found.handle, actor=actor.handle, at=at, **told)
            if first:
                take_leave(person=found, first_day=first, last_day=last or first, actor=actor.handle, at=at)
    except Refused as refused:
        field = refused.field if refused.field in form.fields else None
        form.add_error(field, f"{refused.problem[:1].upper()}{refused.problem[1:]}. {refused.mend}")
        return False
    return True


def _meet(reader: Reader, handle: str) -> tuple[Person, Person]:
    found = Person.objects.filter(handle=handle).first()
    if found is None or reader.person is None or not may_staff(reader.person, found):
        raise Http404
    return found, reader.person
