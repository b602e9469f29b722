"""What a model inherits, changes and removes (rule 11), and where its errors are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from aloft.engagement.library import Found, beside
from aloft.engagement.load import Reading, load, read_model
from aloft.engagement.model import Duration, Model, WhenTrigger
from aloft.engagement.problems import InvalidModel
from tests.engagement.documents import SMALL

HEAD = "extends: small\nengagement_model: own\ntitle: Our own\n"
ABSORBING = SMALL.replace("    by: ticket_id\n", "    by: ticket_id\n    absorbs: [kickoff]\n")


def library(**texts: str):  # type: ignore[no-untyped-def]
    def find(name: str) -> Found | None:
        return Found(texts[name], f"{name}.yaml", find) if name in texts else None

    return find


def reading(text: str, base: str = SMALL) -> Reading:
    return read_model(HEAD + text, "own.yaml", library(small=base))


def model(text: str, base: str = SMALL) -> Model:
    return reading(text, base).model


def problems(text: str, base: str = SMALL, head: str = HEAD) -> list[str]:
    with pytest.raises(InvalidModel) as raised:
        read_model(head + text, "own.yaml", library(small=base, round=HEAD.replace("small", "round")))
    return [str(problem) for problem in raised.value.problems]


def test_what_is_not_said_is_inherited() -> None:
    own, base = model(""), load(SMALL, "small.yaml")
    assert (own.name, own.title, own.bases) == ("own", "Our own", ("small",))
    assert own.moments == base.moments
    assert own.segments == base.segments
    assert own.applies_to == base.applies_to


def test_maps_merge_by_key_and_lists_are_replaced_whole() -> None:
    own = model("roles: {csm: {rate: 90}, trainer: {rate: 50}}\nfields: {tier: [bronze]}\n")
    assert list(own.roles) == ["csm", "manager", "digital", "trainer"]
    assert (own.roles["csm"].rate, own.roles["csm"].reports_to) == (90, "manager")
    assert own.fields == {"go_live": "date", "tier": "choice"}


def test_null_removes() -> None:
    own = model("moments: {kickoff: null}\nsegments: {large: {exit: }}\n")
    assert list(own.moments) == ["ticket"]
    assert own.segments["large"].exit is None


def test_an_inherited_absorbs_forgets_what_was_removed() -> None:
    assert model("", ABSORBING).moments["ticket"].absorbs == ("kickoff",)
    own = reading("moments: {kickoff: null}\n", ABSORBING)
    assert own.model.moments["ticket"].absorbs == ()
    assert [note.path for note in own.notes if "to absorb" in note.message] == []


def test_any_other_reference_to_what_was_removed_is_an_error_where_it_stands() -> None:
    assert problems("roles: {manager: null}\n") == [
        "small.yaml:6:21: roles.csm.reports_to: unknown role 'manager'",
        "small.yaml:27:49: moments.kickoff.escalate[0].to: unknown role 'manager'",
    ]


def test_what_is_new_stands_before_what_it_names_and_else_last() -> None:
    own = model(
        "phases: {trial: {before: onboarding, enters: contract_signed is null}, mature: {enters: mrr > 5}}\n"
        "segments:\n"
        "  vip: {before: large, when: mrr > 9000, touch: high}\n"
        "  small: {when: mrr > 100, touch: tech}\n"
        "  large: {touch: high}\n"
    )
    assert list(own.phases) == ["trial", "onboarding", "ongoing", "mature"]
    assert list(own.segments) == ["vip", "large", "small", "rest"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "phases: {trial: {before: onbording, enters: mrr = 0}}\n",
            "own.yaml:4:26: phases.trial.before: unknown phase 'onbording' (did you mean 'onboarding'?)",
        ),
        (
            "phases: {ongoing: {before: onboarding}}\n",
            "own.yaml:4:20: phases.ongoing.before: "
            "'before' is for what is new: 'ongoing' is inherited and keeps its place",
        ),
        (
            "moments: {kickof: null}\n",
            "own.yaml:4:11: moments.kickof: there is nothing to remove (did you mean 'kickoff'?)",
        ),
        (
            "moments: {kickoff: {owner: cms}}\n",
            "own.yaml:4:28: moments.kickoff.owner: unknown role 'cms' (did you mean 'csm'?)",
        ),
        (
            "metrics: {sign_ins: null}\n",
            "small.yaml:15:63: phases.onboarding.leaves: unknown name 'sign_ins'",
        ),
    ],
)
def test_errors_point_into_the_right_file(text: str, problem: str) -> None:
    assert problem in problems(text)


def test_another_trigger_drops_the_keys_of_the_old_one() -> None:
    own = model(
        "moments: {ticket: {when: mrr > 5, cooldown: 3d}, kickoff: {schedule: 3bd after contract_start}}\n"
    )
    ticket = own.moments["ticket"].trigger
    assert isinstance(ticket, WhenTrigger)
    assert (ticket.condition.text, ticket.cooldown) == ("mrr > 5", Duration(3, "d"))
    assert own.moments["ticket"].owners == {"high": "csm", "low": "csm", "tech": "digital"}


def test_the_same_trigger_keeps_its_other_keys() -> None:
    ticket = model("moments: {ticket: {event: Case Opened}}\n").moments["ticket"].trigger
    assert ticket.kind == "event"
    assert (ticket.events, ticket.by) == (("Case Opened",), "ticket_id")


@pytest.mark.parametrize(
    ("extends", "problem"),
    [
        (
            "smal",
            "1:10: extends: unknown model 'smal': write a preset, or the name of a file beside this one",
        ),
        ("two-phas", "1:10: extends: unknown model 'two-phas' (did you mean 'two-phase'?)"),
        ("[a]", "1:10: extends: expected the name of a model"),
        ("", "1:1: extends: expected the name of a model"),
    ],
)
def test_what_is_extended_is_there(extends: str, problem: str) -> None:
    assert problems("", head=HEAD.replace("extends: small", f"extends: {extends}".rstrip())) == [
        f"own.yaml:{problem}"
    ]


def test_no_model_extends_itself(tmp_path: Path) -> None:
    assert problems("", head=HEAD.replace("small", "round")) == [
        "round.yaml:1:10: extends: 'round' would extend itself"
    ]
    own = tmp_path / "own.yaml"
    own.write_text("extends: own\n")
    with pytest.raises(InvalidModel, match="'own' would extend itself"):
        load(own.read_text(), str(own), beside(tmp_path))


def test_a_base_that_is_no_yaml_is_shown_at_its_place() -> None:
    assert problems("", "a: [\n") == [
        "small.yaml:2:1: not YAML: expected the node content, but found '<stream end>'"
    ]


def test_a_chain_of_models_is_merged_from_its_end() -> None:
    middle = HEAD.replace("own", "middle") + "roles: {trainer: {rate: 50}}\n"
    find = library(small=SMALL, middle=middle)
    own = read_model(
        HEAD.replace("small", "middle") + "roles: {trainer: {pool: true}}\n", "own.yaml", find
    ).model
    assert own.bases == ("middle", "small")
    assert (own.roles["trainer"].rate, own.roles["trainer"].pool) == (50, True)


def test_the_whole_text_means_the_same_without_what_it_extends() -> None:
    own = reading(
        "moments: {kickoff: {objective: 'It''s: \"new\" # really'}}\nclock: {home: {country: NO}}\n"
    )
    alone = load(own.document, "own.yaml")
    assert "extends" not in own.document
    assert alone.clock.home_country == "NO"
    assert alone.moments["kickoff"].objective == 'It\'s: "new" # really'
    assert list(alone.moments) == ["kickoff", "ticket"]
    assert alone.segments["large"].when is not None
    assert alone.segments["large"].when.text == "mrr >= 5000"


def test_a_model_that_extends_nothing_keeps_its_text() -> None:
    assert read_model(SMALL + "# the end\n", "m.yaml").document == SMALL + "# the end\n"


def test_files_beside_are_found_by_name_and_nowhere_else(tmp_path: Path) -> None:
    inside = tmp_path / "models"
    inside.mkdir()
    (inside / "small.yaml").write_text(SMALL)
    (tmp_path / "secret.yaml").write_text(SMALL)
    find = beside(inside)
    for name in ("small", "small.yaml"):
        found = find(name)
        assert found is not None
        assert found.file == str(inside / "small.yaml")
    assert find("../secret") is None
    assert find(str(tmp_path / "secret.yaml")) is None
    assert find("secret") is None
