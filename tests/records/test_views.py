from __future__ import annotations

from datetime import datetime

import pytest

from aloft.records.models import AuditEntry, Person, SavedView, UsualView
from aloft.records.policies import visible_views
from aloft.records.refusals import Refused
from aloft.records.services import delete_view, open_with, rename_view, restore_view, save_view, share_view

pytestmark = pytest.mark.django_db


@pytest.fixture
def red(owner: Person, now: datetime) -> SavedView:
    return save_view(person=owner, name="Red", query="health=red", actor="cora", at=now)


def names_for(person: Person) -> list[str]:
    return [view.name for view in visible_views(person)]


def test_a_view_is_its_owner_s_until_it_is_shared(
    red: SavedView, owner: Person, colleague: Person, now: datetime
) -> None:
    assert (names_for(owner), names_for(colleague)) == (["Red"], [])
    share_view(view=red, shared=True, actor="cora", at=now)
    assert names_for(colleague) == ["Red"]


def test_saving_under_the_same_name_replaces_the_query(red: SavedView, owner: Person, now: datetime) -> None:
    again = save_view(person=owner, name="Red", query="health=red&sort=-mrr", actor="cora", at=now)
    assert (again.pk, again.query) == (red.pk, "health=red&sort=-mrr")
    actions = AuditEntry.objects.filter(subject=f"savedview:{red.pk}").values_list("action", flat=True)
    assert list(actions) == ["view.saved", "view.saved"]


def test_a_name_is_taken_once(red: SavedView, owner: Person, now: datetime) -> None:
    other = save_view(person=owner, name="Yellow", query="health=yellow", actor="cora", at=now)
    with pytest.raises(Refused, match="another view of yours is called “Red”"):
        rename_view(view=other, name="Red", actor="cora", at=now)
    assert rename_view(view=other, name="Amber", actor="cora", at=now).name == "Amber"


def test_deleting_is_taken_back_unless_the_name_has_gone(
    red: SavedView, owner: Person, now: datetime
) -> None:
    open_with(person=owner, view=red, actor="cora", at=now)
    delete_view(view=red, actor="cora", at=now)
    assert names_for(owner) == []
    assert not UsualView.objects.exists()
    restore_view(view=red, actor="cora", at=now)
    assert names_for(owner) == ["Red"]
    delete_view(view=red, actor="cora", at=now)
    save_view(person=owner, name="Red", query="", actor="cora", at=now)
    with pytest.raises(Refused, match="another view is called “Red” by now"):
        restore_view(view=red, actor="cora", at=now)


def test_the_list_opens_with_a_view_until_it_does_not(red: SavedView, owner: Person, now: datetime) -> None:
    open_with(person=owner, view=red, actor="cora", at=now)
    assert UsualView.objects.get().view == red
    open_with(person=owner, view=None, actor="cora", at=now)
    open_with(person=owner, view=None, actor="cora", at=now)
    assert not UsualView.objects.exists()
    assert AuditEntry.objects.filter(action="view.usual").count() == 2
