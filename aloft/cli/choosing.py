"""`aloft choose`: which touch fits customers of a kind, phase by phase, and the preset to begin with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from aloft.cli.reading import refuse
from aloft.coverage.fit import FEW, MANY, Customers, Fit, Fitting, Terms, fit

out = Console(highlight=False, soft_wrap=True)

ANSWERS = (
    "0 to 1, or answers of 0 to 4 with commas: how much configuration, how many integrations, how many teams and "
    "buyers, how much training, what share of services, how hard to reach value without a person"
)
REMEDIES = "ask for paid onboarding, change the price, take them in groups, bring in a partner, or simplify the product"


def choose(
    acv: Annotated[float, typer.Option(help="What a customer of this kind pays in a year")],
    accounts: Annotated[int, typer.Option(help="How many there are")],
    onboarding: Annotated[str, typer.Option(help=f"How complex to set up: {ANSWERS}")],
    ongoing: Annotated[str, typer.Option(help="How complex to use, in the same way")],
    rate: Annotated[float, typer.Option(help="What an hour of a person costs")] = 100,
    margin: Annotated[float, typer.Option(help="Gross margin, 0 to 1")] = 0.8,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON")] = False,
) -> None:
    """Which touch fits customers of a kind, by complexity and price: for each phase, with the preset to begin with."""
    try:
        asked = Customers(acv, accounts, complexity(onboarding), complexity(ongoing))
        found = fit(asked, Terms(rate, margin))
    except ValueError as wrong:
        refuse(str(wrong))
    if as_json:
        out.print_json(json.dumps(asdict(found)))
        return
    for line in lines(asked, found):
        out.print(line, markup=False)


def complexity(said: str) -> float:
    """Raises ValueError for what is no number, and for answers that are not within 0 and 4."""
    try:
        told = [float(one) for one in said.split(",")]
    except ValueError:
        raise ValueError(f"{said!r} is neither a number from 0 to 1 nor answers from 0 to 4") from None
    if len(told) == 1:
        return told[0]
    if not all(0 <= one <= 4 for one in told):
        raise ValueError("answers are within 0 and 4")
    return sum(told) / len(told) / 4


def lines(asked: Customers, found: Fit) -> Iterator[str]:
    for one in (found.onboarding, found.ongoing):
        yield f"{one.phase.capitalize()}: {one.level} touch, because {_because(asked, found, one)}."
        if one.under_served:
            yield f"  Under-served: they need more than they pay for. Either {REMEDIES}."
    if asked.accounts < FEW:
        yield f"Fewer than {FEW} customers: high touch for all, until it is clear who is worth it."
    if found.base:
        yield f"More than {MANY} customers: automate what everybody gets, whatever the touch."
    yield f"Begin with: aloft init --preset {found.preset}"


def _because(asked: Customers, found: Fit, one: Fitting) -> str:
    asks = f"a complexity of {one.complexity:.2f} and {found.shift:+.3f} for the price ask for {one.need}"
    pays = f"{asked.acv:,.0f} a year affords {one.afford or 'none'}"
    if one.gain is None or one.extra is None:
        return f"{asks}, and {pays}"
    weighed = f"a level more keeps {one.gain:,.0f} and costs {one.extra:,.0f} a year"
    return f"{asks}, {pays}, and {weighed}"
