"""What is wrong with a document, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Place:
    """Line and column in a document, both counted from 1; `file` is empty for the document itself, and names
    the one that it extends."""

    line: int
    column: int
    file: str = ""


@dataclass(frozen=True)
class Problem:
    """`path` is dotted: `moments.kickoff.escalate[0].to`; empty where the document as a whole is meant."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        what = f"{self.path}: {self.message}" if self.path else self.message
        return f"{self.file}:{self.line}:{self.column}: {what}"


@dataclass(frozen=True)
class Note(Problem):
    """Nothing wrong, but worth knowing. `unrun`: the model asks for what this version does not run."""

    unrun: bool = False


class InvalidModel(Exception):
    """A document that is not a model; `problems` are all that were found, in the order of their places."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=_order))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _order(problem: Problem) -> tuple[str, int, int]:
    return problem.file, problem.line, problem.column


def dotted(path: Path) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return " ".join("".join(steps).removeprefix(".").split())
