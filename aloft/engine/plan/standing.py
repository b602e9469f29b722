"""What becomes of what stands open: it finishes under the version that made it, whatever is published."""

from __future__ import annotations

from collections.abc import Mapping

from aloft.engagement.model import Model
from aloft.engine.plan.values import Fate, OpenPlan
from aloft.facts.store import FactStore
from aloft.records.models import ModelVersion


def standing(store: FactStore, model: Model, renamed: Mapping[str, str]) -> tuple[OpenPlan, ...]:
    """Of the model of the text, by moment and version."""
    versions = dict(ModelVersion.objects.filter(name=model.name).values_list("pk", "version"))
    found = store.run(
        "select moment, version, count(*), count(*) filter (where started) from open_now group by 1, 2 order by 1, 2"
    )
    return tuple(
        _told(model, renamed, moment, versions[version], number, started)
        for moment, version, number, started in found
        if version in versions
    )


def _told(
    model: Model, renamed: Mapping[str, str], moment: str, version: int, number: int, started: int
) -> OpenPlan:
    fate, now = _fate(model, renamed, moment)
    return OpenPlan(moment, version, fate, now, number, started, _SAYS[fate].format(version=version, now=now))


def _fate(model: Model, renamed: Mapping[str, str], moment: str) -> tuple[Fate, str]:
    if moment in renamed:
        return "renamed", renamed[moment]
    return ("pinned", moment) if moment in model.moments else ("gone", "")


_SAYS: Mapping[Fate, str] = {
    "pinned": "finish under version {version}; what is due next comes from this text",
    "renamed": "finish under version {version}, and are called {now} from then on",
    "gone": "finish under version {version}; none follows them",
}
