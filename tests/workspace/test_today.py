"""What stands on Today, in which section, and what does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from aloft.act import services
from aloft.act.models import Occurrence, Verdict
from aloft.act.states import IllegalMove
from aloft.records.models import Holding, Person
from aloft.workspace.pages import today
from aloft.workspace.reader import Reader
from aloft.workspace.week import booked_in, worked_in
from tests.workspace import factory


def titles(person: Person, now: datetime) -> dict[str, list[str]]:
    sections = today.main(Reader(person, now, UTC)).context["sections"]
    assert isinstance(sections, list)
    return {part.title: [row.occurrence.account.name for row in part.rows] for part in sections}


@pytest.mark.django_db
def test_moments_stand_by_urgency_and_the_sum_closes(cora: Client, owner: Person, now: datetime) -> None:
    for name, due in {
        "Late Ltd": -1,
        "Soon AG": 4,
        "Wednesday SA": 50,
        "Sunday BV": 6 * 24 + 14,
        "Next week": 7 * 24,
    }.items():
        factory.occurrence(factory.account(name, now, held_by=owner), owner, now, due=timedelta(hours=due))
    factory.account("In order", now, held_by=owner)
    factory.account("Silent", now, held_by=owner, mrr=None)
    assert titles(owner, now) == {
        "Late": ["Late Ltd"],
        "Today": ["Soon AG"],
        "This week": ["Wednesday SA", "Sunday BV"],
        "Later": ["Next week"],
    }
    page = cora.get("/").content.decode()
    assert "<h1>4 of your 7 accounts need you this week</h1>" in page
    assert "1 is late, 1 is due today, 2 follow this week. 2 accounts are in order, 1 sends no data." in page


@pytest.mark.django_db
def test_an_account_with_several_moments_counts_once_by_the_most_urgent(
    owner: Person, cora: Client, now: datetime
) -> None:
    brackwater = factory.account("Brackwater Foods", now, held_by=owner)
    for hours in (-3, 2, 60):
        factory.occurrence(brackwater, owner, now, due=timedelta(hours=hours))
    page = cora.get("/").content.decode()
    assert "<h1>Your only account needs you this week</h1>" in page
    assert '<p class="sub">1 is late.</p>' in page


@pytest.mark.django_db
def test_snoozed_done_closed_and_foreign_moments_do_not_press(
    owner: Person, colleague: Person, cora: Client, now: datetime
) -> None:
    brackwater = factory.account("Brackwater Foods", now, held_by=owner)
    late = timedelta(hours=-1)
    factory.occurrence(brackwater, owner, now, due=late, snoozed_until=now + timedelta(days=1))
    factory.occurrence(brackwater, owner, now, due=late, state="done")
    factory.occurrence(brackwater, owner, now, due=late, state="closed", closed_as="skipped")
    factory.occurrence(brackwater, owner, now, due=late, state="planned")
    factory.occurrence(brackwater, colleague, now, due=late)
    assert titles(owner, now) == {"Later": ["Brackwater Foods"]}
    assert "<h1>Your only account does not need you this week</h1>" in cora.get("/").content.decode()


@pytest.mark.django_db
def test_a_snooze_that_has_run_out_presses_again(owner: Person, now: datetime) -> None:
    brackwater = factory.account("Brackwater Foods", now, held_by=owner)
    factory.occurrence(brackwater, owner, now, due=timedelta(hours=-1), snoozed_until=now)
    assert titles(owner, now) == {"Late": ["Brackwater Foods"]}


@pytest.mark.django_db
def test_what_an_automated_role_sends_is_nobodys_late_work_and_a_gap_in_the_books_is(
    mia: Client, manager: Person, owner: Person, now: datetime
) -> None:
    factory.with_an_automated_role(now)
    told, lost = (factory.account(name, now, held_by=owner) for name in ("Told Ltd", "Lost Ltd"))
    week_ago = timedelta(days=-7)
    factory.occurrence(told, None, now, due=week_ago, role="digital", title="Renewal notice")
    factory.occurrence(lost, None, now, due=week_ago)
    assert titles(manager, now) == {"Late": ["Lost Ltd"]}
    page = mia.get("/").content.decode()
    assert "<h1>1 of 2 accounts needs the team this week</h1>" in page
    assert '<p class="sub">1 is late. 1 account is in order.</p>' in page


@pytest.mark.django_db
def test_an_escalated_moment_stands_with_both(owner: Person, colleague: Person, now: datetime) -> None:
    brackwater = factory.account("Brackwater Foods", now, held_by=owner)
    factory.occurrence(brackwater, owner, now, due=timedelta(hours=-1), escalated_to=colleague)
    assert titles(owner, now) == titles(colleague, now) == {"Late": ["Brackwater Foods"]}


@pytest.mark.django_db
def test_who_sees_everything_reads_of_the_team_with_the_owners(
    mia: Client, owner: Person, colleague: Person, now: datetime
) -> None:
    for name, person in {"Brackwater Foods": owner, "Halloway Freight": colleague}.items():
        factory.occurrence(factory.account(name, now, held_by=person), person, now, due=timedelta(hours=2))
    page = mia.get("/").content.decode()
    assert "<h1>2 of 2 accounts need the team this week</h1>" in page
    assert 'aria-label="Cora Jensen">CJ' in page
    assert 'aria-label="Dev Patel">DP' in page


@pytest.mark.django_db
def test_a_moment_says_owner_objective_outcome_and_evidence_before_its_buttons(
    cora: Client, owner: Person, now: datetime
) -> None:
    factory.occurrence(
        factory.account("Brackwater Foods", now, held_by=owner), owner, now, due=timedelta(hours=2)
    )
    page = cora.get("/").content.decode()
    terms = [
        "<dt>Owner</dt>",
        "<dt>Objective</dt>",
        "<dt>Expected outcome</dt>",
        "<dt>Evidence</dt>",
        "Start the call",
    ]
    places = [page.index(term) for term in terms]
    assert places == sorted(places)
    assert "sign_ins_28d &lt; 799: sign_ins_28d is 742" in page
    assert "6,240" in page


@pytest.mark.django_db
def test_since_yesterday_tells_a_day_and_only_of_what_is_mine(
    cora: Client, owner: Person, colleague: Person, now: datetime
) -> None:
    mine = factory.occurrence(
        factory.account("Brackwater Foods", now, held_by=owner),
        owner,
        now,
        due=timedelta(hours=2),
        title="Usage fell",
    )
    factory.occurrence(
        factory.account("Halloway Freight", now, held_by=colleague), colleague, now, due=timedelta(hours=2)
    )
    factory.verdict(mine, "missed", now - timedelta(hours=25))
    page = cora.get("/").content.decode()
    assert "Usage fell opened" in page
    assert "outcome missed" not in page
    assert "Halloway Freight" not in page


@pytest.mark.django_db
def test_an_empty_day_teaches(cora: Client, owner: Person, now: datetime) -> None:
    assert "Accounts come with their first event" in cora.get("/").content.decode()
    factory.account("Brackwater Foods", now, held_by=owner)
    assert "Nothing waits for you" in cora.get("/").content.decode()


@pytest.mark.django_db
def test_it_says_how_fresh_it_is(cora: Client, now: datetime) -> None:
    assert "The engine has not decided anything yet" in cora.get("/").content.decode()
    factory.decided(now - timedelta(minutes=2))
    assert "today 08:58</time>" in cora.get("/").content.decode()


@pytest.mark.django_db
def test_the_reader_s_zone_parts_the_days(owner: Person, cora: Client, now: datetime) -> None:
    Person.objects.filter(pk=owner.pk).update(timezone="Asia/Tokyo")
    account = factory.account("Brackwater Foods", now, held_by=owner)
    factory.occurrence(account, owner, now, due=timedelta(hours=7))  # 01:00 on Tuesday in Tokyo
    page = cora.get("/").content.decode()
    assert "1 follows this week." in page
    assert ">tomorrow</time>" in page


@pytest.mark.django_db
def test_names_are_text_and_never_markup(cora: Client, owner: Person, now: datetime) -> None:
    account = factory.account("<script>alert(1)</script> & Sons", now, held_by=owner)
    factory.occurrence(account, owner, now, due=timedelta(hours=2), because="{{ 7|add:7 }} <b>bold</b>")
    for url in ("/", "/accounts/", f"/accounts/{account.public_id}/"):
        page = cora.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<b>bold</b>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Sons" in page


@pytest.mark.django_db
def test_today_asks_the_database_little_however_long_the_list(
    cora: Client, owner: Person, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        account = factory.account(f"Account {number}", now, held_by=owner)
        factory.occurrence(account, owner, now, due=timedelta(hours=number - 20))
    factory.decided(now)
    with django_assert_max_num_queries(29):
        page = cora.get("/").content.decode()
    assert page.count('class="moment"') == 60


@pytest.mark.django_db
def test_a_section_shows_fifty_and_counts_all(cora: Client, owner: Person, now: datetime) -> None:
    account = factory.account("Brackwater Foods", now, held_by=owner)
    for number in range(53):
        factory.occurrence(account, owner, now, due=-timedelta(hours=number + 1))
    page = cora.get("/").content.decode()
    assert 'Late <span class="n">53</span>' in page
    assert page.count('class="moment"') == 50
    assert "3 more, due after these." in page


@pytest.mark.django_db
def test_who_has_no_zone_reads_in_that_of_the_model_s_home(mia: Client, now: datetime) -> None:
    factory.version(now)
    assert "Times are in Europe/Berlin" in mia.get("/").content.decode()


@pytest.mark.django_db
def test_what_is_late_goes_by_priority_and_then_by_due(owner: Person, now: datetime) -> None:
    for name, hours, priority in (("Review", -9, 6), ("Second answer", -1, 4), ("Case", -2, 4)):
        account = factory.account(name, now, held_by=owner)
        factory.occurrence(account, owner, now, due=timedelta(hours=hours), rank=priority)
    assert titles(owner, now)["Late"] == ["Case", "Second answer", "Review"]


@pytest.mark.django_db
def test_what_is_with_one_person_names_them_wherever_it_is_listed(
    cora: Client, owner: Person, now: datetime
) -> None:
    account = factory.account("Brackwater Foods", now, held_by=owner)
    ann = factory.contact(account, "Ann Berg", persona="champion")
    moment = factory.occurrence(account, owner, now, due=timedelta(hours=2), contact=ann)
    assert "Usage fell, Ann Berg" in cora.get("/").content.decode()
    assert (
        '<span class="soft">Ann Berg</span>' in cora.get(f"/accounts/{account.public_id}/").content.decode()
    )
    assert "<dt>With</dt><dd>Ann Berg</dd>" in cora.get(f"/moments/{moment.public_id}/").content.decode()


@pytest.mark.django_db
def test_a_group_session_is_one_line_that_counts_once_and_is_done_as_one(
    cora: Client, owner: Person, now: datetime
) -> None:
    told = {"group": True, "moment": "webinar", "title": "Webinar", "effort_minutes": 120}
    moments = [
        factory.occurrence(
            factory.account(name, now, held_by=owner), owner, now, due=timedelta(hours=2), **told
        )
        for name in ("Brackwater Foods", "Calder Works", "Dunmore")
    ]
    alone = factory.occurrence(moments[0].account, owner, now, due=timedelta(hours=3))
    later = factory.occurrence(moments[0].account, owner, now, due=timedelta(hours=4), **told)
    assert titles(owner, now) == {"Today": ["Brackwater Foods"] * 3}
    section = today.sections(Reader(owner, now, UTC))[0]
    assert (section.moments, section.note) == (3, "5 h")
    assert [row.accounts for row in section.rows] == [3, 0, 1]
    assert booked_in(Reader(owner, now, UTC), monday_of(now))[now.date()] == 300
    page = cora.get("/").content.decode()
    assert "<b>3 accounts</b>" in page
    for moment in moments:
        assert f'<a href="/moments/{moment.public_id}/">{moment.account.name}</a>' in page

    services.finish(occurrence=moments[1], actor=owner, at=now)
    done = Occurrence.objects.filter(state="done")
    assert {one.pk for one in done} == {one.pk for one in moments}
    assert Verdict.objects.filter(verdict="done").count() == 3
    assert worked_in(Reader(owner, now, UTC), monday_of(now))[now.date()] == 120
    services.reopen(occurrence=moments[2], actor=owner, at=now)
    assert not done.all().exists()
    services.skip(occurrence=moments[0], actor=owner, at=now, reason="not this time")
    assert [row.accounts for row in today.sections(Reader(owner, now, UTC))[0].rows] == [2, 0, 1]
    assert not Occurrence.objects.filter(pk__in=[alone.pk, later.pk]).exclude(state="open").exists()


@pytest.mark.django_db
def test_a_group_session_is_handed_over_whole_or_not_at_all(
    owner: Person, colleague: Person, now: datetime
) -> None:
    both = factory.account("Brackwater Foods", now, held_by=owner)
    foreign = factory.account("Calder Works", now, held_by=owner)
    moments = [
        factory.occurrence(one, owner, now, due=timedelta(hours=2), group=True, moment="webinar")
        for one in (both, foreign)
    ]
    Holding.objects.create(account=both, person=colleague, role="csm")
    with pytest.raises(IllegalMove, match="may not see Calder Works"):
        services.hand_over(occurrence=moments[0], actor=owner, at=now, to=colleague, reason="away")
    assert {one.owner for one in Occurrence.objects.all()} == {owner}
    Holding.objects.create(account=foreign, person=colleague, role="csm")
    services.hand_over(occurrence=moments[0], actor=owner, at=now, to=colleague, reason="away")
    assert {one.owner for one in Occurrence.objects.all()} == {colleague}
    services.hand_back(occurrence=moments[0], actor=owner, at=now)
    assert {one.owner for one in Occurrence.objects.all()} == {owner}


@pytest.mark.django_db
def test_whom_to_invite_is_told_on_the_list_and_beside_the_reasons(
    cora: Client, owner: Person, now: datetime
) -> None:
    guests = [{"contact": "ann", "name": "Ann Berg", "persona": "exec_sponsor"}]
    account = factory.account("Brackwater Foods", now, held_by=owner)
    moment = factory.occurrence(account, owner, now, due=timedelta(hours=2), guests=guests)
    for url in ("/", f"/moments/{moment.public_id}/"):
        assert 'Ann Berg <span class="soft">exec sponsor</span>' in cora.get(url).content.decode()


def monday_of(now: datetime) -> date:
    return now.date() - timedelta(days=now.weekday())
