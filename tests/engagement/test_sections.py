"""What can be wrong with roles, metrics, phases and segments, with exactly the line that is shown for it."""

from __future__ import annotations

import pytest

from tests.engagement.documents import SMALL, problems

OF_PROPERTIES = "distinct, sum, min, max, mean or latest"
VERBS = "count, users, days, first, last, open, distinct, sum, min, max, mean, latest or formula"


@pytest.mark.parametrize(
    ("metric", "problem"),
    [
        ("{over: 28d}", f"12:3: metrics.sign_ins: a metric needs a verb: {VERBS}"),
        ("{count: X, users: X}", "12:24: metrics.sign_ins.users: one verb only: 'users' beside 'count'"),
        (
            "{cuont: X, count: X}",
            "12:14: metrics.sign_ins.cuont: unknown key 'cuont' (did you mean 'count'?)",
        ),
        (
            "{count: X, over: 3d, since: phase_start}",
            "12:34: metrics.sign_ins.since: a metric has 'over' or 'since', not both",
        ),
        (
            "{count: X, since: phase_strt}",
            "12:31: metrics.sign_ins.since: unknown instant 'phase_strt' (did you mean 'phase_start'?)",
        ),
        (
            "{sum: rows}",
            "12:3: metrics.sign_ins: 'of' is missing",
        ),
        ("{open: X, by: id}", "12:3: metrics.sign_ins: 'until' is missing"),
        ("{open: X, until: Y}", "12:3: metrics.sign_ins: 'by' is missing"),
        ("{count: X, of: Y}", f"12:24: metrics.sign_ins.of: 'of' belongs to {OF_PROPERTIES}, not to count"),
        ("{sum: rows, of: X, by: id}", "12:32: metrics.sign_ins.by: 'by' belongs to open, not to sum"),
        (
            "{sum: Rows, of: X}",
            "12:19: metrics.sign_ins.sum: 'Rows' is not a name: a small letter, then letters, digits and _",
        ),
        ("{formula: mrr > 5}", "12:23: metrics.sign_ins.formula: a number expected, found true or false"),
        ("{formula: plan}", "12:23: metrics.sign_ins.formula: a number expected, plan is text"),
        ("{formula: seats + helth}", "12:31: metrics.sign_ins.formula: unknown name 'helth'"),
        (
            "{formula: seats + health}",
            "12:31: metrics.sign_ins.formula: 'health' is not what health or a formula is made of",
        ),
        ("{formula: sign_ins + 1}", "12:23: metrics.sign_ins.formula: 'sign_ins' would be made of itself"),
        (
            "{count: X, where: kind}",
            "12:31: metrics.sign_ins.where: a property is compared with a number, a text, true or false",
        ),
        (
            "{count: X, where: \"kind in (1, 'x')\"}",
            "12:44: metrics.sign_ins.where: a property is looked for among numbers or among texts",
        ),
        (
            "{count: X, where: kind in (-1)}",
            "12:40: metrics.sign_ins.where: a property is looked for among numbers or among texts",
        ),
        (
            "{count: X, where: 5 between low and 9}",
            "12:41: metrics.sign_ins.where: a property stands before 'in' and 'between', not after them",
        ),
        (
            "{count: X, where: kind = sort}",
            "12:38: metrics.sign_ins.where: a property is compared with a number, a text, true or false",
        ),
        (
            "{count: X, where: days_since(at) > 3}",
            "12:31: metrics.sign_ins.where: days_since cannot be asked here",
        ),
        (
            "{count: X, where: 'abs(n) > 3'}",
            "12:36: metrics.sign_ins.where: a number expected, n is a property",
        ),
    ],
)
def test_a_metric_has_one_verb_and_one_window(metric: str, problem: str) -> None:
    assert problems(("{count: Signed In, over: 28d}", metric)) == [f"m.yaml:{problem}"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("  tickets: {", "  mrr: {", "13:3: metrics.mrr: 'mrr' is a built-in name"),
        ("  tickets: {", "  health: {", "13:3: metrics.health: 'health' is a built-in name"),
        ("  tickets: {", "  done: {", "13:3: metrics.done: 'done' is a built-in name"),
        ("  tickets: {", "  go_live: {", "13:3: metrics.go_live: 'go_live' is the name of a field already"),
        ("  tickets: {", "  go_Live: {", "13:3: metrics.go_Live: 'go_live' is the name of a field already"),
        ("  tickets: {", "  cause: {", "13:3: metrics.cause: 'cause' is the name of a record already"),
        ("  tickets: {", "  and: {", "13:3: metrics.and: 'and' is a word of the grammar, not a name"),
        (
            "  tickets: {",
            "  Tickets: {",
            "13:3: metrics.Tickets: 'Tickets' is not a name: a small letter, then letters, digits and _",
        ),
        ("{cause:", "{tier:", "10:11: records.tier: 'tier' is the name of a field already"),
        ("  ticket:\n", "  event:\n", "28:3: moments.event: 'event' is a built-in name"),
        ("  ticket:\n", "  kickOff:\n", "28:3: moments.kickOff: 'kickoff' is the name of a moment already"),
        ("[gold, silver]", "[gold, gold]", "9:31: fields.tier: a choice stands twice"),
        ("[gold, silver]", "nubmer", "9:31: fields.tier: unknown type 'nubmer' (did you mean 'number'?)"),
    ],
)
def test_a_name_means_one_thing(old: str, new: str, problem: str) -> None:
    assert problems((old, new)) == [f"m.yaml:{problem}"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "reports_to: manager",
            "reports_to: manger",
            "6:21: roles.csm.reports_to: unknown role 'manger' (did you mean 'manager'?)",
        ),
        (
            "rate: 140",
            "rate: -3",
            "7:19: roles.manager.rate: expected a number that is not negative, found '-3'",
        ),
        ("rate: 140", "rat: 3", "7:13: roles.manager.rat: unknown key 'rat' (did you mean 'rate'?)"),
        (
            "country: DE",
            "country: UK",
            "4:50: clock.home.country: unknown country 'UK': write its two-letter code, such as DE",
        ),
        (
            "Europe/Berlin",
            "Europe/Berln",
            "4:26: clock.home.timezone: unknown time zone 'Europe/Berln' (did you mean 'Europe/Berlin'?)",
        ),
        ("clock: {", "clock: {timezone: Mars, ", "4:19: clock.timezone: unknown time zone 'Mars'"),
        (
            "clock: {",
            "clock: {holidays: XX, ",
            "4:19: clock.holidays: unknown country 'XX': write its two-letter code, such as DE",
        ),
        ("clock: {", "clock: {closed: [2026-02-30], ", "4:18: clock.closed[0]: there is no day 2026-02-30"),
        (
            "clock: {",
            "clock: {closed: 2026-02-03..2026-02-01, ",
            "4:17: clock.closed: the range ends before it begins",
        ),
        (
            "clock: {",
            'clock: {business_hours: {from: "18:00", to: "09:00"}, ',
            "4:46: clock.business_hours.to: business hours end before they begin",
        ),
        (
            "clock: {",
            "clock: {business_hours: {days: mon-fry}, ",
            "4:32: clock.business_hours.days: expected days such as mon-fri, found 'fry'",
        ),
        (
            "clock: {",
            "clock: {roll: next, ",
            "4:15: clock.roll: unknown roll 'next': it is none, following, preceding or modified_following",
        ),
        (
            "  ongoing: {}",
            "  ongoing: {may_return: true}",
            "16:25: phases.ongoing.may_return: a phase to return to needs 'enters'",
        ),
        (
            "  ongoing: {}",
            "  ongoing: {before: onboarding}",
            "16:13: phases.ongoing.before: 'before' belongs to a model that extends another",
        ),
        ("  ongoing: {}", "  ongoing:", "16:3: phases.ongoing: expected a mapping, found nothing"),
        (
            "  rest: {touch: tech}",
            "  rest: {touch: tech, when: mrr > 1}",
            "19:29: segments.rest.when: the last segment takes all who match no other: it has no 'when'",
        ),
        (
            'when: "mrr >= 5000", exit: "mrr < 4500", ',
            "",
            "18:3: segments.large: 'when' is missing: only the last segment goes without",
        ),
        ("{touch: tech}", "{touch: tech, exit: mrr > 1}", "19:23: segments.rest.exit: 'exit' needs a 'when'"),
        ("{touch: tech}", "{}", "19:3: segments.rest: 'touch' is missing"),
        (
            "{touch: tech}",
            "{touch: [tech, teck]}",
            "19:24: segments.rest.touch[1]: unknown touch level 'teck' (did you mean 'tech'?)",
        ),
        (
            "{onboarding: high, ongoing: low}",
            "{onboarding: high}",
            "18:59: segments.large.touch: no touch level for the phase 'ongoing'",
        ),
        (
            ", ongoing: low}",
            ", ongoing: lwo}",
            "18:87: segments.large.touch.ongoing: unknown touch level 'lwo' (did you mean 'low'?)",
        ),
        (
            ", ongoing: low}",
            ", ongoing: low, later: low}",
            "18:92: segments.large.touch.later: unknown phase 'later'",
        ),
    ],
)
def test_roles_clock_phases_and_segments_are_whole(old: str, new: str, problem: str) -> None:
    assert problems((old, new)) == [f"m.yaml:{problem}"]


