"""The thin path in a few turns: a fact arrives, a moment opens, its owner has it, its outcome is judged."""

from __future__ import annotations

from aloft.act.selectors import open_for
from aloft.act.services import record, start
from aloft.records.models import Person
from tests.engine.test_timelines import company
from tests.engine.world import EXAMPLE, World, at, shown


def test_an_event_becomes_a_moment_on_its_owners_list_and_contact_meets_it(world: World) -> None:
    company(world)
    world.track("acme", "Ticket Opened", "2026-01-05 10:00", ticket_id="T-1", priority="urgent")
    world.run("2026-01-05 10:01")
    cora = Person.objects.get(handle="cora")
    (ticket,) = open_for(cora)
    assert (ticket.moment, shown(ticket.opened_at), shown(ticket.due_at)) == (
        "urgent_ticket",
        "2026-01-05 10:00",
        "2026-01-05 14:00",
    )
    start(occurrence=ticket, actor=cora, at=at("2026-01-05 10:30"))
    record(occurrence=ticket, actor=cora, at=at("2026-01-05 10:40"), fact="contacted")
    world.run("2026-01-05 11:00")
    assert world.verdicts("acme", "urgent_ticket") == [
        ("opened", "2026-01-05 10:00"),
        ("started", "2026-01-05 10:30"),
        ("met", "2026-01-05 10:40"),
    ]
    assert list(open_for(cora)) == []


def test_turning_again_for_the_same_time_changes_nothing(world: World) -> None:
    """T18."""
    company(world)
    world.track("acme", "Ticket Opened", "2026-01-05 10:00", ticket_id="T-1", priority="urgent")
    world.run("2026-01-05 10:01")
    world.restart()
    assert world.run("2026-01-05 10:01") == 0
    assert world.verdicts("acme", "urgent_ticket") == [("opened", "2026-01-05 10:00")]


def test_what_arrives_right_after_a_model_went_live_opens_however_late_the_engine_looks(world: World) -> None:
    world.account("acme", "2026-01-05 10:00", name="Acme", timezone="UTC", country="US")
    world.contract("acme", "2026-01-05 10:00", starts="2026-01-01", mrr="6000")
    world.person("cora", "csm", "2026-01-05 10:00", holds=("acme",))
    world.publish(EXAMPLE.read_text(), "2026-01-05 10:00")
    world.track("acme", "Ticket Opened", "2026-01-05 10:00:03", ticket_id="T-1", priority="urgent")
    world.run("2026-01-05 10:00:30")
    assert world.verdicts("acme", "urgent_ticket") == [("opened", "2026-01-05 10:00:03")]


def test_the_same_message_twice_is_one_event(world: World) -> None:
    """T16: counted once, the first kept."""
    company(world)
    first = world.track(
        "acme", "Ticket Opened", "2026-01-05 10:00", id="m", ticket_id="T-1", priority="urgent"
    )
    again = world.track(
        "acme", "Ticket Opened", "2026-01-05 10:05", id="m", ticket_id="T-2", priority="urgent"
    )
    assert (first, again) == ("stored", "conflict")
    world.run("2026-01-05 11:00")
    assert [row.anchor for row in world.occurrences("acme", "urgent_ticket")] == ["ticket_id:T-1"]
