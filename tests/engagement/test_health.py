"""The health score and the company's own touch levels: what they mean, and what can be wrong with them."""

from __future__ import annotations

import pytest

from aloft.engagement.load import load
from aloft.engagement.model import Duration, Rule, TouchLevel
from aloft.engagement.parse import parse
from aloft.engagement.scorecards import Bands, Cap, Dimension, Health
from tests.engagement.documents import changed, problems

USAGE = (
    "  usage: {weight: {high: .25, low: .35, tech: .5}, score: sign_ins, anchors: {10: 100, 0: 0, 2.5: 40}}\n"
)
HEALTH = "phases:\n"


def with_health(text: str) -> tuple[str, str]:
    return HEALTH, f"health:\n{text}phases:\n"


def test_health_is_dimensions_with_rising_values_and_bands() -> None:
    cap = "cap: {when: tickets > 2, at: 39}"
    support = f"  support: {{weight: 1, score: tickets, anchors: {{3: 0, 0: 100}}, half_life: 30d, {cap}}}\n"
    bands = '  bands: {red: "< 30", green: ">= 80", settle: 3 readings, climb: 7}\n'
    assert load(changed(with_health(USAGE + support + bands)), "m.yaml").health == Health(
        {
            "usage": Dimension(
                "usage",
                {"high": 0.25, "low": 0.35, "tech": 0.5},
                Rule(parse("sign_ins"), "sign_ins", 15),
                ((0, 0), (2.5, 40), (10, 100)),
            ),
            "support": Dimension(
                "support",
                {"*": 1},
                Rule(parse("tickets"), "tickets", 16),
                ((0, 100), (3, 0)),
                Duration(30, "d"),
                Cap(Rule(parse("tickets > 2"), "tickets > 2", 16), 39),
            ),
        },
        Bands(30, 80, 3, 7),
    )


def test_anchors_may_differ_by_segment() -> None:
    text = "  usage: {weight: 1, score: sign_ins, anchors: {large: {0: 0, 10: 100}, rest: {0: 0, 2: 100}}}\n"
    health = load(changed(with_health(text)), "m.yaml").health
    assert health is not None
    assert health.dimensions["usage"].by_segment == {"large": ((0, 0), (10, 100)), "rest": ((0, 0), (2, 100))}
    assert health.dimensions["usage"].anchors == ()


