"""A part of a model, opened: what it says in words, where it is used, and the lines it is written on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from aloft.decide.ownership import roles_of_deals
from aloft.engagement import words
from aloft.engagement.expressions import Expression
from aloft.engagement.load import Reading
from aloft.engagement.model import Metric, Model, Moment, Phase, Role, Rule, Segment
from aloft.engagement.outline import Written, outline
from aloft.engagement.problems import Note
from aloft.engagement.scorecards import Profile
from aloft.measures.names import moment_anchor, moment_rules, names_in, profile_rules
from aloft.ui.code import Line, lines
from aloft.ui.words import humanised

KINDS = {
    "moments": "moment", "segments": "segment", "phases": "phase", "metrics": "metric", "roles": "role",
    "fields": "field", "records": "recorded fact", "sources": "source", "value_metrics": "value metric",
    "touch_levels": "touch level", "health": "part of health", "experiments": "experiment",
}  # fmt: skip
"""What an entry of a section is called; an entry of any other is a part of it."""
HEADING = frozenset(("engagement_model", "title"))
OWN_LISTS = frozenset(("moments", "segments", "phases", "metrics"))
"""Sections whose entries have a place of their own on the page."""


@dataclass(frozen=True)
class Link:
    """To another part, by its dotted name. `kind` goes before the title where a list mixes kinds."""

    name: str
    title: str
    kind: str = ""


@dataclass(frozen=True)
class Fact:
    """An expression, words, links to other parts: what there is of them, in this order."""

    term: str
    says: str = ""
    code: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Element:
    """`trigger` is a moment's, empty for what is none."""

    name: str
    title: str
    kind: str
    trigger: str
    facts: tuple[Fact, ...]
    lines: tuple[Line, ...]
    notes: tuple[Note, ...]

    @property
    def entry(self) -> str:
        """Its name within its section; empty for a section."""
        return self.name.partition(".")[2]


def parts(reading: Reading) -> Mapping[str, Written]:
    """The parts of a model by their dotted names."""
    return _outline(reading.document)


@lru_cache(maxsize=8)
def _outline(document: str) -> Mapping[str, Written]:
    """Published versions never change, and reading the text again takes most of a page's time."""
    return outline(document)


def others(written: Mapping[str, Written]) -> tuple[Link, ...]:
    """The parts that have no place of their own on the page: roles, and what is written once."""
    found = []
    for name in written:
        section, _, entry = name.partition(".")
        if entry and section in KINDS and section not in OWN_LISTS:
            found.append(Link(name, title_of(name), KINDS[section]))
        elif not entry and section not in KINDS and section not in HEADING:
            found.append(Link(name, title_of(name)))
    return tuple(found)


def title_of(name: str) -> str:
    section, _, entry = name.partition(".")
    if not entry:
        return humanised(section)
    return humanised(entry) if section in ("moments", "segments", "phases") else entry


def by_part(notes: Iterable[Note]) -> dict[str, tuple[Note, ...]]:
    """Notes by the section or entry that they are on."""
    found: dict[str, tuple[Note, ...]] = {}
    for note in notes:
        section, _, rest = note.path.partition(".")
        entry = rest.partition(".")[0].partition("[")[0]
        name = f"{section}.{entry}" if entry else section
        found[name] = (*found.get(name, ()), note)
    return found


def element(reading: Reading, name: str) -> Element | None:
    """None for a part that the model does not have."""
    written = parts(reading).get(name)
    if written is None:
        return None
    section, _, entry = name.partition(".")
    notes = by_part(reading.notes).get(name, ())
    moment = reading.model.moments.get(entry) if section == "moments" else None
    return Element(
        name=name,
        title=title_of(name),
        kind=KINDS.get(section, f"part of {words.named(section)}") if entry else "section",
        trigger=moment.trigger.kind if moment else "",
        facts=tuple(_facts(reading.model, section, entry)),
        lines=lines(written.lines, written.first, marked={note.line: "warn" for note in notes}),
        notes=notes,
    )


def _facts(model: Model, section: str, entry: str) -> Iterator[Fact]:
    match section:
        case "moments" if entry in model.moments:
            yield from _of_moment(model, model.moments[entry])
        case "segments" if entry in model.segments:
            yield from _of_segment(model.segments[entry])
        case "phases" if entry in model.phases:
            yield from _of_phase(model, model.phases[entry])
        case "metrics" if entry in model.metrics:
            yield from _of_metric(model, model.metrics[entry])
        case "roles" if entry in model.roles:
            yield from _of_role(model, model.roles[entry])
        case "health" if model.health and entry in ("", "profiles"):
            yield from chain.from_iterable(map(_of_profile, model.health.profiles.values()))


def _of_moment(model: Model, moment: Moment) -> Iterator[Fact]:
    yield Fact("Opens", words.trigger(moment))
    if moment.condition:
        yield Fact("Only if", code=moment.condition.text)
    yield Fact("Meets", meets(moment), links=_links("segments", moment.segments))
    yield Fact("Owner", links=tuple(_owners(moment)))
    if moment.skills:
        yield Fact("Who knows", words.listed(map(words.named, moment.skills)))
    if moment.participants:
        yield Fact("With", links=_links("roles", moment.participants))
    yield Fact("Objective", moment.objective)
    yield Fact("Expected outcome", words.window(moment.outcome), code=moment.outcome.expect.text)
    if moment.complete_within:
        yield Fact("Done within", words.length(moment.complete_within))
    if moment.escalations:
        yield Fact("Escalates", "; ".join(map(words.escalation, moment.escalations)))
    if moment.channel:
        yield Fact("Channel", words.listed(map(words.named, moment.channel), "or"))
    if moment.effort:
        yield Fact("Effort", f"{words.length(moment.effort)} for each occurrence")
    if moment.absorbs:
        yield Fact("Absorbs", links=_links("moments", moment.absorbs))
    if read := _metrics_in(model, (rule.expression for rule in moment_rules(moment))):
        yield Fact("Reads", links=_links("metrics", read))


