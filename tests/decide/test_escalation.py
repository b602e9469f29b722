from dataclasses import replace

from aloft.decide.escalation import DueEscalation, instants
from aloft.engagement.expressions import Name
from aloft.engagement.model import Escalation, ManualTrigger, Moment, Outcome, Rule
from tests.decide.timeline import BERLIN, TOKYO, UTC_WEEK, length, utc

NOT_MET = Rule(Name(("met",)), "met", line=9)
URGENT = Moment(
    name="urgent_ticket",
    trigger=ManualTrigger(),
    owners={"*": "csm"},
    objective="Keep confidence while the case is open",
    outcome=Outcome(NOT_MET, length("4bh")),
    line=1,
)


def test_t24_four_business_hours_from_friday_16_00_escalate_on_monday_11_00() -> None:
    moment = replace(URGENT, escalations=(Escalation(length("4bh"), "manager"),))
    assert instants(moment, utc("2026-05-15 16:00"), UTC_WEEK) == [
        DueEscalation(0, utc("2026-05-18 11:00"), "manager", None, None)
    ]


def test_escalations_come_by_instant_and_keep_their_place_in_the_document() -> None:
    moment = replace(
        URGENT,
        escalations=(
            Escalation(length("2w"), "manager", NOT_MET, "adoption"),
            Escalation(length("24h"), "executive"),
        ),
    )
    assert instants(moment, utc("2026-05-15 16:00"), UTC_WEEK) == [
        DueEscalation(1, utc("2026-05-16 16:00"), "executive", None, None),
        DueEscalation(0, utc("2026-05-29 16:00"), "manager", NOT_MET, "adoption"),
    ]


def test_the_owners_holidays_and_hours_stop_the_clock() -> None:
    moment = replace(URGENT, escalations=(Escalation(length("2bh"), "manager"),))
    friday_in_both = utc(
        "2026-05-01 07:30"
    )  # 09:30 in Berlin on Labour Day; 16:30 in Tokyo before Golden Week
    berlin, tokyo = (instants(moment, friday_in_both, calendar)[0].at for calendar in (BERLIN, TOKYO))
    assert berlin == utc("2026-05-04 09:00")
    assert tokyo == utc("2026-05-07 00:30")


def test_a_moment_without_escalations_never_escalates() -> None:
    assert instants(URGENT, utc("2026-05-15 16:00"), UTC_WEEK) == []