def test_bands_have_the_usual_bounds_unless_they_are_given() -> None:
    health = load(changed(with_health(USAGE)), "m.yaml").health
    assert health is not None
    assert health.bands == Bands(40, 70, 2, 5)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("  bands: {settle: 2 readings}\n", "14:1: health: a health score has at least one dimension"),
        ("  usage: {score: mrr, anchors: {0: 0, 1: 9}}\n", "15:3: health.usage: 'weight' is missing"),
        (
            USAGE.replace("tech: .5", "tec: .5"),
            "15:41: health.usage.weight.tec: unknown touch level 'tec' (did you mean 'tech'?)",
        ),
        (
            USAGE.replace("tech: .5", "tech: x"),
            "15:47: health.usage.weight.tech: expected a number that is not negative, found 'x'",
        ),
        (USAGE.replace(", tech: .5", ""), "14:1: health: no dimension has a weight for touch 'tech'"),
        (
            USAGE.replace("score: sign_ins", "score: plan"),
            "15:59: health.usage.score: a number expected, plan is text",
        ),
        (
            USAGE.replace("score: sign_ins", "score: health"),
            "15:59: health.usage.score: 'health' is not what health or a formula is made of",
        ),
        (
            USAGE.replace("10: 100", "10: 101"),
            "15:83: health.usage.anchors.10: a score lies between 0 and 100",
        ),
        (USAGE.replace("10: 100", "x: 100"), "15:79: health.usage.anchors.x: expected a number, found 'x'"),
        (USAGE.replace("10: 100", "0.0: 100"), "15:78: health.usage.anchors: a value stands twice"),
        (
            USAGE.replace("{10: 100, 0: 0, 2.5: 40}", "{0: 0}"),
            "15:78: health.usage.anchors: a curve has at least two anchors",
        ),
        (
            USAGE.replace("{10: 100, 0: 0, 2.5: 40}", "5"),
            "15:78: health.usage.anchors: expected a mapping of values to scores, found text",
        ),
        (
            USAGE.replace("{10: 100, 0: 0, 2.5: 40}", "{large: {0: 0, 1: 9}}"),
            "15:78: health.usage.anchors: segment 'rest' has no anchors",
        ),
        (
            USAGE.replace("{10: 100, 0: 0, 2.5: 40}", "{large: {0: 0, 1: 9}, rest: {0: 0}}"),
            "15:106: health.usage.anchors.rest: a curve has at least two anchors",
        ),
        (
            USAGE.replace("{10: 100, 0: 0, 2.5: 40}", "{large: {0: 0, 1: 900}, rest: {0: 0, 1: 1}}"),
            "15:96: health.usage.anchors.large.1: a score lies between 0 and 100",
        ),
        (
            USAGE.replace("weight", "wieght"),
            "15:11: health.usage.wieght: unknown key 'wieght' (did you mean 'weight'?)",
        ),
        (
            USAGE + '  bands: {red: "<= 40"}\n',
            "16:18: health.bands.red: expected a number, found '= 40'",
        ),
        (USAGE + '  bands: {red: "< 400"}\n', "16:19: health.bands.red: a score lies between 0 and 100"),
        (
            USAGE + '  bands: {red: "< 80"}\n',
            "16:10: health.bands: green would begin at 70, below the end of red at 80",
        ),
        (
            USAGE + "  bands: {settle: 2d}\n",
            "16:19: health.bands.settle: expected a number of readings, such as 2 readings",
        ),
        (
            USAGE.replace("}}\n", "}, cap: {when: tickets > 2}}\n"),
            "15:104: health.usage.cap: 'at' is missing",
        ),
        (
            "  Usage: {weight: 1, score: mrr, anchors: {0: 0, 1: 9}}\n",
            "15:3: health.Usage: 'Usage' is not a name: a small letter, then letters, digits and _",
        ),
    ],
)
def test_a_health_score_is_whole(text: str, problem: str) -> None:
    found = problems(with_health(text))
    assert f"m.yaml:{problem}" in found
    assert len(found) == 1 + ("'wieght'" in problem)  # which leaves out the weight


def test_own_touch_levels_stand_where_they_say() -> None:
    own = "{mid: {after: high, ratio: '1:60', hours: 12}, light: {after: mid}, low: {hours: 15}}"
    levels = f"touch_levels: {own}\nphases:\n"
    model = load(
        changed(
            (HEALTH, levels),
            ("ongoing: low}", "ongoing: [light, mid]}"),
            ("low: csm,", "mid: csm, low: csm,"),
        ),
        "m.yaml",
    )
    assert model.touch_levels == (
        TouchLevel("high"),
        TouchLevel("mid", "1:60", 12),
        TouchLevel("light"),
        TouchLevel("low", None, 15),
        TouchLevel("tech"),
        TouchLevel("community"),
    )
    assert model.segments["large"].touch["ongoing"] == ("mid", "light")


def test_of_two_levels_after_the_same_one_the_first_written_is_more_personal() -> None:
    levels = "touch_levels: {first: {after: high}, second: {after: high}}\nphases:\n"
    found = load(changed((HEALTH, levels)), "m.yaml").touch_levels
    assert [level.name for level in found] == ["high", "first", "second", "low", "tech", "community"]


@pytest.mark.parametrize(
    ("levels", "problem"),
    [
        ("{mid: {hours: 3}}", "14:16: touch_levels.mid: 'after' is missing"),
        (
            "{mid: {after: hgh}}",
            "14:29: touch_levels.mid.after: unknown touch level 'hgh' (did you mean 'high'?)",
        ),
        ("{mid: {after: mid}}", "14:29: touch_levels.mid.after: 'mid' would come after itself"),
        ("{low: {after: tech}}", "14:22: touch_levels.low.after: 'low' has its place already"),
        (
            "{mid: {after: high, ratio: 60}}",
            "14:42: touch_levels.mid.ratio: expected a ratio such as 1:60, found '60'",
        ),
    ],
)
def test_a_touch_level_has_a_place(levels: str, problem: str) -> None:
    assert problems((HEALTH, f"touch_levels: {levels}\nphases:\n")) == [f"m.yaml:{problem}"]
