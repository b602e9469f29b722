"""`aloft accounts`: two accounts that are one customer are merged, and taken apart again."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from aloft import clock
from aloft.cli.reading import refuse
from aloft.cli.ready import prepare
from aloft.records.refusals import Refused

app = typer.Typer(
    no_args_is_help=True, help="Merge accounts that are one customer, and take them apart again."
)
out = Console(highlight=False, soft_wrap=True)

Merged = Annotated[str, typer.Argument(help="The external id of the account that becomes part of the other")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask")]


@app.command()
def merge(
    account: Merged,
    into: Annotated[str, typer.Argument(help="The external id of the account that stays")],
    yes: Yes = False,
) -> None:
    """Make an account part of another, after showing what follows. The engine does it as soon as it looks."""
    prepare()
    from aloft.engine.consequences import consequences, sentences
    from aloft.records.models import Account
    from aloft.records.services import merge_accounts

    rows = [Account.objects.filter(external_id=name, whole=None).first() for name in (account, into)]
    for name, row in zip((account, into), rows, strict=True):
        if row is None:
            refuse(f"no account has the external id {name!r}")
    merged, stays = (row for row in rows if row is not None)
    for sentence in sentences(consequences(merged, stays), merged, stays):
        out.print(sentence, markup=False)
    if not yes and not typer.confirm("Merge them?"):
        raise typer.Exit(1)
    try:
        merge_accounts(account=merged, into=stays, actor="cli", at=clock.now())
    except Refused as refused:
        refuse(str(refused))
    out.print(f"Merged. To take it back: aloft accounts unmerge {account}", markup=False)


@app.command()
def unmerge(account: Merged) -> None:
    """Let a merged account stand by itself again, with exactly what was told of it."""
    prepare()
    from aloft.records.models import Account
    from aloft.records.services import unmerge_account

    row = Account.objects.filter(external_id=account, whole=None).first()
    if row is None:
        refuse(f"no account has the external id {account!r}")
    try:
        unmerge_account(account=row, actor="cli", at=clock.now())
    except Refused as refused:
        refuse(str(refused))
    out.print(f"{row.name} stands by itself again.", markup=False)
