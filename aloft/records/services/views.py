"""Saved views of the list of accounts. Only who made a view changes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aloft.records import fields as check
from aloft.records.models import Person, SavedView, UsualView
from aloft.records.refusals import Refused
from aloft.records.services.editing import Difference, assign, editing, note

LONGEST_QUERY = 4_000


def save_view(
    *, person: Person, name: str, query: str, actor: str, at: datetime, shared: bool = False
) -> SavedView:
    """Keep a list under a name; of the person's own view of that name the query is replaced. Raises Refused."""
    name = check.text("name", name, 60, required=True)
    query = check.text("query", query, LONGEST_QUERY)
    with editing():
        kept = SavedView.objects.filter(person=person, name=name, deleted_at=None).first()
        view = kept or SavedView(person=person, name=name, made_at=at)
        return _write(view, {"query": query, "shared": shared}, "view.saved", actor, at)


def rename_view(*, view: SavedView, name: str, actor: str, at: datetime) -> SavedView:
    """Raises Refused where another view of the person's has the name."""
    name = check.text("name", name, 60, required=True)
    with editing():
        others = SavedView.objects.filter(person=view.person_id, name=name, deleted_at=None).exclude(
            pk=view.pk
        )
        if others.exists():
            raise Refused("name", f"another view of yours is called “{name}”", "Give it a name of its own.")
        return _write(view, {"name": name}, "view.renamed", actor, at)


def share_view(*, view: SavedView, shared: bool, actor: str, at: datetime) -> SavedView:
    """Let everybody of the team see it, or nobody else any more."""
    with editing():
        return _write(view, {"shared": shared}, "view.shared", actor, at)


def delete_view(*, view: SavedView, actor: str, at: datetime) -> SavedView:
    """Nobody's list opens with it any longer; `restore_view` brings it back."""
    with editing():
        UsualView.objects.filter(view=view).delete()
        return _write(view, {"deleted_at": at}, "view.deleted", actor, at)


def restore_view(*, view: SavedView, actor: str, at: datetime) -> SavedView:
    """Raises Refused where another view has taken its name."""
    with editing():
        taken = SavedView.objects.filter(person=view.person_id, name=view.name, deleted_at=None)
        if taken.exclude(pk=view.pk).exists():
            raise Refused("name", f"another view is called “{view.name}” by now", "Rename that one first.")
        return _write(view, {"deleted_at": None}, "view.restored", actor, at)


def open_with(*, person: Person, view: SavedView | None, actor: str, at: datetime) -> None:
    """The person's list of accounts opens with the view; None: with all accounts."""
    with editing():
        usual = UsualView.objects.filter(person=person).first()
        before = usual.view_id if usual else None
        after = view.pk if view else None
        if before == after:
            return
        if view is None:
            UsualView.objects.filter(person=person).delete()
        else:
            UsualView.objects.update_or_create(person=person, defaults={"view": view})
        told = Difference({"view": before}, {"view": after})
        note(actor=actor, action="view.usual", subject=person, difference=told, at=at)


def _write(view: SavedView, values: dict[str, Any], action: str, actor: str, at: datetime) -> SavedView:
    difference = assign(view, values)
    if difference:
        view.save()
        note(actor=actor, action=action, subject=view, difference=difference, at=at)
    return view