def test_nobody_reports_to_themselves() -> None:
    assert problems(("manager: {rate: 140}", "manager: {reports_to: csm}")) == [
        "m.yaml:6:21: roles.csm.reports_to: 'csm' would report to itself",
        "m.yaml:7:25: roles.manager.reports_to: 'manager' would report to itself",
    ]


def test_an_event_comes_from_one_source() -> None:
    sources = "sources: {desk: {events: [A, B]}, shop: {events: B}, none: {}}\nroles:\n"
    assert problems(("roles:\n", sources)) == [
        "m.yaml:5:50: sources.shop.events[0]: 'B' comes from 'desk' already",
        "m.yaml:5:54: sources.none: 'events' is missing",
    ]


@pytest.mark.parametrize("key", ["engagement_model", "title"])
def test_a_model_has_a_name_and_a_title(key: str) -> None:
    line = next(line for line in SMALL.splitlines(keepends=True) if line.startswith(key))
    assert problems((line, "")) == [f"m.yaml:1:1: '{key}' is missing"]


@pytest.mark.parametrize(
    "condition", ["newest >= 9", "newest = 'good'", "newest is not null", "newest in (9, 10)"]
)
def test_the_newest_value_has_the_kind_of_what_it_is_compared_with(condition: str) -> None:
    newest = ("  tickets: {", "  newest: {latest: score, of: Survey Answered}\n  tickets: {")
    assert problems(newest, ("mrr >= 5000", condition)) == []


def test_the_newest_value_is_no_number_by_itself() -> None:
    newest = ("  tickets: {", "  newest: {latest: score, of: Survey Answered}\n  tickets: {")
    assert problems(newest, ("mrr >= 5000", "days_until(newest) > 3")) == [
        "m.yaml:19:29: segments.large.when: an instant expected, newest is a property"
    ]
