"""The commands, one function each. Exit codes: 0 done, 1 refused with what to mend, 2 called wrongly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from django.core.exceptions import ValidationError
from rich.console import Console

from aloft import clock
from aloft.act import endpoints, text_files
from aloft.act.texts import lacking, waiting
from aloft.cli import (
    accounts,
    asking,
    backtesting,
    choosing,
    erasing,
    explaining,
    hooks,
    importing,
    keeping,
    people,
    planning,
    printing,
    reporting,
    returning,
    starting,
    warehouse,
)
from aloft.cli.reading import instant_of, read, refuse, texts_beside
from aloft.cli.ready import is_prepared, prepare
from aloft.cli.reporting import Format
from aloft.engagement.templates import templates_of, webhooks_of
from aloft.records.refusals import Refused
from aloft.revenue.conventions import GRACE, Contracts, EndDay, Method

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ModelFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The engagement model, YAML")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON")]


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
) -> None:
    """Run the web pages, the engine and the worker that sends, and stop them together."""
    from aloft.cli.serving import serve as run

    prepare()
    run(host=host, port=port)


@app.command()
def engine(
    again: Annotated[
        bool, typer.Option("--again", help="Wait for a disk that is well, as after one that failed")
    ] = False,
) -> None:
    """Run the engine alone: `serve` starts one beside the web pages."""
    from aloft.cli.serving import run_engine

    run_engine(again=again)


@app.command()
def worker() -> None:
    """Send what waits in the outbox: `serve` starts one beside the web pages."""
    from aloft.cli.sending import run_worker

    prepare()
    run_worker()


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1")] = 8000,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open a browser")] = True,
    accounts: Annotated[
        int,
        typer.Option(help="How many customers it has; beyond 5,000 with a short past", min=40, max=100_000),
    ] = 2_000,
) -> None:
    """Make a company if there is none yet, and serve it; anybody of its team can sign in with one click.

    While it is served it lives on.
    """
    from aloft.cli.serving import serve as run
    from aloft.demo.company import NotInAFile, seed_once
    from aloft.demo.northwind import Span

    prepare()
    try:
        seed_once(now=clock.now(), say=lambda line: err.print(line, markup=False), span=Span.of(accounts))
    except NotInAFile as refused:
        refuse(f"✗ {refused}")
    run(host="127.0.0.1", port=port, demo=True, open_browser=open_browser)


@app.command()
def validate(model: ModelFile) -> None:
    """Is the model well formed, and do its references and types hold?

    Where records are kept already, it also tells which of its templates have no approved text.
    """
    reading = read(model)
    found = reading.model
    beside = {text.name for text in texts_beside(model)}
    for note in reading.notes:
        out.print(str(note), markup=False)
    out.print(
        f"{model}: {found.title}. {len(found.phases)} phases, {len(found.segments)} segments, "
        f"{len(found.moments)} moments: nothing to mend."
    )
    if is_prepared():
        _wordless(out, [name for name in templates_of(found) if name not in beside])


@app.command()
def schema() -> None:
    """Print the JSON Schema of engagement models, for editors."""
    from aloft.engagement.schema import json_schema

    out.print_json(json.dumps(json_schema()), indent=2)


@app.command()
def init(
    file: Annotated[Path, typer.Argument(help="Where to write it")] = Path("engagement-model.yaml"),
    preset: Annotated[str | None, typer.Option(help="Copy this preset whole; default a short start")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Show the presets")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there")] = False,
) -> None:
    """Write a model to begin with, ready to be changed."""
    if list_:
        for name, title in starting.titles().items():
            out.print(f"{name}: {title}", markup=False)
        return
    try:
        starting.write(file, preset, force=force)
    except starting.NotWritten as refused:
        refuse(str(refused))
    out.print(f"{file} is written. Change it, then: aloft validate {file}", markup=False)


app.command()(choosing.choose)


@app.command()
def scenario(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="Files of scenarios, YAML")
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Every decision made, as one JSON object a line")
    ] = False,
) -> None:
    """Play scenarios against their model, and tell what did not come out as expected. Exit code 1 if anything.

    The engine runs as it does live, on a home of its own and under a set clock: nothing of yours is touched.
    """
    from aloft.cli import rehearsing

    try:
        found = rehearsing.read(files)
    except rehearsing.NotPlayed as refused:
        refuse(str(refused))
    if not rehearsing.play(found, err if as_json else out, out if as_json else None):
        raise typer.Exit(1)


@app.command()
def apply(
    model: ModelFile,
    from_: Annotated[str | None, typer.Option("--from", help="Live from this date; default now")] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Refuse a model of which parts are not run by this version yet")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask on a terminal")] = False,
) -> None:
    """Publish the model, after its plan; it is live from a date, default now. Nothing is opened for the time before.

    On a terminal it asks before it publishes; --yes does not. Exit code 1 where it is refused, or you said no.

    For metrics that are new, all events are read, with a bar on a terminal.

    What of it this version does not run yet is told, each with what happens instead.

    Texts in `templates/NAME.LANGUAGE.liquid` beside it are what its messages say from then on. For templates of
    presets that have no text yet, the one that ships comes in as a draft, which a person approves under Templates.
    """
    prepare()
    reading = read(model)
    if reading.unrun and whole:
        refuse(
            "\n".join(str(note) for note in reading.unrun)
            + "\nTake these out, or publish what runs of the model without --whole."
        )
    planning.show_first(reading, ask=not yes)
    now = clock.now()
    texts = texts_beside(model)
    try:
        with printing.filling(err) as progress:
            version = asking.publish(reading.model, reading.document, instant_of(from_, now), now, progress)
        text_files.put_in_force(texts, actor="cli", at=now)
        text_files.bring_drafts(templates_of(reading.model), at=now)
        told = asking.levels() if version.live_from >= now else None
    except (Refused, asking.Unanswered) as refused:
        refuse(str(refused))
    printing.not_run(err, reading.unrun)
    printing.published(out, version)
    _wordless(err, list(templates_of(reading.model)))
    printing.unaddressed(err, endpoints.lacking(webhooks_of(reading.model)))
    if told is not None:
        printing.not_available(out, told)


app.command()(hooks.webhook)
app.command()(planning.plan)
app.command()(returning.rollback)
app.command()(returning.retire)


@app.command()
def run(
    until: Annotated[str | None, typer.Option(help="Move the clock to this instant, at most now")] = None,
    send: Annotated[bool, typer.Option("--send", help="What is decided now goes to the outbox")] = False,
) -> None:
    """Move the engine's clock from where it stands. Without --send messages are kept, and nobody gets them."""
    prepare()
    now = clock.now()
    goal = instant_of(until, now)
    if goal > now:
        refuse(f"{until} lies ahead: the clock moves to now at most")
    try:
        with printing.turning(err, goal) as made:
            told = asking.run(goal, made, send=send)
        printing.moved(out, told)
    except asking.Unanswered as refused:
        refuse(str(refused))


