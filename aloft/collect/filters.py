"""In which runs an id may be, told in memory: side by side, a bit of a word for each run.

So the words at the few places where an id points, ANDed, tell at once of all these runs which may hold it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

BITS_PER_ID = 24
PLACES = np.arange(6, dtype=np.uint32)
"""With so many in so many bits, one id in 10,000 at most looks as if it were in a run where it is not."""
SIDE_BY_SIDE = 32  # runs

Words = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]


class Filters:
    def __init__(self) -> None:
        self._stacks: list[Stack] = []

    @property
    def runs(self) -> set[str]:
        return {run for stack in self._stacks for run in stack.runs if run}

    def add(self, run: str, bits: Bytes) -> None:
        room = (stack for stack in self._stacks if stack.takes(bits))
        stack = next(room, None)
        if stack is None:
            stack = Stack(len(bits) * 8)
            self._stacks.append(stack)
        stack.add(run, bits)

    def forget(self, run: str) -> None:
        for stack in self._stacks:
            stack.forget(run)
        self._stacks = [stack for stack in self._stacks if any(stack.runs)]

    def passing(self, words: Words) -> Iterator[tuple[str, Places]]:
        """For each run where the ids stand that may be in it: all that are, and few others."""
        for stack in self._stacks:
            yield from stack.passing(words)


@dataclass
class Stack:
    """Filters of one length, which is a power of two. `runs` by the bit that is theirs; empty where it is free."""

    length: int
    runs: list[str] = field(default_factory=lambda: [""] * SIDE_BY_SIDE)
    words: Words = field(init=False)

    def __post_init__(self) -> None:
        self.words = np.zeros(self.length, np.uint32)

    def takes(self, bits: Bytes) -> bool:
        return len(bits) * 8 == self.length and "" in self.runs

    def add(self, run: str, bits: Bytes) -> None:
        bit = self.runs.index("")
        here = np.unpackbits(bits, bitorder="little").view(np.bool_)
        np.bitwise_or(self.words, np.uint32(1 << bit), out=self.words, where=here)
        self.runs[bit] = run

    def forget(self, run: str) -> None:
        if run in self.runs:
            bit = self.runs.index(run)
            self.words &= ~np.uint32(1 << bit)
            self.runs[bit] = ""

    def passing(self, words: Words) -> Iterator[tuple[str, Places]]:
        held = np.bitwise_and.reduce(self.words[places_of(words, self.length)], axis=1)
        there = np.flatnonzero(held)
        told = held[there]
        for bit, run in enumerate(self.runs) if len(there) else ():
            passed = there[(told >> np.uint32(bit) & 1).astype(np.bool_)]
            if len(passed):
                yield run, passed


def bits_of(words: Words) -> Bytes:
    """A bit at each place of each id."""
    length = 1 << max(10, min(32, (len(words) * BITS_PER_ID - 1).bit_length()))
    bits = np.zeros(length, np.bool_)
    bits[places_of(words, length)] = True
    return np.packbits(bits, bitorder="little")


def places_of(words: Words, length: int) -> Words:
    """Where ids point, from the first two words of each: ids are digests, so they spread evenly."""
    return (words[:, :1] + PLACES * words[:, 1:2]) & np.uint32(length - 1)
