"""What a backtest reads of a frame besides rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aloft.engagement.model import AnswerTrigger, ExpectTrigger, ManualTrigger, Model
from aloft.engine.turn import Turn
from aloft.measures.daily import BAND, HEALTH
from aloft.measures.lean import opening
from aloft.measures.names import moment_anchor, names_read

Stands = Mapping[int, tuple[float | None, Sequence[str], str]]
"""MRR, touch and segment, by key of the frame."""


def stands_of(turn: Turn) -> Stands:
    found = turn.frames.connection.execute("select _key, mrr, _touch_set, segment from frame").fetchall()
    return {key: (mrr, touch, segment or "") for key, mrr, touch, segment in found}


def stirred(turn: Turn) -> set[int]:
    """The accounts of the frame whose anchors are others than they were at their last reading."""
    anchors = [moment_anchor(moment) for moment in turn.program.model.moments.values()]
    names = sorted({one.name for one in anchors if one is not None and one.name is not None})
    if not names:
        return set()
    told, run = ", ".join(f'"{name}"' for name in ["_zone", *names]), turn.frames.connection.execute
    run("create temp table if not exists anchors_then (account integer, told ubigint)")
    run(
        f"create or replace temp table anchors_now as select _account as account, hash({told}) as told from frame"
    )
    found = run(
        """select n.account from anchors_now n left join anchors_then t using (account)
        where t.told is distinct from n.told"""
    ).fetchall()
    if found:
        run("delete from anchors_then where account in (select account from anchors_now)")
        run("insert into anchors_then select * from anchors_now")
    return {account for (account,) in found if account in turn.directory}


def expecting(model: Model) -> Model:
    """What is read as a deadline has come: whether what was waited for came, and whom the moment meets. Accounts stand
    where they stand."""
    moments = {
        name: moment
        if isinstance(moment.trigger, ExpectTrigger | AnswerTrigger)
        else replace(moment, trigger=ManualTrigger(), condition=None, transaction=None, to=None)
        for name, moment in model.moments.items()
    }
    bare = opening(
        replace(
            model,
            moments=moments,
            phases={name: replace(one, enters=None, leaves=None) for name, one in model.phases.items()},
            segments={name: replace(one, when=None, exit=None) for name, one in model.segments.items()},
            applies_to=None,
            health=None,
            experiments={},
            exceptions=None,
            ownership=None,
        )
    )
    return replace(bare, health=model.health) if {HEALTH, BAND} & names_read(bare) else bare
