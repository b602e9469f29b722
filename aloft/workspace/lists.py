"""What is done with a list of accounts: its views are kept, it is taken as a file, and accounts change hands."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from aloft.records import services
from aloft.records.models import Account, Assignment, Person, SavedView
from aloft.records.policies import may_assign, visible_views
from aloft.records.refusals import Refused
from aloft.ui.words import counted
from aloft.workspace.listing.columns import WORK, chosen, with_columns
from aloft.workspace.listing.export import as_csv
from aloft.workspace.listing.matching import with_work
from aloft.workspace.listing.query import read_query
from aloft.workspace.pages import accounts as page
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of
from aloft.workspace.toast import Toast

Deed = Callable[[Person], tuple[Toast, QueryDict]]


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as it stands, all pages of it: what the reader may see, and nothing else."""
    reader = reader_of(request)
    listed = page.list_accounts(reader, read_query(request.GET))
    columns = chosen(listed.query.col, listed.columns)
    rows = with_columns(listed.rows, columns)
    if WORK & {column.key for column in columns}:
        rows = with_work(rows, listed.automated)
    return StreamingHttpResponse(
        as_csv(rows, columns, reader.zone),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="accounts.csv"'},
    )


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    told = request.POST

    def deed(actor: Person) -> tuple[Toast, QueryDict]:
        view = services.save_view(
            person=actor,
            name=told.get("name", ""),
            query=read_query(QueryDict(told.get("query", ""))).query.kept,
            shared="shared" in told,
            actor=actor.handle,
            at=reader.now,
        )
        return Toast(f"Saved the view “{view.name}”", _url("delete_view", view.pk)), _opened(view)

    return _settle(request, reader, deed)


@require_POST
def rename(request: HttpRequest, view_id: int) -> HttpResponse:
    reader = reader_of(request)
    view = own_view_or_404(reader.person, view_id)

    def deed(actor: Person) -> tuple[Toast, QueryDict]:
        name, shared = request.POST.get("name", ""), "shared" in request.POST
        services.rename_view(view=view, name=name, actor=actor.handle, at=reader.now)
        services.share_view(view=view, shared=shared, actor=actor.handle, at=reader.now)
        seen = "seen by everybody" if shared else "seen by you alone"
        return Toast(f"The view is called “{view.name}”, and {seen}"), _opened(view)

    return _settle(request, reader, deed)


@require_POST
def delete(request: HttpRequest, view_id: int) -> HttpResponse:
    reader = reader_of(request)
    view = own_view_or_404(reader.person, view_id)

    def deed(actor: Person) -> tuple[Toast, QueryDict]:
        services.delete_view(view=view, actor=actor.handle, at=reader.now)
        return Toast(f"Deleted the view “{view.name}”", _url("restore_view", view.pk)), QueryDict(view.query)

    return _settle(request, reader, deed)


@require_POST
def restore(request: HttpRequest, view_id: int) -> HttpResponse:
    reader = reader_of(request)
    view = own_view_or_404(reader.person, view_id, deleted=True)

    def deed(actor: Person) -> tuple[Toast, QueryDict]:
        services.restore_view(view=view, actor=actor.handle, at=reader.now)
        return Toast(f"The view “{view.name}” is back"), _opened(view)

    return _settle(request, reader, deed)


@require_POST
def make_usual(request: HttpRequest, view_id: int) -> HttpResponse:
    """The reader's list opens with the view; asked for the one that it opens with, with all accounts again."""
    reader = reader_of(request)
    view = visible_views(reader.person).filter(pk=view_id).first()
    if view is None:
        raise Http404

    def deed(actor: Person) -> tuple[Toast, QueryDict]:
        usual = page.usual_of(actor)
        other = None if usual == view else view
        services.open_with(person=actor, view=other, actor=actor.handle, at=reader.now)
        says = f"opens with “{view.name}”" if other else "opens with all accounts"
        return Toast(f"Your list {says}", _url("make_usual", view.pk)), _opened(view)

    return _settle(request, reader, deed)


@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if not may_assign(reader.person):
        raise Http404
    query = QueryDict(request.POST.get("query", ""))
    to = Person.objects.filter(handle=request.POST.get("to", "")).first()

    def deed(actor: Person) -> tuple[Toast, QueryDict]:
        if to is None:
            raise Refused("to", "nobody is chosen", "Choose whose book the accounts go to.")
        some = list(selected(request, reader, query))
        made = services.assign_accounts(accounts=some, to=to, actor=actor.handle, at=reader.now)
        says = f"{counted(len(some), 'account')} {'is' if len(some) == 1 else 'are'} in the book of {to.name}"
        return Toast(
            f"{says}. Lists show it once the engine has looked", _url("undo_assignment", made.pk)
        ), query

    return _settle(request, reader, deed)


@require_POST
def undo_assignment(request: HttpRequest, assignment_id: int) -> HttpResponse:
    reader = reader_of(request)
    made = Assignment.objects.filter(pk=assignment_id).first()
    if made is None or not may_assign(reader.person):
        raise Http404

    def deed(actor: Person) -> tuple[Toast, QueryDict]:
        services.undo_assignment(assignment=made, actor=actor.handle, at=reader.now)
        says = f"{counted(len(made.added), 'account')} {'is' if len(made.added) == 1 else 'are'} back where"
        return Toast(f"{says} {'it was' if len(made.added) == 1 else 'they were'}"), QueryDict()

    return _settle(request, reader, deed)


def selected(request: HttpRequest, reader: Reader, query: QueryDict) -> QuerySet[Account]:
    """Those that were ticked, or all that the query finds; of what the reader may see."""
    listed = page.list_accounts(reader, read_query(query))
    if "everything" in request.POST:
        return listed.found.order_by()
    return listed.mine.filter(public_id__in=[one for one in request.POST.getlist("account") if _is_id(one)])


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def own_view_or_404(person: Person | None, view_id: int, *, deleted: bool = False) -> SavedView:
    """A view of others is as missing as one that never was, though they share it: only its owner changes it."""
    own = SavedView.objects.filter(pk=view_id, person=person, deleted_at__isnull=not deleted)
    view = own.first() if person else None
    if view is None:
        raise Http404
    return view


def _opened(view: SavedView) -> QueryDict:
    return QueryDict(f"{view.query}&view={view.pk}")


def _url(name: str, key: int) -> str:
    return reverse(name, args=[key])


def _settle(request: HttpRequest, reader: Reader, deed: Deed) -> HttpResponse:
    """Do it, say so with a way back, and show the list that it was about."""
    if reader.person is None:
        raise Http404
    status = 200
    told: QueryDict = QueryDict(request.POST.get("query", ""))
    try:
        toast, told = deed(reader.person)
        messages.success(request, toast.text, extra_tags=toast.undo)
    except Refused as refused:
        messages.error(
            request, f"{refused.problem[:1].upper()}{refused.problem[1:]}. {refused.mend} Nothing was changed"
        )
        status = 409
    asked = read_query(told)
    if not frame.is_partial(request):
        return redirect(page.address(asked.query))
    return frame.only(request, page.main(reader, page.list_accounts(reader, asked)), status)
