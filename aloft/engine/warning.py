"""Warnings ahead of a deadline: a count that falls short of what is expected if it goes on at its pace (3.4a)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from aloft.act.due import DueRow
from aloft.act.models import Due, DueKind
from aloft.decide.values import Reason
from aloft.engagement.expressions import Binary
from aloft.engagement.model import ExpectTrigger
from aloft.engine import ownership, words
from aloft.engine.turn import Row, Turn
from aloft.measures.compile import frame_scope, sql
from aloft.measures.frame import Ask
from aloft.measures.program import CompiledMoment


def rows(armed: DueRow, trigger: ExpectTrigger, now: datetime) -> Iterator[DueRow]:
    """The instants after `now` at which the expectation of a due row is projected: shares of its time."""
    anchor, deadline = _span(armed)
    for n, share in enumerate(trigger.warn_at, 1):
        at = anchor + timedelta(seconds=round((deadline - anchor).total_seconds() * share))
        if at > now:
            details = {**armed.details, "of": armed.anchor, "n": armed.n, "share": share}
            of = f"{armed.anchor}:{armed.n}"
            yield DueRow(at, armed.account_id, DueKind.WARN, armed.moment, of, n, details)


def project(turn: Turn, due: Sequence[Due]) -> None:
    """Tell the owner where what is still expected falls short; what is unknown warns of nothing."""
    Due.objects.filter(pk__in=[one.pk for one in due]).delete()
    armed = [one for one in due if _is_armed(one) and one.moment in turn.program.moments]
    for name in dict.fromkeys(one.moment for one in armed):
        compiled = turn.program.moments[name]
        ours = {
            known.store: one
            for one in armed
            if one.moment == name and (known := turn.directory.of_row(one.account_id))
        }
        _project(turn, compiled, ours)


def _is_armed(due: Due) -> bool:
    key = {
        "account": due.account_id,
        "moment": due.moment,
        "anchor": due.details["of"],
        "n": due.details["n"],
    }
    return Due.objects.filter(kind=DueKind.DEADLINE, **key).exists()


def _project(turn: Turn, compiled: CompiledMoment, due: dict[int, Due]) -> None:
    trigger = compiled.moment.trigger
    if not isinstance(trigger, ExpectTrigger) or not isinstance(trigger.condition.expression, Binary):
        return
    turn.frames.ask(Ask(account, account, turn.at) for account in sorted(due))
    turn.frames.build()
    scope = frame_scope(turn.program.model)
    sides = (trigger.condition.expression.left, trigger.condition.expression.right)
    count, wanted = (f"({sql(side, scope)})::double" for side in sides)
    found = turn.frames.connection.execute(
        f"select _key, {count}, {wanted} from frame where ({compiled.narrows}) is true order by _key"
    ).fetchall()
    frame = turn.rows(key for key, *_ in found)
    for key, now, target in found:
        if now is not None and target is not None and now / due[key].details["share"] < target:
            _warn(turn, compiled, trigger, due[key], frame[key], now)


def _warn(
    turn: Turn, compiled: CompiledMoment, trigger: ExpectTrigger, due: Due, row: Row, count: float
) -> None:
    known, share = turn.directory[row["_account"]], due.details["share"]
    reason = words.rule_reason("expect", trigger.condition, row, turn, None)
    deadline = words.instant(_span(due)[1])
    pace = f"at this pace {words.plain(float(count / share))} by {deadline}"
    says = f"{trigger.condition.text} within {trigger.within} of {trigger.of}, at {share:.0%} of the time"
    told = Reason("expect", None, says, f"{reason.found}; {pace}", reason.line, reason.inputs)
    moment = ownership.deal(turn, compiled.moment, row, known).moment
    touch = tuple(row["_touch_set"] or ())
    owner = turn.staff.owner(moment, turn.program.model, touch, known, row["segment"] or "")
    name = turn.staff.name(owner.person) or owner.role
    of, n = due.details["of"], due.details["n"]
    turn.say("warned", known, due.moment, of, n, [told], owner=name, share=f"{share:.0%}")


def _span(due: Due | DueRow) -> tuple[datetime, datetime]:
    anchor, deadline = (datetime.fromisoformat(due.details[name]) for name in ("anchor", "deadline"))
    return anchor, deadline
