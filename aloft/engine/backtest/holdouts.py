"""Who an experiment holds out gets nothing of its moment: what would have opened there is told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from aloft.engagement.economy import Experiment
from aloft.engagement.model import Model
from aloft.engine.backtest.values import Opened
from aloft.learn import assignments
from aloft.records.models import Account


def part(model: Model, opened: Sequence[Opened]) -> tuple[list[Opened], Mapping[str, int]]:
    """What opens, and by moment how much is held back from the day of its experiment on."""
    names = {name: _held_out(one, opened) for name, one in model.experiments.items()}
    kept = [one for one in opened if not _is_held_back(model, names, one)]
    return kept, Counter(one.moment for one in opened if _is_held_back(model, names, one))


def _held_out(experiment: Experiment, opened: Sequence[Opened]) -> frozenset[str]:
    """The accounts that are held out, by name, of those at which the moment opens."""
    names = {one.account for one in opened if one.moment == experiment.moment}
    rows = dict(Account.objects.filter(external_id__in=names).values_list("pk", "external_id"))
    return frozenset(rows[row] for row in assignments.held_out(experiment, rows))


def _is_held_back(model: Model, names: Mapping[str, frozenset[str]], one: Opened) -> bool:
    return one.account in names.get(one.moment, ()) and one.day >= model.experiments[one.moment].start
