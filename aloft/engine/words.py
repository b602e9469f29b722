"""Reasons in words: what a rule says, what was found, and the values that it read."""

from __future__ import annotations

from aloft.decide.values import Input, Reason
from aloft.engagement.model import Anchor, Moment, Rule
from aloft.engagement.render import render
from aloft.engine.spoken import instant as instant
from aloft.engine.spoken import plain as plain
from aloft.engine.turn import Row, Turn
from aloft.measures.daily import BAND, HEALTH, NO_PROFILE, SCORED_BY
from aloft.measures.detectors.asked import FUNCTIONS
from aloft.measures.frame import aware
from aloft.measures.models import Signal
from aloft.measures.names import calls_in, names_in


def counted_from(anchor: Anchor | None, row: Row) -> str:
    """What is told of another moment's instant that a schedule counts from; nothing of other anchors."""
    moment, _, instant_of = (anchor.name or "" if anchor else "").partition(".")
    if not instant_of:
        return ""
    at, met = row[f"{moment}.{instant_of}"], row[f"{moment}.met"]
    if at is None:
        return f"; {moment}.{instant_of} is not known yet"
    because = ", as its outcome was met" if instant_of == "done" and at == met else ""
    return f"; {moment}.{instant_of} is {instant(at)}{because}"


def inputs(rule: Rule, row: Row, turn: Turn) -> tuple[Input, ...]:
    """The values that a rule reads, true at the instant of the reading, known at the instant of the turn."""
    true_at = aware(row["_at"])
    names = [*names_in(rule.expression), *_signals(rule)]
    return tuple(
        Input(name, plain(row[name]), true_at, turn.at, _source(name, turn)) for name in names if name in row
    )


def _signals(rule: Rule) -> list[str]:
    """The calls of a rule that the daily pass answers, as they are spelled."""
    return [render(call) for call in calls_in(rule.expression) if call.function in FUNCTIONS]


def _source(name: str, turn: Turn) -> str:
    model = turn.program.model
    if "(" in name:
        return "signal"
    if name in model.metrics:
        return "facts"
    if name.startswith("contract") or name in {"mrr", "renewal_date", "status"}:
        return "contract"
    return "model" if name in {"phase", "segment", "touch", "phase_start"} else "account"


def read_out(read: tuple[Input, ...]) -> str:
    """A raised signal is told by its evidence."""
    told = [one for one in read if one.source != "signal" or one.value != "yes"]
    return ", ".join(f"{one.name} is {one.value}" for one in told)


def rule_reason(kind: str, rule: Rule, row: Row, turn: Turn, held: bool | None = True) -> Reason:
    read = inputs(rule, row, turn)
    told = (read_out(read), *_evidence(read, row, turn), _scored_by(read, row))
    found = "; ".join(part for part in told if part)
    return Reason(kind, held, rule.text, found, rule.line, read)


def _scored_by(read: tuple[Input, ...], row: Row) -> str:
    """Where a model has several profiles of health, a score says little without the one that it comes from."""
    profile = row.get(SCORED_BY)
    if profile is None or not {HEALTH, BAND} & {one.name for one in read}:
        return ""
    return "no profile of health takes it" if profile == NO_PROFILE else f"scored by the profile {profile}"


def _evidence(read: tuple[Input, ...], row: Row, turn: Turn) -> list[str]:
    """What the newest signals say, of those that are raised."""
    known = turn.directory.get(row["_account"])
    raised = [one.name for one in read if one.source == "signal" and row[one.name] is True]
    if not raised or known is None:
        return []
    rows = Signal.objects.filter(account=known.row, detector__in=raised, at__lte=turn.at)
    newest = {signal.detector: signal.says for signal in rows.order_by("detector", "day")}
    return [newest[name] for name in raised if name in newest]


def place_reasons(moment: Moment, row: Row, turn: Turn) -> list[Reason]:
    """Phase, segment, touch, family and `if`: where the moment meets the account, or does not."""
    phase, since = row["phase"], aware(row["phase_start"])
    in_phase = f"{phase} since {instant(since)}" if phase and since else phase or "in no phase"
    levels = ", ".join(row["_touch_set"] or [])
    reasons = [
        Reason(
            "phase",
            _among(phase, moment.phases),
            ", ".join(moment.phases) or "any phase",
            in_phase,
            moment.line,
        )
    ]
    if moment.segments:
        found = row["segment"] or "in no segment"
        reasons.append(
            Reason(
                "segment", row["segment"] in moment.segments, ", ".join(moment.segments), found, moment.line
            )
        )
    if moment.touch:
        meets = bool(set(row["_touch_set"] or []) & set(moment.touch))
        because = turn.exceptions.touch_because(turn.directory[row["_account"]]) or f"as {row['segment']}"
        found = f"{levels} touch, {because}" if levels else "no touch, as it is in no phase"
        reasons.append(Reason("touch", meets, ", ".join(moment.touch), found, moment.line))
    if moment.per == "family":
        found = "the top of its family" if row["_is_top"] else "part of a family: it is met at the top of it"
        reasons.append(Reason("per", bool(row["_is_top"]), "one for each family", found, moment.line))
    if moment.condition:
        reasons.append(rule_reason("if", moment.condition, row, turn, None))
    skips = turn.exceptions.skipped(turn.directory[row["_account"]], moment)
    return [*reasons, skips] if skips else reasons


def _among(phase: str | None, phases: tuple[str, ...]) -> bool:
    return phase is not None and (not phases or phase in phases)
