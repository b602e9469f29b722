"""What a scenario expects: a subject, and one claim about what was decided, or how it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast as as_type
from typing import get_args

from aloft.decide.calendar import WorkCalendar
from aloft.decide.values import VerdictName
from aloft.engagement.spelling import did_you_mean
from aloft.engine.scenario.cast import Cast
from aloft.engine.scenario.cells import WHENEVER, Cell, Value
from aloft.engine.scenario.keys import CLAIMS, DETAILS, EXPECTATION
from aloft.engine.scenario.values import (
    AlertClaim,
    Arm,
    ArmClaim,
    Claim,
    CountClaim,
    DueClaim,
    Expectation,
    MetricClaim,
    NeverClaim,
    Standing,
    StandingClaim,
    State,
    StateClaim,
    VerdictClaim,
)

VERDICTS: tuple[VerdictName, ...] = get_args(VerdictName)
STANDINGS: tuple[Standing, ...] = get_args(Standing)
_INSTANTS = ("at", "from", "known_on")
_NEEDS_MOMENT = ("due", "never", "count", "state", "arm")


def read_expectation(cell: Cell, cast: Cast) -> Expectation:
    """Raises Misread."""
    told = cell.cells()
    claim = _claim_key(cell, told)
    cell.known((*EXPECTATION, claim, *_beside(claim)))
    subject = cast.subject({key: told[key] for key in ("account", "product", "contact") if key in told})
    moment = cast.moment(told["moment"]) if "moment" in told else ""
    if claim != "data_alert" and not subject.account:
        raise cell.misread("at which account? Name it")
    if (claim in VERDICTS or claim in _NEEDS_MOMENT) and not moment:
        raise told[claim].misread("of which moment? Name it")
    n = told["n"].number() if "n" in told else None
    read = _READ[claim](told, cast.calendar(subject.account), cast)
    return Expectation(cell.place, subject, moment, n, read, _written(told))


def _claim_key(cell: Cell, told: Mapping[str, Cell]) -> str:
    verdicts = [key for key in told if key in VERDICTS]
    others = [key for key in told if key in CLAIMS and not (verdicts and key in DETAILS)]
    if len(verdicts) + len(others) == 1:
        return (verdicts or others)[0]
    if verdicts or others:
        raise cell.misread(f"one claim at a time: {' and '.join([*verdicts, *others])}")
    unknown = [key for key in told if key not in (*EXPECTATION, *_INSTANTS)]
    near = did_you_mean(unknown[0], (*VERDICTS, *CLAIMS)) if unknown else ""
    raise cell.misread(f"what is expected?{near} It is a verdict, or one of {', '.join(CLAIMS)}")


def _beside(claim: str) -> tuple[str, ...]:
    if claim in VERDICTS:
        return tuple(DETAILS)
    return {"metric": _INSTANTS, "state": ("at",), "data_alert": ("at",), "arm": ("contaminated",)}.get(
        claim, ("at", "from") if claim in STANDINGS else ()
    )


def _written(told: Mapping[str, Cell]) -> str:
    """The claim with its details, in the order of the file."""
    return ", ".join(f"{key} {_spelled(cell.json())}" for key, cell in told.items() if key not in EXPECTATION)


def _spelled(told: object) -> str:
    if isinstance(told, dict):
        return "{" + ", ".join(f"{key}: {_spelled(one)}" for key, one in told.items()) + "}"
    if isinstance(told, list):
        return "[" + ", ".join(map(_spelled, told)) + "]"
    if told is None or isinstance(told, bool):
        return {None: "null", True: "true", False: "false"}[told]
    return str(told)


def _verdict(told: Mapping[str, Cell], calendar: WorkCalendar, cast: Cast) -> Claim:
    name = next(key for key in told if key in VERDICTS)
    texts = {
        key: str(told[key].value())
        for key in ("owner", "to", "channel", "template", "into", "reason")
        if key in told
    }
    if "with" in told:
        texts["with"] = ", ".join(one.choice(cast.contacts, "contact") for one in told["with"].items())
    return VerdictClaim(
        verdict=name,
        when=told[name].when(calendar),
        due=told["due"].when(calendar) if "due" in told else None,
        until=told["until"].when(calendar) if "until" in told else None,
        texts=texts,
        version=told["version"].number() if "version" in told else None,
    )


def _due(told: Mapping[str, Cell], calendar: WorkCalendar, cast: Cast) -> Claim:
    return DueClaim(tuple(one.when(calendar) for one in told["due"].items()))


def _never(told: Mapping[str, Cell], calendar: WorkCalendar, cast: Cast) -> Claim:
    return NeverClaim(as_type(VerdictName, told["never"].choice(VERDICTS, "verdict")))


def _count(told: Mapping[str, Cell], calendar: WorkCalendar, cast: Cast) -> Claim:
    counts = {as_type(VerdictName, key): cell.number() for key, cell in told["count"].known(VERDICTS).items()}
    return CountClaim(counts)


def _state(told: Mapping[str, Cell], calendar: WorkCalendar, cast: Cast) -> Claim:
    if "at" not in told:
        raise told["state"].misread("'at' is missing: when is it so?")
    state = as_type(State, told["state"].choice(get_args(State), "state"))
    return StateClaim(state, told["at"].instant(calendar))


def _standing(told: Mapping[str, Cell], calendar: WorkCalendar, cast: Cast) -> Claim:
    what = next(key for key in STANDINGS if key in told)
    at, since = _instant(told, what, calendar)
    if at is None:
        raise told[what].misread("'at' or 'from' is missing: when is it so?")
    cell = told[what]
    if cell.is_list:
        return StandingClaim(what, tuple(one.text() for one in cell.items()), at, since)
    value = cell.value()
    return StandingClaim(what, None if value is None else str(value), at, since)


def _instant(told: Mapping[str, Cell], claim: str, calendar: WorkCalendar) -> tuple[datetime | None, bool]:
    if "at" in told and "from" in told:
        raise told[claim].misread("'at' or 'from', not both")
    key = "from" if "from" in told else "at"
    return (told[key].instant(calendar) if key in told else None), key == "from"


def _metric(told: Mapping[str, Cell], calendar: WorkCalendar, cast: Cast) -> Claim:
    at, since = _instant(told, "metric", calendar)
    known_on = told["known_on"].instant(calendar) if "known_on" in told else None
    values: dict[str, Value] = {}
    names = cast.names()
    for name, cell in told["metric"].cells().items():
        if name not in names:
            raise cell.misread(f"the model has no name '{name}'{did_you_mean(name, names)}")
        values[name] = cell.value()
    return MetricClaim(values, at, since, known_on)


def _alert(told: Mapping[str, Cell], calendar: WorkCalendar, cast: Cast) -> Claim:
    source = told["data_alert"].choice(("product", *cast.model.sources), "source")
    at = told.get("at")
    return AlertClaim(source, at.when(calendar) if at else WHENEVER)


def _arm(told: Mapping[str, Cell], calendar: WorkCalendar, cast: Cast) -> Claim:
    arm = as_type(Arm, told["arm"].choice(get_args(Arm), "arm"))
    return ArmClaim(arm, told["contaminated"].number() if "contaminated" in told else None)


_READ: Mapping[str, Callable[[Mapping[str, Cell], WorkCalendar, Cast], Claim]] = {
    **dict.fromkeys(VERDICTS, _verdict),
    **dict.fromkeys(STANDINGS, _standing),
    "due": _due,
    "never": _never,
    "count": _count,
    "state": _state,
    "metric": _metric,
    "data_alert": _alert,
    "arm": _arm,
}
