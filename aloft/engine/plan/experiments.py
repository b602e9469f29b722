"""Who is held out gets nothing of a moment: what a plan counts goes without them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pyarrow as pa

from aloft.engagement.economy import Experiment
from aloft.engagement.model import Model
from aloft.facts.store import FactStore
from aloft.learn import assignments
from aloft.learn.effect import detectable

HELD_OUT = pa.schema([("moment", pa.string()), ("account", pa.int32())])
MANY = 30
"""Fewer in an arm tell nothing by proportions."""


def leave_out(store: FactStore, model: Model, due: str) -> None:
    """Take who is held out from the table `due`, from each experiment's day on."""
    _name_held_out(store, model.experiments.values())
    for name, experiment in model.experiments.items():
        store.run(
            f"""delete from {due} where model = $model and moment = $moment and opens >= $start
              and account in (select account from held_out where moment = $moment)""",
            {"model": model.name, "moment": name, "start": experiment.start},
        )


def leave_out_now(store: FactStore, model: Model, today: date) -> None:
    """Make `held_out`, moments and accounts, of the experiments that run already."""
    _name_held_out(store, [model.experiments[name] for name in begun(model, today)])


def _name_held_out(store: FactStore, experiments: Iterable[Experiment]) -> None:
    concerned = dict(store.run("select row, account from concerned"))
    told = [
        (experiment.moment, concerned[row])
        for experiment in experiments
        for row in assignments.held_out(experiment, concerned)
    ]
    columns = {"moment": [moment for moment, _ in told], "account": [account for _, account in told]}
    store.load("held_out", pa.table(columns, schema=HELD_OUT))


def begun(model: Model, today: date) -> list[str]:
    """The moments whose experiments run already."""
    return [name for name, experiment in model.experiments.items() if experiment.start <= today]


def notes(model: Model, meets: Mapping[str, int], today: date) -> Sequence[str]:
    """What each experiment can show with the accounts that the moment meets; before it begins, and not after."""
    return [
        _note(one, meets.get(name, 0), _of_rate(one, model.moments[name].trigger.kind, today))
        for name, one in model.experiments.items()
    ]


def _of_rate(experiment: Experiment, trigger: str, today: date) -> str:
    if trigger == "schedule":
        return ""
    if experiment.start <= today:
        return "; its rate is that of the others"
    return "; its rate is what was seen, with nobody taken off until then"


def _note(experiment: Experiment, accounts: int, rate: str) -> str:
    held_out = round(accounts * experiment.holdout)
    share = f"{100 * experiment.holdout:g} %"
    told = f"{share} do not get {experiment.moment} from {experiment.start} on{rate}"
    if min(held_out, accounts - held_out) < MANY:
        return f"{told}. It meets {accounts:,} accounts now: no effect can be detected with {held_out:,} held out"
    least = 100 * detectable(0.5, accounts - held_out, held_out)
    return (
        f"{told}. It meets {accounts:,} accounts now, of which about {held_out:,} are held out: effects under "
        f"{least:.0f} points, where half meet the primary outcome, cannot be detected"
    )
