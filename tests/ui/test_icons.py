from __future__ import annotations

import pytest

from aloft.ui.templatetags import aloft


@pytest.mark.parametrize("name", sorted(aloft.STATES))
def test_every_state_has_an_icon_and_a_word(name: str) -> None:
    drawn = aloft.state(name)
    assert drawn.startswith('<span class="state')
    assert "<svg" in drawn
    assert drawn.endswith(f"</svg>{aloft.STATES[name].word}</span>")


@pytest.mark.parametrize("kind", sorted(aloft.KINDS))
def test_every_kind_has_an_icon_with_a_name(kind: str) -> None:
    assert f'role="img" aria-label="{aloft.KINDS[kind].word}"' in aloft.kind_icon(kind)


def test_a_state_nobody_drew_yet_still_has_its_word() -> None:
    assert aloft.state("not_due").endswith("not due</span>")


def test_an_icon_carries_no_style_that_a_strict_page_would_refuse() -> None:
    assert "style=" not in aloft.icon("clock")


def test_a_label_is_escaped() -> None:
    assert "<script>" not in aloft.icon("clock", "<script>")
