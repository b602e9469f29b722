"""The contact policy: what may reach whom, and when. The rules are those of domain.md 3.7."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from aloft.decide.calendar import WorkCalendar
from aloft.decide.policy.judge import judge
from aloft.decide.policy.pressure import eased, pressure
from aloft.decide.policy.regimes import CUSTOMERS, IMPLIED, OPT_OUT, STRICTEST, regime_of
from aloft.decide.policy.values import Approach, Passage, Past, Standing, Word
from aloft.engagement.model import Duration
from aloft.engagement.policy import ContactCap, ContactPolicy, QuietHours

QUIET = QuietHours(time(20), time(9))
WEEK = Duration(7, "d")
TWO_A_WEEK = ContactCap(2, WEEK, channel="email", purpose="marketing")
EVERY_DAY = WorkCalendar("UTC", days=(0, 1, 2, 3, 4, 5, 6))
ANN = Standing(EVERY_DAY, "Ann", "champion", OPT_OUT)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def mail(key: int = 1, when: str = "2026-05-06 10:00", **more: object) -> Approach:
    given = {
        "contact": 1, "channel": "email", "purpose": "marketing", "priority": "campaign", "at": at(when),
        "ends": at(when) + timedelta(days=30), "due": at(when), "kind": f"template-{key}", **more,
    }  # fmt: skip
    return Approach(key, **given)  # type: ignore[arg-type]


def told(
    *approaches: Approach, standing: Standing = ANN, policy: ContactPolicy | None = None
) -> dict[int, Passage]:
    return judge(approaches, {1: standing}, policy or ContactPolicy())


def only(approach: Approach, standing: Standing = ANN, policy: ContactPolicy | None = None) -> Passage:
    return told(approach, standing=standing, policy=policy)[approach.key]


def because(passage: Passage) -> str:
    return f"{passage.reason.rule}: {passage.reason.found}" if passage.reason else ""


def test_without_a_rule_everything_passes() -> None:
    assert only(mail()) == Passage("passes")


def test_a_friday_evening_in_tokyo_waits_for_the_golden_week_to_end() -> None:  # T33
    policy = ContactPolicy(quiet_hours=QUIET)
    tokyo = replace(ANN, calendar=WorkCalendar("Asia/Tokyo", country="JP"))
    friday = mail(when="2026-05-01 13:00")
    passage = only(friday, tokyo, policy)
    assert (passage.way, passage.until) == ("held", at("2026-05-07 00:00"))  # Thursday 09:00 there
    assert because(passage) == (
        "quiet_hours: it is Fri 2026-05-01 22:00 there; the first instant that passes is Thu 2026-05-07 09:00"
    )
    short = only(replace(friday, ends=at("2026-05-06 00:00")), tokyo, policy)
    assert short.way == "suppressed"
    assert because(short).endswith("it is of no use after 2026-05-06 00:00 UTC")


def test_an_incident_waits_for_no_morning() -> None:
    policy = ContactPolicy(quiet_hours=QUIET)
    at_night = mail(when="2026-05-06 23:00", purpose="service")
    assert only(replace(at_night, priority="incident"), policy=policy) == Passage("passes")
    assert only(at_night, policy=policy).until == at("2026-05-07 09:00")


def test_of_three_campaigns_of_one_day_one_is_sent_by_priority_and_two_are_held() -> None:  # T34
    policy = ContactPolicy(caps=(ContactCap(1, Duration(1, "d"), channel="email", purpose="marketing"),))
    found = told(mail(1), mail(2, priority="event"), mail(3, due=at("2026-05-05 10:00")), policy=policy)
    assert {key: (one.way, one.until) for key, one in found.items()} == {
        2: ("passes", None),
        3: ("held", at("2026-05-07 10:00")),
        1: ("held", at("2026-05-08 10:00")),
    }
    assert because(found[3]) == "cap: Ann: Wed 2026-05-06 10:00"


def test_a_survey_goes_by_mail_and_counts_as_both() -> None:
    sent = replace(ANN, past=(Past(at("2026-05-05 10:00"), "survey"),))
    assert only(mail(), sent, ContactPolicy(caps=(ContactCap(1, WEEK, channel="email"),))).way == "held"
    mailed = replace(ANN, past=(Past(at("2026-05-05 10:00"), "email"),))
    asked = mail(channel="survey")
    assert only(asked, mailed, ContactPolicy(caps=(ContactCap(1, WEEK, channel="survey"),))).way == "passes"


def test_a_cap_counts_what_has_been_sent_and_holds_until_the_oldest_leaves_its_window() -> None:
    policy = ContactPolicy(caps=(TWO_A_WEEK,))
    sent = (
        Past(at("2026-05-01 08:00"), "email", "marketing"),
        Past(at("2026-05-04 08:00"), "email", "marketing"),
    )
    passage = only(mail(), replace(ANN, past=sent), policy)
    assert (passage.way, passage.until) == ("held", at("2026-05-08 08:00"))
    assert only(mail(when="2026-05-08 08:00"), replace(ANN, past=sent), policy) == Passage("passes")
    assert only(mail(purpose="service"), replace(ANN, past=sent), policy) == Passage("passes")
    assert only(mail(ends=at("2026-05-08 08:00")), replace(ANN, past=sent), policy).way == "suppressed"


def test_a_cap_of_a_persona_is_for_that_persona() -> None:
    policy = ContactPolicy(caps=(ContactCap(1, Duration(30, "d"), persona="exec_sponsor"),))
    sent = (Past(at("2026-05-01 08:00"), "call"),)
    assert only(mail(), replace(ANN, past=sent), policy) == Passage("passes")
    sponsor = replace(ANN, persona="exec_sponsor", past=sent)
    assert only(mail(), sponsor, policy).until == at("2026-05-31 08:00")


def test_two_that_stay_without_an_answer_double_the_gap() -> None:
    policy = ContactPolicy(caps=(ContactCap(1, WEEK, channel="email"),))
    sent = tuple(Past(at(day), "email", "marketing", answered=False) for day in ("2026-04-20", "2026-05-01"))
    assert only(mail(), replace(ANN, past=sent), policy).until == at("2026-05-15")
    heard = (sent[0], replace(sent[1], answered=True))
    assert only(mail(), replace(ANN, past=heard), policy).until == at("2026-05-08")


def test_the_same_thing_is_said_once_a_day() -> None:
    found = told(mail(1, kind="news"), mail(2, kind="news", due=at("2026-05-07 10:00")), mail(3))
    assert (found[1].way, found[2].way, found[2].into, found[3].way) == ("passes", "merged", 1, "passes")


@pytest.mark.parametrize(
    ("country", "regime"),
    [
        ("US", OPT_OUT),
        ("us", OPT_OUT),
        ("CA", IMPLIED),
        ("DE", CUSTOMERS),
        ("", CUSTOMERS),
        ("BR", CUSTOMERS),
    ],
)
def test_a_country_has_a_regime(country: str, regime: object) -> None:
    assert regime_of("by_country", country) == regime


def test_of_two_countries_the_stricter_counts_and_a_model_may_say_otherwise() -> None:
    assert regime_of("by_country", "US", "DE") == CUSTOMERS
    assert regime_of("by_country", None, "US") == OPT_OUT
    assert (regime_of("opt_in", "US"), regime_of("opt_out", "DE")) == (STRICTEST, OPT_OUT)


def test_implied_consent_ends_two_years_after_the_contract() -> None:  # T26
    left = replace(ANN, regime=IMPLIED, customer=False, left=at("2024-04-01"))
    assert only(mail(when="2026-03-31 23:59"), left) == Passage("passes")
    expired = only(mail(when="2026-04-02 10:00"), left)
    assert (expired.way, because(expired)) == ("suppressed", "consent: consent expired on 2026-04-01")
    assert only(mail(when="2026-04-02 10:00", purpose="service"), left) == Passage("passes")


def test_an_objection_is_absolute_and_a_yes_of_their_own_opens_the_door() -> None:
    no = replace(ANN, words={"marketing": Word(False, at("2026-01-01"))})
    assert because(only(mail(), no)) == "consent: Ann has withdrawn consent to marketing messages"
    assert only(mail(purpose="service"), no) == Passage("passes")
    asked = replace(ANN, regime=STRICTEST)
    assert because(only(mail(), asked)) == "consent: Ann has not consented to marketing messages"
    yes = Word(True, at("2026-01-01"), at("2026-05-06 10:00"))
    assert only(mail(when="2026-05-06 09:59"), replace(asked, words={"marketing": yes})) == Passage("passes")
    assert because(only(mail(), replace(asked, words={"marketing": yes}))) == (
        "consent: consent expired on 2026-05-06"
    )


def test_nothing_goes_to_a_dead_address_and_no_marketing_to_who_complained() -> None:
    dead = replace(ANN, blocked="the address of Ann does not exist")
    assert because(only(mail(purpose="service"), dead)) == "suppression: the address of Ann does not exist"
    cross = replace(ANN, words={"marketing": Word(False, at("2026-05-01"), basis="complaint")})
    assert because(only(mail(), cross)).endswith("withdrawn consent to marketing messages (complaint)")


def test_pressure_weighs_and_halves_in_a_week() -> None:
    past = [Past(at("2026-05-01"), "video"), Past(at("2026-05-08"), "call"), Past(at("2026-05-08"), "email")]
    assert pressure(past, at("2026-05-08")) == 3 / 2 + 2 + 1
    assert pressure(past, at("2026-05-15")) == (3 / 2 + 2 + 1) / 2
    assert pressure(past, at("2026-05-07")) == pytest.approx(3 * 2 ** (-6 / 7))


def test_marketing_waits_while_much_was_asked_and_a_renewal_by_service_does_not() -> None:
    met = tuple(Past(at("2026-05-06 08:00"), "video") for _ in range(4))  # 12, twice what is borne
    pressed = only(mail(when="2026-05-06 08:00"), replace(ANN, past=met))
    assert (pressed.way, pressed.until) == ("held", at("2026-05-13 08:00"))
    assert because(pressed) == "pressure: Ann: 12.0"
    assert eased(met, at("2026-05-06 08:00")) == at("2026-05-13 08:00")
    assert only(mail(purpose="service", priority="renewal"), replace(ANN, past=met)) == Passage("passes")
