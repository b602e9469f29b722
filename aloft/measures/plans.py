"""What a rule reads of success plans: goals that say everything, overdue steps, and how much of the way is done.

The way of a goal is linear (F16): from its baseline on the day it starts to its target on the day it is due. A plan
has gone as far as its goals have on average, of those whose value is known.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aloft.engagement.economy import ValueMetric
from aloft.engagement.model import Model, Rule
from aloft.measures import features
from aloft.measures.gathered import Stage
from aloft.measures.names import calls_in, names_in

AGREED, REVIEWED = "success_plan.agreed", "success_plan.reviewed"
GOALS, LATE = "success_plan.goals", "success_plan.late"
ATTAINMENT, EXPECTED = "success_plan.attainment", "success_plan.expected"
WAY = frozenset({ATTAINMENT, EXPECTED})

_NOTES = """
  select a._key, bool_or(p.kind = 'agreed') as agreed,
    bool_or(p.kind = 'reviewed' and p.occurred >= coalesce(a.opened, p.occurred)) as reviewed
  from asked a join plan_note p on p.account = a._account and p.occurred <= a._at group by a._key"""

# Of each question, its goals that have a baseline, a target and a day, as they were known then.
_GOALS = """
  with told as (
    select a._key, a._date, g.* exclude (account) from asked a
    join plan_goal g on g.account = a._account and g.recorded <= a._at
    qualify row_number() over (partition by a._key, g.goal order by g.seq desc) = 1),
  measured as (
    select a._key, r.goal, arg_max(r.value, (r.occurred, r.seq)) as value
    from asked a join goal_reading r on r.account = a._account and r.occurred <= a._at group by a._key, r.goal)
  select t._key, t.metric, m.value::double as value, t.baseline::double as baseline,
    nullif(t.target - t.baseline, 0)::double as way,
    case when t._date >= t.due then 1 when t.starts is null then null when t._date <= t.starts then 0
      else date_diff('day', t.starts, t._date)::double / date_diff('day', t.starts, t.due) end as expected
  from told t left join measured m on m._key = t._key and m.goal = t.goal
  where t.baseline is not null and t.target is not null and t.due is not null"""

_STEPS = """
  with told as (
    select a._key, a._date, s.due, s.done from asked a
    join plan_step s on s.account = a._account and s.occurred <= a._at
    qualify row_number() over (partition by a._key, s.step order by s.occurred desc, s.seq desc) = 1)
  select _key, count(*) filter (where not done and due < _date) as late from told group by _key"""


def rests_on_events(model: Model, rule: Rule) -> bool:
    """Whether it reads what events add up to: they may come late, and windows over them slide."""
    read = set(names_in(rule.expression))
    called = {call.function for call in calls_in(rule.expression)}
    return bool(
        read & model.metrics.keys() or (model.value_metrics and read & WAY) or called & features.FUNCTIONS
    )


def stages(names: Collection[str]) -> list[Stage]:
    """The tables to make, each with `_key`; of goals a row for each."""
    found: list[Stage] = [("plans_then", _NOTES)]
    if {GOALS, *WAY} & set(names):
        found.append(("goals_then", _GOALS))
    if LATE in names:
        found.append(("steps_then", _STEPS))
    return found


def columns(names: Collection[str]) -> str:
    found = [
        f'coalesce(pn.agreed, false) as "{AGREED}"',
        f'coalesce(pn.reviewed, false) as "{REVIEWED}"',
    ]
    if GOALS in names:
        found.append(f'coalesce(pg.goals, 0) as "{GOALS}"')
    if LATE in names:
        found.append(f'coalesce(ps.late, 0) as "{LATE}"')
    return ", ".join(found)


def joins(names: Collection[str]) -> str:
    found = ["left join plans_then pn on pn._key = f._key"]
    if GOALS in names:
        goals = "select _key, count(*) as goals from goals_then group by _key"
        found.append(f"left join ({goals}) pg on pg._key = f._key")
    if LATE in names:
        found.append("left join steps_then ps on ps._key = f._key")
    return " ".join(found)


def with_way(facts: str, values: Mapping[str, ValueMetric], readable: Collection[str]) -> str:
    """The rows of the table `facts` with attainment and what is expected by now.

    A goal that is measured by one of the model's value metrics has the metric's value, if that is among the
    `readable` names; any other what people have read.
    """
    live = {name: one.metric for name, one in values.items() if one.metric in readable}
    branches = " ".join(
        f"when '{name}' then try_cast(f.\"{metric}\" as double)" for name, metric in live.items()
    )
    value = f"case g.metric {branches} else g.value end" if live else "g.value"
    return f"""
      with gone as (select g.*, {value} as now from goals_then g join {facts} f on f._key = g._key)
      select f.*, w.attainment as "{ATTAINMENT}", w.expected as "{EXPECTED}" from {facts} f left join (
        select _key, avg((now - baseline) / way) as attainment, avg(expected) as expected
        from gone where now is not null and way is not null group by _key) w on w._key = f._key"""
