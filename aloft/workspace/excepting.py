"""One account treated otherwise than its model says: made by a form, ended or taken back by a button."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from aloft.engagement.model import Model
from aloft.measures.models import AccountProjection
from aloft.records.models import Account, AccountException, Person
from aloft.records.policies import may_except, who_may_see
from aloft.records.refusals import Refused
from aloft.records.services import end_exception, except_account
from aloft.ui.words import humanised
from aloft.workspace import selectors
from aloft.workspace.context import above
from aloft.workspace.pages import account as account_page
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of

KINDS = {"touch": "Another touch", "owner": "Another owner of what opens", "skip": "A moment that is skipped"}


class ExceptionForm(forms.Form):
    heading, submit = "Make an exception", "Make the exception"
    kind = forms.ChoiceField(
        label="What is otherwise?", choices=list(KINDS.items()), widget=forms.RadioSelect
    )
    touch = forms.ChoiceField(label="Touch", required=False)
    owner = forms.ModelChoiceField(
        label="Who", queryset=Person.objects.none(), required=False, empty_label="Choose",
        help_text="Who may see the account.",
    )  # fmt: skip
    moment = forms.ChoiceField(label="Which moment", required=False)
    until = forms.DateField(
        label="Until and including",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="From the day after, the model counts again.",
        error_messages={"required": "Give its last day.", "invalid": "Give its last day."},
    )
    reason = forms.CharField(
        label="Why?",
        max_length=300,
        error_messages={"required": "Say why: it is shown wherever the rule would be."},
    )

    def __init__(self, account: Account, reader: Reader, data: Any = None) -> None:
        super().__init__(data, auto_id="exception_%s", initial={"kind": "touch"})
        self.reader = reader
        model = model_of(account, reader)
        self.choose("touch", [level.name for level in model.touch_levels] if model else [])
        moments = [one for one in model.moments.values() if one.trigger.kind != "manual"] if model else []
        self.choose("moment", [one.name for one in moments])
        owner: Any = self.fields["owner"]
        owner.queryset = who_may_see(account)

    def choose(self, field: str, names: list[str]) -> None:
        chosen: Any = self.fields[field]
        chosen.choices = [("", "Choose" if field == "touch" else "Every moment")]
        chosen.choices = [*chosen.choices, *((name, humanised(name)) for name in names)]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for field, asks in (("touch", "Choose a level."), ("owner", "Choose somebody.")):
            if said.get("kind") == field and not said.get(field):
                self.add_error(field, asks)
        if said.get("kind") == "skip" and not said.get("moment"):
            self.add_error("moment", "Choose the moment that is to be skipped.")
        until = said.get("until")
        if until and until < self.reader.now.date():
            self.add_error("until", "Give a day that is still to come.")
        return said


def model_of(account: Account, reader: Reader) -> Model | None:
    """The model that the account follows."""
    name = AccountProjection.objects.filter(account=account).values_list("model", flat=True).first()
    models = reader.models
    return next((one for one in models if one.name == name), models[0] if models else None)


@require_http_methods(["GET", "HEAD", "POST"])
def make_exception(request: HttpRequest, account_id: UUID) -> HttpResponse:
    reader = reader_of(request)
    account, person = _meet(reader, account_id)
    form = ExceptionForm(account, reader, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = except_account(
                account=account, kind=(kind := form.cleaned_data["kind"]), actor=person.handle, at=reader.now,
                touch=[form.cleaned_data["touch"]] if kind == "touch" else [],
                owner=form.cleaned_data["owner"] if kind == "owner" else None,
                moment=form.cleaned_data["moment"] if kind != "touch" else "",
                reason=form.cleaned_data["reason"], until=form.cleaned_data["until"],
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, f"{refused.problem[:1].upper()}{refused.problem[1:]}. {refused.mend}")
        else:
            messages.success(request, f"Made an exception of {account.name}", extra_tags=_undo(made))
            return _back(request, reader, account)
    context = {"form": form, "account": account, "crumbs": above(account)}
    main = frame.Main("exception", f"An exception of {account.name}", context)
    return frame.whole(request, main, 422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, exception_id: int) -> HttpResponse:
    reader = reader_of(request)
    found = AccountException.objects.select_related("account").filter(pk=exception_id).first()
    if found is None:
        raise Http404
    account, person = _meet(reader, found.account.public_id)
    end_exception(exception=found, actor=person.handle, at=reader.now)
    messages.success(request, f"Ended the exception of {account.name}; the model counts again")
    return _back(request, reader, account)


def _meet(reader: Reader, account_id: UUID) -> tuple[Account, Person]:
    account = selectors.account_or_404(reader.person, account_id)
    if reader.person is None or not may_except(reader.person, account):
        raise Http404
    return account, reader.person


def _undo(made: AccountException) -> str:
    return reverse("end_exception", args=[made.pk])


def _back(request: HttpRequest, reader: Reader, account: Account) -> HttpResponse:
    if frame.is_partial(request):
        return frame.only(request, account_page.main(reader, account))
    return redirect("account", account.public_id)
