"""Several profiles of health in one model: which scores whom, what can be wrong with them, and what extends them."""

from __future__ import annotations

import pytest

from aloft.engagement.library import Found
from aloft.engagement.load import load, read_model
from aloft.engagement.model import Rule
from aloft.engagement.naming import called
from aloft.engagement.outline import changes
from aloft.engagement.parse import parse
from aloft.engagement.printing import printed
from aloft.engagement.scorecards import Bands
from tests.engagement.documents import changed, problems

STARTING = """    starting:
      when: "phase = 'onboarding'"
      people: {weight: {high: 1, tech: 1}, score: seats, anchors: {0: 0, 10: 100}}
"""
IN_USE = """    in_use:
      bands: {red: "< 30"}
      usage: {weight: 1, score: sign_ins, anchors: {0: 0, 10: 100}}
"""
BANDS = '  bands: {green: ">= 80", climb: 3}\n'


def with_profiles(*profiles: str, beside: str = "") -> tuple[str, str]:
    return "phases:\n", f"health:\n{beside}  profiles:\n{''.join(profiles)}phases:\n"


def test_profiles_stand_in_order_each_with_its_dimensions_and_bands() -> None:
    health = load(changed(with_profiles(STARTING, IN_USE, beside=BANDS)), "m.yaml").health
    assert health is not None
    starting, in_use = health.every
    assert (starting.name, list(starting.dimensions), in_use.name, list(in_use.dimensions)) == (
        "starting", ["people"], "in_use", ["usage"],
    )  # fmt: skip
    assert starting.when == Rule(parse("phase = 'onboarding'"), "phase = 'onboarding'", 18)
    assert in_use.when is None
    assert (health.bands, starting.bands) == (Bands(40, 80, 2, 3), Bands(40, 80, 2, 3))
    assert in_use.bands == Bands(30, 80, 2, 3), "what it leaves out it has from the bands beside the profiles"
    assert health.dimensions == {}


def test_a_model_without_profiles_has_one_that_is_everybodys() -> None:
    text = "health:\n  usage: {weight: 1, score: sign_ins, anchors: {0: 0, 1: 9}}\n  bands: {red: '< 30'}\nphases:\n"
    health = load(changed(("phases:\n", text)), "m.yaml").health
    assert health is not None
    (one,) = health.every
    assert (one.name, one.when, one.bands, list(one.dimensions)) == ("", None, Bands(30), ["usage"])


def test_what_is_printed_has_the_same_profiles() -> None:
    model = load(changed(with_profiles(STARTING, IN_USE, beside=BANDS)), "m.yaml")
    assert load(printed(model), "m.yaml").digest == model.digest


def profile(name: str, when: str = "", dimension: str = "") -> str:
    said = f"      when: {when}\n" if when else ""
    return f"    {name}:\n{said}{dimension or '      usage: {weight: 1, score: sign_ins, anchors: {0: 0, 1: 9}}'}\n"


@pytest.mark.parametrize(
    ("profiles", "problem"),
    [
        (
            (IN_USE, STARTING),
            "16:5: health.profiles.in_use: 'when' is missing: only the last profile goes without",
        ),
        (
            (profile("one", "mrr > 5"), profile("two", "mrr > 9"), profile("three")),
            "19:5: health.profiles.two: no account is scored by this profile: its condition is never true after "
            "those before",
        ),
        (
            (profile("one", "phase = 'onboarding'"), profile("two", "phase = 'ongoing'"), profile("three")),
            "22:5: health.profiles.three: no account is scored by this profile: its condition is never true after "
            "those before",
        ),
        (
            (profile("one", "phase = 'onbording'"), profile("two")),
            "17:21: health.profiles.one.when: phase is never 'onbording' (did you mean 'onboarding'?)",
        ),
        (
            (profile("one", "health > 5"), profile("two")),
            "17:13: health.profiles.one.when: 'health' is not what health or a formula is made of",
        ),
        (
            (profile("one", "seats"), profile("two")),
            "17:13: health.profiles.one.when: a condition expected, seats is a number",
        ),
        (
            (profile("one", "mrr > 5"), profile("two", "", "      bands: {settle: 2 readings}")),
            "19:5: health.profiles.two: a profile has at least one dimension",
        ),
        (
            (profile("One", "mrr > 5"), profile("two")),
            "16:5: health.profiles.One: 'One' is not a name: a small letter, then letters, digits and _",
        ),
        (
            (profile("one", "mrr > 5"), f"{profile('two')}      before: one\n"),
            "21:7: health.profiles.two.before: 'before' belongs to a model that extends another",
        ),
        (
            (profile("one", "mrr > 5"), f'{profile("two")}      bands: {{red: "< 90"}}\n'),
            "21:14: health.profiles.two.bands: green would begin at 70, below the end of red at 90",
        ),
        (
            (STARTING.replace(", tech: 1", ""), IN_USE),
            "16:5: health.profiles.starting: no dimension has a weight for touch 'tech'",
        ),
        (
            (STARTING.replace("anchors: {0: 0, 10: 100}", "anchors: {0: 0}"), IN_USE),
            "18:67: health.profiles.starting.people.anchors: a curve has at least two anchors",
        ),
    ],
)
def test_profiles_are_whole(profiles: tuple[str, ...], problem: str) -> None:
    assert problems(with_profiles(*profiles)) == [f"m.yaml:{problem}"]


