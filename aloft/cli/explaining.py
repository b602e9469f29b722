"""`aloft why`: now, or at an instant of the past."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from aloft import clock
from aloft.cli import asking, printing
from aloft.cli.reading import instant_of, refuse
from aloft.cli.ready import prepare

_out = Console(highlight=False, soft_wrap=True)


def why(
    account: Annotated[str, typer.Argument(help="The account's external id")],
    moment: Annotated[str | None, typer.Argument(help="A moment; default all of them")] = None,
    product: Annotated[str, typer.Option(help="At the account's relationship by this product")] = "",
    at: Annotated[
        str | None, typer.Option("--at", help="As it was known at this date or instant; default now")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON")] = False,
) -> None:
    """Why a moment opened at an account, or why it did not; now, or at an instant of the past."""
    prepare()
    instant = None if at is None else instant_of(at, clock.now())
    if instant is not None and instant > clock.now():
        refuse(f"{at} lies ahead: why is told of the past, and of now")
    try:
        found = asking.why(account, moment, product, instant)
    except asking.Unanswered as refused:
        refuse(str(refused))
    if as_json:
        _out.print(json.dumps([asking.as_object(one) for one in found], indent=2), markup=False)
        return
    for explanation in found:
        printing.explanation(_out, explanation)
