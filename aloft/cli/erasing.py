"""`aloft erase` and `aloft export`: what is known of one person or one account goes, or is handed over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from rich.console import Console

from aloft import clock
from aloft.cli.reading import refuse
from aloft.cli.ready import prepare
from aloft.records.refusals import Refused

erase = typer.Typer(no_args_is_help=True, help="Erase a person or an account, for good.")
export = typer.Typer(
    no_args_is_help=True, help="Hand over everything that is kept of a person or an account."
)
out = Console(highlight=False, soft_wrap=True)

Person = Annotated[str, typer.Argument(help="The id of a contact or of a user, or an e-mail address")]
Account = Annotated[str, typer.Argument(help="The external id of the account")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask")]
File = Annotated[Path, typer.Argument(help="The zip to write", dir_okay=False)]


@erase.command("person")
def erase_person(person: Person, yes: Yes = False) -> None:
    """Remove who the person is from everything that is kept; what they did stays counted, as nobody's.

    This cannot be taken back. What still arrives of them is refused.
    """
    prepare()
    from aloft.engine import erasing

    _confirm(person, yes)
    _run(lambda: erasing.erase_person(told=person, home=settings.ALOFT_HOME, actor="cli", at=clock.now()))


@erase.command("account")
def erase_account(account: Account, yes: Yes = False) -> None:
    """Remove an account with its contacts, contracts, moments and facts, and the users of no other account.

    This cannot be taken back. What still arrives of them is refused.
    """
    prepare()
    from aloft.engine import erasing

    row = _account(account)
    _confirm(account, yes)
    _run(lambda: erasing.erase_account(account=row, home=settings.ALOFT_HOME, actor="cli", at=clock.now()))


@export.command("person")
def export_person(person: Person, file: File) -> None:
    """Everything that is kept of a person: JSON and CSV in one zip."""
    prepare()
    from aloft.engine import exporting

    _written(file, exporting.of_person(settings.ALOFT_HOME, person), clock.now())


@export.command("account")
def export_account(account: Account, file: File) -> None:
    """Everything that is kept of an account: JSON and CSV in one zip."""
    prepare()
    from aloft.engine import exporting

    _written(file, exporting.of_account(settings.ALOFT_HOME, _account(account)), clock.now())


def _account(name: str) -> Any:
    from aloft.records.models import Account as Row

    found = Row.objects.filter(external_id=name, whole=None).first()
    if found is None:
        refuse(f"no account has the external id {name!r}")
    return found


def _confirm(name: str, yes: bool) -> None:
    """Typed out: there is no way back."""
    if not yes and typer.prompt(f"This cannot be taken back. Type {name} to erase it") != name:
        refuse("That is another name: nothing was erased.")


def _run(ask: Any) -> None:
    from aloft.cli import asking
    from aloft.engine.models import Erasure

    try:
        made = ask()
    except Refused as refused:
        refuse(str(refused))
    asking.ask("erase")
    told = Erasure.objects.get(pk=made.pk).told
    out.print(
        f"Erased: {told['rows']} rows, {told['entries']} entries of the log, {told['payloads']} payloads of the "
        f"audit log. {told['tombstones']} digests are kept, to know them by if they come again.",
        markup=False,
    )


def _written(file: Path, tables: Any, at: Any) -> None:
    from aloft.engine.exporting import write

    if not tables:
        refuse("nothing is kept under that name")
    write(file, tables, at)
    out.print(f"{file}: " + ", ".join(f"{len(rows)} {name}" for name, rows in tables.items()), markup=False)
