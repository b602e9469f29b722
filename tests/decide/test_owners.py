from dataclasses import replace

import pytest

from aloft.decide.choosing import Candidate
from aloft.decide.owners import Resolved, moves, resolve, resolve_role
from aloft.engagement.expressions import Boolean
from aloft.engagement.model import ManualTrigger, Moment, Outcome, Role, Rule
from tests.decide.timeline import day, length

ROLES = {
    "csm": Role("csm", reports_to="manager"),
    "support": Role("support", reports_to="manager", pool=True),
    "manager": Role("manager"),
    "digital": Role("digital", automated=True),
}
CORA = Candidate(1, "Cora", "csm", backup=2, load=9)
DEV = Candidate(2, "Dev", "csm", load=7)
EMI = Candidate(3, "Emi", "csm", load=3)
MIA = Candidate(4, "Mia", "manager")
TIER_1 = {"csm": (1, "Tier 1")}
REVIEW = Moment(
    name="review",
    trigger=ManualTrigger(),
    owners={"*": "csm"},
    objective="Review value against the plan",
    outcome=Outcome(Rule(Boolean(True), "true", line=1), length("10bd")),
    line=1,
)


def away(person: Candidate, until: str = "2026-06-14") -> Candidate:
    return replace(person, away_until=day(until))


def team(*people: Candidate) -> dict[int, Candidate]:
    return {person.person: person for person in people}


def test_the_person_whose_book_holds_the_account_owns_it() -> None:
    found = resolve(REVIEW, ROLES, ("high",), TIER_1, team(CORA, DEV, EMI, MIA))
    assert found == Resolved(1, "csm", "holds the book Tier 1", level="high")


def test_t23_on_leave_the_backup_covers() -> None:
    found = resolve(REVIEW, ROLES, ("high",), TIER_1, team(away(CORA), DEV, EMI, MIA))
    assert found == Resolved(2, "csm", "Cora is away until 14 Jun, Dev covers", level="high")


def test_t23_with_the_backup_away_it_goes_to_the_least_loaded_and_the_manager_is_told() -> None:
    found = resolve_role(ROLES["csm"], TIER_1, team(away(CORA), away(DEV), EMI, MIA))
    because = "Cora is away until 14 Jun, so is Dev, Emi has the least to do of csm: 3 open"
    assert found == Resolved(3, "csm", because, tell="manager")


def test_t23_without_a_backup_it_goes_to_the_least_loaded_and_the_manager_is_told() -> None:
    found = resolve_role(ROLES["csm"], TIER_1, team(away(replace(CORA, backup=None)), DEV, EMI, MIA))
    because = "Cora is away until 14 Jun without a backup, Emi has the least to do of csm: 3 open"
    assert found == Resolved(3, "csm", because, tell="manager")


def test_t23_untouched_work_follows_the_leave_there_and_back() -> None:
    during = resolve_role(ROLES["csm"], TIER_1, team(away(CORA), DEV))
    after = resolve_role(ROLES["csm"], TIER_1, team(CORA, DEV))
    assert moves(1, during, started=False)
    assert moves(2, after, started=False)


def test_t23_started_work_does_not_bounce_back() -> None:
    after = resolve_role(ROLES["csm"], TIER_1, team(CORA, DEV))
    assert not moves(2, after, started=True)


def test_work_stays_with_its_owner_when_nobody_else_is_there() -> None:
    nobody = resolve_role(ROLES["csm"], TIER_1, team(away(CORA), away(DEV)))
    assert not moves(1, nobody, started=False)
    assert not moves(1, resolve_role(ROLES["csm"], TIER_1, team(CORA)), started=False)


def test_work_that_nobody_had_goes_to_whoever_is_back() -> None:
    assert moves(None, resolve_role(ROLES["csm"], TIER_1, team(CORA)), started=False)


def test_with_everyone_away_nobody_owns_it_and_the_manager_is_told() -> None:
    found = resolve_role(ROLES["csm"], TIER_1, team(away(CORA), away(DEV), away(EMI), MIA))
    because = "Cora is away until 14 Jun, so is Dev, everyone who is csm is away"
    assert found == Resolved(None, "csm", because, tell="manager")


def test_with_nobody_in_the_role_the_manager_is_told() -> None:
    found = resolve_role(ROLES["csm"], {}, team(MIA))
    assert found == Resolved(None, "csm", "no book holds the account, nobody is csm", tell="manager")


