"""How complete a source is: by what arrives of it, and by what it declares."""

from __future__ import annotations

from datetime import timedelta

from aloft.facts.completeness import Sources, sources_of
from aloft.facts.store import FactStore
from tests.facts.timeline import a_store, at, changed, step, tracked

NAMED = {"helpdesk": ["Ticket Opened"]}
MINUTES = timedelta(minutes=15)


def sources(store: FactStore) -> Sources:
    made = Sources(store, NAMED)
    made.load()
    return made


def hourly(store: FactStore, hours: int, **told: str) -> None:
    """Something arrives at each full hour of 1 March and on, for so many hours."""
    first = at("2026-03-01T00:00")
    for hour in range(hours):
        when = (first + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M")
        seq = store.positions().inbox + 1
        step(store, tracked(seq, when, "ann", "acme", received=when, **told))


def test_a_source_of_which_little_is_known_is_complete_to_a_quarter_of_an_hour_ago() -> None:
    store = a_store()
    now = at("2026-03-05T12:00")
    assert sources(store).standing("product", now).mark == now - MINUTES
    hourly(store, 3)
    told = sources(store).standing("product", now)
    assert (told.mark, told.late_at, told.is_late(now)) == (now - MINUTES, None, False)


def test_a_stream_is_late_after_its_usual_gap_and_its_mark_stops() -> None:
    store = a_store()
    hourly(store, 30)
    last = at("2026-03-02T05:00")
    on_time = sources(store).standing("product", last + timedelta(minutes=59))
    assert (on_time.usual, on_time.mark) == (timedelta(hours=1), last + timedelta(minutes=44))
    late = sources(store).standing("product", last + timedelta(hours=7))
    assert late.is_late(last + timedelta(hours=1))
    assert (late.late_at, late.mark) == (last + timedelta(hours=1), last + timedelta(minutes=45))


def test_an_arrival_belongs_to_the_source_of_its_event_then_to_its_sender_else_to_the_product() -> None:
    store = a_store()
    hourly(store, 1, source="web", name="Ticket Opened")
    hourly(store, 2, source="helpdesk", name="Comment Added")
    told = sources(store)
    assert told.standing("helpdesk", at("2026-03-02T00:00")).last == at("2026-03-01T01:00")
    assert told.standing("product", at("2026-03-02T00:00")).last is None
    assert sources_of(["Ticket Opened", "Signed In"], NAMED) == {"helpdesk", "product"}
    assert sources_of([], NAMED) == {"product"}


def test_what_a_source_declares_of_itself_counts_alone_and_is_late_after_two_days() -> None:
    store = a_store()
    hourly(store, 30)
    declared = changed(
        1, "2026-03-02T06:00", "source.complete", "", source="product", complete_to="2026-03-01T00:00:00Z"
    )
    step(store, changes=(declared,))
    told = sources(store).standing("product", at("2026-03-02T06:00"))
    assert (told.mark, told.late_at) == (at("2026-03-01T00:00"), at("2026-03-03T00:00"))


def test_the_newest_declaration_counts() -> None:
    store = a_store()
    for seq, to in ((1, "2026-03-01"), (2, "2026-03-04")):
        step(
            store,
            changes=(
                changed(
                    seq, f"{to}T02:00", "source.complete", "", source="crm", complete_to=f"{to}T00:00:00Z"
                ),
            ),
        )
    step(store, tracked(1, "2026-03-01T00:00", "ann", "acme", source="crm"))
    assert sources(store).standing("product", at("2026-03-04T03:00")).mark == at("2026-03-04T00:00")


def test_what_a_drain_brings_is_known_without_reading_all_again() -> None:
    store = a_store()
    kept = sources(store)
    for hour in ("00:00", "03:00"):
        when = f"2026-03-01T{hour}"
        seq = store.positions().inbox + 1
        kept.refresh(step(store, tracked(seq, when, "ann", "acme", received=when)).arrived)
    assert kept.standing("product", at("2026-03-05T00:00")) == sources(store).standing(
        "product", at("2026-03-05T00:00")
    )
