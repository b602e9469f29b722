"""An edit of one part of a document changes the text at that part's place, and no other line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path as File
from typing import Any

import pytest

from aloft.engagement.library import preset, presets
from aloft.engagement.outline import outline
from aloft.engagement.problems import Path
from aloft.engagement.splicing import (
    Unspliced,
    amended,
    removed,
    renamed,
    reordered,
    value_at,
)
from aloft.engagement.tree import plain, read_tree

EXAMPLES = File(__file__).parents[2] / "docs" / "examples"
TEXTS = {name: found.text for name in presets() if (found := preset(name))} | {
    file.stem: file.read_text("utf-8") for file in EXAMPLES.glob("*.yaml")
}
SECTIONS = ("phases", "segments", "moments", "metrics", "roles", "health")


@lru_cache
def told(text: str) -> Any:
    return plain(read_tree(text).root)


def entries(text: str) -> Iterator[Path]:
    """Every entry of a section that can be edited on screen."""
    for section in SECTIONS:
        for name in read_tree(text).keys((section,)):
            yield section, name


def outside(text: str, path: Path) -> tuple[list[str], list[str]]:
    """The lines before and behind the entry that the path leads into."""
    part, lines = outline(text)[f"{path[0]}.{path[1]}"], text.splitlines()
    return lines[: part.first - 1], lines[part.last :]


def is_elsewhere_unchanged(before: str, after: str, path: Path) -> bool:
    above, below = outside(before, path)
    lines = after.splitlines()
    return lines[: len(above)] == above and (not below or lines[-len(below) :] == below)


def some(paths: Iterator[Path], most: int) -> Iterator[Path]:
    """Spread over the whole document; all of them where `ALOFT_SPLICES` says so."""
    found = list(paths)
    whole = "ALOFT_SPLICES" in os.environ
    yield from found if whole else found[len(found) // 2 :: max(1, len(found) // most)][:most]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*path, key))
    elif isinstance(value, list):
        for i, one in enumerate(value):
            yield from leaves(one, (*path, i))
    else:
        yield path


@pytest.mark.parametrize("name", TEXTS)
def test_any_value_can_be_changed_and_only_its_line_changes(name: str) -> None:
    text = TEXTS[name]
    for path in some(leaves(told(text)), 4):
        changed = amended(text, path, 'it\'s "other": #1')
        assert value_at(changed, path) == 'it\'s "other": #1'
        differing = [(a, b) for a, b in zip(text.splitlines(), changed.splitlines(), strict=True) if a != b]
        assert len(differing) == 1, path


@pytest.mark.parametrize("name", TEXTS)
def test_any_entry_can_gain_change_and_lose_a_key_and_no_other_entry_changes(name: str) -> None:
    text = TEXTS[name]
    for path in some(entries(text), 1):
        value = value_at(text, path)
        was = dict(value) if isinstance(value, dict) else {}
        gained = amended(text, path, {**was, "title": "Another, longer: title"})
        assert value_at(gained, path) == {**was, "title": "Another, longer: title"}
        assert is_elsewhere_unchanged(text, gained, path), path
        assert told(removed(gained, (*path, "title"))) == {
            **told(text),
            path[0]: {**told(text)[path[0]], path[1]: was},
        }
        for key in list(was)[:2]:
            less = {name: one for name, one in was.items() if name != key} or {"title": "Left"}
            lost = amended(text, path, less)
            assert value_at(lost, path) == less
            assert is_elsewhere_unchanged(text, lost, path), (path, key)


@pytest.mark.parametrize("name", TEXTS)
def test_any_entry_can_be_removed_renamed_and_moved_and_the_others_stay_as_written(name: str) -> None:
    text = TEXTS[name]
    for section, entry in some(entries(text), 1):
        others = {key: one for key, one in told(text)[section].items() if key != entry}
        gone = removed(text, (section, entry))
        assert told(gone)[section] == others
        lines = text.splitlines()
        assert all(line.endswith("{}") for line in gone.splitlines() if line not in lines)
        assert list(told(renamed(text, (section, entry), "renamed"))[section]) == [
            "renamed" if key == entry else key for key in told(text)[section]
        ]
        order = [*others, entry]
        moved = reordered(text, (section,), order)
        assert list(told(moved)[section]) == order
        assert told(moved) == told(text)
        assert sorted(moved.splitlines()) == sorted(lines)


@pytest.mark.parametrize("name", TEXTS)
def test_a_new_entry_stands_behind_the_last_of_its_section(name: str) -> None:
    text = TEXTS[name]
    new = {"when": "mrr >= 9", "touch": {"onboarding": "high", "ongoing": ["tech", "community"]}}
    for section in SECTIONS:
        put = amended(text, (section, "brand_new"), new)
        assert told(put) == {**told(text), section: {**told(text).get(section, {}), "brand_new": new}}
        kept = iter(put.splitlines())
        assert all(line in kept for line in text.splitlines() if line.rstrip() != f"{section}: {{}}")


SEGMENTS = """\
segments:   # by size

  # the big ones
  big:   {when: "mrr >= 5", touch: {a: high}}  # few
  # everybody else
  rest: {touch: {a: [tech, community]}}

