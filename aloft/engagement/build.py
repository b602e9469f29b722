"""A checked document as the model it means."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from aloft.engagement.coverage import levels, touch_by_phase
from aloft.engagement.digest import digest
from aloft.engagement.document import ClockDoc, MetricDoc, PhaseDoc, RoleDoc, SegmentDoc
from aloft.engagement.draft import Draft
from aloft.engagement.health_document import BandsDoc, CapDoc, DimensionDoc, HealthDoc
from aloft.engagement.model import (
    Anchor,
    Bands,
    Cap,
    Dimension,
    Escalation,
    EventTrigger,
    ExpectTrigger,
    Health,
    ManualTrigger,
    Metric,
    MetricVerb,
    Model,
    Moment,
    Outcome,
    Phase,
    Role,
    Rule,
    ScheduleTrigger,
    Segment,
    Trigger,
    WhenTrigger,
    WorkingTime,
)
from aloft.engagement.moment_document import MomentDoc
from aloft.engagement.notes import running, runs
from aloft.engagement.parse import Parsed
from aloft.engagement.problems import Path
from aloft.engagement.touch import touch_levels

Value = TypeVar("Value")
ANY = ("any",)


def build(draft: Draft, file: str) -> Model:
    """The model of a draft without flaws."""
    return _Builder(draft).model(file)


class _Builder:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.tree = draft.tree
        self.document = draft.document

    def model(self, file: str) -> Model:
        document = self.document
        built = Model(
            name=_given(document.engagement_model),
            title=_given(document.title),
            file=file,
            digest="",
            clock=_working_time(document.clock),
            roles={name: _role(name, role) for name, role in document.roles.items()},
            phases={name: self.phase(name, phase) for name, phase in document.phases.items()},
            segments={name: self.segment(name, segment) for name, segment in document.segments.items()},
            moments={name: self.moment(name, moment) for name, moment in document.moments.items()},
            metrics={
                name: self.metric(name, metric) for name, metric in document.metrics.items() if runs(metric)
            },
            applies_to=self.rule(("applies_to",), document.applies_to),
            fields={name: field.kind for name, field in document.fields.items()},
            records={name: record.kind for name, record in document.records.items()},
            sources={name: _given(source.events) for name, source in document.sources.items()},
            unit=document.unit or "account",
            touch_levels=touch_levels(document),
            health=self.health(document.health),
        )
        return replace(built, digest=digest(built))

    def rule(self, path: Path, parsed: Parsed | None) -> Rule | None:
        if parsed is None:
            return None
        return Rule(running(parsed.expression, self.draft), parsed.text, self.tree.place(path).line)

    def sure_rule(self, path: Path, parsed: Parsed | None) -> Rule:
        return _given(self.rule(path, parsed))

    def line(self, path: Path) -> int:
        return self.tree.key_place(path).line

    def phase(self, name: str, phase: PhaseDoc) -> Phase:
        path: Path = ("phases", name)
        return Phase(
            name=name,
            enters=self.rule((*path, "enters"), phase.enters),
            leaves=self.rule((*path, "leaves"), phase.leaves),
            expected=phase.expected,
            keep_segment=phase.keep_segment,
            may_return=phase.may_return,
        )

    def segment(self, name: str, segment: SegmentDoc) -> Segment:
        path: Path = ("segments", name)
        return Segment(
            name=name,
            touch=touch_by_phase(self.document, segment.touch or ()),
            when=self.rule((*path, "when"), segment.when),
            exit=self.rule((*path, "exit"), segment.exit),
        )

    def metric(self, name: str, metric: MetricDoc) -> Metric:
        path: Path = ("metrics", name)
        verb: MetricVerb = _given(metric.verb)
        written = getattr(metric, verb)
        return Metric(
            name=name,
            verb=verb,
            events=_events(metric.of if isinstance(written, str) else written) if verb != "formula" else (),
            line=self.line(path),
            property=written if isinstance(written, str) else None,
            until=_events(metric.until) if metric.until else (),
            by=metric.by,
            where=self.rule((*path, "where"), metric.where),
            over=metric.over,
            since=metric.since,
            formula=self.rule((*path, "formula"), metric.formula),
        )

    def health(self, health: HealthDoc | None) -> Health | None:
        if health is None:
            return None
        dimensions = {name: self.dimension(name, one) for name, one in health.dimensions.items()}
        return Health(dimensions, _bands(health.bands))

    def dimension(self, name: str, dimension: DimensionDoc) -> Dimension:
        path: Path = ("health", name)
        weight = dimension.weight
        return Dimension(
            name=name,
            weights=weight if isinstance(weight, dict) else {"*": _given(weight)},
            score=self.sure_rule((*path, "score"), dimension.score),
            anchors=dimension.anchors,
            half_life=dimension.half_life,
            cap=self.cap((*path, "cap"), dimension.cap),
        )

    def cap(self, path: Path, cap: CapDoc | None) -> Cap | None:
        return None if cap is None else Cap(self.sure_rule((*path, "when"), cap.when), _given(cap.at))

    def moment(self, name: str, moment: MomentDoc) -> Moment:
        path: Path = ("moments", name)
        owners, participants = _owners(moment)
        return Moment(
            name=name,
            trigger=self.trigger(path, moment),
            owners=owners,
            participants=participants,
            objective=_given(moment.objective),
            outcome=self.outcome(path, moment),
            line=self.line(path),
            was=moment.was,
            phases=moment.phase or (),
            segments=moment.segment or (),
            touch=levels(self.document, moment.touch or ()),
            condition=self.rule((*path, "if"), moment.condition),
            channel=moment.channel,
            priority=moment.priority,
            complete_within=moment.complete_within,
            escalations=self.escalations((*path, "escalate"), moment),
            effort=moment.effort,
            length=moment.length,
        )

    def outcome(self, path: Path, moment: MomentDoc) -> Outcome:
        outcome = moment.outcome
        expect = self.sure_rule((*path, "outcome", "expect"), outcome.expect)
        return Outcome(expect, _given(outcome.within), outcome.holds_for)

    def escalations(self, path: Path, moment: MomentDoc) -> tuple[Escalation, ...]:
        return tuple(
            Escalation(
                _given(step.after), _given(step.to), self.rule((*path, i, "if"), step.condition), step.risk
            )
            for i, step in enumerate(moment.escalate)
        )

    def trigger(self, path: Path, moment: MomentDoc) -> Trigger:
        if moment.schedule is not None:
            roll = moment.roll or self.document.clock.roll or "none"
            return ScheduleTrigger(moment.schedule.schedule, moment.schedule.text, moment.lead, roll)
        if moment.event is not None:
            where = self.rule((*path, "where"), moment.where)
            return EventTrigger(_events(moment.event), where, moment.by, moment.cooldown)
        if moment.when is not None:
            condition = self.sure_rule((*path, "when"), moment.when)
            return WhenTrigger(condition, moment.holds_for, moment.cooldown)
        if moment.expect is not None:
            condition = self.sure_rule((*path, "expect"), moment.expect)
            of = moment.of or Anchor(name="phase_start")
            return ExpectTrigger(condition, _given(moment.within), of, moment.warn_at)
        return ManualTrigger()


def _working_time(clock: ClockDoc) -> WorkingTime:
    standard = WorkingTime()
    hours = clock.business_hours
    return WorkingTime(
        home_zone=clock.home.timezone or standard.home_zone,
        home_country=clock.home.country,
        zone=None if clock.timezone in (None, "account") else clock.timezone,
        days=tuple(sorted({day for days in hours.days for day in days})) or standard.days,
        opens=hours.opens or standard.opens,
        closes=hours.closes or standard.closes,
        holidays=clock.holidays or standard.holidays,
        closed=clock.closed,
        lateness=clock.lateness or standard.lateness,
        roll=clock.roll or standard.roll,
    )


def _bands(bands: BandsDoc) -> Bands:
    standard = Bands()
    return Bands(
        red=_or(bands.red, standard.red),
        green=_or(bands.green, standard.green),
        settle=_or(bands.settle, standard.settle),
        climb=_or(bands.climb, standard.climb),
    )


def _role(name: str, role: RoleDoc) -> Role:
    return Role(name, role.hours_per_week, role.rate, role.reports_to, role.automated, role.pool)


def _events(events: tuple[str, ...] | None) -> tuple[str, ...]:
    return () if events == ANY else _given(events)


def _owners(moment: MomentDoc) -> tuple[dict[str, str], tuple[str, ...]]:
    owner = moment.owner or ""
    if isinstance(owner, str):
        return {"*": owner}, ()
    if isinstance(owner, tuple):
        return {"*": owner[0]}, owner[1:]
    return {level: role for level, role in owner.items() if isinstance(role, str)}, ()


def _or(value: Value | None, otherwise: Value) -> Value:
    return otherwise if value is None else value


def _given(value: Value | None) -> Value:
    if value is None:
        raise ValueError("a draft with flaws is no model")
    return value