def test_a_name_stands_once_and_no_dimension_beside_the_profiles() -> None:
    assert problems(with_profiles(profile("one", "mrr > 5"), profile("one"))) == [
        "m.yaml:19:5: health.profiles.one: duplicate key 'one' (first on line 16)"
    ]
    beside = "  usage: {weight: 1, score: mrr, anchors: {0: 0, 1: 9}}\n"
    assert problems(with_profiles(STARTING, IN_USE, beside=beside)) == [
        "m.yaml:15:3: health.usage: with profiles each dimension stands in one of them: move it there"
    ]
    assert problems(("phases:\n", "health: {profiles: {}}\nphases:\n")) == [
        "m.yaml:14:10: health.profiles: there is at least one profile"
    ]


def test_weights_are_asked_for_the_levels_that_a_profile_can_meet_and_for_no_others() -> None:
    """In onboarding nobody has low touch: it comes later, where everybody has the same weight."""
    assert problems(with_profiles(STARTING, IN_USE)) == []


def noted(*profiles: str) -> list[str]:
    found = read_model(changed(with_profiles(*profiles)), "m.yaml").notes
    return [f"{note.path}: {note.message}" for note in found if note.path == "health.profiles"]


def test_it_is_noted_where_nobody_scores_an_account() -> None:
    says = "an account that no profile takes has no score: it is grey, unless the last goes without 'when'"
    assert noted(profile("one", "mrr > 5")) == [f"health.profiles: {says}"]
    assert noted(profile("one", "mrr > 5"), profile("two")) == []
    assert noted(profile("one", "phase = 'onboarding'"), profile("two", "phase = 'ongoing'")) == []


BASE = changed(with_profiles(STARTING, IN_USE))


def extended(own: str) -> list[str]:
    document = f"extends: base\nengagement_model: own\n{own}"
    model = read_model(document, "own.yaml", lambda _: Found(BASE, "base.yaml", lambda _: None)).model
    assert model.health is not None
    return [one.name for one in model.health.every]


def test_a_profile_that_is_added_stands_before_the_one_that_takes_everybody_else() -> None:
    risky = "risky: {when: seats > 50, usage: {weight: 1, score: mrr, anchors: {0: 0, 1: 9}}}"
    assert extended(f"health: {{profiles: {{{risky}}}}}\n") == ["starting", "risky", "in_use"]
    first = risky.replace("{when", "{before: starting, when")
    assert extended(f"health: {{profiles: {{{first}}}}}\n") == ["risky", "starting", "in_use"]
    assert extended("health: {profiles: {starting: null}}\n") == ["in_use"]


def test_the_other_form_of_health_takes_the_place_of_what_is_inherited_but_for_the_bands() -> None:
    assert extended("health: {usage: {weight: 1, score: mrr, anchors: {0: 0, 1: 9}}}\n") == [""]
    assert extended('health: {bands: {red: "< 20"}}\n') == ["starting", "in_use"]
    usage = "usage: {weight: 1, score: mrr, anchors: {0: 0, 1: 9}}"
    document = f"extends: two-phase\nengagement_model: own\nhealth: {{profiles: {{all: {{{usage}}}}}}}\n"
    health = read_model(document, "own.yaml").model.health
    assert health is not None
    assert [(one.name, list(one.dimensions)) for one in health.every] == [("all", ["usage"])]


def test_another_order_of_profiles_is_a_change_of_the_model() -> None:
    whens = (profile("one", "mrr > 5"), profile("two", "seats > 5"))
    before = changed(with_profiles(*whens, profile("rest")))
    after = changed(with_profiles(*whens[::-1], profile("rest")))
    assert changes(before, after).differs == ("health.profiles",)
    assert load(before, "m.yaml").digest != load(after, "m.yaml").digest


def test_a_renamed_phase_or_segment_is_called_so_by_profiles_too() -> None:
    curves = "anchors: {large: {0: 0, 1: 9}, rest: {0: 0, 1: 9}}"
    text = changed(with_profiles(STARTING.replace("anchors: {0: 0, 10: 100}", curves), IN_USE))
    assert "when: \"phase = 'starting_up'\"" in called(text, "phases", "onboarding", "starting_up")
    assert "anchors: {big: {0: 0, 1: 9}, rest:" in called(text, "segments", "large", "big")
