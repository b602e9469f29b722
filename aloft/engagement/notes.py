"""What a model's author should know although nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from pydantic import BaseModel

from aloft.engagement import not_run
from aloft.engagement.document import MetricDoc
from aloft.engagement.draft import Draft
from aloft.engagement.expressions import Call, Expression, Name, Null, Text, rewrite, walk
from aloft.engagement.findings import Findings
from aloft.engagement.parse import Parsed
from aloft.engagement.problems import Path, Place, dotted
from aloft.engagement.proofs import undecided, unscored, wavering
from aloft.engagement.spelling import did_you_mean, quoted

RETAINED_DAYS = 128  # what the fact store keeps of each user and event, as words of bits
_DAYS = {"d": 1, "bd": 7 / 5, "w": 7, "mo": 31, "y": 366}


@dataclass(frozen=True)
class Remark:
    """A note whose file is not known yet. `unrun`: the model asks for what this version does not run."""

    place: Place
    path: Path
    message: str
    unrun: bool = False


def remarks(draft: Draft) -> tuple[Remark, ...]:
    found = [
        *_keys(draft),
        *_metrics(draft),
        *_values(draft),
        *_rules(draft),
        *_windows(draft),
        *_absorbed(draft),
        *_undecided(draft),
        *_wavering(draft),
        *_unscored(draft),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda remark: remark.place))


def runs(metric: MetricDoc) -> bool:
    return metric.verb not in not_run.METRICS


def running(expression: Expression, draft: Draft) -> Expression:
    """The expression with what is not run in it unknown."""
    unknown = {name for name, metric in draft.document.metrics.items() if not runs(metric)}
    unknown |= not_run.NAMES.keys()

    def known(part: Expression) -> Expression:
        lost = (isinstance(part, Name) and part.dotted in unknown) or (
            isinstance(part, Call) and part.function in not_run.FUNCTIONS
        )
        return Null() if lost else part

    return rewrite(expression, known)


def _unrun(draft: Draft, path: Path, what: str, instead: str, *, key: bool = True, offset: int = 0) -> Remark:
    place = draft.tree.key_place(path) if key else draft.tree.place(path, offset)
    return Remark(place, path, f"{what} is not run by this version yet: {instead}", unrun=True)


def _keys(draft: Draft) -> Iterator[Remark]:
    for path in _paths(draft, ()):
        written = dotted(tuple(step if isinstance(step, str) else "*" for step in path))
        for pattern, instead in not_run.KEYS.items():
            if fnmatchcase(written, pattern) and written.count(".") == pattern.count("."):
                yield _unrun(draft, path, f"'{path[-1]}'", instead)


def _paths(draft: Draft, path: Path) -> Iterator[Path]:
    """Of every key of the document."""
    for key in draft.tree.keys(path):
        yield (*path, key)
        yield from _paths(draft, (*path, key))
    for i in range(draft.tree.length(path)):
        yield from _paths(draft, (*path, i))


def _metrics(draft: Draft) -> Iterator[Remark]:
    for name, metric in draft.document.metrics.items():
        if metric.verb is not None and metric.verb in not_run.METRICS:
            path: Path = ("metrics", name, metric.verb)
            yield _unrun(draft, path, f"'{metric.verb}'", not_run.METRICS[metric.verb])


def _values(draft: Draft) -> Iterator[Remark]:
    document = draft.document
    if document.unit == "relationship":
        yield from _value(draft, ("unit",), "unit: relationship")


def _value(draft: Draft, path: Path, what: str, offset: int = 0) -> Iterator[Remark]:
    if what in not_run.VALUES:
        yield _unrun(draft, path, what, not_run.VALUES[what], key=False, offset=offset)


def _rules(draft: Draft) -> Iterator[Remark]:
    for path, parsed in expressions(draft.document, ()):
        if path[-1] == "where":
            continue
        for part in walk(parsed.expression):
            yield from _part(draft, path, parsed, part)


def _part(draft: Draft, path: Path, parsed: Parsed, part: Expression) -> Iterator[Remark]:
    offset = parsed.offset(part)
    if isinstance(part, Name) and part.dotted in not_run.NAMES:
        yield _unrun(draft, path, f"'{part.dotted}'", not_run.NAMES[part.dotted], key=False, offset=offset)
    if isinstance(part, Call) and part.function in not_run.FUNCTIONS:
        yield _unrun(draft, path, part.function, not_run.FUNCTIONS[part.function], key=False, offset=offset)
    elif isinstance(part, Call) and (what := _unrun_value(part)) is not None:
        yield from _value(draft, path, what, offset)


def _unrun_value(call: Call) -> str | None:
    """What of a call's arguments is not run, as `not_run.VALUES` calls it."""
    last = call.arguments[-1] if call.arguments else None
    return "the persona 'actor'" if last == Text("actor") else None


def expressions(value: Any, path: Path) -> Iterator[tuple[Path, Parsed]]:
    """Every expression of a part of a document, with its path."""
    if isinstance(value, Parsed):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from expressions(getattr(value, name), (*path, field.alias or name))
        yield from expressions(value.__pydantic_extra__, path)
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from expressions(below, (*path, key))
    elif isinstance(value, tuple):
        for i, below in enumerate(value):
            yield from expressions(below, (*path, i))


def _windows(draft: Draft) -> Iterator[Remark]:
    for name, metric in draft.document.metrics.items():
        over = metric.over
        if over is None or metric.verb not in ("users", "days") or over.unit not in _DAYS:
            continue
        if over.number * _DAYS[over.unit] > RETAINED_DAYS:
            path: Path = ("metrics", name, "over")
            says = f"a window of more than {RETAINED_DAYS} days reads the raw events, which takes longer"
            yield Remark(draft.tree.place(path), path, says)


def _absorbed(draft: Draft) -> Iterator[Remark]:
    """A model may absorb what only those that extend it have: worth a look, and no mistake."""
    moments = draft.tree.keys(("moments",))
    for name, moment in draft.document.moments.items():
        for i, absorbed in enumerate(moment.absorbs or ()):
            if absorbed not in moments:
                path: Path = ("moments", name, "absorbs")
                place = (*path, i) if draft.tree.is_list(path) else path
                says = f"there is no moment {quoted(absorbed)} to absorb{did_you_mean(absorbed, moments)}"
                yield Remark(draft.tree.place(place), place, says)


def _undecided(draft: Draft) -> Iterator[Remark]:
    names = undecided(Findings(draft))
    if names:
        listed = ", ".join(names)
        says = f"whether an account can meet these is not decided by comparisons of single names: {listed}"
        yield Remark(draft.tree.key_place(("moments",)), ("moments",), says)


def _wavering(draft: Draft) -> Iterator[Remark]:
    for name in wavering(Findings(draft)):
        path: Path = ("segments", name, "exit")
        says = "an account could enter this segment and leave it by the same facts"
        yield Remark(draft.tree.place(path), path, says)


def _unscored(draft: Draft) -> Iterator[Remark]:
    if unscored(Findings(draft)):
        path: Path = ("health", "profiles")
        says = (
            "an account that no profile takes has no score: it is grey, unless the last goes without 'when'"
        )
        yield Remark(draft.tree.key_place(path), path, says)
