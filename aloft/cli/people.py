"""`aloft person`: somebody of our team, and how they sign in."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from aloft import clock
from aloft.cli.reading import refuse
from aloft.cli.ready import prepare
from aloft.records.refusals import Refused
from aloft.records.services import create_user_for, set_person

out = Console(highlight=False, soft_wrap=True)


def person(
    handle: Annotated[str, typer.Argument(help="A short name: cora")],
    name: Annotated[str, typer.Option(help="The full name")],
    email: Annotated[str, typer.Option(help="Signs in with it")],
    role: Annotated[str, typer.Option(help="A role of the engagement model")] = "csm",
    sees_everything: Annotated[bool, typer.Option(help="Heads, managers and operations")] = False,
    hours: Annotated[float | None, typer.Option(help="For customers, a week")] = None,
    skills: Annotated[str | None, typer.Option(help="What they know, with commas: sso,migration")] = None,
    languages: Annotated[str | None, typer.Option(help="What they speak: en,ja")] = None,
    segments: Annotated[str | None, typer.Option(help="Which they serve; without any, all")] = None,
    password: Annotated[
        str | None, typer.Option(help="Asked for if not given", prompt=True, hide_input=True)
    ] = None,
) -> None:
    """Add one of our people, who can sign in; given again, it sets what is given."""
    prepare()
    now = clock.now()
    told = {"hours_per_week": hours, "skills": skills, "languages": languages, "segments": segments}
    given: dict[str, Any] = {field: value for field, value in told.items() if value is not None}
    try:
        made = set_person(
            handle=handle,
            name=name,
            email=email,
            role=role,
            sees_everything=sees_everything,
            actor="cli",
            at=now,
            **given,
        )
        create_user_for(person=made, actor="cli", at=now, password=password)
    except Refused as refused:
        refuse(str(refused))
    out.print(f"{name} can sign in with {email}.", markup=False)
