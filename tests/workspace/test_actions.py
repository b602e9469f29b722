"""What a person does with a moment changes it, leaves an audit entry, and can be undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.test import Client

from aloft.act.models import Occurrence
from aloft.records.models import AuditEntry, Change, Contact, Person, RecordedFact
from aloft.workspace import noting
from tests.workspace import factory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def usage_fell(owner: Person, now: datetime) -> Occurrence:
    account = factory.account("Brackwater Foods", now, held_by=owner)
    return factory.occurrence(account, owner, now, due=timedelta(hours=2))


def post(client: Client, of: Occurrence, act: str, **said: Any) -> HttpResponse:
    response = client.post(f"/moments/{of.public_id}/{act}", {"page": "today", **said}, headers=HTMX)
    of.refresh_from_db()
    return response


def audited(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def test_start_answers_with_the_list_a_toast_and_a_way_back(
    cora: Client, usage_fell: Occurrence, now: datetime
) -> None:
    response = post(cora, usage_fell, "start")
    assert (response.status_code, usage_fell.state, usage_fell.started_at) == (200, "started", now)
    assert audited("occurrence.start") == 1
    assert Change.objects.filter(kind="occurrence.acted").count() == 1
    text = response.content.decode()
    assert "<html" not in text
    assert "Started “Usage fell” for Brackwater Foods" in text
    assert f'action="/moments/{usage_fell.public_id}/reopen"' in text
    assert "in progress" in text


def test_done_takes_it_off_the_list_and_undo_brings_it_back(cora: Client, usage_fell: Occurrence) -> None:
    text = post(cora, usage_fell, "done").content.decode()
    assert usage_fell.state == "done"
    assert audited("occurrence.finish") == 1
    assert "<h1>Your only account does not need you this week</h1>" in text
    assert 'class="moment"' not in text
    text = post(cora, usage_fell, "reopen").content.decode()
    assert usage_fell.state == "open"
    assert "<h1>Your only account needs you this week</h1>" in text
    assert audited("occurrence.reopen") == 1


def test_record_notes_with_whom_and_undo_withdraws(
    cora: Client, usage_fell: Occurrence, now: datetime
) -> None:
    ruth = factory.contact(usage_fell.account, "Ruth Palmer", "exec_sponsor")
    text = post(cora, usage_fell, "record", fact="contacted", contact=ruth.pk).content.decode()
    fact = RecordedFact.objects.get()
    assert (fact.fact, fact.contact, fact.moment, fact.occurred_at) == ("contacted", ruth, "usage_fell", now)
    assert "Recorded: contacted Ruth Palmer" in text
    assert audited("fact.recorded") == 1
    response = cora.post(f"/facts/{fact.pk}/withdraw", {"page": "today"}, headers=HTMX)
    fact.refresh_from_db()
    assert (response.status_code, fact.withdrawn_at) == (200, now)
    assert audited("fact.withdrawn") == 1


def test_nobody_of_another_account_can_be_named(cora: Client, usage_fell: Occurrence, now: datetime) -> None:
    stranger: Contact = factory.contact(factory.account("Halloway Freight", now), "Sam Stranger")
    response = post(cora, usage_fell, "record", fact="contacted", contact=stranger.pk)
    assert response.status_code == 422
    assert "Choose somebody of this account." in response.content.decode()
    assert "Sam Stranger" not in response.content.decode()
    assert not RecordedFact.objects.exists()


def test_what_the_model_lets_people_note_is_asked_with_its_choices(
    cora: Client, usage_fell: Occurrence
) -> None:
    assert (
        "Cause: price, no time; Seats wanted: a number"
        in cora.get(f"/moments/{usage_fell.public_id}/record").content.decode()
    )
    assert post(cora, usage_fell, "record", fact="cause", value="weather").status_code == 422
    assert post(cora, usage_fell, "record", fact="cause", value="price").status_code == 200
    assert RecordedFact.objects.get().value == "price"
    response = post(cora, usage_fell, "record", fact="seats_wanted", value="many")
    assert "Give a number, such as 12.5." in response.content.decode()


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("number", "12.50", "12.50"),
        ("money", "twelve", None),
        ("date", "2026-03-05", "2026-03-05"),
        ("date", "5 March", None),
        ("instant", "2026-03-05 14:30", "2026-03-05T13:30:00+00:00"),
        ("boolean", "Yes", "true"),
        ("boolean", "perhaps", None),
        ("text", "as they said", "as they said"),
    ],
)
def test_what_is_noted_is_kept_as_rules_read_it(kind: str, said: str, kept: str | None) -> None:
    assert noting.spelled(kind, said, ZoneInfo("Europe/Berlin")) == kept


def test_snooze_needs_a_day_ahead_and_a_reason(cora: Client, usage_fell: Occurrence, now: datetime) -> None:
    response = post(cora, usage_fell, "snooze", until="2026-03-02", reason="")
    assert response.status_code == 422
    assert response["HX-Retarget"] == f"#act-{usage_fell.public_id}"
    text = response.content.decode()
    assert "Choose a day after today." in text
    assert "Say why: it is kept with the moment." in text
    assert 'aria-invalid="true"' in text
    assert usage_fell.snoozed_until is None
    assert audited("occurrence.snooze") == 0


def test_snooze_puts_it_off_until_the_morning_and_undo_wakes_it(
    cora: Client, usage_fell: Occurrence, now: datetime
) -> None:
    text = post(cora, usage_fell, "snooze", until="2026-03-04", reason="They are at a fair").content.decode()
    assert usage_fell.snoozed_until == now + timedelta(days=2)
    assert "Snoozed until 4 Mar, 09:00: “Usage fell” for Brackwater Foods" in text
    assert audited("occurrence.snooze") == 1
    post(cora, usage_fell, "reopen")
    assert (usage_fell.state, usage_fell.snoozed_until) == ("open", None)


def test_skip_closes_with_its_reason_and_undo_opens_again(cora: Client, usage_fell: Occurrence) -> None:
    assert post(cora, usage_fell, "skip", reason="  ").status_code == 422
    assert usage_fell.state == "open"
    post(cora, usage_fell, "skip", reason="They merge with another account")
    assert (usage_fell.state, usage_fell.closed_as) == ("closed", "skipped")
    assert (
        AuditEntry.objects.get(action="occurrence.skip").payload["note"] == "They merge with another account"
    )
    post(cora, usage_fell, "reopen")
    assert (usage_fell.state, usage_fell.closed_as) == ("open", "")


def test_an_illegal_move_changes_nothing_and_says_what_to_do(cora: Client, usage_fell: Occurrence) -> None:
    post(cora, usage_fell, "done")
    response = post(cora, usage_fell, "start")
    assert (response.status_code, usage_fell.state) == (409, "done")
    assert (audited("occurrence.start"), audited("occurrence.refused")) == (0, 1)
    text = response.content.decode()
    assert (
        "“Usage fell” is done: it cannot be started now. Nothing was changed; the page shows how it stands now."
        in text
    )


def test_what_facts_closed_stays_closed(cora: Client, usage_fell: Occurrence) -> None:
    Occurrence.objects.update(state="closed", closed_as="met")
    assert post(cora, usage_fell, "reopen").status_code == 409
    assert (usage_fell.state, usage_fell.closed_as) == ("closed", "met")


def test_without_script_every_act_leads_back_with_a_message(cora: Client, usage_fell: Occurrence) -> None:
    response = cora.post(f"/moments/{usage_fell.public_id}/start", {"page": "today"}, follow=True)
    assert response.redirect_chain == [(f"/?open={usage_fell.public_id}", 302)]
    text = response.content.decode()
    assert "Started “Usage fell” for Brackwater Foods" in text
    assert f'id="moment-{usage_fell.public_id}" open' in text


def test_without_script_a_form_is_a_page_of_its_own(cora: Client, usage_fell: Occurrence) -> None:
    url = f"/moments/{usage_fell.public_id}/snooze"
    assert "<h1>Snooze: Usage fell at Brackwater Foods</h1>" in cora.get(url).content.decode()
    assert cora.post(url, {"until": "", "reason": ""}).status_code == 422
    done = cora.post(url, {"until": "2026-03-05", "reason": "A fair", "page": "why"})
    assert done["Location"] == f"/moments/{usage_fell.public_id}/"


def test_a_moment_is_opened_by_hand_only_where_the_model_says_so(
    cora: Client, owner: Person, now: datetime
) -> None:
    factory.version(now)
    account = factory.account("Brackwater Foods", now, held_by=owner)
    asked = cora.post(f"/accounts/{account.public_id}/open/check_in", headers=HTMX)
    assert asked.status_code == 200
    assert "Asked for: Check in. It opens as soon as the engine has looked" in asked.content.decode()
    assert audited("occurrence.open") == 1
    assert cora.post(f"/accounts/{account.public_id}/open/usage_fell").status_code == 404
    assert cora.post(f"/accounts/{account.public_id}/open/no_such").status_code == 404


@pytest.mark.parametrize(
    "act", ["start", "done", "reopen", "record", "snooze", "skip", "hand-over", "hand-back"]
)
def test_a_form_from_elsewhere_is_refused(owner: Person, usage_fell: Occurrence, act: str) -> None:
    strict = factory.sign_in(Client(enforce_csrf_checks=True), owner)
    assert strict.post(f"/moments/{usage_fell.public_id}/{act}").status_code == 403
    usage_fell.refresh_from_db()
    assert usage_fell.state == "open"


def test_a_link_never_acts(cora: Client, usage_fell: Occurrence) -> None:
    for act in ("start", "reopen", "hand-back"):
        assert cora.get(f"/moments/{usage_fell.public_id}/{act}").status_code == 405
    for act in ("done", "hand-over", "snooze", "skip"):
        assert cora.get(f"/moments/{usage_fell.public_id}/{act}").status_code == 200
    usage_fell.refresh_from_db()
    assert (usage_fell.state, audited("occurrence.finish")) == ("open", 0)


def test_done_says_what_came_of_it_and_undo_takes_both_back(
    cora: Client, usage_fell: Occurrence, now: datetime
) -> None:
    ruth = factory.contact(usage_fell.account, "Ruth Palmer")
    said = {"note": "Prices explained", "fact": "contacted", "contact": ruth.pk}
    text = post(cora, usage_fell, "done", **said).content.decode()
    fact = RecordedFact.objects.get()
    assert (usage_fell.state, fact.fact, fact.contact) == ("done", "contacted", ruth)
    assert AuditEntry.objects.get(action="occurrence.finish").payload["note"] == "Prices explained"
    undo = f"/moments/{usage_fell.public_id}/reopen?withdraw={fact.pk}"
    assert f'hx-post="{undo}"' in text
    cora.post(undo, {"page": "today"}, headers=HTMX)
    usage_fell.refresh_from_db()
    fact.refresh_from_db()
    assert (usage_fell.state, fact.withdrawn_at) == ("open", now)


def test_a_fact_of_another_moment_is_not_withdrawn_with_it(
    cora: Client, owner: Person, usage_fell: Occurrence, now: datetime
) -> None:
    other = factory.occurrence(usage_fell.account, owner, now, due=timedelta(hours=3))
    fact = factory.fact(other, owner, now)
    post(cora, usage_fell, "done")
    cora.post(f"/moments/{usage_fell.public_id}/reopen?withdraw={fact.pk}", {"page": "today"})
    fact.refresh_from_db()
    assert fact.withdrawn_at is None


def test_what_was_sent_twice_is_done_once(cora: Client, usage_fell: Occurrence) -> None:
    assert post(cora, usage_fell, "done").status_code == 200
    again = post(cora, usage_fell, "done")
    assert (again.status_code, audited("occurrence.finish")) == (409, 1)
    assert "cannot be finished now. Nothing was changed" in again.content.decode()


def test_hand_over_goes_to_who_may_see_it_with_the_reason_and_comes_back(
    cora: Client, mia: Client, owner: Person, manager: Person, usage_fell: Occurrence, now: datetime
) -> None:
    text = post(cora, usage_fell, "hand-over", to=manager.pk, reason="On leave").content.decode()
    assert (usage_fell.owner, usage_fell.handed_over) == (manager, True)
    assert usage_fell.owned_because == "handed over by Cora Jensen: On leave"
    assert "Handed to Mia Rossi: “Usage fell” for Brackwater Foods" in text
    assert audited("occurrence.hand_over") == 1
    assert Change.objects.get(kind="occurrence.acted").data["act"] == "hand_over"
    told = mia.get("/notices/").content.decode()
    assert "Usage fell was handed to you" in told
    assert "Brackwater Foods: Cora Jensen, “On leave”" in told

    post(cora, usage_fell, "hand-back")
    assert (usage_fell.owner, usage_fell.handed_over) == (owner, False)
    assert usage_fell.owned_because == "as csm for high touch: holds the book Tier 1"
    assert post(cora, usage_fell, "hand-back").status_code == 409


def test_nobody_is_handed_what_they_may_not_see(
    cora: Client, owner: Person, outsider: Person, usage_fell: Occurrence
) -> None:
    assert "Olga Novak" not in cora.get(f"/moments/{usage_fell.public_id}/hand-over").content.decode()
    response = post(cora, usage_fell, "hand-over", to=outsider.pk, reason="Hers now")
    assert (response.status_code, usage_fell.owner) == (422, owner)
    assert "Choose somebody who may see the account." in response.content.decode()


def test_who_gave_away_what_they_see_no_more_takes_it_back_and_nobody_else_does(
    cora: Client, owner: Person, outsider: Person, manager: Person, now: datetime
) -> None:
    foreign = factory.account("Halloway Freight", now, held_by=outsider)
    moment = factory.occurrence(foreign, owner, now, due=timedelta(hours=2))
    post(cora, moment, "hand-over", to=outsider.pk, reason="Her account")
    assert moment.owner == outsider
    assert cora.get(f"/moments/{moment.public_id}/").status_code == 404
    assert post(factory.sign_in(Client(), manager), moment, "hand-back").status_code == 409
    post(cora, moment, "hand-back")
    assert moment.owner == owner


def test_a_touch_is_logged_as_a_fact_of_the_account_and_undone(
    cora: Client, usage_fell: Occurrence, now: datetime
) -> None:
    ruth = factory.contact(usage_fell.account, "Ruth Palmer")
    url = f"/accounts/{usage_fell.account.public_id}/touch?panel={usage_fell.public_id}"
    said = {
        "page": "today",
        "fact": "contacted",
        "channel": "call",
        "contact": ruth.pk,
        "occurred_at": "2026-03-02T08:30",
        "remark": "Exports",
    }
    text = cora.post(url, said, headers=HTMX).content.decode()
    fact = RecordedFact.objects.get()
    assert (fact.moment, fact.fact, fact.value, fact.remark) == ("", "contacted", "call", "Exports")
    assert (fact.occurred_at, fact.recorded_at) == (now - timedelta(minutes=30), now)
    assert Change.objects.get(kind="fact.recorded").data["value"] == "call"
    assert "Logged: call with Ruth Palmer, Brackwater Foods" in text
    assert "<h1>Your only account needs you this week</h1>" in text
    undone = cora.post(f"/facts/{fact.pk}/withdraw", {"page": "today"}, headers=HTMX)
    fact.refresh_from_db()
    assert (undone.status_code, fact.withdrawn_at) == (200, now)


def test_a_touch_that_lies_ahead_is_refused_in_its_place(cora: Client, usage_fell: Occurrence) -> None:
    url = f"/accounts/{usage_fell.account.public_id}/touch?panel={usage_fell.public_id}"
    said = {"fact": "contacted", "channel": "call", "occurred_at": "2026-03-02T10:30"}
    response = cora.post(url, said, headers=HTMX)
    assert (response.status_code, response["HX-Retarget"]) == (422, f"#act-{usage_fell.public_id}")
    assert "It lies ahead. A touch is logged once it has happened." in response.content.decode()
    assert not RecordedFact.objects.exists()
    assert "Log a touch with Brackwater Foods" in cora.get(url).content.decode()


def test_how_we_may_write_to_somebody_is_kept_with_its_evidence_and_told_to_the_engine(
    cora: Client, usage_fell: Occurrence
) -> None:
    ruth = factory.contact(usage_fell.account, "Ruth Palmer")
    url = f"/contacts/{ruth.pk}/consent"
    assert "They want none" in cora.get(url, headers=HTMX).content.decode()
    said = {"page": "account", "marketing": "withdrawn", "basis": "She wrote so", "timezone": "Asia/Tokyo"}
    text = cora.post(url, said, headers=HTMX).content.decode()
    assert "Kept: how we may write to Ruth Palmer" in text
    assert "Asia/Tokyo · wants no marketing since" in text
    consent = ruth.consents.get()
    assert (consent.purpose, consent.granted, consent.basis) == ("marketing", False, "She wrote so")
    assert Change.objects.filter(kind="contact.set").count() == 2
    assert audited("consent.set") == 1


def test_a_zone_that_is_none_changes_nothing(cora: Client, usage_fell: Occurrence) -> None:
    ruth = factory.contact(usage_fell.account, "Ruth Palmer")
    said = {"page": "account", "marketing": "granted", "basis": "Form", "timezone": "Asia/Nowhere"}
    refused = cora.post(f"/contacts/{ruth.pk}/consent", said, headers=HTMX)
    assert refused.status_code == 409
    assert not ruth.consents.exists()
    without = cora.post(f"/contacts/{ruth.pk}/consent", {**said, "basis": ""}, headers=HTMX)
    assert (without.status_code, ruth.consents.exists()) == (422, False)


def test_an_outsider_finds_no_contact_of_a_foreign_account(outsider: Person, usage_fell: Occurrence) -> None:
    ruth = factory.contact(usage_fell.account, "Ruth Palmer")
    assert factory.sign_in(Client(), outsider).get(f"/contacts/{ruth.pk}/consent").status_code == 404
