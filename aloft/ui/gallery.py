"""Every part of the interface once, with values made up: only where `DEBUG` is on."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aloft import clock
from aloft.ui.templatetags.aloft import KINDS, STATES
from aloft.ui.weeks import DayHours, drawn

GROUND = "ground surface raised sunken hover line line-2 control ink ink-2 ink-3 accent accent-2 accent-wash on-accent"
STATUS = (
    "good-fill good-ink good-wash warn-fill warn-ink warn-wash bad-fill bad-ink bad-wash none-fill none-wash"
    " c1 c2 c3 c4 c-rest c-grid"
)
CODE = [
    ("del", "within", "4w"),
    ("add", "within", "3w"),
    ("err", "owner", "cms"),
    ("on", "expect", '"users >= 10"'),
]
NOBODY = UUID(int=0)


class Example(forms.Form):
    objective = forms.CharField(help_text="One sentence the customer would sign.")
    owner = forms.CharField(error_messages={"required": "Name a role: csm, manager or digital."})
    channel = forms.ChoiceField(choices=[("call", "Call"), ("email", "Mail")])
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}))


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Whoever names it in `urls` does so only in debug; asked otherwise it is not there."""
    if request.user.is_anonymous:
        raise Http404
    return render(request, "gallery.html", {"crumbs": [{"name": "Gallery"}], "page": "gallery", **examples()})


def examples() -> dict[str, Any]:
    row = moment_row()
    said = {"objective": "Agree how value is measured", "channel": "call", "note": "Spoke to the controller"}
    week = [
        ("Monday", 3, 0),
        ("Tuesday", 0, 6),
        ("Wednesday", 0, 4),
        ("Thursday", 0, 3.5),
        ("Friday", 0, 2.5),
    ]
    hits = [SimpleNamespace(name="Brackwater Foods", url="#main", icon="building-2", detail="Ongoing")]
    return {
        "tokens": {"ground": GROUND.split(), "status": STATUS.split()},
        "form": Example(said, auto_id="example_%s"),
        "kinds": list(KINDS),
        "states": list(STATES),
        "two_of_three": (True, True, False),
        "row": row,
        "lines": [row],
        "task": SimpleNamespace(pk=0),
        "notices": [notice()],
        "groups": [SimpleNamespace(title="Accounts", hits=hits)],
        "code": [code_line(*told) for told in CODE],
        "filter": SimpleNamespace(
            name="owner",
            title="Owner",
            chosen="Cora Jensen",
            without="",
            choices=[SimpleNamespace(value="cora", title="Cora Jensen", chosen=True)],
        ),
        "told": [
            SimpleNamespace(
                file="acme.yaml", line=19, column=7, path="moments.usage_fell", message="“cms” is no role"
            )
        ],
        "week": drawn([DayHours(name, done, booked, name == "Tuesday") for name, done, booked in week], 4.8),
    }


def code_line(tone: str, key: str, value: str) -> SimpleNamespace:
    pieces = [SimpleNamespace(text=f"  {key}: ", css="k"), SimpleNamespace(text=value, css="v")]
    return SimpleNamespace(tone=tone, number=None, pieces=pieces)


def moment_row() -> SimpleNamespace:
    """As `cotton/moment.html` reads it."""
    now = clock.now()
    moment = SimpleNamespace(
        public_id=NOBODY,
        account=SimpleNamespace(name="Brackwater Foods", public_id=NOBODY),
        title="Usage fell",
        trigger="when",
        because="Sign-ins in 28 days are 742, 799 needed",
        objective="Find the cause while it is cheap to fix",
        expected="sign_ins_28d >= 1026",
        owner=SimpleNamespace(name="Cora Jensen"),
        role="csm",
        due_at=now - timedelta(hours=26),
        outcome_until=now + timedelta(days=21),
        effort_minutes=60,
        model_version=SimpleNamespace(name="acme", version=3),
    )
    evidence = SimpleNamespace(rule="when", says="sign_ins_28d < 799", found="sign_ins_28d is 742")
    return SimpleNamespace(
        occurrence=moment, state="started", evidence=[evidence], phase="ongoing", climbing=False,
        mrr=Decimal(6240), start_icon="phone", start_word="Start the call", may_start=True, may_finish=True,
        waits=True, may_reopen=False, band="yellow", score=67, change=-11,
    )  # fmt: skip


def notice() -> SimpleNamespace:
    return SimpleNamespace(
        at=clock.now() - timedelta(hours=3),
        title="Usage fell was handed to you",
        says="Brackwater Foods: Dev Patel, “on leave from Monday”",
        icon="user",
        url="#main",
        fresh=True,
    )
