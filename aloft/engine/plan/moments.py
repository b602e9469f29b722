"""What happens to each moment: whom it meets, what opens, moves and closes within the weeks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aloft.engagement.model import Model, Moment, WhenTrigger
from aloft.engine.plan import experiments
from aloft.engine.plan.dates import Weeks
from aloft.engine.plan.errands import hours_of
from aloft.engine.plan.rates import Rated
from aloft.engine.plan.sides import Side
from aloft.engine.plan.values import Change, MomentPlan
from aloft.engine.turn import Turn
from aloft.facts.store import FactStore


@dataclass(frozen=True)
class Dues:
    """Of one moment within the weeks. `moves` are due on another day than they would have been."""

    before: int = 0
    after: int = 0
    opens: int = 0
    closes: int = 0
    moves: int = 0
    at_once: int = 0


def moments(
    turn: Turn, store: FactStore, was: Model | None, now: Model, sides: tuple[Side, Side], weeks: Weeks,
    rates: tuple[Rated, Rated],
) -> tuple[MomentPlan, ...]:  # fmt: skip
    """Those of the text in its order, then those that it has no longer."""
    renamed = {moment.was: name for name, moment in now.moments.items() if moment.was}
    dues = _dues(store, now, sides, renamed, weeks)
    absorbed = _absorbed(store, now, sides[0], weeks), _absorbed(store, now, sides[1], weeks)
    true = begun(turn, store, now, weeks.today)
    old = dict(was.moments) if was else {}
    found = []
    for name, moment in now.moments.items():
        before = old.pop(name, None) or old.pop(moment.was or "", None)
        change = _change(before, moment)
        due = dues.get(name, Dues())
        found.append(_plan(now, before, moment, change, due, true.get(name, 0), sides, rates, absorbed))
    for name, moment in old.items():
        gone = dues.get(name, Dues())
        found.append(_plan(now, moment, None, "gone", gone, 0, sides, rates, absorbed))
    return tuple(found)


def _plan(
    now: Model, before: Moment | None, after: Moment | None, change: Change, due: Dues, true: int,
    sides: tuple[Side, Side], rates: tuple[Rated, Rated], absorbed: tuple[Mapping[str, int], Mapping[str, int]],
) -> MomentPlan:  # fmt: skip
    told = after or before
    assert told is not None
    return MomentPlan(
        moment=told.name,
        title=told.title,
        trigger=told.trigger.kind,
        change=change,
        was=before.name if before and change == "renamed" else "",
        meets_before=sides[0].meets.get((now.name, before.name), 0) if before else 0,
        meets=sides[1].meets.get((now.name, after.name), 0) if after else 0,
        due_before=due.before,
        due=due.after,
        opens=due.opens,
        closes=due.closes,
        moves=due.moves,
        at_once=due.at_once + true,
        absorbed_before=absorbed[0].get(before.name, 0) if before else 0,
        absorbed=absorbed[1].get(after.name, 0) if after else 0,
        effort=round(hours_of(told), 2),
        rate_before=rates[0].by_moment.get(before.name) if before else None,
        rate=rates[1].by_moment.get(after.name) if after else None,
    )


def _change(before: Moment | None, after: Moment) -> Change:
    if before is None:
        return "new"
    if before.name != after.name:
        return "renamed"
    return "same" if _without_places(before) == _without_places(after) else "changed"


def _without_places(moment: Moment) -> str:
    """All that it says, wherever in the text it says it."""
    return re.sub(r"line=\d+", "", repr(moment))


def _dues(
    store: FactStore, now: Model, sides: tuple[Side, Side], renamed: Mapping[str, str], weeks: Weeks
) -> dict[str, Dues]:
    """Of the model alone. What another model brings one of its accounts under the same name goes on there, or here: it
    neither opens nor closes."""
    cases = " ".join(f"when '{old}' then '{new}'" for old, new in renamed.items())
    called = f"case moment {cases} else moment end" if cases else "moment"
    found = store.run(
        f"""with b as (select {called} as moment, account, anchor, n, due, model = $model as ours from {sides[0].due}),
        a as (select moment, account, anchor, n, due, opens, model = $model as ours from {sides[1].due})
        select moment, count(*) filter (where b.ours), count(*) filter (where a.ours),
          count(*) filter (where a.ours and b.due is null), count(*) filter (where b.ours and a.due is null),
          count(*) filter (where a.ours and b.due::date <> a.due::date),
          count(*) filter (where a.ours and a.opens <= $today)
        from b full join a using (account, moment, anchor, n) group by moment""",
        {"today": weeks.today, "model": now.name},
    )
    return {moment: Dues(*numbers) for moment, *numbers in found}


def _absorbed(store: FactStore, now: Model, side: Side, weeks: Weeks) -> dict[str, int]:
    """By moment, how many go into a larger one; under the names of that side."""
    return dict(
        store.run(
            f"select moment, count(*) from {side.taken} where due < $ends and model = $model group by moment",
            {"ends": weeks.ends, "model": now.name},
        )
    )


def begun(turn: Turn, store: FactStore, model: Model, today: date) -> dict[str, int]:
    """Accounts of which a condition is true that had not begun to be: what opens at once, unless it has to last."""
    ours = [
        name
        for name, moment in model.moments.items()
        if isinstance(moment.trigger, WhenTrigger) and not moment.trigger.holds_for
    ]
    drawn = experiments.begun(model, today)
    counts = [
        f"count(*) filter (where ({one.narrows}) is true and ({one.condition}) is true and not f._key in "
        f"(select account from decided_spell where holds and moment = '{name}'){_got(name, drawn)})"
        for name in ours
        for one in [turn.program.moments[name]]
    ]
    found = store.run(f"select {', '.join(counts)} from frame f")[0] if counts else ()
    return dict(zip(ours, map(int, found), strict=True))


def _got(moment: str, drawn: Sequence[str]) -> str:
    """SQL that leaves out who is held out, as `rates` has named them."""
    if moment not in drawn:
        return ""
    return f" and not f._account in (select account from held_out where moment = '{moment}')"
