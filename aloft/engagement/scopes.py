"""What may be named in each place of a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from aloft.engagement.document import MetricDoc
from aloft.engagement.draft import Draft
from aloft.engagement.inference import Scope
from aloft.engagement.leaves import FieldType
from aloft.engagement.names import FUNCTIONS, NAMES, OF_EVENTS, Kind, Where
from aloft.engagement.touch import levels_in

EVENT_PROPERTIES = Scope(names={}, functions=OF_EVENTS, properties=True)

_FIELD_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "choice": "text",
    "number": "number",
    "money": "number",
    "date": "instant",
    "instant": "instant",
    "boolean": "boolean",
}
_OF_THE_OUTCOME = "is known of an occurrence only: in its outcome and its escalations"
_OF_A_PERSON = "is of a person: it is known where contacts are chosen, in steps and in outcomes"
_OF_WHO_HAS_ONE = "is of an occurrence, and whoever is held out has none"
_SINCE = ("opened", "renewed", "paid", "expanded", "churned")
"""What can be told since an instant, whether an occurrence has opened there or not."""
_OF_THE_MODEL = "follows from the model and is not known here"
_OF_PHASE_AND_SEGMENT = "follows from phase and segment and is not known here"
_OF_TOUCH = frozenset({"touch", "touches"})


@dataclass(frozen=True)
class Scopes:
    """`audience`: which accounts follow the model. `position`: phases and segments. `moment`: what opens an
    occurrence. `outcome`: what is asked of one. `primary`: what an experiment compares. `person`: what contacts
    are chosen by. `score`: what health reads, never itself; `formula`: what a metric does. `instants`: the names
    that a schedule may count from.
    """

    audience: Scope
    position: Scope
    moment: Scope
    outcome: Scope
    primary: Scope
    person: Scope
    score: Scope
    formula: Scope
    instants: frozenset[str]


def field_kind(kind: str) -> Kind:
    return _FIELD_KINDS.get(kind, "unknown")


def scopes(draft: Draft) -> Scopes:
    declared = {**_fields(draft), **_metrics(draft)}
    records = _records(draft)
    moments = frozenset(draft.tree.keys(("moments",)))
    anywhere = {**_built_in("anywhere"), **declared}
    account = {**anywhere, **_built_in("position")}
    moment = Scope(
        names=account,
        functions=_functions("anywhere", "position"),
        choices=_choices(draft),
        moments=moments,
        counts=_counts(draft),
        touch=levels_in(draft.document),
        elsewhere={
            **_elsewhere("outcome", _OF_THE_OUTCOME),
            **_said(records, _OF_THE_OUTCOME),
            **_elsewhere("person", _OF_A_PERSON),
        },
    )
    return Scopes(
        audience=_audience(draft, anywhere),
        position=_position(moment),
        moment=moment,
        outcome=replace(
            moment,
            names={**account, **records, **_built_in("outcome"), **_built_in("person")},
            functions=frozenset(FUNCTIONS),
            elsewhere={},
        ),
        primary=_primary(moment),
        person=_person(moment),
        score=_without_health(moment),
        formula=_without_health(_position(moment)),
        instants=frozenset(name for name, kind in account.items() if kind in ("instant", "unknown")),
    )


def book_rule_scope(fields: Mapping[str, str]) -> Scope:
    """What the rule of a book may read: the account, its contract, its fields and its position."""
    declared = {name: field_kind(kind) for name, kind in fields.items()}
    return Scope(
        names={**_built_in("anywhere"), **_built_in("position"), **declared},
        functions=_functions("anywhere", "position"),
        choices={name: built_in.choices for name, built_in in NAMES.items() if built_in.choices},
        elsewhere={**_elsewhere("outcome", _OF_THE_OUTCOME), **_elsewhere("person", _OF_A_PERSON)},
    )


def _audience(draft: Draft, names: Mapping[str, Kind]) -> Scope:
    return Scope(
        names=names,
        functions=_functions("anywhere"),
        choices=_choices(draft),
        counts=_counts(draft),
        elsewhere={
            **_elsewhere("outcome", _OF_THE_OUTCOME),
            **_elsewhere("person", _OF_A_PERSON),
            **_elsewhere("position", _OF_THE_MODEL),
        },
    )


def _position(moment: Scope) -> Scope:
    return replace(
        moment,
        names={name: kind for name, kind in moment.names.items() if name not in _OF_TOUCH},
        functions=moment.functions - _OF_TOUCH,
        elsewhere={**moment.elsewhere, **_said(_OF_TOUCH, _OF_PHASE_AND_SEGMENT)},
    )


def _primary(moment: Scope) -> Scope:
    """Of both arms alike, from the instant at which the moment opened or would have."""
    since = {name: NAMES[name].kind for name in _SINCE}
    elsewhere = {name: f"'{name}' {_OF_WHO_HAS_ONE}" for name in moment.elsewhere if name not in since}
    return replace(
        moment,
        names={**moment.names, **since},
        functions=moment.functions | {"at_opening"},
        elsewhere={**elsewhere, **_elsewhere("person", _OF_A_PERSON)},
    )


def _person(moment: Scope) -> Scope:
    """Of one of the customer's people: the account, and themselves."""
    return replace(
        moment,
        names={**moment.names, **_built_in("person")},
        elsewhere=_elsewhere("outcome", _OF_THE_OUTCOME),
    )


def _without_health(moment: Scope) -> Scope:
    own = ("health", "band")
    names = {name: kind for name, kind in moment.names.items() if name not in own}
    return replace(
        moment,
        names=names,
        elsewhere={**moment.elsewhere, **_said(own, "is not what health or a formula is made of")},
    )


def _built_in(where: Where) -> dict[str, Kind]:
    return {name: built_in.kind for name, built_in in NAMES.items() if built_in.where == where}


def _functions(*where: Where) -> frozenset[str]:
    return frozenset(name for name, function in FUNCTIONS.items() if function.where in where)


def _elsewhere(where: Where, why: str) -> dict[str, str]:
    return _said({*_built_in(where), *_functions(where)}, why)


def _said(names: Iterable[str], why: str) -> dict[str, str]:
    return {name: f"'{name}' {why}" for name in names}


def _fields(draft: Draft) -> dict[str, Kind]:
    known = draft.document.fields
    return {
        name: field_kind(known[name].kind) if name in known else "unknown"
        for name in draft.tree.keys(("fields",))
    }


def _records(draft: Draft) -> dict[str, Kind]:
    known = draft.document.records
    return {
        name: field_kind(known[name].kind) if name in known else "unknown"
        for name in draft.tree.keys(("records",))
    }


def _metrics(draft: Draft) -> dict[str, Kind]:
    known = draft.document.metrics
    return {name: metric_kind(known.get(name)) for name in draft.tree.keys(("metrics",))}


def metric_kind(metric: MetricDoc | None) -> Kind:
    if metric is None or metric.verb is None:
        return "unknown"
    if metric.verb in ("first", "last"):
        return "instant"
    return "property" if metric.verb == "latest" else "number"


def _counts(draft: Draft) -> frozenset[str]:
    return frozenset(name for name, metric in draft.document.metrics.items() if metric.verb == "count")


def _choices(draft: Draft) -> dict[str, tuple[str, ...]]:
    noted: dict[str, FieldType] = {**draft.document.fields, **draft.document.records}
    return {
        **{name: built_in.choices for name, built_in in NAMES.items() if built_in.choices},
        **{name: one.choices for name, one in noted.items() if one.choices},
        "phase": draft.tree.keys(("phases",)),
        "segment": draft.tree.keys(("segments",)),
    }
