"""What opens next at a person's accounts, by what an hour of it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from aloft.act.models import Due, DueKind
from aloft.decide.ownership import roles_of_deals
from aloft.engagement.model import Model, Moment
from aloft.engine.opening import minutes_of
from aloft.workspace import selectors
from aloft.workspace.reader import Reader

AHEAD = timedelta(days=14)
LOOKED_AT, SHOWN = 500, 5
OF_ACCOUNT = ("name", "public_id", "projection__model", "projection__mrr")
READ = ("moment", "at", *(f"account__{name}" for name in OF_ACCOUNT))


class Row(NamedTuple):
    """A scheduled opening; `model` and `mrr` are those of its account, None where it was never read."""

    moment: str
    at: datetime
    account: str
    account_id: UUID
    model: str | None
    mrr: Decimal | None


@dataclass(frozen=True)
class Next:
    """`worth`: MRR for each hour that the moment takes; None where either is unknown."""

    account: str
    account_id: UUID
    title: str
    at: datetime
    worth: Decimal | None


def next_in_line(reader: Reader) -> list[Next]:
    """Of the scheduled openings of the coming two weeks those that fall to the reader, the most worth first."""
    models = {model.name: model for model in reader.models}
    soon = Due.objects.filter(kind=DueKind.OPEN, at__gt=reader.now, at__lte=reader.now + AHEAD)
    dues = selectors.seen_by(reader.person, soon).order_by("at", "pk").values_list(*READ)
    found = [_next(Row(*due), models, reader) for due in dues[:LOOKED_AT]]
    told = [one for one in found if one]
    return sorted(told, key=lambda one: (-(one.worth or 0), one.at))[:SHOWN]


def _next(due: Row, models: dict[str, Model], reader: Reader) -> Next | None:
    model = models.get(due.model or "")
    moment = model.moments.get(due.moment) if model else None
    if model is None or moment is None or not _falls_to(reader, model, moment):
        return None
    return Next(due.account, due.account_id, moment.title, due.at, _worth(due.mrr, moment))


def _falls_to(reader: Reader, model: Model, moment: Moment) -> bool:
    """To the reader's role; to who sees everything, all that people do."""
    roles = {*moment.owners.values(), *(roles_of_deals(model) if moment.transaction else ())}
    if reader.person is None or not reader.sees_everything:
        return reader.person is not None and reader.person.role in roles
    return any(name in model.roles and not model.roles[name].automated for name in roles)


def _worth(mrr: Decimal | None, moment: Moment) -> Decimal | None:
    minutes = minutes_of(moment.effort)
    return (mrr * 60 / minutes).quantize(Decimal(1)) if mrr and minutes else None
