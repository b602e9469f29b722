"""A fact store of which a cut of the power has left a part: what was committed is there, or it is set aside."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import duckdb
import pytest

from aloft.facts.place import files, remove, store_of
from aloft.facts.store import FactStore, StoreError
from aloft.facts.torn import open_whole
from tests.facts.test_state import counts
from tests.facts.timeline import step, tracked

PAGE = 4096
BLOCK = 256 * 1024
HEADS = 3 * PAGE  # before the first block


def journal(store: Path) -> Path:
    return store.with_name(store.name + ".wal")


@pytest.fixture
def torn(tmp_path: Path) -> Path:
    """A store as the power went: one event is on the disk, and the journal goes on with what is not."""
    store = store_of(tmp_path)
    left = store_of(tmp_path / "left")
    left.parent.mkdir()
    with FactStore.open(store) as known:
        step(known, tracked(1, "2026-03-02T09:00", "ann", "acme"))
        length = journal(store).stat().st_size
        step(known, tracked(2, "2026-03-02T10:00", "ann", "acme"))
        shutil.copy(store, left)
        whole = journal(store).read_bytes()
    journal(left).write_bytes(whole[:length] + bytes(len(whole) - length))
    return left


def test_a_journal_whose_end_never_reached_the_disk_says_what_was_committed(torn: Path) -> None:
    with open_whole(torn, "UTC") as store:
        assert store.positions().inbox == 1
        assert counts(store) == [("acme", "Signed In", "2026-03-02", 1)]
    with FactStore.open(torn) as store:
        assert counts(store) == [("acme", "Signed In", "2026-03-02", 1)]


@pytest.mark.skipif(duckdb.__version__.startswith("2."), reason="DuckDB 2 passes over what is not whole")
def test_where_duckdb_refuses_such_a_journal_it_is_cut_back(
    torn: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(duckdb.IOException, match="computed checksum 5381 does not match stored checksum 0"):
        FactStore.open(torn)
    with caplog.at_level(logging.WARNING):
        open_whole(torn, "UTC").close()
    assert "facts.duckdb.wal was cut off as the power went" in caplog.text


@pytest.mark.parametrize("left", [0, PAGE, HEADS, HEADS + BLOCK])
def test_a_file_of_which_a_part_is_left_is_set_aside(tmp_path: Path, left: int) -> None:
    path = store_of(tmp_path)
    with FactStore.open(path) as store:
        step(store, tracked(1, "2026-03-02T09:00", "ann", "acme"))
    begun = path.read_bytes()[:left]
    path.write_bytes(begun)
    with open_whole(path, "UTC") as store:
        assert store.positions().inbox == 0
        assert [one.name for one in files(path) if one.suffix == ".torn"] == ["facts.duckdb.torn"]
    assert path.with_name("facts.duckdb.torn").read_bytes() == begun


def test_a_file_whose_blocks_are_half_written_is_set_aside_and_so_is_the_next_in_its_place(
    tmp_path: Path,
) -> None:
    path = store_of(tmp_path)
    for number in (1, 2):
        with open_whole(path, "UTC") as store:
            step(store, tracked(number, "2026-03-02T09:00", "ann", "acme"))
        content = bytearray(path.read_bytes())
        for block in range(HEADS, len(content), BLOCK):
            content[block + PAGE : block + BLOCK] = bytes(BLOCK - PAGE)
        path.write_bytes(content)
        with open_whole(path, "UTC") as store:
            assert store.positions().inbox == 0
        assert path.with_name("facts.duckdb.torn").read_bytes() == content
    path.with_name("facts.duckdb.tmp").mkdir()
    remove(tmp_path)
    assert files(path) == []


def test_a_file_that_a_newer_release_wrote_is_left_where_it_is(tmp_path: Path) -> None:
    path = store_of(tmp_path)
    with FactStore.open(path) as store:
        store.run("UPDATE store_version SET version = 99")
    with pytest.raises(StoreError, match="version 99"):
        open_whole(path, "UTC")
    assert [one.name for one in files(path)] == ["facts.duckdb"]
