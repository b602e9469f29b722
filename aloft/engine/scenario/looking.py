"""How it stands at the instant to which the engine has run: what expectations about a state are read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from aloft.act.models import Due, DueKind, Occurrence
from aloft.act.selectors import expectation_state
from aloft.engagement.expressions import Name
from aloft.engagement.model import AnswerTrigger, ExpectTrigger, Model
from aloft.engine.loop import Engine
from aloft.engine.scenario.values import Expectation, Standing, Subject
from aloft.measures.frame import Ask, Frames, aware
from aloft.measures.models import AccountHealth, AccountProjection
from aloft.records.models import Account
from aloft.records.relationships import external_id

Stands = str | tuple[str, ...] | None


def account_of(subject: Subject) -> Account | None:
    name = external_id(subject.account, subject.product) if subject.product else subject.account
    return Account.objects.filter(external_id=name).first()


def state(one: Expectation, model: Model, at: datetime) -> str:
    """Of an occurrence, or of what may become one; `none` where there is neither."""
    account = account_of(one.subject)
    if account is None:
        return "none"
    moment = model.moments.get(one.moment)
    if one.n is None and moment is not None and isinstance(moment.trigger, ExpectTrigger | AnswerTrigger):
        return expectation_state(account, one.moment, at) or "none"
    rows = list(Occurrence.objects.filter(account=account, moment=one.moment).order_by("due_at", "id"))
    if rows and (one.n is None or one.n <= len(rows)):
        return str(rows[(one.n or len(rows)) - 1].state)
    waits = Due.objects.filter(account=account, moment=one.moment, kind=DueKind.OPEN).exists()
    return "planned" if waits else "none"


def standing(what: Standing, one: Expectation) -> Stands:
    """Where the account stands, as the engine last wrote it."""
    account = account_of(one.subject)
    if account is None:
        return None
    if what == "owner" and one.moment:
        return _owner(account, one)
    if what == "band":
        health = AccountHealth.objects.filter(account=account).first()
        return health.band if health else None
    projection = AccountProjection.objects.filter(account=account).select_related("owner").first()
    if projection is None:
        return None
    if what == "touch":
        return tuple(projection.touch)
    if what == "owner":
        return projection.owner.handle if projection.owner else None
    return (projection.phase if what == "phase" else projection.segment) or None


def _owner(account: Account, one: Expectation) -> str | None:
    rows = Occurrence.objects.filter(account=account, moment=one.moment).select_related("owner")
    by_due = list(rows.order_by("due_at", "id"))
    if not by_due or (one.n or 1) > len(by_due):
        return None
    found = by_due[(one.n or len(by_due)) - 1]
    return found.owner.handle if found.owner else found.role


def since(what: Standing, one: Expectation) -> datetime | None:
    """When the rule behind a phase or a segment began to hold, where that is known."""
    account = account_of(one.subject)
    projection = AccountProjection.objects.filter(account=account).first() if account else None
    if projection is None or what not in ("phase", "segment"):
        return None
    return projection.phase_since if what == "phase" else projection.segment_since


def values(engine: Engine, subject: Subject, names: Iterable[str], at: datetime) -> Mapping[str, object]:
    """Of an account as of `at`, with all that is known now."""
    name = external_id(subject.account, subject.product) if subject.product else subject.account
    known = engine.directory.find(name)
    turn = engine.looking(engine.at, known.store) if known else None
    if known is None or turn is None:
        return {}
    asked = [Name(tuple(name.split("."))) for name in names]
    model, behind = turn.program.model, turn.frames.behind
    frames = Frames(engine.store.connection, model, engine.store.home_zone, asked, behind)
    frames.ask([Ask(0, known.store, at)])
    frames.build()
    row = frames.rows([0])[0]
    return {name: _value(row.get(name)) for name in names}


def _value(told: object) -> object:
    return aware(told) if isinstance(told, datetime) else told
