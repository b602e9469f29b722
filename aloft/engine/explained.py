"""Why an occurrence opened, from what was stored as it did; and an explanation as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from aloft.act.log import as_objects, from_objects
from aloft.act.models import Occurrence, OutcomeState, Verdict
from aloft.act.standing import as_of
from aloft.decide.change import smallest_change
from aloft.decide.values import Reason
from aloft.engagement.load import load_published
from aloft.engagement.model import ExpectTrigger, Model, Moment, WhenTrigger
from aloft.engine.spoken import instant


@dataclass(frozen=True)
class Explanation:
    """Instants are UTC. `history`: instant, verdict and a sentence, in order."""

    headline: str
    account: str
    moment: str
    verdict: str
    at: datetime | None
    model: str
    place: str
    owner: str
    due: datetime | None
    outcome: str
    outcome_until: datetime | None
    reasons: tuple[Reason, ...]
    change: str
    history: tuple[tuple[datetime, str, str], ...]


def of_occurrence(occurrence: Occurrence, at: datetime | None = None) -> Explanation:
    """Why an occurrence opened, from what was stored as it did. `at`: how it stood then; None: now."""
    verdicts = Verdict.objects.filter(occurrence=occurrence)
    if at is not None:
        occurrence, verdicts = as_of([occurrence], at)[0], verdicts.filter(at__lte=at)
    version = occurrence.model_version
    model = _model(version.document, f"{version.name}.yaml")
    moment = model.moments[occurrence.called]
    reasons = from_objects(occurrence.evidence)
    return Explanation(
        headline=_headline(occurrence),
        account=occurrence.account.name,
        moment=occurrence.moment,
        verdict=occurrence.closed_as or occurrence.state,
        at=occurrence.opened_at,
        model=f"{version.name}, version {version.version}",
        place=place_of(model, moment),
        owner=_owner(occurrence, at),
        due=occurrence.due_at,
        outcome=_outcome(occurrence),
        outcome_until=occurrence.outcome_until,
        reasons=reasons,
        change=_kept_closed(moment, reasons),
        history=history_of(verdicts.order_by("at", "id")),
    )


def _owner(occurrence: Occurrence, at: datetime | None) -> str:
    told = Verdict.objects.filter(occurrence=occurrence, details__has_key="owner").order_by("at", "id")
    if at is not None and told.filter(at__gt=at).exists():
        return str(told.filter(at__lte=at).last().details["owner"])  # type: ignore[union-attr]
    owner = occurrence.owner.name if occurrence.owner else occurrence.role
    return f"{owner}, {occurrence.owned_because}"


def _headline(occurrence: Occurrence) -> str:
    if occurrence.closed_as != "absorbed":
        return f"“{occurrence.title}” opened: {occurrence.because}"
    told = occurrence.verdicts.filter(verdict="absorbed").order_by("-at", "-pk").first()
    found = from_objects(told.reasons)[0].found if told else "a larger one is due close to it"
    return f"“{occurrence.title}” was absorbed: {found}"


@lru_cache(maxsize=16)
def _model(document: str, file: str) -> Model:
    """Published versions never change."""
    return load_published(document, file)


def place_of(model: Model, moment: Moment) -> str:
    return f"{model.file}, line {moment.line}"


def _outcome(occurrence: Occurrence) -> str:
    judged = {
        OutcomeState.WATCHED: "watched",
        OutcomeState.MET: "met",
        OutcomeState.MISSED: "missed",
        OutcomeState.UNKNOWN: "unknown",
    }[OutcomeState(occurrence.outcome)]
    when = f" on {instant(occurrence.outcome_at)}" if occurrence.outcome_at else ""
    return f"{occurrence.expected}: {judged}{when}"


def history_of(verdicts: Iterable[Verdict]) -> tuple[tuple[datetime, str, str], ...]:
    """`verdicts` are in order."""
    return tuple((row.at, row.verdict, _sentence(row)) for row in verdicts)


def _sentence(verdict: Verdict) -> str:
    details = verdict.details
    if verdict.verdict == "opened" and details.get("owner"):
        return f"for {details['owner']}, due {instant(datetime.fromisoformat(details['due']))}"
    if "by" in details:
        return f"by {details['by']}" + (f": {details['note']}" if details.get("note") else "")
    if "into" in details:
        return f"into {details['into']}"
    if "to" in details:
        risk = f", risk {details['risk']}" if details.get("risk") else ""
        return f"to {details['to']}{risk}"
    return "; ".join(reason.found for reason in from_objects(verdict.reasons) if reason.found)


def _values(reasons: tuple[Reason, ...]) -> dict[str, float | None]:
    return {read.name: _number(read.value) for reason in reasons for read in reason.inputs}


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def _kept_closed(moment: Moment, reasons: tuple[Reason, ...]) -> str:
    """What would have kept it from opening."""
    trigger = moment.trigger
    if not isinstance(trigger, WhenTrigger | ExpectTrigger):
        return ""
    to = isinstance(trigger, ExpectTrigger)
    flips = smallest_change(trigger.condition.expression, _values(reasons), to=to)
    return f"It would not have opened with {' and '.join(map(str, flips))}" if flips else ""


def as_object(explanation: Explanation) -> dict[str, Any]:
    """As JSON, for the socket and for `--json`."""
    plain = asdict(explanation)
    plain["reasons"] = as_objects(explanation.reasons)
    plain["history"] = [[at.isoformat(), verdict, said] for at, verdict, said in explanation.history]
    for name in ("at", "due", "outcome_until"):
        plain[name] = plain[name].isoformat() if plain[name] else None
    return plain


def from_object(plain: Mapping[str, Any]) -> Explanation:
    instants = {
        name: datetime.fromisoformat(plain[name]) if plain[name] else None
        for name in ("at", "due", "outcome_until")
    }
    history = tuple((datetime.fromisoformat(at), verdict, said) for at, verdict, said in plain["history"])
    return Explanation(**{**plain, **instants, "reasons": from_objects(plain["reasons"]), "history": history})