app.command("why")(explaining.why)
app.command("backtest")(backtesting.backtest)
app.command("backtest-part", hidden=True)(backtesting.part)
app.command("import")(importing.import_)
app.add_typer(accounts.app, name="accounts")
app.add_typer(erasing.erase, name="erase")
app.command("keep")(keeping.keep)
app.command("backup")(keeping.backup)
app.command("restore")(keeping.restore)
app.add_typer(erasing.export, name="export")
app.command("warehouse")(warehouse.warehouse)
app.command("evaluate")(warehouse.evaluate)


@app.command()
def report(
    name: Annotated[
        str,
        typer.Argument(
            help="accounts, mrr, retention, pareto, momentum, product, stickiness, experiments or exceptions"
        ),
    ],
    as_of: Annotated[str | None, typer.Option(help="The day that is told of; default today")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="The first month: 2026-01; default twelve months in all")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="The last month or day, itself included; default as of")
    ] = None,
    contracts: Annotated[
        Contracts, typer.Option(help="Sum all live lines, or count the one that started last")
    ] = "all",
    end_day: Annotated[EndDay, typer.Option(help="Is a line live on the day of its end?")] = "exclusive",
    pause_grace: Annotated[int, typer.Option(help="Days after which a pause is churn", min=0)] = GRACE,
    method: Annotated[
        Method, typer.Option(help="Retention account by account (F3), or by movements (F4)")
    ] = "accounts",
    cuts: Annotated[str, typer.Option(help="Shares of the accounts at which tiers end")] = "0.1,0.3",
    currency: Annotated[
        str | None, typer.Option(help="The currency to report in; default that of the first line")
    ] = None,
    known_on: Annotated[str | None, typer.Option(help="As contracts were known on this day")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it")] = "table",
) -> None:
    """Figures of the portfolio, with the convention that they follow."""
    prepare()
    try:
        told = asking.report(
            name,
            as_of=_day(as_of, last=True),
            **{"from": _day(from_, last=False)},
            to=_day(to, last=True),
            known_on=_day(known_on, last=True),
            contracts=contracts,
            end_day=end_day,
            grace=pause_grace,
            method=method,
            cuts=[cut.strip() for cut in cuts.split(",")],
            currency=currency,
        )
    except asking.Unanswered as refused:
        refuse(str(refused))
    reporting.show(out, err, told, form)


def _wordless(to: Console, names: list[str]) -> None:
    printing.wordless(to, lacking(names), waiting(names))


def _day(text: str | None, *, last: bool) -> str | None:
    try:
        return reporting.day(text, last=last).isoformat() if text else None
    except ValueError:
        refuse(f"{text!r} is no day: write 2026-01-31, or 2026-01 for the month")


@app.command()
def levels(as_json: AsJson = False) -> None:
    """What can be answered from the data that is there, and why the rest cannot."""
    prepare()
    told = asking.levels()
    if as_json:
        out.print_json(json.dumps(told))
    else:
        printing.levels(out, told)


@app.command()
def sources(as_json: AsJson = False) -> None:
    """How complete each source is, and which are late. Exit code 1 if one is late."""
    prepare()
    told = asking.sources()
    if as_json:
        out.print_json(json.dumps(told))
    else:
        printing.sources(out, told)
    if any(one["late"] for one in told):
        raise typer.Exit(1)


@app.command()
def explain(
    account: Annotated[str, typer.Argument(help="The account's external id")],
    name: Annotated[str, typer.Argument(help="A metric, a field or another value of the account")],
    as_json: AsJson = False,
) -> None:
    """What a value of an account rests on: the events, attributes and contract lines behind it."""
    prepare()
    try:
        found = asking.explain(account, name)
    except asking.Unanswered as refused:
        refuse(str(refused))
    if as_json:
        out.print(json.dumps(found, indent=2), markup=False)
        return
    printing.explained(out, found)


@app.command()
def source(name: Annotated[str, typer.Argument(help="What sends: product, helpdesk, ...")]) -> None:
    """Make a source of facts; its write key is shown once."""
    from aloft.collect.services import create_source

    prepare()
    try:
        _, key = create_source(name=name, at=clock.now())
    except ValidationError as refused:
        refuse("; ".join(refused.messages))
    out.print(key, markup=False)


app.command()(people.person)
