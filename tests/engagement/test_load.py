"""What the ways of writing a model have in common, and where they differ."""

from __future__ import annotations

from datetime import date, time

import pytest

from aloft.engagement.load import check_book_rule, load, parse_rule
from aloft.engagement.model import Duration, EventTrigger, Model, Rule, ScheduleTrigger, WorkingTime
from aloft.engagement.parse import ExpressionError, parse
from aloft.engagement.problems import InvalidModel
from tests.engagement.documents import SMALL, changed


def model(*changes: tuple[str, str]) -> Model:
    return load(changed(*changes), "m.yaml")


def test_no_is_norway() -> None:
    assert model(("country: DE", "country: NO")).clock.home_country == "NO"


def test_the_clock_is_read_whole() -> None:
    clock = (
        "clock: {timezone: Asia/Tokyo, holidays: JP, lateness: 2d, roll: following,"
        " closed: [2026-12-24..2026-12-31, 2027-01-02],"
        ' business_hours: {days: [sun-tue, thu], from: "08:30", to: "17:00"}, '
    )
    assert model(("clock: {", clock)).clock == WorkingTime(
        home_zone="Europe/Berlin",
        home_country="DE",
        zone="Asia/Tokyo",
        days=(0, 1, 3, 6),
        opens=time(8, 30),
        closes=time(17),
        holidays="JP",
        closed=((date(2026, 12, 24), date(2026, 12, 31)), (date(2027, 1, 2), date(2027, 1, 2))),
        lateness=Duration(2, "d"),
        roll="following",
    )


def test_a_model_without_a_clock_keeps_the_standard() -> None:
    assert model(("clock: {home: {timezone: Europe/Berlin, country: DE}}\n", "")).clock == WorkingTime()


def test_a_scheduled_moment_rolls_as_the_clock_does_unless_it_says_so() -> None:
    clock = ("clock: {", "clock: {roll: following, ")
    assert roll(model(clock)) == "following"
    assert roll(model(clock, ("phase: onboarding", "roll: preceding"))) == "preceding"
    assert roll(model()) == "none"


def roll(found: Model) -> str:
    trigger = found.moments["kickoff"].trigger
    assert isinstance(trigger, ScheduleTrigger)
    return trigger.roll


def test_one_thing_may_stand_for_a_list_of_one() -> None:
    assert model(("phase: onboarding", "phase: [onboarding]")).digest == model().digest


def test_touch_for_all_phases_is_touch_for_each() -> None:
    assert model().segments["rest"].touch == {"onboarding": ("tech",), "ongoing": ("tech",)}


def test_touch_levels_stand_most_personal_first() -> None:
    touch = model(("{touch: tech}", "{touch: [community, tech, high]}")).segments["rest"].touch
    assert touch["ongoing"] == ("high", "tech", "community")


def test_the_first_of_a_list_of_owners_is_accountable() -> None:
    kickoff = model(("owner: csm\n", "owner: [csm, manager]\n")).moments["kickoff"]
    assert (kickoff.owners, kickoff.participants) == ({"*": "csm"}, ("manager",))


def test_any_event_is_no_list_of_events() -> None:
    trigger = model(("event: Ticket Opened", "event: any")).moments["ticket"].trigger
    assert isinstance(trigger, EventTrigger)
    assert trigger.events == ()
    assert model(("count: Signed In", "count: [Signed In, Signed Up]")).metrics["sign_ins"].events == (
        "Signed In",
        "Signed Up",
    )


def test_fields_have_types_and_choices_are_one() -> None:
    assert model().fields == {"go_live": "date", "tier": "choice"}


def test_aliases_stand_for_what_they_name() -> None:
    tied = model(('when: "mrr >= 5000"', "when: &big mrr >= 5000"), ('exit: "mrr < 4500"', "exit: *big"))
    assert tied.segments["large"].exit == tied.segments["large"].when


def test_a_rule_knows_its_line() -> None:
    assert model().segments["large"].when == Rule(parse("mrr >= 5000"), "mrr >= 5000", 18)
    assert model().moments["ticket"].line == 28


def test_a_condition_on_several_lines_is_one_condition() -> None:
    folded = 'when: "mrr >= 5000", exit: "mrr < 4500", touch: {onboarding: high, ongoing: low}}'
    text = changed(
        (f"  large: {{{folded}", "  large:\n    when: >-\n      mrr\n      >= 5000\n    touch: high")
    )
    when = load(text, "m.yaml").segments["large"].when
    assert when == Rule(parse("mrr >= 5000"), "mrr >= 5000", 19)


def test_the_digest_is_that_of_the_meaning() -> None:
    plain = model().digest
    assert model(("owner: csm\n", "owner:   'csm'   # a comment\n")).digest == plain
    assert model(("mrr >= 5000", "(mrr)>=5000.00")).digest == plain
    assert model(("5bd after", "5 business days after")).digest == plain
    assert load(SMALL, "elsewhere.yaml").digest == plain
    assert model(("mrr >= 5000", "mrr >= 5001")).digest != plain
    assert model(("title: A small model", "title: The small model")).digest != plain


def test_the_order_of_segments_is_part_of_the_meaning() -> None:
    large, medium = "  large: {when: mrr > 5, touch: high}\n", "  medium: {when: seats > 3, touch: high}\n"
    start = SMALL.index("  large:")
    end = SMALL.index("  rest:")
    one, other = (SMALL[:start] + both + SMALL[end:] for both in (large + medium, medium + large))
    assert load(one, "m.yaml").digest != load(other, "m.yaml").digest


def test_a_rule_of_a_book_reads_the_account_and_its_position() -> None:
    text = "segment = 'tier_1' and country = 'DE' and touches('high') and days_until(go_live) < 30"
    assert check_book_rule(text, {"go_live": "date"}) == Rule(parse(text), text, 1)
    assert parse_rule("mrr > 5") == parse("mrr > 5")


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["rule:1:1: an expression is missing"]),
        ("contry = 'DE'", ["rule:1:1: unknown name 'contry' (did you mean 'country'?)"]),
        ("mrr", ["rule:1:1: a condition expected, mrr is a number"]),
        ("mrr > 5 and\nsign_ins > 3", ["rule:2:1: unknown name 'sign_ins'"]),
        ("status = 'actve' or kickoff.done is null", [
            "rule:1:10: status is never 'actve' (did you mean 'active'?)",
            "rule:1:21: unknown name 'kickoff.done'",
        ]),
        ("contacted", ["rule:1:1: 'contacted' is known of an occurrence only: in its outcome and its escalations"]),
    ],
)  # fmt: skip
def test_a_rule_of_a_book_reads_nothing_else(text: str, problems: list[str]) -> None:
    with pytest.raises(InvalidModel) as raised:
        check_book_rule(text, {"go_live": "date"})
    assert [str(problem) for problem in raised.value.problems] == problems


def test_a_rule_that_is_no_expression_is_refused() -> None:
    with pytest.raises(ExpressionError, match="the expression ends too early"):
        parse_rule("mrr >")
