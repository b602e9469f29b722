"""The list of accounts: filters, order, columns, views, files, and handing accounts over."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client

from aloft.measures.listing import list_all
from aloft.measures.models import AccountHealth, AccountProjection
from aloft.records.models import Account, Person, SavedView
from aloft.records.services import save_view, set_book
from aloft.workspace.listing.export import plain
from tests.workspace import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def four(owner: Person, now: datetime) -> dict[str, Account]:
    """Alder is large and red, Birch yellow, Cedar on-boards, Dogwood sends no data."""
    factory.version(now)
    alder = factory.account("Alder", now, held_by=owner, mrr="9000", country="DE")
    birch = factory.account("Birch", now, held_by=owner, mrr="4000", country="FR")
    cedar = factory.account("Cedar", now, held_by=owner, mrr="500", country="DE")
    dogwood = factory.account("Dogwood", now, held_by=owner, mrr=None)
    factory.health(alder, now, score=31, band="red")
    factory.health(birch, now)
    AccountHealth.objects.filter(account=alder).update(profile="in_use")
    AccountHealth.objects.filter(account=birch).update(profile="-")
    moved = {"phase": "onboarding", "segment": "tier_3", "touch": ["tech"], "owner": None}
    AccountProjection.objects.filter(account=cedar).update(**moved, values={"sign_ins_28d": 3})
    AccountProjection.objects.filter(account=birch).update(values={"sign_ins_28d": None})
    list_all()
    return {"Alder": alder, "Birch": birch, "Cedar": cedar, "Dogwood": dogwood}


def names(response: HttpResponse) -> list[str]:
    return re.findall(r'data-row href="[^"]+">([^<]+)</a>', response.content.decode())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Alder", "Birch", "Cedar", "Dogwood"]),
        ("segment=tier_3", ["Cedar"]),
        ("segment=tier_3&segment=-", ["Cedar", "Dogwood"]),
        ("phase=onboarding", ["Cedar"]),
        ("touch=tech", ["Cedar"]),
        ("touch=high", ["Alder", "Birch"]),
        ("health=red", ["Alder"]),
        ("health=red&health=yellow", ["Alder", "Birch"]),
        ("health=-", ["Cedar", "Dogwood"]),
        ("owner=cora", ["Alder", "Birch"]),
        ("owner=-", ["Cedar", "Dogwood"]),
        ("region=DE", ["Alder", "Cedar"]),
        ("region=-", ["Dogwood"]),
        ("where=sign_ins_28d+lt+100", ["Cedar"]),
        ("where=sign_ins_28d+ge+3&where=mrr+gt+500", ["Alder"]),
        ("where=sign_ins_28d+ne+3", ["Alder"]),
        ("where=sign_ins_28d+unknown", ["Birch", "Dogwood"]),
        ("where=sign_ins_28d+known", ["Alder", "Cedar"]),
        ("where=score+le+40", ["Alder"]),
        ("measure=mrr&operator=le&value=4,000", ["Birch", "Cedar"]),
        ("q=ced&region=DE", ["Cedar"]),
        ("health=green", []),
        ("profile=in_use", ["Alder"]),
        ("profile=-", ["Birch", "Cedar", "Dogwood"]),
    ],
)
def test_each_filter_finds_exactly_its_accounts(
    cora: Client, four: dict[str, Account], query: str, found: list[str]
) -> None:
    assert names(cora.get(f"/accounts/?{query}")) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("-name", ["Dogwood", "Cedar", "Birch", "Alder"]),
        ("mrr", ["Cedar", "Birch", "Alder", "Dogwood"]),
        ("-mrr", ["Alder", "Birch", "Cedar", "Dogwood"]),
        ("health", ["Alder", "Birch", "Cedar", "Dogwood"]),
        ("-health", ["Birch", "Alder", "Cedar", "Dogwood"]),
        ("sign_ins_28d", ["Cedar", "Alder", "Birch", "Dogwood"]),
        ("due", ["Birch", "Alder", "Cedar", "Dogwood"]),
        ("-open", ["Birch", "Alder", "Cedar", "Dogwood"]),
        ("no_such_column", ["Alder", "Birch", "Cedar", "Dogwood"]),
    ],
)
def test_each_column_sorts_and_what_is_not_known_comes_last(
    cora: Client, owner: Person, now: datetime, four: dict[str, Account], sort: str, found: list[str]
) -> None:
    factory.occurrence(four["Birch"], owner, now, due=timedelta(hours=1))
    factory.occurrence(four["Birch"], owner, now, due=timedelta(days=9))
    factory.occurrence(four["Alder"], owner, now, due=timedelta(days=1))
    assert names(cora.get(f"/accounts/?sort={sort}")) == found


def test_the_head_of_the_page_is_the_answer(cora: Client, four: dict[str, Account]) -> None:
    page = cora.get("/accounts/").content.decode()
    assert "<h1>1 of your 4 accounts is red, 1 yellow</h1>" in page
    assert "13,500 MRR, 9,000 of it red. 1 sends no data." in page
    narrowed = cora.get("/accounts/?region=DE").content.decode()
    assert "<h1>2 of your 4 accounts match</h1>" in narrowed
    assert "<h1>None of your 4 accounts matches</h1>" in cora.get("/accounts/?health=green").content.decode()


def test_a_filter_is_a_chip_that_goes_away_alone(cora: Client, four: dict[str, Account]) -> None:
    page = cora.get("/accounts/?segment=tier_1&where=mrr+ge+1000&sort=-mrr").content.decode()
    assert 'href="/accounts/?where=mrr+ge+1000&amp;sort=-mrr" aria-label="Remove the filter Segment"' in page
    assert 'href="/accounts/?segment=tier_1&amp;sort=-mrr" aria-label="Remove: MRR at least 1000"' in page


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("mrr ge many", "“many” is no number; give one such as 12.5"),
        ("renews le soon", "“soon” is no date; give one such as 2026-03-31"),
        ("nothing ge 1", "No value is called “nothing”"),
        ("mrr about 7", "“mrr about 7” compares nothing"),
        ("mrr ge", "“mrr at least” lacks a value"),
    ],
)
def test_a_comparison_that_means_nothing_is_told_and_left_out(
    cora: Client, four: dict[str, Account], where: str, says: str
) -> None:
    answer = cora.get("/accounts/", {"where": where})
    assert says in answer.content.decode()
    assert len(names(answer)) == 4


def test_columns_are_chosen_and_a_metric_is_one(cora: Client, four: dict[str, Account]) -> None:
    page = cora.get("/accounts/?col=sign_ins_28d&col=country").content.decode()
    heads = re.findall(r'name="sort" value="[^"]+">([^<]+)</button>', page)
    assert heads == ["Account", "Sign ins 28d", "Region"]
    assert '<td class="num">742</td>' in page


def test_a_long_list_has_pages(cora: Client, owner: Person, now: datetime) -> None:
    for n in range(60):
        factory.account(f"Customer {n:02}", now, held_by=owner, mrr=None)
    first, second = cora.get("/accounts/"), cora.get("/accounts/?page=2")
    assert (len(names(first)), names(second)) == (50, [f"Customer {n}" for n in range(50, 60)])
    assert "51–60 of 60" in second.content.decode()
    assert names(cora.get("/accounts/?page=99")) == names(second)


def test_part_of_the_page_answers_the_filters_with_its_address(
    cora: Client, four: dict[str, Account]
) -> None:
    answer = cora.get("/accounts/?measure=mrr&operator=ge&value=1000", headers={"HX-Request": "true"})
    assert answer["HX-Push-Url"] == "/accounts/?where=mrr+ge+1000"
    assert "<html" not in answer.content.decode()
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in cora.get("/accounts/", headers=back).content.decode()


def file(response: HttpResponse) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text)))


def test_a_file_holds_what_the_list_holds(cora: Client, four: dict[str, Account]) -> None:
    answer = cora.get(
        "/accounts/export.csv?region=DE&sort=-name&col=segment&col=mrr&col=open&col=sign_ins_28d"
    )
    assert file(answer) == [
        ["Id", "Account", "Segment", "MRR", "Open", "Sign ins 28d"],
        ["cedar", "Cedar", "Tier 3", "500.00", "0", "3"],
        ["alder", "Alder", "Tier 1", "9000.00", "0", "742"],
    ]


@pytest.mark.parametrize("name", ["=1+1", "+49", "-x", "@cmd", "\tx", "\rx"])
def test_no_spreadsheet_takes_a_name_for_a_formula(now: datetime, name: str) -> None:
    assert plain(name, now.tzinfo) == f"'{name}"  # type: ignore[arg-type]
    assert plain(Decimal("-5"), now.tzinfo) == Decimal("-5")  # type: ignore[arg-type]


def test_a_view_is_saved_opened_changed_and_deleted_and_brought_back(
    cora: Client, four: dict[str, Account]
) -> None:
    answer = cora.post("/accounts/views", {"name": "Red", "query": "health=red&page=2"})
    view = SavedView.objects.get()
    assert (view.query, answer["Location"]) == ("health=red", f"/accounts/?health=red&view={view.pk}")
    page = cora.get(answer["Location"]).content.decode()
    assert 'aria-current="page">Red <span class="n">1</span>' in page
    assert "Save changes" not in page
    assert "Save changes" in cora.get(f"/accounts/?health=yellow&view={view.pk}").content.decode()

    cora.post(f"/accounts/views/{view.pk}/rename", {"name": "Burning", "shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.shared) == ("Burning", True)
    cora.post(f"/accounts/views/{view.pk}/usual")
    assert cora.get("/accounts/")["Location"] == f"/accounts/?health=red&view={view.pk}"
    assert len(names(cora.get("/accounts/?view=all"))) == 4
    cora.post(f"/accounts/views/{view.pk}/delete")
    assert cora.get("/accounts/").status_code == 200
    assert (
        "Burning"
        not in cora.get("/accounts/?view=all").content.decode().partition("<main")[2].partition("toast")[0]
    )
    cora.post(f"/accounts/views/{view.pk}/restore")
    assert ">Burning" in cora.get("/accounts/").content.decode()


def test_a_name_that_is_taken_is_told(
    cora: Client, owner: Person, four: dict[str, Account], now: datetime
) -> None:
    save_view(person=owner, name="Red", query="", actor="cora", at=now)
    other = save_view(person=owner, name="Big", query="", actor="cora", at=now)
    page = cora.post(f"/accounts/views/{other.pk}/rename", {"name": "Red"}, follow=True).content.decode()
    assert "Another view of yours is called “Red”. Give it a name of its own. Nothing was changed" in page


def test_a_shared_view_shows_each_reader_their_own_accounts(
    cora: Client, mia: Client, olga: Client, manager: Person, four: dict[str, Account], now: datetime
) -> None:
    view = save_view(person=manager, name="Germany", query="region=DE", shared=True, actor="mia", at=now)
    for reader, found in ((mia, ["Alder", "Cedar"]), (olga, [])):
        page = reader.get("/accounts/").content.decode()
        assert f'href="/accounts/?region=DE&amp;view={view.pk}"' in page
        assert names(reader.get(f"/accounts/?region=DE&view={view.pk}")) == found
    for what in ("rename", "delete", "restore"):
        assert cora.post(f"/accounts/views/{view.pk}/{what}", {"name": "Mine"}).status_code == 404
    view.refresh_from_db()
    assert (view.name, view.deleted_at) == ("Germany", None)


Hold = Callable[[Person], list[str]]


@pytest.fixture
def held() -> Hold:
    return lambda person: list(
        Account.objects.filter(holdings__person=person).order_by("name").values_list("name", flat=True)
    )


def test_ticked_accounts_change_hands_and_back(
    mia: Client, owner: Person, colleague: Person, four: dict[str, Account], held: Hold, now: datetime
) -> None:
    ticked = [str(four[name].public_id) for name in ("Alder", "Birch")]
    page = mia.post("/accounts/assign", {"account": ticked, "to": "dev"}, follow=True).content.decode()
    assert held(colleague) == ["Alder", "Birch"]
    assert "2 accounts are in the book of Dev Patel" in page
    undo = re.search(r'action="(/accounts/assignments/\d+/undo)"', page)
    assert undo is not None
    mia.post(undo[1])
    assert held(colleague) == []


def test_all_that_match_change_hands_beyond_the_page(
    mia: Client, colleague: Person, four: dict[str, Account], held: Hold
) -> None:
    mia.post("/accounts/assign", {"everything": "on", "query": "region=DE", "to": "dev"})
    assert held(colleague) == ["Alder", "Cedar"]


def test_who_may_not_assign_is_shown_no_box_and_changes_nothing(
    cora: Client, colleague: Person, owner: Person, four: dict[str, Account], held: Hold, now: datetime
) -> None:
    set_book(person=owner, name="Mine", accounts=[four["Alder"]], actor="tests", at=now)
    assert "data-pick" not in cora.get("/accounts/").content.decode()
    ticked = str(four["Alder"].public_id)
    assert cora.post("/accounts/assign", {"account": ticked, "to": "dev"}).status_code == 404
    assert held(colleague) == []


@pytest.mark.parametrize(
    "said", [{"to": "dev"}, {"account": "no-id", "to": "dev"}, {"everything": "on", "to": ""}]
)
def test_an_assignment_that_lacks_something_changes_nothing(
    mia: Client, colleague: Person, four: dict[str, Account], held: Hold, said: dict[str, str]
) -> None:
    page = mia.post("/accounts/assign", said, follow=True).content.decode()
    assert "Nothing was changed" in page
    assert held(colleague) == []


def test_what_goes_by_itself_is_open_and_due_at_no_account(mia: Client, owner: Person, now: datetime) -> None:
    factory.with_an_automated_role(now)
    told, lost = (factory.account(name, now, held_by=owner) for name in ("Told Ltd", "Lost Ltd"))
    week_ago = timedelta(days=-7)
    factory.occurrence(told, None, now, due=week_ago, role="digital")
    factory.occurrence(lost, None, now, due=week_ago)
    assert "<h1>1 of 2 accounts has something open</h1>" in mia.get("/accounts/").content.decode()
    lines = file(mia.get("/accounts/export.csv?sort=-open&col=open&col=due"))
    assert [line[1:] for line in lines] == [
        ["Account", "Open", "First due"],
        ["Lost Ltd", "1", "2026-02-23"],
        ["Told Ltd", "0", ""],
    ]


@pytest.fixture
def five(owner: Person, now: datetime) -> None:
    """Alder and Birch are customers, Cedar may become one, Dogwood was never read, Elder has left."""
    factory.version(now)
    for name, mrr, stands in (
        ("Alder", "9000", "active"),
        ("Birch", "4000", "trial"),
        ("Cedar", "0", "prospect"),
        ("Dogwood", None, ""),
        ("Elder", "0", "churned"),
    ):
        factory.account(name, now, held_by=owner, mrr=mrr, stands=stands)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Alder", "Birch", "Cedar", "Dogwood"]),
        ("sort=-mrr", ["Alder", "Birch", "Cedar", "Dogwood"]),
        ("q=e", ["Alder", "Cedar"]),
        ("q=e&status=all", ["Alder", "Cedar", "Elder"]),
        ("status=all", ["Alder", "Birch", "Cedar", "Dogwood", "Elder"]),
        ("status=churned", ["Elder"]),
        ("status=active&status=trial", ["Alder", "Birch"]),
        ("status=prospect&status=-", ["Cedar", "Dogwood"]),
    ],
)
def test_who_has_left_is_listed_where_it_is_asked_for(
    cora: Client, mia: Client, five: None, query: str, found: list[str]
) -> None:
    assert [names(reader.get(f"/accounts/?{query}")) for reader in (cora, mia)] == [found, found]


def test_the_head_counts_who_is_current_and_says_how_many_have_left(mia: Client, five: None) -> None:
    page = mia.get("/accounts/").content.decode()
    assert "<h1>None of 4 accounts has something open</h1>" in page
    assert '<a href="/accounts/?status=churned&amp;status=merged">1 other has left.</a>' in page
    assert "Status <b>current</b>" in page
    assert "<h1>1 of 4 accounts matches</h1>" in mia.get("/accounts/?segment=-").content.decode()
    everybody = mia.get("/accounts/?status=all").content.decode()
    assert "<h1>None of 5 accounts has something open</h1>" in everybody
    assert "left." not in everybody
    assert "<h1>1 of 5 accounts matches</h1>" in mia.get("/accounts/?status=churned").content.decode()


def test_a_book_of_former_customers_is_not_an_empty_one(mia: Client, now: datetime) -> None:
    factory.version(now)
    factory.account("Elder", now, mrr="0", stands="churned")
    page = mia.get("/accounts/").content.decode()
    assert "<h1>None of 1 account is current</h1>" in page
    assert "No accounts yet" not in page
    assert names(mia.get("/accounts/?status=all")) == ["Elder"]


def test_a_view_and_a_file_keep_the_status_that_was_asked_for(cora: Client, five: None) -> None:
    cora.post("/accounts/views", {"name": "Lost", "query": "status=churned"})
    assert SavedView.objects.get().query == "status=churned"
    assert file(cora.get("/accounts/export.csv?status=churned&col=status")) == [
        ["Id", "Account", "Status"],
        ["elder", "Elder", "Churned"],
    ]
    assert len(file(cora.get("/accounts/export.csv"))) == 5
