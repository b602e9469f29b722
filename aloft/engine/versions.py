"""The published versions of the engagement model, compiled once each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import F, Q, QuerySet

from aloft.engagement.expressions import Expression
from aloft.engagement.load import load_published, parse_rule
from aloft.engagement.model import Model
from aloft.engine.planned import Plans
from aloft.engine.sifting import Sieve
from aloft.facts.drain import Drained
from aloft.facts.keep import Progress, fill, keep
from aloft.facts.store import FactStore
from aloft.measures.detectors.asked import Detector
from aloft.measures.frame import Frames
from aloft.measures.lean import placing
from aloft.measures.program import Program, compile_model
from aloft.records.models import Book, Change, ModelVersion


@dataclass(frozen=True)
class Running:
    version: ModelVersion
    program: Program
    frames: Frames
    plans: Plans = field(default_factory=Plans)

    @cached_property
    def placing(self) -> Frames:
        """Frames that carry only what the rules of phases read."""
        return self.frames.of(placing(self.program.model))

    @cached_property
    def since(self) -> dict[str, datetime]:
        """By moment, since when it counts: from the first of the versions before this one that all dated it alike.

        A text that is published again while a deadline is pending, or a meeting put off, loses neither.
        """
        called = {name: one.was for name, one in self.program.model.moments.items()}
        return _since(self.version, called)


class Versions:
    """The version that is live, and the older ones that open occurrences are pinned to."""

    def __init__(self, store: FactStore, behind: Mapping[str, datetime]) -> None:
        """`behind`: the sources that are late, as they come and go, each with its mark."""
        self._store = store
        self._behind = behind
        self._compiled: dict[int, Running] = {}
        self.sieve: Sieve | None = None

    def get(self, pk: int) -> Running:
        if pk not in self._compiled:
            version = ModelVersion.objects.get(pk=pk)
            model = load_published(version.document, f"{version.name}.yaml")
            frames = Frames(
                self._store.connection,
                model,
                self._store.home_zone,
                _book_rules(),
                self._behind,
                overnight=True,
            )
            self._compiled[pk] = Running(version, compile_model(model), frames, Plans(pk))
            fill(self._store, self._compiled[pk].program.kept)
        return self._compiled[pk]

    def hold(self, running: Running) -> None:
        """Know a version that is compiled already, and was perhaps never published."""
        self._compiled[running.version.pk or 0] = running

    def forget(self) -> None:
        """Compile anew at the next need: what is read besides the model has changed."""
        self.forget_foreseen()
        self.forget_overnight()
        self._compiled.clear()
        self.sieve = None

    def forget_foreseen(self) -> None:
        """The facts are other ones than they were."""
        for running in self._compiled.values():
            running.frames.forget()

    def come(self, drained: Drained) -> None:
        """Facts have come."""
        for running in self._compiled.values():
            running.frames.nights.come(drained.since, drained.rebuilt)

    def forget_overnight(self) -> None:
        """They were made anew, nobody knows at which accounts."""
        for running in self._compiled.values():
            running.frames.nights.forget()

    def models(self) -> list[Model]:
        """Those that are compiled: what is live, and what something open is pinned to."""
        return [running.program.model for running in self._compiled.values()]

    def reread_plans(self) -> None:
        """What was planned may not have been stored."""
        for running in self._compiled.values():
            running.plans.reread()

    def detectors(self) -> tuple[Detector, ...]:
        """What the compiled versions ask of the daily pass, each once."""
        asked = (one for running in self._compiled.values() for one in running.frames.detectors)
        return tuple({one.key: one for one in asked}.values())

    def fill(self, model: Model, progress: Progress) -> None:
        """Make the state that a model needs before it goes live, so that nobody waits for it then."""
        fill(self._store, compile_model(model).kept, progress)

    def settle(self) -> None:
        """Keep the state of the compiled versions alone: a version has gone live, and may have replaced another."""
        keep(self._store, [state for running in self._compiled.values() for state in running.program.kept])


def _since(version: ModelVersion, called: Mapping[str, str | None]) -> dict[str, datetime]:
    """`called`: the moments, each with what it was called before, if it says so."""
    found = dict.fromkeys(called, version.live_from)
    alike = {name: name for name in called if name in version.timings}
    for live_from, timings in _before(version).values_list("live_from", "timings").iterator():
        there = {name: was if was in timings else called[name] for name, was in alike.items()}
        alike = {
            name: was for name, was in there.items() if was and timings.get(was) == version.timings[name]
        }
        if not alike:
            break
        found |= dict.fromkeys(alike, live_from)
    return found


def _before(version: ModelVersion) -> QuerySet[ModelVersion]:
    """The versions that were live before it, the latest first; all so far, of one that is a draft."""
    earlier = Q(live_from__lt=version.live_from)
    same = Q(live_from=version.live_from)
    before = earlier | same if version.pk is None else earlier | same & Q(pk__lt=version.pk)
    return ModelVersion.objects.filter(before, name=version.name).order_by("-live_from", "-pk")


def precedence(version: ModelVersion) -> tuple[int, str]:
    """Models that extend others stand before them; unrelated ones by name."""
    return -len(version.bases), version.name


def next_version(live: Mapping[str, ModelVersion], changes: int) -> ModelVersion | None:
    """The version that goes live next, of those that the drained changes have published; `live` is by name.

    One that was published for the past (`aloft apply --from`) is known from the day it is live from.
    """
    waiting = ModelVersion.objects.filter(_told(changes) | Q(live_from__lt=F("published_at")))
    ordered = waiting.order_by("live_from", "pk")
    return next((one for one in ordered if _is_later(one, live.get(one.name))), None)


def _is_later(version: ModelVersion, live: ModelVersion | None) -> bool:
    return live is None or (version.live_from, version.pk) > (live.live_from, live.pk)


def _told(changes: int) -> Q:
    published = Change.objects.filter(kind="model.published", id__lte=changes).values_list("data", flat=True)
    named = Q(pk__in=[])
    for data in published:
        named |= Q(name=data["name"], version=data["version"])
    return named


def _book_rules() -> list[Expression]:
    """The rules of books are read over the frames too."""
    return [parse_rule(book.rule) for book in Book.objects.exclude(rule="")]
