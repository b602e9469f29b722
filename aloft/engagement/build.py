"""A checked document as the model it means."""

from __future__ import annotations

from dataclasses import replace

from aloft.engagement.build_moment import moment_of
from aloft.engagement.build_sections import (
    contact_policy_of,
    economics_of,
    exceptions_of,
    experiments_of,
    health_of,
    ownership_of,
    region_of,
    value_metrics_of,
)
from aloft.engagement.coverage import touch_by_phase
from aloft.engagement.digest import digest
from aloft.engagement.document import ClockDoc, MetricDoc, PhaseDoc, RoleDoc, SegmentDoc
from aloft.engagement.draft import Draft
from aloft.engagement.model import Metric, MetricVerb, Model, Phase, Role, Segment, WorkingTime
from aloft.engagement.notes import runs
from aloft.engagement.problems import Path
from aloft.engagement.rules import Rules, events_of, given, otherwise
from aloft.engagement.touch import touch_levels


def build(draft: Draft, file: str) -> Model:
    """The model of a draft without flaws."""
    rules, document = Rules(draft), draft.document
    built = Model(
        name=given(document.engagement_model),
        title=given(document.title),
        file=file,
        digest="",
        bases=draft.bases,
        clock=_working_time(document.clock),
        roles={name: _role(name, role) for name, role in document.roles.items()},
        phases={name: _phase(rules, name, phase) for name, phase in document.phases.items()},
        segments={name: _segment(rules, name, segment) for name, segment in document.segments.items()},
        moments={name: moment_of(rules, name, moment) for name, moment in document.moments.items()},
        metrics={
            name: _metric(rules, name, metric) for name, metric in document.metrics.items() if runs(metric)
        },
        applies_to=rules.rule(("applies_to",), document.applies_to),
        fields={name: field.kind for name, field in document.fields.items()},
        records={name: record.kind for name, record in document.records.items()},
        choices={
            name: one.choices for name, one in {**document.fields, **document.records}.items() if one.choices
        },
        sources={name: given(source.events) for name, source in document.sources.items()},
        unit=document.unit or "account",
        touch_levels=touch_levels(document),
        health=health_of(rules),
        value_metrics=value_metrics_of(rules),
        contact_policy=contact_policy_of(rules),
        region=region_of(rules),
        ownership=ownership_of(rules),
        economics=economics_of(rules),
        exceptions=exceptions_of(rules),
        experiments=experiments_of(rules),
    )
    return replace(built, digest=digest(built))


def _phase(rules: Rules, name: str, phase: PhaseDoc) -> Phase:
    path: Path = ("phases", name)
    return Phase(
        name=name,
        enters=rules.rule((*path, "enters"), phase.enters),
        leaves=rules.rule((*path, "leaves"), phase.leaves),
        expected=phase.expected,
        keep_segment=phase.keep_segment,
        may_return=phase.may_return,
    )


def _segment(rules: Rules, name: str, segment: SegmentDoc) -> Segment:
    path: Path = ("segments", name)
    return Segment(
        name=name,
        touch=touch_by_phase(rules.document, segment.touch or ()),
        when=rules.rule((*path, "when"), segment.when),
        exit=rules.rule((*path, "exit"), segment.exit),
    )


def _metric(rules: Rules, name: str, metric: MetricDoc) -> Metric:
    path: Path = ("metrics", name)
    verb: MetricVerb = given(metric.verb)
    written = getattr(metric, verb)
    return Metric(
        name=name,
        verb=verb,
        events=events_of(metric.of if isinstance(written, str) else written) if verb != "formula" else (),
        line=rules.line(path),
        property=written if isinstance(written, str) else None,
        until=events_of(metric.until) if metric.until else (),
        by=metric.by,
        where=rules.rule((*path, "where"), metric.where),
        over=metric.over,
        since=metric.since,
        formula=rules.rule((*path, "formula"), metric.formula),
    )


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


def _role(name: str, role: RoleDoc) -> Role:
    return Role(
        name,
        role.hours_per_week,
        role.rate,
        role.reports_to,
        role.automated,
        role.pool,
        otherwise(role.choose, "fewest_open"),
        role.match,
    )
