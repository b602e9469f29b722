"""Writes the reference pages from the tables that the program itself runs by. Run `make docs`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, get_args

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aloft.settings")
django.setup()

import typer.main  # noqa: E402  (what follows needs the settings)

from aloft.act.models import OccurrenceState  # noqa: E402
from aloft.act.states import LEGAL  # noqa: E402
from aloft.cli.commands import app  # noqa: E402
from aloft.decide.values import VerdictName  # noqa: E402
from aloft.engagement import (  # noqa: E402
    document,
    economy_document,
    health_document,
    leaves,
    library,
    moment_document,
    names,
    not_run,
    policy_document,
    step_document,
    who_document,
)
from aloft.engagement.constructs import GROUPS  # noqa: E402
from aloft.engagement.durations import UNITS  # noqa: E402
from aloft.engagement.lanes import Group, Placed, lanes  # noqa: E402
from aloft.engagement.load import load  # noqa: E402
from aloft.engagement.model import (  # noqa: E402
    TOUCH_LEVELS,
    EventTrigger,
    ExpectTrigger,
    Model,
    Moment,
    ScheduleTrigger,
    WhenTrigger,
)
from aloft.engagement.part import Part  # noqa: E402
from aloft.engagement.schema import json_schema  # noqa: E402
from aloft.engine.scenario import keys as scenario_keys  # noqa: E402

HERE = Path(__file__).resolve().parent
MADE = "<!-- Made by docs/generate.py from the code: `make docs` writes it again. -->"

PARTS: Mapping[str, type[Part]] = {
    "The document": document.Document,
    "`clock`": document.ClockDoc,
    "`clock.home`": document.HomeDoc,
    "`clock.business_hours`": document.HoursDoc,
    "an entry of `sources`": document.SourceDoc,
    "an entry of `roles`": document.RoleDoc,
    "an entry of `metrics`": document.MetricDoc,
    "an entry of `touch_levels`": document.TouchLevelDoc,
    "an entry of `phases`": document.PhaseDoc,
    "an entry of `segments`": document.SegmentDoc,
    "an entry of `moments`": moment_document.MomentDoc,
    "`outcome` of a moment": moment_document.OutcomeDoc,
    "an entry of a moment's `escalate`": moment_document.EscalationDoc,
    "`expect` and `of` of a moment, as events": moment_document.EventRefDoc,
    "`with` and `to`, as a mapping": who_document.EveryDoc,
    "a step": step_document.StepDoc,
    "`message`": step_document.MessageDoc,
    "`task`": step_document.TaskDoc,
    "`survey`": step_document.SurveyDoc,
    "`wait`, as a mapping": step_document.WaitDoc,
    "`contact_policy`": policy_document.PolicyDoc,
    "`contact_policy.quiet_hours`": policy_document.QuietHoursDoc,
    "an entry of `contact_policy.caps`": policy_document.ContactCapDoc,
    "an entry of `value_metrics`": economy_document.ValueMetricDoc,
    "`ownership`": economy_document.OwnershipDoc,
    "`ownership.roles`": economy_document.OwnershipRolesDoc,
    "an entry of `ownership.cases`": economy_document.CaseDoc,
    "`region`": economy_document.RegionDoc,
    "`region.travel`": economy_document.TravelDoc,
    "`economics`": economy_document.EconomicsDoc,
    "`exceptions`": economy_document.ExceptionsDoc,
    "an entry of `experiments`": economy_document.ExperimentDoc,
    "`primary` of an experiment": economy_document.PrimaryDoc,
    "`health`, beside its dimensions": health_document.HealthDoc,
    "a dimension of `health`": health_document.DimensionDoc,
    "`cap` of a dimension": health_document.CapDoc,
    "`health.bands`": health_document.BandsDoc,
}
LISTS: Mapping[str, Iterable[str]] = {
    "Touch levels, most personal first": TOUCH_LEVELS,
    "Statuses": names.STATUSES,
    "Personas": names.PERSONAS,
    "Channels": leaves.CHANNELS,
    "Priorities": leaves.PRIORITIES,
    "Rolls": leaves.ROLLS,
    "Types of fields and records, beside a list of choices": leaves.FIELD_TYPES,
    "Units of durations": UNITS,
    "Instants of another moment; `kickoff.done`: its owner’s word, or its outcome was met": names.MOMENT_INSTANTS,
    "Facts that people record": names.NOTED,
}
WHERE = {
    "anywhere": "anywhere",
    "position": "where the account's position is known",
    "outcome": "in outcomes and escalations",
    "person": "where contacts are chosen, in steps and in outcomes",
}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def code(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def commands() -> str:
    group: Any = typer.main.get_command(app)
    lines = ["# Commands", "", MADE, ""]
    lines += ["Each ends with 0 when done, 1 when refused (it says what to mend), 2 when called wrongly."]
    for name, command in _each(group):
        lines += [
            "",
            f"## aloft {name}",
            "",
            command.help,
            "",
            f"`aloft {' '.join([name, *_usage(command)])}`",
        ]
        if command.params:
            lines += ["", *table(["", "", "Default"], map(_parameter, command.params))]
    return "\n".join(lines) + "\n"


def _each(group: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Commands by name, those of groups with the name of the group before it."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from _each(command, f"{above}{name} ")
        elif not command.hidden:
            yield f"{above}{name}", command


def _usage(command: Any) -> list[str]:
    required = [one for one in command.params if one.param_type_name == "option" and one.required]
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    rest = ["[OPTIONS]"] if len(command.params) > len(required) + len(arguments) else []
    given = [f"{one.opts[0]} {one.name.upper()}" for one in required]
    return [*map(_argument, arguments), *given, *rest]


def _argument(one: Any) -> str:
    return str(one.name.upper()) if one.required else f"[{one.name.upper()}]"


def _parameter(one: Any) -> tuple[str, str, str]:
    if one.param_type_name == "argument":
        return f"`{_argument(one)}`", one.help or "", ""
    spelled = " / ".join(f"`{each}`" for each in (*one.opts, *one.secondary_opts))
    return spelled, one.help or "", _default(one)


def _default(one: Any) -> str:
    if one.required:
        return "must be given"
    if one.is_flag and one.secondary_opts:
        return f"`{(one.opts if one.default else one.secondary_opts)[0]}`"
    return "" if one.is_flag or one.default is None else f"`{one.default}`"


def language() -> str:
    lines = ["# The engagement-model language, as this version runs it", "", MADE, ""]
    lines += [
        "An engagement model is one YAML document: [a small one](../examples/first-model.yaml) to begin with,",
        "[one with everything](../examples/acme.yaml), and [presets](presets.md). Editors check it as one writes",
        "by [its JSON Schema](engagement-model.schema.json), which `aloft schema` prints.",
        *_warning(),
        *_constructs(),
        *_keys(),
        *_lists(),
        *_names(),
        *_functions(),
        *_moves(),
        *_not_run(),
    ]
    return "\n".join(lines) + "\n"


def _constructs() -> list[str]:
    lines = ["", "Each example is what one would write in a model that extends the preset `two-phase`."]
    for group, constructs in GROUPS.items():
        lines += ["", f"## {group}"]
        for one in constructs:
            lines += ["", f"**`{one.name}`** - {one.says}.", "", "```yaml", one.example, "```"]
    return lines


def _keys() -> list[str]:
    rows = [(title, code(part.keys())) for title, part in PARTS.items()]
    return ["", "## Keys", "", *table(["Of", "Keys"], rows)]


def _lists() -> list[str]:
    return ["", "## Words", "", *table(["", ""], [(title, code(words)) for title, words in LISTS.items()])]


def _names() -> list[str]:
    rows = [
        (f"`{one.name}`", one.kind, one.description, WHERE[one.where], f"`{one.example}`")
        for one in names.NAMES.values()
    ]
    head = ["Name", "Kind", "Says", "May be read", "Example"]
    return ["", "## Names", "", *table(head, rows)]


def _functions() -> list[str]:
    rows = [
        (f"`{_signature(one)}`", one.result, one.description, WHERE[one.where], f"`{one.example}`")
        for one in names.FUNCTIONS.values()
    ]
    head = ["Function", "Gives", "Says", "May be called", "Example"]
    told = [
        f"In the `where` of an event: {code(sorted(names.OF_EVENTS))}. `same`: any one kind, for all of them."
    ]
    return ["", "## Functions", "", *table(head, rows), "", *told]


def _signature(one: names.Function) -> str:
    more = ["..."] if one.repeats else []
    return f"{one.name}({', '.join([*one.arguments, *more])})"


def _moves() -> list[str]:
    rows = []
    for move, legal in LEGAL.items():
        sources = code(state.value for state in OccurrenceState if state in legal.sources)
        rows.append((f"`{move}`", sources, f"`{legal.to.value}`" if legal.to else "stays", legal.means))
    return [
        "",
        "## Occurrences",
        "",
        "A meeting of an account with a moment is an occurrence. These are its legal moves, and no others:",
        "",
        *table(["Move", "From", "To", "Means"], rows),
        "",
        f"Verdicts, kept with their reasons: {code(get_args(VerdictName))}",
    ]


def _not_run() -> list[str]:
    tables = {
        "metric": not_run.METRICS,
        "name": not_run.NAMES,
        "function": not_run.FUNCTIONS,
        "key": not_run.KEYS,
        "value": not_run.VALUES,
    }
    rows = [
        (kind, f"`{what}`" if kind != "value" else what, instead)
        for kind, told in tables.items()
        for what, instead in told.items()
    ]
    return ["", "## Not run yet", "", *table(["", "", "Instead"], rows)] if rows else []


def _warning() -> list[str]:
    if not _not_run():
        return ["All of it is run."]
    return [
        "What is not run by this version yet stands [below](#not-run-yet), with what happens instead:",
        "`aloft validate` notes it, and `aloft apply` tells it; with `--whole` it refuses.",
    ]


def scenarios() -> str:
    lines = ["# Scenarios", "", MADE, ""]
    lines += [
        "Tests of an engagement model, played by `aloft scenario FILE...`:",
        "[how to write them](../how-to/scenarios.md), and [one to read](../examples/acme-scenarios.yaml).",
        "Instants are ISO 8601 with their zone; a date is the start of that day, in the zone of the account.",
        "Where an instant is expected, a date is any instant of it, and `any` whenever.",
        *_said("A file", scenario_keys.FILE),
        *_said("A scenario", scenario_keys.SCENARIO),
        *_said("A fact", scenario_keys.FACT),
        "",
        "One of these says what was so:",
    ]
    for name, verb in scenario_keys.VERBS.items():
        unrun = " This version does not run it yet, and refuses it." if name in scenario_keys.UNRUN else ""
        beside = f" Beside it: {code(verb.beside)}." if verb.beside else ""
        says = f"{verb.says[:1].upper()}{verb.says[1:]}.{beside}{unrun}"
        lines += ["", f"**`{name}`** - {says}", "", "```yaml", f"- {verb.example}", "```"]
    lines += [
        *_said("An expectation", scenario_keys.EXPECTATION),
        "",
        f"And one claim: a verdict with its instant ({code(get_args(VerdictName))}), or one of",
        "",
        *table(["Claim", ""], [(f"`{name}`", says) for name, says in scenario_keys.CLAIMS.items()]),
        "",
        "Beside a verdict may stand",
        "",
        *table(["Detail", ""], [(f"`{name}`", says) for name, says in scenario_keys.DETAILS.items()]),
        "",
        "## The decisions",
        "",
        "`--json` prints one object a line for each decision, in order:",
        "`at account moment occurrence verdict due owner to channel model_version reasons`,",
        "with `product` and `contact` where there is one, and the `scenario`.",
    ]
    return "\n".join(lines) + "\n"


def _said(title: str, told: Mapping[str, str]) -> list[str]:
    rows = [(f"`{name}`", says) for name, says in told.items()]
    return ["", f"## {title}", "", *table(["Key", ""], rows)]


def preset_list() -> str:
    rows = []
    for name in library.presets():
        model = _preset_model(name)
        rows.append((f"[`{name}`](presets/{name}.md)", model.title, _count(model)))
    lines = ["# Presets", "", MADE, ""]
    lines += [
        "Models that ship with Aloft. `extends: NAME` inherits one, `aloft init --preset NAME` copies it,",
        "`aloft init --list` shows them, `aloft choose` tells which fits. Each has a page with its lanes and its "
        "moments.",
        "",
        *table(["Preset", "For", "Has"], rows),
    ]
    return "\n".join(lines) + "\n"


def _preset_model(name: str) -> Model:
    return load(_preset_text(name), name)


def _preset_text(name: str) -> str:
    found = library.preset(name)
    if found is None:
        raise LookupError(name)
    return found.text


def _count(model: Model) -> str:
    return (
        f"{len(model.phases)} phases, {len(model.segments)} segments, {len(model.moments)} moments".replace(
            " 1 segments", " 1 segment"
        )
    )


def preset_page(name: str) -> str:
    model, text = _preset_model(name), _preset_text(name)
    comment = text.split("\nengagement_model:")[0].splitlines()
    rows = [
        (f"`{one.name}`", _trigger(one), ", ".join(dict.fromkeys(one.owners.values())), one.objective)
        for one in model.moments.values()
    ]
    source = f"../../../aloft/engagement/presets/{name}.yaml"
    lines = [
        f"# `{name}`: {model.title}",
        "",
        MADE,
        "",
        f"[The document]({source}). {_count(model)}.",
        "",
        "```text",
    ]
    lines += [line.removeprefix("#").strip() for line in comment if line.startswith("#")]
    lines += ["```", "", "## Lanes", *_lanes(model), "", "## Moments", ""]
    return "\n".join([*lines, *table(["Moment", "Opens", "Owner", "Objective"], rows)]) + "\n"


def _lanes(model: Model) -> list[str]:
    """A table for each phase: a lane for each role in a segment, a column for each time."""
    found = lanes(model)
    lines = []
    for group in found.groups:
        ours = [one for one in found.placed if one.phase == group.phase]
        if not ours:
            continue
        rows = [
            (f"{segment}, {_met(model, segment, group.phase)}", role, *_cells(group, segment, role, ours))
            for segment, role in dict.fromkeys((one.segment, one.role) for one in ours)
        ]
        title = f"**{group.phase}**" if group.phase else "**in any phase**"
        head = ["Segment", "Role", *(column.title for column in group.columns)]
        lines += ["", title, "", *table(head, rows)]
    return lines


def _met(model: Model, segment: str, phase: str) -> str:
    touch = model.segments[segment].touch
    levels = (
        touch.get(phase, ()) if phase else tuple(dict.fromkeys(one for met in touch.values() for one in met))
    )
    return ", ".join(levels) or "not met"


def _cells(group: Group, segment: str, role: str, placed: Iterable[Placed]) -> list[str]:
    ours = [one for one in placed if (one.segment, one.role) == (segment, role)]
    return [", ".join(f"`{one.moment}`" for one in ours if one.column == column) for column in group.columns]


def _trigger(moment: Moment) -> str:
    match moment.trigger:
        case ScheduleTrigger(text=text):
            return f"`{text}`"
        case EventTrigger(events=events):
            return f"event: {' or '.join(events) or 'any'}"
        case WhenTrigger(condition=condition):
            return f"when `{condition.text}`"
        case ExpectTrigger(condition=condition, within=within, of=of):
            return f"unless `{condition.text}` within {within} of `{of}`"
        case _:
            return moment.trigger.kind


def schema() -> str:
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/commands.md": commands,
    "reference/language.md": language,
    "reference/presets.md": preset_list,
    **{f"reference/presets/{name}.md": partial(preset_page, name) for name in library.presets()},
    "reference/scenarios.md": scenarios,
    "reference/engagement-model.schema.json": schema,
}


def main() -> None:
    for name, page in PAGES.items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_text(page())


if __name__ == "__main__":
    main()
