"""Giving webhooks their address."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from aloft import clock
from aloft.act import endpoints
from aloft.cli.reading import refuse
from aloft.cli.ready import prepare
from aloft.records.refusals import Refused

out = Console(highlight=False, soft_wrap=True)


def webhook(
    name: Annotated[str, typer.Argument(help="As the model calls it: crm")],
    url: Annotated[str | None, typer.Argument(help="Where it leads: https://hooks.example/aloft")] = None,
    new_secret: Annotated[
        bool, typer.Option("--new-secret", help="Sign with a further secret, and with the one before for now")
    ] = False,
) -> None:
    """Give a webhook its address, and show the secret that it is signed with."""
    prepare()
    now = clock.now()
    if url is None and not new_secret:
        refuse(f"say where it leads: aloft webhook {name} https://hooks.example/aloft")
    try:
        if url is not None:
            row = endpoints.set_endpoint(name=name, url=url, actor="cli", at=now)
        if new_secret:
            row = endpoints.renew_secret(name=name, actor="cli", at=now)
    except Refused as refused:
        refuse(str(refused))
    out.print(row.secret, markup=False)