def _owners(moment: Moment) -> Iterator[Link]:
    """“csm for high and low”; a role that owns it for everybody, by its name."""
    for role, levels in words.levels_by_role(moment.owners).items():
        whom = "every other" if levels == ["*"] else words.listed(levels)
        alone = levels == ["*"] and len(moment.owners) == 1
        yield Link(f"roles.{role}", role if alone else f"{role} for {whom}")


def meets(moment: Moment) -> str:
    """“accounts with high and low touch in onboarding”, “every account”."""
    touch = f"accounts with {words.listed(moment.touch)} touch" if moment.touch else "every account"
    phases = f" in {words.listed(map(words.named, moment.phases))}" if moment.phases else ""
    return f"{touch}{phases}{' of' if moment.segments else ''}"


def _of_segment(segment: Segment) -> Iterator[Fact]:
    yield _rule("Enters", segment.when, "everybody whom no segment before it takes")
    if segment.exit:
        yield Fact("Leaves", code=segment.exit.text)
    for phase, levels in segment.touch.items():
        yield Fact(f"In {words.named(phase)}", f"{words.listed(levels)} touch")


def _of_phase(model: Model, phase: Phase) -> Iterator[Fact]:
    yield _rule("Enters", phase.enters, "whoever leaves the phase before it")
    yield _rule("Leaves", phase.leaves, "nobody: it lasts")
    if phase.expected:
        yield Fact("Expected to last", words.length(phase.expected))
    if phase.keep_segment:
        yield Fact("Segment", "a change of segment waits until the phase is left")
    if phase.may_return:
        yield Fact("Again", "an account may come back to it")
    moments = [one.name for one in model.moments.values() if phase.name in one.phases]
    yield Fact("Moments", links=_links("moments", moments))


def _rule(term: str, rule: Rule | None, otherwise: str) -> Fact:
    return Fact(term, code=rule.text) if rule else Fact(term, otherwise)


def _of_metric(model: Model, metric: Metric) -> Iterator[Fact]:
    yield _rule("Tells", metric.formula, words.metric(metric))
    read = tuple(users_of(model, metric.name))
    yield Fact("Read by", "" if read else "nothing", links=read)


def users_of(model: Model, metric: str) -> Iterator[Link]:
    """The parts that read a metric."""
    for name, expressions in _reading_parts(model):
        if any(metric in names_in(one) for one in expressions):
            yield Link(name, title_of(name))
    for moment in model.moments.values():
        anchor = moment_anchor(moment)
        if anchor and anchor.name == metric:
            yield Link(f"moments.{moment.name}", moment.title)


def _reading_parts(model: Model) -> Iterator[tuple[str, list[Expression]]]:
    if model.applies_to:
        yield "applies_to", [model.applies_to.expression]
    for phase in model.phases.values():
        yield f"phases.{phase.name}", _given(phase.enters, phase.leaves)
    for segment in model.segments.values():
        yield f"segments.{segment.name}", _given(segment.when, segment.exit)
    for moment in model.moments.values():
        yield f"moments.{moment.name}", [rule.expression for rule in moment_rules(moment)]
    for metric in model.metrics.values():
        yield f"metrics.{metric.name}", _given(metric.formula)
    for profile in model.health.profiles.values() if model.health else ():
        yield "health.profiles", [rule.expression for rule in profile_rules(profile)]
    for one in model.health.dimensions.values() if model.health else ():
        yield f"health.{one.name}", _given(one.score, one.cap.when if one.cap else None)


def _of_profile(profile: Profile) -> Iterator[Fact]:
    term = humanised(profile.name)
    yield _rule(f"{term} scores", profile.when, "everybody whom no profile before it takes")
    yield Fact(f"{term} by", words.listed(map(words.named, profile.dimensions)))


def _given(*rules: Rule | None) -> list[Expression]:
    return [rule.expression for rule in rules if rule]


def _metrics_in(model: Model, expressions: Iterable[Expression]) -> list[str]:
    read = chain.from_iterable(map(names_in, expressions))
    return [name for name in dict.fromkeys(read) if name in model.metrics]


def _of_role(model: Model, role: Role) -> Iterator[Fact]:
    if role.automated:
        yield Fact("Works", "by itself: nobody of the team has it")
    if role.hours_per_week:
        yield Fact("Gives", f"{role.hours_per_week:g} hours a week for customers")
    if role.rate:
        yield Fact("Costs", f"{role.rate:g} an hour")
    if role.pool or role.choose != "fewest_open" or role.match:
        yield Fact("Of several", words.choosing(role))
    if role.reports_to:
        yield Fact("Reports to", links=_links("roles", [role.reports_to]))
    deals = role.name in roles_of_deals(model)
    owned = [
        one.name
        for one in model.moments.values()
        if role.name in one.owners.values() or (one.transaction and deals)
    ]
    yield Fact("Owns", "" if owned else "no moment", links=_links("moments", owned))
    helped = [one.name for one in model.moments.values() if role.name in one.participants]
    if helped:
        yield Fact("Takes part in", links=_links("moments", helped))
    heard = [one.name for one in model.moments.values() if role.name in {step.to for step in one.escalations}]
    if heard:
        yield Fact("Hears of", links=_links("moments", heard))


def _links(section: str, names: Iterable[str]) -> tuple[Link, ...]:
    return tuple(Link(f"{section}.{name}", title_of(f"{section}.{name}")) for name in names)
