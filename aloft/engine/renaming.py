"""A moment that was called otherwise (`was: old_name`) keeps its occurrences, verdicts and spells."""

from __future__ import annotations

from aloft.act.models import Due, Occurrence, Verdict
from aloft.engine.mirror import Mirror
from aloft.engine.versions import Running
from aloft.learn.models import Assignment
from aloft.measures.models import Spell, SpellChange


def rename(running: Running, mirror: Mirror) -> None:
    """The version that made an open occurrence still knows it by its old name (`Occurrence.called`)."""
    renamed = {moment.was: name for name, moment in running.program.model.moments.items() if moment.was}
    for old, new in renamed.items():
        if not Occurrence.objects.filter(moment=new).exists():
            for rows in (
                Occurrence.objects,
                Verdict.objects,
                Spell.objects,
                SpellChange.objects,
                Due.objects,
                Assignment.objects,
            ):
                rows.filter(moment=old).update(moment=new)
    if renamed:
        mirror.load()
