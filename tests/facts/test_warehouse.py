"""The export: what it holds, what of it is written again, and that a reader sees all of one export or none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aloft.facts import warehouse
from aloft.facts.schema import TABLES
from aloft.facts.state import STATES
from aloft.facts.store import FactStore
from aloft.facts.warehouse import FACTS, NoWarehouse, Relation, export, manifest_of
from tests.facts.timeline import NOW, drained, grouped, step, tracked


class Crash(Exception):
    """Nothing after this instruction runs."""


@pytest.fixture
def store() -> Iterator[FactStore]:
    """Two blocks of 64 days: one ends with 2026-01-15, the next holds March."""
    with drained(
        grouped(1, "2026-01-10T09:00", "ann", "acme", plan="pro"),
        tracked(2, "2026-01-10T10:00", "ann", "acme", rows=3),
        tracked(3, "2026-03-02T10:00", "bob", "bolt", rows=4),
        tracked(4, "2026-03-03T10:00", "ann", "acme", rows=5),
        tracked(5, "2026-03-03T11:00", "stranger", rows=6),
    ) as made:
        yield made


def read(folder: Path, name: str) -> pa.Table:
    """A relation as the manifest names it."""
    return pa.concat_tables(pq.read_table(folder / file.path) for file in manifest_of(folder).relations[name])


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_every_relation_says_what_the_store_says(store: FactStore, tmp_path: Path) -> None:
    export(store, tmp_path, NOW)
    for relation in FACTS:
        told = read(tmp_path, relation.name)
        ours = store.connection.execute(relation.query).to_arrow_table().cast(told.schema)
        assert sorted(map(repr, told.to_pylist())) == sorted(map(repr, ours.to_pylist())), relation.name


def test_a_table_is_exported_or_follows_from_others_or_is_for_draining_alone() -> None:
    drains = {
        "store_version",
        "position",
        "absorbed",
        "app_user",
        "seen",
        "gone",
        "membership",
        "arrival",
        "compacted",
        "kept",
    }
    assert TABLES.keys() - {relation.name for relation in FACTS} == {*STATES, *drains}


def test_instants_say_that_they_are_in_utc(store: FactStore, tmp_path: Path) -> None:
    export(store, tmp_path, NOW)
    assert read(tmp_path, "event").schema.field("occurred").type == pa.timestamp("us", tz="UTC")


def test_events_are_cut_by_blocks_of_days_and_lie_by_account(store: FactStore, tmp_path: Path) -> None:
    export(store, tmp_path, NOW)
    cut = [pq.read_table(tmp_path / file.path) for file in manifest_of(tmp_path).relations["event"]]
    assert [sorted({day // 64 for day in part["day"].to_pylist()}) for part in cut] == [[319], [320]]
    assert [part["account"].to_pylist() for part in cut] == [[1, 1], [1, 2, None]]


def test_only_what_has_changed_is_written_again(store: FactStore, tmp_path: Path) -> None:
    first = export(store, tmp_path, NOW)
    assert (first.written, first.kept) == (len(files(tmp_path)) - 1, 0)
    again = export(store, tmp_path, NOW)
    assert (again.written, again.kept) == (0, first.written)
    step(store, tracked(6, "2026-03-04T10:00", "ann", "acme", rows=7))
    more = export(store, tmp_path, NOW)
    assert more.written == 1
    assert more.manifest.relations["event"][0] == first.manifest.relations["event"][0]
    assert read(tmp_path, "event").num_rows == 6


def test_a_fact_that_moves_to_another_account_is_exported_anew(store: FactStore, tmp_path: Path) -> None:
    export(store, tmp_path, NOW)
    assert read(tmp_path, "event")["account"].null_count == 1
    step(store, grouped(6, "2026-03-01T10:00", "stranger", "bolt"))
    export(store, tmp_path, NOW)
    assert read(tmp_path, "event")["account"].null_count == 0


def test_files_of_the_export_before_stay_for_those_who_read_it_and_older_ones_go(
    store: FactStore, tmp_path: Path
) -> None:
    exports = [export(store, tmp_path, NOW).manifest.paths]
    for number in (6, 7):
        step(store, tracked(number, "2026-03-04T10:00", "ann", "acme", rows=number))
        exports.append(export(store, tmp_path, NOW).manifest.paths)
    assert files(tmp_path) == {"manifest.json", *exports[1], *exports[2]}
    assert exports[0] - files(tmp_path)


@pytest.mark.parametrize("after", range(1, 5))
def test_whoever_is_killed_leaves_the_export_before_and_the_next_one_is_whole(
    store: FactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Of two files and the manifest, each settled in turn: the last has its name, and nobody comes to the rest."""
    before = export(store, tmp_path, NOW).manifest
    step(store, tracked(6, "2026-03-04T10:00", "ann", "acme", name="Report Exported"))
    settled, calls = warehouse.settle, iter(range(1, 10))

    def dies(draft: Path, path: Path) -> None:
        if next(calls) == after:
            raise Crash
        settled(draft, path)

    with monkeypatch.context() as patch:
        patch.setattr(warehouse, "settle", dies)
        if after <= 3:
            with pytest.raises(Crash):
                export(store, tmp_path, NOW)
            assert manifest_of(tmp_path) == before
        else:
            export(store, tmp_path, NOW)
    export(store, tmp_path, NOW)
    assert read(tmp_path, "event").num_rows == 6
    assert not [name for name in files(tmp_path) if name.endswith(".tmp")]


def test_a_relation_of_nothing_has_a_file_with_its_columns(store: FactStore, tmp_path: Path) -> None:
    export(
        store, tmp_path, NOW, [Relation("none", "SELECT 1::BIGINT AS a, NULL::TIMESTAMP AS b WHERE false")]
    )
    told = read(tmp_path, "none")
    assert (told.num_rows, told.column_names) == (0, ["a", "b"])


def test_a_folder_without_an_export_or_with_one_of_another_release_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoWarehouse, match="aloft warehouse"):
        manifest_of(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": 1}))
    with pytest.raises(NoWarehouse, match="aloft warehouse"):
        manifest_of(tmp_path)
