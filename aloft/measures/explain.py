"""A value opened to the facts behind it: the events that a metric counts, the parts of a formula, what was told
of an attribute, the versions of a contract's lines, the rules that put an account where it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aloft.engagement.model import Metric
from aloft.measures.account import CONTRACT_INSTANTS
from aloft.measures.formulas import read_by
from aloft.measures.frame import Ask, Frames, aware, naive
from aloft.measures.groups import texts
from aloft.measures.metrics import kept
from aloft.measures.standing_rules import standing_rules
from aloft.measures.windows import window

MOST = 50
"""Facts that are shown of one value; the rest is counted."""

CONTRACT = frozenset({"mrr", "arr", "status", *CONTRACT_INSTANTS})


class UnknownName(ValueError):
    """The model has no value of that name."""


@dataclass(frozen=True)
class Fact:
    """`at` is when it happened or held from, `known` when it was learned; both aware, UTC."""

    at: datetime
    known: datetime
    what: str
    id: str
    source: str
    user: str
    says: Mapping[str, Any]


@dataclass(frozen=True)
class Explained:
    """`facts` are the newest that the value rests on, `more` how many others; `parts` those of a formula."""

    name: str
    value: Any
    says: str
    facts: tuple[Fact, ...] = ()
    more: int = 0
    parts: tuple[Explained, ...] = ()


def explain(frames: Frames, account: int, at: datetime, name: str, most: int = MOST) -> Explained:
    """The value of a name at an account (the store's number) and an instant. Raises UnknownName."""
    frames.ask([Ask(0, account, at)])
    frames.build()
    row = frames.rows([0]).get(0, {})
    found = None if name.startswith("_") else _Explaining(frames, account, at, row, most).of(name)
    if found is None or (name not in row and not found.facts):
        raise UnknownName(f"no value is called {name!r} in the model {frames.model.name}")
    return found


class _Explaining:
    def __init__(self, frames: Frames, account: int, at: datetime, row: Mapping[str, Any], most: int) -> None:
        self.frames, self.account, self.at, self.row, self.most = frames, account, at, row, most

    def of(self, name: str) -> Explained:
        metric = self.frames.metrics.get(name)
        value = self._shown(name)
        if metric is not None and metric.formula:
            parts = tuple(self.of(part) for part in read_by(metric) if part in self.row)
            return Explained(name, value, metric.formula.text, parts=parts)
        if metric is not None:
            return self._of_events(metric, value)
        ruled = standing_rules(self.frames.model, name, self.row)
        if ruled is not None:
            parts = tuple(self.of(part) for part in ruled.reads if part in self.row)
            return Explained(name, value, ruled.says, parts=parts)
        return self._of_records(name, value)

    def _of_records(self, name: str, value: Any) -> Explained:
        """What was told of an attribute, though no rule may read it; the lines of the contracts."""
        told, more = self._plan() if name.startswith("success_plan.") else self._told(name)
        if name in CONTRACT:
            lines, others = self._lines()
            told, more = (*told, *lines), more + others
        if name not in self.row and told:
            value = told[0].says["value"]
        return Explained(name, value, "", told, more)

    def _shown(self, name: str) -> Any:
        value = self.row.get(name)
        return aware(value) if isinstance(value, datetime) else value

    def _of_events(self, metric: Metric, value: Any) -> Explained:
        rest = self._events_sql(metric)
        order = (
            "e.occurred, e.received, e.message_id"
            if metric.verb == "first"
            else ("e.occurred desc, e.received desc, e.message_id desc")
        )
        rows, count = self._rows(
            "e.occurred, e.received, n.name, e.message_id, e.source, coalesce(u.external, ''), e.properties",
            f"{rest} order by {order}",
            rest,
        )
        if metric.verb in ("first", "last", "latest"):
            rows, count = rows[:1], min(count, 1)
        return Explained(metric.name, value, _words(metric), rows, count - len(rows))

    def _events_sql(self, metric: Metric) -> str:
        statements = next(one for one in self.frames.rounds if metric in one.metrics)
        number = statements.windows.index(window(metric))
        begins = f"e.day >= b.first_{number}" if window(metric).whole else f"e.occurred >= b.lo_{number}"
        tests = [begins, "e.occurred <= b._at", "b._key = 0"]
        if metric.events:
            tests.append(f"n.name in ({texts(metric.events)})")
        state = kept(metric)
        if state and state.where_sql:
            tests.append(f"({state.where_sql})")
        if state and state.property_sql:
            tests.append(f"{state.property_sql} is not null")
        if state and state.key_sql:
            tests.append(_still_open(metric, state.key_sql))
        return (
            f"from {statements.bounds} b join event e on e.account = b._account join event_name n on n.id = e.name "
            f"left join app_user u on u.id = e.app_user where {' and '.join(tests)}"
        )

    def _told(self, name: str) -> tuple[tuple[Fact, ...], int]:
        rest = "from attribute where account = $account and field = $field and valid <= $at"
        return self._rows(
            "valid, recorded, field, stream || '-' || seq, source, '', json_object('value', value::json)",
            f"{rest} order by rank desc, valid desc, recorded desc, seq desc",
            rest,
            field=name,
        )

    def _plan(self) -> tuple[tuple[Fact, ...], int]:
        """What was told of the success plan: agreed and reviewed, goals, what was measured, steps."""
        rest = f"from ({_PLAN}) where account = $account and occurred <= $at"
        columns = "occurred, recorded, what, seq::text, 'records', '', says"
        return self._rows(columns, f"{rest} order by occurred desc, seq desc", rest)

    def _lines(self) -> tuple[tuple[Fact, ...], int]:
        rest = "from contract_line where account = $account and recorded <= $at"
        return self._rows(
            "starts::timestamp, recorded, contract || ' ' || line, seq::text, 'records', '', "
            "json_object('mrr', mrr::text, 'currency', currency, 'starts', starts::text, 'ends', ends::text)",
            f"{rest} order by seq desc",
            rest,
        )

    def _rows(self, columns: str, listed: str, counted: str, **more: object) -> tuple[tuple[Fact, ...], int]:
        given: dict[str, object] = {"account": self.account, "at": naive(self.at), **more}
        parameters = {name: value for name, value in given.items() if f"${name}" in listed}
        connection = self.frames.connection
        found = connection.execute(f"select {columns} {listed} limit {self.most}", parameters).fetchall()
        count = connection.execute(f"select count(*) {counted}", parameters).fetchone()
        facts = tuple(
            Fact(_utc(at), _utc(known), what, number, source, user, json.loads(says))
            for at, known, what, number, source, user, says in found
        )
        return facts, int(count[0]) if count else 0


_PLAN = """
  select account, occurred, recorded, 'plan ' || kind as what, seq, '{}'::json as says from plan_note
  union all select account, recorded, recorded, 'goal: ' || title, seq,
    json_object('measured by', metric, 'baseline', baseline::text, 'target', target::text, 'starts', starts::text,
      'due', due::text) from plan_goal
  union all select r.account, r.occurred, r.recorded, 'measured: ' || coalesce(g.title, r.goal::text), r.seq,
    json_object('value', r.value::text) from goal_reading r
    left join (select account, goal, arg_max(title, seq) as title from plan_goal group by account, goal) g
      on g.account = r.account and g.goal = r.goal
  union all select account, occurred, recorded, 'step: ' || title, seq,
    json_object('due', due::text, 'done', done) from plan_step"""


def _utc(instant: datetime) -> datetime:
    found = aware(instant)
    assert found is not None
    return found


def _still_open(metric: Metric, key: str) -> str:
    """No closing of the same key came at that instant or later."""
    closing = key.replace("properties", "c.properties")
    return (
        f"not exists (select 1 from event c join event_name m on m.id = c.name where c.account = e.account "
        f"and m.name in ({texts(metric.until)}) and c.occurred >= e.occurred and c.occurred <= b._at "
        f"and {closing} = {key.replace('properties', 'e.properties')}) "
        f"and {key.replace('properties', 'e.properties')} is not null"
    )


def _words(metric: Metric) -> str:
    of = " or ".join(metric.events) or "any event"
    what = f"{metric.verb} {metric.property} of {of}" if metric.property else f"{metric.verb} {of}"
    where = f" where {metric.where.text}" if metric.where else ""
    span = f" over {metric.over}" if metric.over else f" since {metric.since}" if metric.since else ""
    return f"{what}{where}{span}"


def as_object(explained: Explained) -> dict[str, Any]:
    """As JSON, for the socket and for `--json`; instants in UTC, ISO 8601, told from text by
    `is_instant`."""

    def spelled(value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value

    return {
        "name": explained.name,
        "value": spelled(explained.value),
        "is_instant": isinstance(explained.value, datetime),
        "says": explained.says,
        "facts": [{name: spelled(value) for name, value in vars(fact).items()} for fact in explained.facts],
        "more": explained.more,
        "parts": [as_object(part) for part in explained.parts],
    }
