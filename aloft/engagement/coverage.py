"""Which touch levels an account has in each phase and segment, and where a moment meets them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aloft.engagement.document import Document
from aloft.engagement.leaves import Shape, Texts
from aloft.engagement.model import Touch
from aloft.engagement.moment_document import MomentDoc
from aloft.engagement.touch import levels_in


@dataclass(frozen=True)
class Meeting:
    """A moment meets the accounts of a phase and a segment with these touch levels."""

    phase: str
    segment: str
    touch: tuple[Touch, ...]


def levels(document: Document, texts: Texts) -> tuple[Touch, ...]:
    """Most personal first."""
    named = {texts} if isinstance(texts, str) else set(texts)
    return tuple(level for level in levels_in(document) if level in named)


def touch_by_phase(document: Document, shape: Shape) -> Mapping[str, tuple[Touch, ...]]:
    """The touch levels of a segment for each of the phases that it names."""
    if not isinstance(shape, dict):
        return dict.fromkeys(document.phases, levels(document, shape))
    return {phase: levels(document, shape[phase]) for phase in document.phases if phase in shape}


def meetings(document: Document, moment: MomentDoc) -> Iterator[Meeting]:
    """Where the moment meets accounts, as far as phase, segment and touch tell."""
    phases = tuple(document.phases)
    for name, segment in document.segments.items():
        if segment.touch is None or name not in (moment.segment or document.segments):
            continue
        for phase, touch in touch_by_phase(document, segment.touch).items():
            met = tuple(level for level in touch if level in (moment.touch or touch))
            if met and phase in (moment.phase or phases):
                yield Meeting(phase, name, met)
