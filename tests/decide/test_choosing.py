from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aloft.decide.choosing import Asked, Candidate, Chosen, choose
from aloft.decide.owners import Resolved, resolve_role
from aloft.engagement.model import Choice, Role
from tests.decide.timeline import day

POOL = Role("support", reports_to="manager", pool=True, match=("language", "segment"))
ADA = Candidate(
    1, "Ada", "support", load=4, handle="ada", skills=frozenset({"sso"}), languages=frozenset({"en"}),
    accounts=3, revenue=Decimal(9000), last=datetime(2026, 6, 2, tzinfo=UTC),
)  # fmt: skip
BO = Candidate(
    2, "Bo", "support", load=9, handle="bo", languages=frozenset({"en", "ja"}), segments=frozenset({"tier_1"}),
    accounts=5, revenue=Decimal("1234.50"), last=datetime(2026, 6, 1, tzinfo=UTC),
)  # fmt: skip
CY = Candidate(3, "Cy", "support", load=5, handle="cy", accounts=2, revenue=Decimal(2000),
               last=datetime(2026, 6, 3, tzinfo=UTC))  # fmt: skip


@pytest.mark.parametrize(
    ("choice", "person", "because"),
    [
        ("fewest_open", 1, "Ada has the least to do of support: 4 open"),
        ("fewest_accounts", 3, "Cy has the fewest accounts of support: 2"),
        ("least_revenue", 2, "Bo has the least revenue of support: 1,234 a month"),
        ("longest_since", 2, "Bo was given one longest ago of support: 1 Jun"),
    ],
)
def test_a_pool_chooses_as_its_role_says(choice: Choice, person: int, because: str) -> None:
    assert choose(replace(POOL, choose=choice), [ADA, BO, CY]) == Chosen(person, because)


def test_who_was_never_given_one_comes_first() -> None:
    found = choose(replace(POOL, choose="longest_since"), [ADA, replace(CY, last=None), BO])
    assert found == Chosen(3, "Cy was never given one, of support")


@pytest.mark.parametrize(
    ("asked", "person", "because"),
    [
        (Asked(language="ja"), 2, "Bo has the least to do of support who speaks ja: 9 open"),
        (Asked(segment="tier_2"), 1, "Ada has the least to do of support who serves tier_2: 4 open"),
        (
            Asked(language="en", segment="tier_1"),
            1,
            "Ada has the least to do of support who speaks en and serves tier_1: 4 open",
        ),
        (Asked(skills=("sso",)), 1, "Ada has the least to do of support who knows sso: 4 open"),
    ],
)
def test_of_those_who_know_speak_and_serve_what_is_asked(asked: Asked, person: int, because: str) -> None:
    assert choose(POOL, [CY, BO, ADA], asked) == Chosen(person, because)


def test_what_nobody_has_is_passed_over_and_said() -> None:
    found = choose(POOL, [ADA, BO, CY], Asked(("sso", "cooking"), "ja"))
    because = (
        "nobody of support who knows sso knows cooking, nobody of support who knows sso speaks ja, "
        "Ada has the least to do of support who knows sso: 4 open"
    )
    assert found == Chosen(1, because, lacking=True)


def test_language_and_segment_are_asked_only_where_the_role_matches_them() -> None:
    asked = Asked(language="ja", segment="tier_2")
    assert choose(replace(POOL, match=()), [ADA, BO], asked).person == 1
    assert choose(replace(POOL, match=("segment",)), [ADA, BO], asked).because == (
        "Ada has the least to do of support who serves tier_2: 4 open"
    )


def test_the_manager_is_told_where_nobody_has_what_is_asked() -> None:
    people = {one.person: one for one in (ADA, CY)}
    found = resolve_role(POOL, {}, people, asked=Asked(language="ja"))
    because = "nobody of support speaks ja, Ada has the least to do of support: 4 open"
    assert found == Resolved(1, "support", because, tell="manager")


def test_only_those_who_are_here_are_asked() -> None:
    people = {1: ADA, 2: replace(BO, away_until=day("2026-06-14"))}
    assert resolve_role(POOL, {}, people, asked=Asked(language="ja")).because == (
        "nobody of support speaks ja, Ada has the least to do of support: 4 open"
    )


def test_what_is_open_stays_with_its_owner_whatever_is_asked() -> None:
    people = {one.person: one for one in (ADA, BO)}
    found = resolve_role(POOL, {}, people, keep=1, asked=Asked(language="ja"))
    assert found == Resolved(1, "support", "Ada has it already")


def test_the_holder_of_a_book_owns_it_whatever_is_asked() -> None:
    csm = Role("csm", reports_to="manager", match=("language",))
    cora, emi = Candidate(4, "Cora", "csm"), Candidate(5, "Emi", "csm", languages=frozenset({"ja"}))
    found = resolve_role(csm, {"csm": (4, "Tier 1")}, {4: cora, 5: emi}, asked=Asked(("sso",), "ja"))
    assert found == Resolved(4, "csm", "holds the book Tier 1")


def test_without_a_book_it_goes_to_who_speaks_the_language_and_the_manager_is_told() -> None:
    csm = Role("csm", reports_to="manager", match=("language",))
    cora, emi = Candidate(4, "Cora", "csm"), Candidate(5, "Emi", "csm", load=7, languages=frozenset({"ja"}))
    found = resolve_role(csm, {}, {4: cora, 5: emi}, asked=Asked(language="ja"))
    because = "no book holds the account, Emi has the least to do of csm who speaks ja: 7 open"
    assert found == Resolved(5, "csm", because, tell="manager")


_WORDS = st.frozensets(st.sampled_from(["a", "b"]))
_LAST = st.none() | st.sampled_from([datetime(2026, 6, day, tzinfo=UTC) for day in (1, 2)])
_PERSON = st.builds(
    Candidate,
    person=st.just(0),
    name=st.sampled_from(["Ada", "Bo"]),
    role=st.just("support"),
    load=st.integers(0, 1),
    skills=_WORDS,
    languages=_WORDS,
    segments=_WORDS,
    accounts=st.integers(0, 1),
    revenue=st.integers(0, 1).map(Decimal),
    last=_LAST,
)
_ASKED = st.builds(
    Asked,
    st.lists(st.sampled_from("abc"), unique=True).map(tuple),
    st.sampled_from("abc"),
    st.sampled_from("abc"),
)


@given(
    st.lists(_PERSON, min_size=1, max_size=5),
    st.sampled_from(["fewest_open", "fewest_accounts", "least_revenue", "longest_since"]),
    _ASKED,
    st.data(),
)
def test_the_same_people_give_the_same_owner_whatever_the_order_of_rows(
    people: list[Candidate], choice: Choice, asked: Asked, data: st.DataObject
) -> None:
    """Neither where a person stands nor the number of their row decides; two of one name go by their handles."""
    named = [replace(one, handle=f"p{i}", person=i) for i, one in enumerate(people)]
    numbers = data.draw(st.permutations(range(len(named))))
    shuffled = data.draw(
        st.permutations([replace(one, person=number) for one, number in zip(named, numbers, strict=True)])
    )
    role = replace(POOL, choose=choice)
    first, again = choose(role, named, asked), choose(role, shuffled, asked)
    assert _handle(named, first) == _handle(shuffled, again)
    assert first.because == again.because


def _handle(people: list[Candidate], chosen: Chosen) -> str:
    return next(one.handle for one in people if one.person == chosen.person)
