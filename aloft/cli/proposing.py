"""Files that nobody has told about: what Aloft takes them for, shown and asked about, never guessed in silence."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.prompt import IntPrompt

from aloft.collect.files.document import write_mapping
from aloft.collect.files.mapping import DateOrder, Mapping
from aloft.collect.files.propose import Proposal, Question, answered, propose_for
from aloft.engine.importing import NoMapping, NotImported, tables_in

err = Console(stderr=True, highlight=False, soft_wrap=True)


def accepted(paths: Sequence[Path], *, yes: bool) -> Mapping:
    """The mapping that the user agrees to; `yes` agrees to all but dates that read two ways.

    Raises NoMapping, with the proposal written beside the files, where nobody is there to ask.
    """
    tables, _ = tables_in(paths)
    proposal = propose_for(tables)
    if not proposal.mapping.tables:
        raise NotImported("\n".join(f"{one.file}: {one.reason}" for one in proposal.left_out))
    show(proposal)
    asks = sys.stdin.isatty()
    mapping = proposal.mapping
    for question in proposal.questions if asks else ():
        mapping = answered(mapping, question, _asked(question))
    settled = asks or not proposal.questions
    if settled and (yes or (asks and typer.confirm("Import them so?", err=True))):
        return mapping
    place = _beside(paths[0])
    place.write_text(_with_questions(proposal) + write_mapping(mapping), encoding="utf-8")
    raise NoMapping(_unsettled(proposal, place, paths))


def show(proposal: Proposal) -> None:
    err.print("Aloft does not know these files. It takes them for:", style="bold")
    for guess in proposal.guesses:
        what = f"{guess.file}, {guess.column}" if guess.column else guess.file
        err.print(f"  {what}: {guess.says} ({guess.confidence}: {guess.reason})", markup=False)
    for one in proposal.left_out:
        err.print(f"  {one.file}: left out, {one.reason}", markup=False)


def _asked(question: Question) -> DateOrder:
    err.print(f"{question.file}, {question.column}: how is “{question.example}” to be read?", markup=False)
    for number, (_, says) in enumerate(question.readings, 1):
        err.print(f"  {number}  {says}", markup=False)
    numbers = [str(number) for number in range(1, len(question.readings) + 1)]
    number = IntPrompt.ask("Number", choices=numbers, console=err)
    order, _ = question.readings[number - 1]
    return order


def _beside(path: Path) -> Path:
    """`data.csv` gets `data.mapping.yaml`, a folder `mapping.yaml` in it."""
    if path.is_dir():
        return path / "mapping.yaml"
    return path.with_name(path.name.split(".", 1)[0] + ".mapping.yaml")


def _with_questions(proposal: Proposal) -> str:
    lines = [_open(question) for question in proposal.questions]
    return "".join(f"# To be said: {line}\n" for line in lines)


def _open(question: Question) -> str:
    said = " or ".join(f"{says} (order: {order})" for order, says in question.readings)
    return f"tables.{question.table}.columns.{question.column}: “{question.example}” may be {said}"


def _unsettled(proposal: Proposal, place: Path, paths: Sequence[Path]) -> str:
    lines = [_open(question) for question in proposal.questions]
    again = " ".join(str(path) for path in paths)
    lines.append(
        f"What is proposed is written to {place}. Look at it, then: aloft import {again} --mapping {place}"
    )
    return "\n".join(lines)
