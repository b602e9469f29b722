"""What the due rows of accounts rest on, read of a frame: which moments meet them, and what is counted from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from aloft.engagement.model import Anchor, AnswerTrigger, ExpectTrigger, Moment, OnDate, ScheduleTrigger
from aloft.engine import answers, experiments
from aloft.engine.anchors import BEGINS, ENDS, Anchored, columns_of
from aloft.engine.planned import Layout, Said, digest_of
from aloft.engine.turn import Row, Turn
from aloft.facts.store import LISTED, listed

_KEYS = LISTED.format("$keys")

ByMoment = Mapping[str, Collection[int]]


@dataclass(frozen=True)
class Ground:
    """By moment and account, which is the store's number.

    `unmet`: of moments that absorb others, where their `if` does not hold as things stand. `asked`: the events that
    ask for an answer. `rows`: what is counted from, of the frame. `said`: all this in short, of paused accounts
    nothing, for what falls into a pause moves on with the clock; `layout` tells of what.
    """

    met: Mapping[str, Sequence[int]]
    unmet: ByMoment
    held_out: ByMoment
    asked: Mapping[str, Mapping[int, Sequence[Anchored]]]
    rows: Mapping[int, Row]
    said: Mapping[int, Said]
    layout: Layout


def places(turn: Turn, only: Collection[str] | None = None) -> dict[str, str]:
    """By moment whose due rows are planned, the condition under which it meets an account."""
    return {
        name: compiled.place
        for name, compiled in turn.program.moments.items()
        if isinstance(compiled.moment.trigger, ScheduleTrigger | ExpectTrigger | AnswerTrigger)
        and (only is None or name in only)
    }


def asked_of(turn: Turn, met: Mapping[str, Sequence[int]]) -> dict[str, Mapping[int, Sequence[Anchored]]]:
    """Events that ask for an answer, of moments by the accounts that they meet."""
    moments = turn.program.model.moments
    return {name: answers.asked(turn, moments[name], accounts) for name, accounts in met.items()}


def read(turn: Turn, accounts: Sequence[int]) -> Ground:
    """Of accounts of the frame, in one pass."""
    meets, absorbs = places(turn), _absorbs(turn)
    conditions = ", ".join(f"({one}) is true" for one in (*meets.values(), *absorbs.values()))
    names = ["_paused", "_resumes", *_columns(turn)]
    columns = ", ".join(f'"{one}"' for one in names)
    found = turn.frames.connection.execute(
        f"select _key, {columns}, {conditions or 'true'} from frame where _key in {_KEYS} order by _key",
        {"keys": listed(accounts)},
    ).fetchall()
    first = 1 + len(names)
    met = {name: [one[0] for one in found if one[i]] for i, name in enumerate(meets, first)}
    unmet = {
        name: {one[0] for one in found if not one[i]} for i, name in enumerate(absorbs, first + len(meets))
    }
    known = [turn.directory[one[0]] for one in found]
    held_out = {name: experiments.held_out(turn, name, known) for name in turn.program.model.experiments}
    asked = asked_of(turn, met)
    waiting = {name: one for name, one in asked.items() if _awaits_answers(turn, name)}
    rows = {one[0]: dict(zip(names, one[1:], strict=False)) for one in found}
    said = {
        one.store: Said(bytes(told[first:]), digest_of(
            told[3:first], one, turn.joined.get(one.store),
            [one.store in accounts for accounts in held_out.values()],
            [[(event.name, event.at) for event in asking.get(one.store, ())] for asking in waiting.values()],
        ))
        for told, one in zip(found, known, strict=True) if rows[one.store]["_paused"] is None
    }  # fmt: skip
    layout = Layout((*meets, *absorbs), (tuple(names), tuple(held_out), tuple(waiting)))
    return Ground(met, unmet, held_out, asked, rows, said, layout)


def _awaits_answers(turn: Turn, moment: str) -> bool:
    return isinstance(turn.program.model.moments[moment].trigger, AnswerTrigger)


def _absorbs(turn: Turn) -> dict[str, str]:
    return {
        name: compiled.narrows
        for name, compiled in turn.program.moments.items()
        if compiled.moment.absorbs and compiled.moment.condition is not None
    }


def _columns(turn: Turn) -> list[str]:
    """Of the frame, those that due rows are counted from."""
    moments = turn.program.model.moments.values()
    counted = {column for anchor in _anchors(moments) for column in columns_of(anchor)}
    there = turn.frames.connection.execute("select * from frame limit 0").description
    return sorted({"phase_start", "segment_since", *BEGINS, *ENDS, *counted} & set(map(itemgetter(0), there)))


def _anchors(moments: Iterable[Moment]) -> Iterator[Anchor]:
    for one in moments:
        match one.trigger:
            case ExpectTrigger():
                yield one.trigger.of
            case ScheduleTrigger() if not isinstance(one.trigger.schedule, OnDate):
                yield one.trigger.schedule.anchor
