"""How is this customer?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.act.models import Occurrence, OccurrenceState
from aloft.measures.goals import plan_at
from aloft.records.models import Account
from aloft.records.policies import may_except, may_merge
from aloft.workspace import selectors, sentences
from aloft.workspace.context import Crumb, above
from aloft.workspace.forms import PulseForm
from aloft.workspace.history import History
from aloft.workspace.listing.columns import listing_of
from aloft.workspace.model_in_force import manual_moments
from aloft.workspace.pages import frame
from aloft.workspace.pages.dossier import contracts_of, left_on, people_of, seats_in_force, values_of
from aloft.workspace.pages.health import health_of, pulses_at, signals_at
from aloft.workspace.pages.questions import three_questions
from aloft.workspace.playbook import tasks_at
from aloft.workspace.reader import Reader, reader_of
from aloft.workspace.rows import projection_of, state_of
from aloft.workspace.story import Story, mrr_picture, story_of, usage_picture
from aloft.workspace.timeline import KINDS, Asked, read_asked, timeline


@dataclass(frozen=True)
class Line:
    """A moment in the account's table."""

    occurrence: Occurrence
    state: str


@require_safe
def account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The page; or its timeline alone, where that is what is to be swapped."""
    reader = reader_of(request)
    found = selectors.find_account(reader.person, account_id)
    if found is None:
        survivor = selectors.survivor_of(reader.person, account_id)
        if survivor is None:
            raise Http404
        return redirect("account", survivor.public_id)
    asked = read_asked(request.GET.getlist("show"), request.GET.get("before", ""))
    if frame.is_partial(request) and request.headers.get("HX-Target") == "timeline":
        told = timeline_context(reader, History(found), asked, story_of(found))
        context = {"account": found, **told}
        return render(request, "workspace/_timeline.html", context)
    return frame.whole(request, main(reader, found, asked=asked))


def main(
    reader: Reader, account: Account, form: PulseForm | None = None, asked: Asked | None = None
) -> frame.Main:
    """`form` is what somebody said and has to mend."""
    history = History(account)
    moments = selectors.moments_at(history)
    parts = selectors.relationships_of(account, reader.now, reader.automated)
    attended, by_themselves = selectors.parted(moments, reader.automated)
    people, contracts = people_of(account), contracts_of(history, reader.now)
    plan = plan_at(account, reader.now, reader.versions)
    story = story_of(account)
    opened = [moment for moment in moments if moment.opened_at]
    context: dict[str, object] = {
        "crumbs": [*above(account), Crumb(account.name)],
        "account": account,
        "projection": projection_of(account),
        "relationships": parts,
        "merged": selectors.merged_with(account),
        "may_merge": may_merge(reader.person) and account.whole_id is None,
        "sentence": sentences.account_stands(
            account.name, *selectors.pressing_at(attended, parts, reader.now), left_on(contracts, reader.now)
        ),
        "questions": three_questions(account, plan, reader.now),
        "exceptions": list(selectors.exceptions_of(reader.person, reader.now).filter(account=account)),
        "may_except": may_except(reader.person, account),
        "open": [line(moment, reader.now) for moment in attended if not is_past(moment)],
        "by_themselves": [Line(moment, moment.state) for moment in by_themselves],
        "past": [line(moment, reader.now) for moment in moments if is_past(moment)],
        "people": people,
        "tasks": tasks_at(account),
        "health": health_of(history),
        "signals": signals_at(history),
        "pulses": pulses_at(history),
        "pulse_form": form or PulseForm(),
        "contracts": contracts,
        "by_hand": manual_moments(account, reader.versions),
        "listing": listing_of(account),
        "plan": plan,
        "values": values_of(projection_of(account), reader.models),
        "story": story,
        "usage": usage_picture(story.weeks, seats_in_force(contracts), opened) if story else None,
        "money": mrr_picture(story.levels, reader.now.date()) if story else None,
        **timeline_context(reader, history, asked or Asked(), story),
    }
    return frame.Main("account", account.name, context)


@dataclass(frozen=True)
class Kind:
    """A filter of the timeline: pressing it shows these entries, or hides them."""

    title: str
    shown: bool
    url: str


def timeline_context(
    reader: Reader, history: History, asked: Asked, story: Story | None
) -> dict[str, object]:
    told = timeline(history, asked, reader.now, reader.zone, story)
    here = reverse("account", args=[history.account.public_id])
    earlier = [("show", kind) for kind in asked.shown if len(asked.shown) < len(KINDS)]
    before = [("before", told.earlier.isoformat())] if told.earlier else []
    return {
        "timeline": told,
        "kinds": [_kind(name, title, asked, here) for name, title in KINDS.items()],
        "earlier": f"{here}?{urlencode([*earlier, *before])}" if before else "",
        "newest": f"{here}?{urlencode(earlier)}" if asked.before else "",
        "asked_engine": story is not None,
    }


def _kind(name: str, title: str, asked: Asked, here: str) -> Kind:
    """From all of them, pressing one shows it alone."""
    everything = len(asked.shown) == len(KINDS)
    shown = name in asked.shown
    others = [kind for kind in asked.shown if kind != name]
    wanted = [name] if everything else others if shown else [*asked.shown, name]
    return Kind(title, shown, f"{here}?{urlencode([('show', kind) for kind in wanted])}")


def line(occurrence: Occurrence, now: datetime) -> Line:
    late = occurrence.state in selectors.WAITING and occurrence.due_at < now
    return Line(occurrence, state_of(occurrence, now) or ("late" if late else occurrence.state))


def is_past(occurrence: Occurrence) -> bool:
    return occurrence.state in {OccurrenceState.DONE, OccurrenceState.CLOSED}