@pytest.mark.parametrize("holder", [{}, {"manager": (4, "All")}, {"csm": (99, "Of someone who left")}])
def test_an_account_in_no_book_goes_to_the_least_loaded_and_the_manager_is_told(
    holder: dict[str, tuple[int, str]],
) -> None:
    found = resolve_role(ROLES["csm"], holder, team(CORA, DEV, EMI, MIA))
    because = "no book holds the account, Emi has the least to do of csm: 3 open"
    assert found == Resolved(3, "csm", because, tell="manager")


def test_a_pool_takes_the_least_loaded_who_is_here_and_tells_nobody() -> None:
    pool = [Candidate(10, "Ada", "support", load=4), away(Candidate(11, "Bo", "support", load=0)), EMI]
    found = resolve_role(ROLES["support"], {"support": (10, "Night")}, team(*pool))
    assert found == Resolved(10, "support", "Ada has the least to do of support: 4 open")


def test_equal_loads_go_by_name() -> None:
    pool = team(Candidate(10, "Zoe", "support", load=4), Candidate(11, "Ada", "support", load=4))
    assert resolve_role(ROLES["support"], {}, pool).person == 11


def test_deciding_again_leaves_a_pools_work_where_it_is() -> None:
    pool = team(Candidate(10, "Zoe", "support", load=5), Candidate(11, "Ada", "support", load=4))
    kept = resolve_role(ROLES["support"], {}, pool, keep=10)
    assert kept == Resolved(10, "support", "Zoe has it already")
    assert not moves(10, kept, started=False)


def test_a_pools_work_does_not_stay_with_someone_who_is_away() -> None:
    pool = team(away(Candidate(10, "Zoe", "support")), Candidate(11, "Ada", "support", load=4))
    assert resolve_role(ROLES["support"], {}, pool, keep=10).person == 11


def test_work_that_was_covered_by_chance_returns_to_the_holder_of_the_book() -> None:
    assert resolve_role(ROLES["csm"], TIER_1, team(CORA, EMI), keep=3).person == 1


def test_an_empty_pool_tells_the_manager() -> None:
    found = resolve_role(ROLES["support"], {}, team(CORA, MIA))
    assert found == Resolved(None, "support", "nobody is support", tell="manager")


def test_an_automated_role_is_nobody_and_no_cause_for_alarm() -> None:
    found = resolve(replace(REVIEW, owners={"tech": "digital"}), ROLES, ("tech",), TIER_1, team(CORA))
    assert found == Resolved(None, "digital", "digital is automated", automated=True, level="tech")


@pytest.mark.parametrize(
    ("touch", "role", "level"),
    [
        (("high",), "csm", "high"),
        (("tech", "community"), "digital", "tech"),
        (("low", "tech"), "csm", "low"),
        (("community", "tech"), "digital", "tech"),
    ],
)
def test_an_owner_map_takes_the_most_personal_level_that_both_have(
    touch: tuple[str, ...], role: str, level: str
) -> None:
    moment = replace(REVIEW, owners={"high": "csm", "low": "csm", "tech": "digital"})
    found = resolve(moment, ROLES, touch, TIER_1, team(CORA))
    assert (found.role, found.level) == (role, level)


def test_a_level_that_the_moment_does_not_meet_chooses_no_owner() -> None:
    moment = replace(REVIEW, touch=("tech",), owners={"high": "csm", "tech": "digital"})
    assert resolve(moment, ROLES, ("high", "tech"), TIER_1, team(CORA)).role == "digital"


def test_every_level_that_is_not_named_has_the_owner_of_the_rest() -> None:
    moment = replace(REVIEW, owners={"tech": "digital", "*": "csm"})
    assert resolve(moment, ROLES, ("low", "tech"), TIER_1, team(CORA)).role == "csm"
    assert resolve(moment, ROLES, (), TIER_1, team(CORA)).role == "csm"


def test_a_touch_that_no_owner_is_named_for_is_said_so() -> None:
    moment = replace(REVIEW, owners={"high": "csm"})
    found = resolve(moment, ROLES, ("tech", "community"), TIER_1, team(CORA))
    assert found == Resolved(None, "", "no owner is named for tech or community touch")