moments:
  call:
    manual: true   # by hand
    steps:
      - wait: 3d
      # then
      - task: {title: Call}

    owner: csm
"""


def test_a_segment_gains_an_exit_behind_its_condition() -> None:
    value = {"when": "mrr >= 6", "exit": "mrr < 4", "touch": {"a": "high"}}
    assert amended(SEGMENTS, ("segments", "big"), value) == SEGMENTS.replace(
        'when: "mrr >= 5"', 'when: "mrr >= 6", exit: mrr < 4'
    ).replace("exit: mrr < 4", 'exit: "mrr < 4"')


def test_a_comment_goes_with_what_stands_right_below_it() -> None:
    moved = reordered(SEGMENTS, ("segments",), ["rest", "big"])
    assert moved.splitlines()[2:6] == [
        "  # everybody else",
        "  rest: {touch: {a: [tech, community]}}",
        "  # the big ones",
        '  big:   {when: "mrr >= 5", touch: {a: high}}  # few',
    ]
    assert "everybody else" not in removed(SEGMENTS, ("segments", "rest"))


def test_comments_between_steps_stay_as_a_step_comes_or_changes() -> None:
    steps = [{"wait": "3d"}, {"task": {"title": "Call"}}, {"wait": "1d"}]
    longer = amended(SEGMENTS, ("moments", "call", "steps"), steps)
    assert longer == SEGMENTS.replace(
        "      - task: {title: Call}\n", "      - task: {title: Call}\n      - {wait: 1d}\n"
    )
    other = amended(SEGMENTS, ("moments", "call", "steps"), [{"wait": "4d"}, {"task": {"title": "Call"}}])
    assert other == SEGMENTS.replace("wait: 3d", "wait: 4d")


def test_another_trigger_takes_the_place_of_the_old_one() -> None:
    value = {"event": "Ticket Opened", "where": "a = 'b'", "steps": [{"wait": "3d"}, {"task": {"title": "Call"}}],
             "owner": "csm"}  # fmt: skip
    changed = amended(SEGMENTS, ("moments", "call"), value)
    assert changed.splitlines()[8:11] == ["  call:", "    event: Ticket Opened", "    where: \"a = 'b'\""]
    assert value_at(changed, ("moments", "call")) == value


def test_a_document_without_the_section_or_a_last_line_end_gets_both() -> None:
    assert amended("title: x", ("segments", "all"), {"touch": "high"}) == (
        "title: x\nsegments:\n  all: {touch: high}"
    )


def test_what_stands_behind_an_alias_is_refused_and_nothing_is_changed() -> None:
    text = "a: &one {x: 1}\nb: *one\n"
    with pytest.raises(Unspliced, match="change it in the text"):
        amended(text, ("b", "x"), "2")


def test_quotation_marks_are_kept() -> None:
    assert amended("a: 'x'\nb: \"y\"\nc: z\n", ("a",), "it's") == "a: 'it''s'\nb: \"y\"\nc: z\n"
    assert amended("a: 'x'\nb: \"y\"\nc: z\n", ("b",), "w") == "a: 'x'\nb: \"w\"\nc: z\n"
