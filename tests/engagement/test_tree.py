"""Where each character of a document stands."""

from __future__ import annotations

import pytest

from aloft.engagement.problems import Place
from aloft.engagement.tree import Scalar, read_tree


@pytest.mark.parametrize(
    ("written", "text", "columns"),
    [
        ("abc", "abc", [4, 5, 6, 7]),
        ("'it''s'", "it's", [5, 6, 7, 9, 10]),
        ('"a\\u0041\\n\\"b"', 'aA\n"b', [5, 6, 12, 14, 16, 17]),
        ("&x 'ab'", "ab", [8, 9, 10]),
        ("ab   # said", "ab", [4, 5, 6]),
    ],
)
def test_each_character_of_a_value_has_its_column(written: str, text: str, columns: list[int]) -> None:
    tree = read_tree(f"a: {written}\n")
    node = tree.node(("a",))
    assert isinstance(node, Scalar)
    assert node.text == text
    assert [tree.place(("a",), offset).column for offset in range(len(text) + 1)] == columns


def test_a_value_on_several_lines_has_the_place_where_it_begins() -> None:
    tree = read_tree("a: >-\n  one\n  two\nb: 'one\n  two'\n")
    assert tree.place(("a",), 5) == Place(1, 4)
    assert tree.place(("b",), 5) == Place(4, 4)


def test_keys_and_values_have_places() -> None:
    tree = read_tree("a:\n  - b: 1\n    c: [2, 3]\n  - d:\n")
    assert tree.place(("a",)) == Place(2, 3)
    assert tree.key_place(("a", 0, "c")) == Place(3, 5)
    assert tree.place(("a", 0, "c", 1)) == Place(3, 12)
    assert tree.place(("a", 1, "d")) == Place(4, 5)


def test_what_is_not_there_has_the_place_of_what_is_above_it() -> None:
    tree = read_tree("a:\n  b: 1\n")
    assert tree.place(("a", "x", "y")) == Place(2, 3)
    assert tree.keys(("a",)) == ("b",)
    assert tree.keys(("a", "b")) == ()
    assert tree.keys(("x",)) == ()


def test_characters_beyond_the_first_plane_are_one_column() -> None:
    assert read_tree("{a: 🙂, b: 2}\n").place(("b",)) == Place(1, 11)
