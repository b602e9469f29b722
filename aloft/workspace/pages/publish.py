"""Is this text a model, and what would it change? From a form that holds the text, or a file."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from aloft.engagement.library import starting_model
from aloft.engagement.load import Reading
from aloft.engagement.problems import Problem
from aloft.records.models import ModelDraft, ModelVersion
from aloft.ui.code import Line, lines
from aloft.ui.words import counted
from aloft.workspace.context import Crumb
from aloft.workspace.difference import Difference, difference
from aloft.workspace.pages import frame

AROUND = 3  # lines shown before and after one that has a problem


@dataclass(frozen=True)
class Judged:
    """A text that was looked at: a model with notes on it, or problems. `newest`: the version it follows.
    `beside`: the other models that are published."""

    text: str
    reading: Reading | None = None
    problems: tuple[Problem, ...] = ()
    newest: ModelVersion | None = None
    beside: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return self.newest.version + 1 if self.newest else 1

    @property
    def is_same(self) -> bool:
        """Whether the newest version says exactly this."""
        return bool(self.reading and self.newest and self.newest.digest == self.reading.model.digest)


def main(
    judged: Judged | None = None, text: str = "", refused: str = "", draft: ModelDraft | None = None
) -> frame.Main:
    context: dict[str, object] = {
        "crumbs": [Crumb("Model", reverse("model")), Crumb("Publish")],
        "judged": judged,
        "draft": draft,
        "overtaken": bool(
            draft and draft.base and judged and judged.newest and judged.newest.pk != draft.base.pk
        ),
        "text": judged.text if judged else text,
        "sentence": sentence(judged),
        "refused": refused,
        "starting": starting_model(),
        "excerpt": excerpt(judged) if judged else (),
        "found": changes(judged) if judged else None,
    }
    return frame.Main("publish", "Publish a model", context)


def sentence(judged: Judged | None) -> str:
    if judged is None:
        return "Publish an engagement model"
    if judged.problems or judged.reading is None:
        found = counted(len(judged.problems), "problem")
        return f"{found} {'stops' if len(judged.problems) == 1 else 'stop'} publishing"
    model = judged.reading.model
    if judged.is_same:
        return f"Version {judged.number - 1} of {model.name} says exactly this already"
    sizes = {"moment": model.moments, "segment": model.segments, "phase": model.phases}
    told = ", ".join(counted(len(parts), name) for name, parts in sizes.items())
    return f"{model.title}: {told}, nothing to mend"


def excerpt(judged: Judged) -> tuple[Line, ...]:
    """The lines around each problem that lies in the text itself."""
    texts = judged.text.splitlines()
    bad = {problem.line: "err" for problem in judged.problems if problem.file == FILE}
    near = {line for at in bad for line in range(at - AROUND, at + AROUND + 1) if 1 <= line <= len(texts)}
    return tuple(line for line in lines(texts, 1, bad) if line.number in near)


def changes(judged: Judged) -> Difference | None:
    """Against the newest version of the model of that name; None for a first one."""
    if judged.reading is None or judged.newest is None or judged.is_same:
        return None
    return difference(judged.newest.document, judged.reading.document)


FILE = "model.yaml"
"""What problems of the text are said to be in."""
