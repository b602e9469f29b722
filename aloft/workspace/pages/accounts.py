"""Which of mine?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from aloft.measures.models import Listing
from aloft.records.models import Account, Person, SavedView, UsualView
from aloft.records.policies import may_assign, visible_views
from aloft.workspace import selectors, sentences
from aloft.workspace.context import Crumb
from aloft.workspace.listing.cells import Reads, drawn
from aloft.workspace.listing.choices import filters
from aloft.workspace.listing.columns import WORK, Column, chosen, columns, listing_of, with_columns
from aloft.workspace.listing.matching import LEFT, Meant, meant, ordered, with_status, with_work
from aloft.workspace.listing.measures import OPERATORS, Measure, measures
from aloft.workspace.listing.narrow import narrow_rows
from aloft.workspace.listing.query import EVERY, Asked, Query, Where, hidden, read_query, read_text
from aloft.workspace.listing.sums import Sums, sums_of
from aloft.workspace.listing.working import page_by_work
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of

SHOWN = 50
ALL = "all"
"""The view of nothing left out, for who has a usual one."""


@dataclass(frozen=True)
class Listed:
    """What a query finds: the accounts in its order, with what is known to choose and compare by."""

    asked: Asked
    mine: QuerySet[Account]
    meant: Meant
    measures: dict[str, Measure]
    columns: dict[str, Column]
    automated: frozenset[str]
    """The roles that are nobody."""

    @property
    def query(self) -> Query:
        return self.asked.query

    @property
    def found(self) -> QuerySet[Account]:
        return self.meant.among(self.mine)

    @property
    def rows(self) -> QuerySet[Account]:
        return ordered(self.found, self.query.sort, self.columns, automated=self.automated)


@dataclass(frozen=True)
class Source:
    """What a page of a list is read from: accounts, or (`narrow`) their narrow rows alone."""

    mine: QuerySet[Any]
    found: QuerySet[Any]
    narrow: bool

    def among(self, meant: Meant, rows: QuerySet[Any]) -> QuerySet[Any]:
        return meant.among_narrow(rows) if self.narrow else meant.among(rows)


def source_of(reader: Reader, listed: Listed) -> Source:
    """Who sees everything reads narrow rows, while they tell of everybody."""
    narrow = narrow_rows(reader.load.accounts) if reader.sees_everything else None
    if narrow is None:
        return Source(listed.mine, listed.found, narrow=False)
    return Source(narrow.by_name, listed.meant.among_narrow(narrow.scanned), narrow=True)


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    usual = usual_of(reader.person) if not request.GET else None
    if usual:
        return redirect(address(replace(read_text(usual.query), view=str(usual.pk))))
    listed = list_accounts(reader, read_query(request.GET))
    page = main(reader, listed)
    if frame.is_partial(request):
        return push_url(frame.only(request, page), address(listed.query))
    return frame.whole(request, page)


def address(query: Query) -> str:
    told = str(query)
    return f"{reverse('accounts')}?{told}" if told else reverse("accounts")


def list_accounts(reader: Reader, asked: Asked) -> Listed:
    known = measures(reader.models)
    mine = selectors.customers_of(reader.person)
    return Listed(
        asked, mine, meant(asked.query, known, reader.zone), known, columns(known), reader.automated
    )


def main(reader: Reader, listed: Listed) -> frame.Main:
    query, source = listed.query, source_of(reader, listed)
    sums = sums_of(source.found, narrow=source.narrow)
    total = sums.total
    whole = whole_of(reader, source, query) if query.narrows else total
    left = 0 if query.narrows or query.of_every_status else reader.load.accounts - total
    pages = max(1, -(-total // SHOWN))
    page = min(query.page, pages)
    shown, reads = chosen(query.col, listed.columns), Reads(reader.now, reader.zone)
    context: dict[str, object] = {
        "crumbs": [Crumb("Accounts")],
        "sentence": sentence(reader, listed, sums, whole),
        "left": sentences.have_left(left),
        "with_left": address(query.but(status=LEFT)),
        "closing": sentences.closes_the_list(sums) if total else "",
        "query": query,
        "narrows": query.narrows,
        "problems": [*listed.asked.problems, *listed.meant.problems],
        "filters": filters(reader, query, source.mine),
        "comparisons": comparisons(listed),
        "measures": listed.measures.values(),
        "operators": [(name, words) for name, (words, _) in OPERATORS.items()],
        "heads": [head(column, query) for column in shown],
        "choices": [(column, column in shown) for column in listed.columns.values() if column.key != "name"],
        "kept": hidden(query),
        "kept_beside_columns": hidden(query, "col"),
        "rows": [row(account, shown, reads) for account in page_of(listed, source, page, shown)],
        "total": total,
        "mrr": sums.mrr,
        "first": (page - 1) * SHOWN + 1,
        "last": min(total, page * SHOWN),
        "before": address(replace(query, page=page - 1)) if page > 1 else "",
        "after": address(replace(query, page=page + 1)) if page < pages else "",
        "export": f"{reverse('export_accounts')}?{query}",
        **views(reader.person, query),
        "people": people(reader),
    }
    return frame.Main("accounts", "Accounts", context)


def whole_of(reader: Reader, source: Source, query: Query) -> int:
    """Among how many accounts filters look: those that have not left, or all where a status is asked for."""
    if query.status:
        return reader.load.accounts
    if source.narrow:
        return reader.load.accounts - Listing.objects.filter(is_customer=True, status__in=LEFT).count()
    return source.among(Meant(tuple(with_status(())), ()), source.mine).order_by().count()


def left_of(query: Query) -> list[int]:
    """The keys of those that a query which narrows nothing leaves out."""
    if query.of_every_status:
        return []
    return list(Listing.objects.filter(status__in=LEFT).values_list("pk", flat=True))


@dataclass(frozen=True)
class Row:
    account: Account
    listing: Listing | None
    cells: list[SafeString]


def row(account: Account, shown: Sequence[Column], reads: Reads) -> Row:
    return Row(account, listing_of(account), [drawn(account, column, reads) for column in shown])


def page_of(listed: Listed, source: Source, page: int, shown: Sequence[Column]) -> list[Account]:
    """One page, found by ids: rows are wide. What waits at each account is counted for these alone."""
    ids = ids_of(listed, source, (page - 1) * SHOWN)
    rows = {one.pk: one for one in with_columns(Account.objects.filter(pk__in=ids).order_by(), shown)}
    found = [rows[one] for one in ids]
    if not WORK & {column.key for column in shown}:
        return found
    these = Account.objects.filter(pk__in=[account.pk for account in found])
    counted: Any = with_work(these, listed.automated)
    waits: dict[int, Any] = {one.pk: one for one in counted.order_by().only("pk")}
    for account in found:
        told: Any = account
        told.waiting, told.first_due = waits[account.pk].waiting, waits[account.pk].first_due
    return found


def ids_of(listed: Listed, source: Source, first: int) -> list[int]:
    sort = listed.query.sort
    # Most are found then: their index has them in the order of names.
    by_name = source.narrow and not listed.query.narrows
    found = source.among(listed.meant, source.mine) if by_name else source.found
    if sort.lstrip("-") in WORK:
        but = left_of(listed.query) if by_name else None
        return page_by_work(found, sort, first, SHOWN, automated=listed.automated, but=but)
    found = found if sort.lstrip("-") == "name" else source.found
    rows = ordered(found, sort, listed.columns, automated=listed.automated, narrow=source.narrow)
    return list(rows.values_list("pk", flat=True)[first : first + SHOWN])


def sentence(reader: Reader, listed: Listed, sums: Sums, whole: int) -> str:
    query, team = listed.query, reader.sees_everything
    if query.only_searches:
        return sentences.accounts_matching(sums.total, query.q)
    if query.narrows:
        return sentences.accounts_match(sums.total, whole, team=team)
    if sums.scored:
        return sentences.accounts_by_health(sums.total, sums.red, sums.yellow, team=team)
    if not sums.total and reader.load.accounts:
        return sentences.none_current(reader.load.accounts, team=team)
    busy = selectors.busy_among(listed.found, listed.automated)
    return sentences.accounts_found(sums.total, busy, team=team)


@dataclass(frozen=True)
class Comparison:
    says: str
    without: str


def comparisons(listed: Listed) -> list[Comparison]:
    return [
        Comparison(said(one, listed.measures), address(listed.query.without_where(one)))
        for one in listed.query.where
    ]


def said(where: Where, known: dict[str, Measure]) -> str:
    measure = known.get(where.measure)
    return measure.says(where.operator, where.value) if measure else str(where)


@dataclass(frozen=True)
class Head:
    """`order`: how the table stands now by this column, as `aria-sort` says it. `sort`: what pressing it asks for."""

    column: Column
    order: str
    sort: str


def head(column: Column, query: Query) -> Head:
    up, down = query.sort == column.key, query.sort == f"-{column.key}"
    first = f"-{column.key}" if column.numeric and not up and not down else column.key
    sort = "" if not column.sort else f"-{column.key}" if up else column.key if down else first
    return Head(column, "ascending" if up else "descending" if down else "", sort)


def usual_of(person: Person | None) -> SavedView | None:
    """None where it was taken away from its readers since."""
    usual = UsualView.objects.filter(person=person).first() if person else None
    return visible_views(person).filter(pk=usual.view_id).first() if usual else None


@dataclass(frozen=True)
class Tab:
    view: SavedView
    url: str
    current: bool
    mine: bool


def views(person: Person | None, query: Query) -> dict[str, object]:
    """The saved views as tabs, and what can be done with the one that stands open."""
    usual = UsualView.objects.filter(person=person).values_list("view", flat=True).first() if person else None
    tabs = [
        Tab(
            view,
            address(replace(read_text(view.query), view=str(view.pk))),
            query.view == str(view.pk),
            person is not None and view.person_id == person.pk,
        )
        for view in visible_views(person).select_related("person")
    ]
    current = next((tab for tab in tabs if tab.current), None)
    return {
        "tabs": tabs,
        "of_every_status": address(Query(status=(EVERY,))),
        "everything": f"{reverse('accounts')}?view={ALL}" if usual else reverse("accounts"),
        "current": current,
        "changed": current is not None and current.view.query != query.kept,
        "is_usual": current is not None and current.view.pk == usual,
        "to_keep": query.kept,
    }


def people(reader: Reader) -> list[Person]:
    """Whose book accounts can be handed to; nobody for who may not say so."""
    return list(Person.objects.all()) if may_assign(reader.person) else []
