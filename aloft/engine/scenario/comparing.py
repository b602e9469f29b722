"""What was expected beside what happened: each difference with what explains it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from aloft.engagement.problems import Place
from aloft.engine.models import DataAlert
from aloft.engine.scenario.cells import Value, When
from aloft.engine.scenario.decisions import Decision, spelled
from aloft.engine.scenario.playing import Play, seen_values
from aloft.engine.scenario.values import (
    AlertClaim,
    ArmClaim,
    CountClaim,
    DueClaim,
    Expectation,
    MetricClaim,
    NeverClaim,
    StandingClaim,
    StateClaim,
    Subject,
    VerdictClaim,
)
from aloft.engine.why import why_not
from aloft.learn.models import Assignment

EXACT = ("opened", "sent", "escalated")
"""The verdicts of which `exactly: true` wants none that is not expected."""


@dataclass(frozen=True)
class Difference:
    """`happened` and `why` are lines for people."""

    place: Place
    about: str
    expected: str
    happened: tuple[str, ...]
    why: tuple[str, ...] = ()


def differences(play: Play, made: Sequence[Decision]) -> list[Difference]:
    """In the order of the file; what was not expected at all comes last."""
    found = [
        difference
        for place, one in enumerate(play.scenario.expected)
        for difference in _compared(play, made, place, one)
    ]
    return [*found, *_surplus(play, made, found)]


def _compared(play: Play, made: Sequence[Decision], place: int, one: Expectation) -> Iterator[Difference]:
    ours = [decision for decision in made if _concerns(one, decision)]
    match one.claim:
        case VerdictClaim() as claim:
            if not any(_is(claim, decision) for decision in ours):
                yield _missing(play, one, claim, ours)
        case NeverClaim(verdict):
            unwanted = [decision for decision in ours if decision.verdict == verdict]
            if unwanted:
                yield _difference(one, unwanted)
        case CountClaim(counts):
            for verdict, number in counts.items():
                told = [decision for decision in ours if decision.verdict == verdict]
                if len(told) != number:
                    yield _difference(one, told, f"{verdict}: {len(told)}")
        case DueClaim(wanted):
            yield from _due(one, wanted, ours)
        case StateClaim(state):
            if play.seen.get((place, "at")) != state:
                yield _difference(one, ours, f"{play.seen.get((place, 'at'), 'none')}")
        case StandingClaim() as standing:
            yield from _standing(play, place, one, standing)
        case MetricClaim() as metric:
            yield from _metric(play, place, one, metric)
        case AlertClaim() as alert:
            yield from _alert(one, alert)
        case ArmClaim() as arm:
            yield from _arm(one, arm)


def _concerns(one: Expectation, decision: Decision) -> bool:
    subject = one.subject
    return (
        (decision.account, decision.product) == (subject.account, subject.product)
        and decision.moment == one.moment
        and (not subject.contact or decision.contact == subject.contact)
        and (one.n is None or one.n == (decision.n if decision.nth is None else decision.nth))
    )


def _is(claim: VerdictClaim, decision: Decision) -> bool:
    return (
        decision.verdict == claim.verdict
        and claim.when.matches(decision.at)
        and (claim.due is None or (decision.due is not None and claim.due.matches(decision.due)))
        and (claim.version is None or claim.version == decision.version)
        and (claim.until is None or _until(claim.until, decision))
        and all(_says(decision, name, text) for name, text in claim.texts.items())
    )


def _until(when: When, decision: Decision) -> bool:
    told = decision.details.get("until")
    return bool(told) and when.matches(datetime.fromisoformat(str(told)))


def _says(decision: Decision, name: str, text: str) -> bool:
    if name == "reason":
        told = [str(decision.details.get("note", "")), decision.because]
        told += [part for reason in decision.reasons for part in (reason.rule, reason.says, reason.found)]
        return any(text in one for one in told)
    own = {"owner": decision.owner, "channel": decision.channel, "with": ", ".join(decision.guests)}
    return str(decision.details.get(name) or own.get(name, "")) == text


def _missing(play: Play, one: Expectation, claim: VerdictClaim, ours: Sequence[Decision]) -> Difference:
    alike = [decision for decision in ours if decision.verdict == claim.verdict]
    if alike:
        return _difference(one, alike)
    why = _why_not(play, one.subject, one.moment) if claim.verdict == "opened" else ()
    return Difference(one.place, _about(one), one.written, tuple(map(_line, ours)) or ("nothing",), why)


def _why_not(play: Play, subject: Subject, moment: str) -> tuple[str, ...]:
    known = play.engine.directory.find(subject.account)
    turn = play.engine.looking(play.engine.at, known.store) if known and not subject.product else None
    if known is None or turn is None or moment not in turn.program.moments:
        return ()
    told = why_not(turn, known, moment)
    return tuple(part for one in told for part in (one.headline, one.change) if part)


def _due(one: Expectation, wanted: Sequence[When], ours: Sequence[Decision]) -> Iterator[Difference]:
    latest: dict[int, datetime] = {}
    for decision in ours:
        if decision.nth is not None and decision.due is not None and decision.verdict != "absorbed":
            latest[decision.nth] = decision.due
    found = sorted(latest.values())
    alike = len(found) == len(wanted) and all(
        when.matches(due) for when, due in zip(wanted, found, strict=True)
    )
    if not alike:
        told = f"due {', '.join(map(spelled, found))}" if found else "nothing has opened"
        yield _difference(one, [decision for decision in ours if decision.verdict == "opened"], told)


def _standing(play: Play, place: int, one: Expectation, claim: StandingClaim) -> Iterator[Difference]:
    found, _since = _pair(play, place, "at")
    if not _stands(claim, found):
        yield _difference(one, (), f"{claim.what} {_shown(found)} at {spelled(claim.at)}")
    elif claim.since and _since != claim.at:
        before, _ = _pair(play, place, "before")
        if _stands(claim, before):
            yield _difference(one, (), f"{claim.what} {_shown(before)} before {spelled(claim.at)} already")


def _pair(play: Play, place: int, when: str) -> tuple[object, object]:
    found = play.seen.get((place, when))
    return found if isinstance(found, tuple) else (None, None)


def _stands(claim: StandingClaim, found: object) -> bool:
    if claim.what == "touch" and isinstance(claim.value, str):
        return isinstance(found, tuple) and bool(found) and found[0] == claim.value
    wanted: object = claim.value
    return found == wanted or (found in ((), None) and wanted is None)


def _metric(play: Play, place: int, one: Expectation, claim: MetricClaim) -> Iterator[Difference]:
    at, *before = seen_values(play.seen.get((place, "at"))) or [{}]
    for name, wanted in claim.values.items():
        found = at.get(name)
        if not _equal(wanted, found):
            yield _difference(one, (), f"{name} {_shown(found)}")
        elif before and _equal(wanted, before[0].get(name)):
            yield _difference(one, (), f"{name} {_shown(found)} before that already")


def _equal(wanted: Value, found: object) -> bool:
    """Numbers to as many places as are written; an instant by what it means."""
    if wanted is None or found is None or isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found or wanted == found
    if isinstance(found, datetime):
        return _instant(str(wanted)) == found
    if isinstance(wanted, int | Decimal) and isinstance(found, int | float | Decimal):
        number = Decimal(wanted)
        return Decimal(str(found)).quantize(number) == number
    return str(wanted) == str(found)


def _instant(text: str) -> datetime | None:
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _shown(found: object) -> str:
    if found is None or found == ():
        return "nothing"
    if isinstance(found, datetime):
        return spelled(found)
    if isinstance(found, tuple):
        return ", ".join(map(str, found))
    if isinstance(found, float):
        try:
            return f"{Decimal(str(found)).normalize():f}"
        except InvalidOperation:
            return str(found)
    return str(found)


def _alert(one: Expectation, claim: AlertClaim) -> Iterator[Difference]:
    raised = list(DataAlert.objects.filter(source=claim.source).order_by("since"))
    if not any(claim.when.matches(alert.since) for alert in raised):
        told = [f"an alert at {spelled(alert.since)}" for alert in raised]
        yield Difference(one.place, claim.source, one.written, tuple(told) or ("no alert",))


def _arm(one: Expectation, claim: ArmClaim) -> Iterator[Difference]:
    row = Assignment.objects.filter(moment=one.moment, unit__external_id=one.subject.account).first()
    arm = "none" if row is None else "excluded" if row.excluded_at else row.arm
    touches = [] if row is None else [contamination.what for contamination in row.contaminations.all()]
    if arm != claim.arm or claim.contaminated not in (None, len(touches)):
        because = row.excluded_because if row else ""
        yield _difference(one, (), ", ".join([arm, *([because] if because else []), *touches]))


def _surplus(play: Play, made: Sequence[Decision], found: Sequence[Difference]) -> Iterator[Difference]:
    """What `exactly: true` does not allow. What a difference shows already is not shown again."""
    if not play.scenario.exactly:
        return
    told = {line for difference in found for line in difference.happened}
    surplus = [
        decision
        for decision in made
        if decision.verdict in EXACT and not _covered(play.scenario.expected, decision)
    ]
    for decision in surplus:
        line = _line(decision)
        if line not in told:
            parts = (decision.account, decision.product, decision.moment)
            about = " ".join(part for part in parts if part)
            yield Difference(play.scenario.place, about, "nothing more", (line,), _because(decision))


def _covered(expected: Iterable[Expectation], decision: Decision) -> bool:
    for one in expected:
        if not _concerns(one, decision):
            continue
        match one.claim:
            case VerdictClaim() as claim if _is(claim, decision):
                return True
            case DueClaim() if decision.verdict == "opened":
                return True
            case CountClaim(counts) if decision.verdict in counts:
                return True
    return False


def _difference(one: Expectation, happened: Sequence[Decision], told: str = "") -> Difference:
    lines = [*([told] if told else []), *map(_line, happened)]
    why = tuple(dict.fromkeys(line for decision in happened for line in _because(decision)))
    return Difference(one.place, _about(one), one.written, tuple(lines) or ("nothing",), why)


def _about(one: Expectation) -> str:
    which = f"{one.moment} {one.n}" if one.n else one.moment
    return " ".join(part for part in (str(one.subject), which) if part)


def _line(decision: Decision) -> str:
    details = [
        ("due", spelled(decision.due) if decision.due else ""),
        ("owner", decision.owner if decision.verdict == "opened" else ""),
        ("to", str(decision.details.get("to", ""))),
    ]
    told = "".join(f", {name} {text}" for name, text in details if text)
    which = f" ({decision.nth}.)" if decision.nth and decision.nth > 1 else ""
    return f"{decision.verdict} {spelled(decision.at)}{told}{which}"


def _because(decision: Decision) -> tuple[str, ...]:
    if decision.because:
        return (decision.because,)
    return tuple(reason.found for reason in decision.reasons if reason.held is not None and reason.found)[:2]
