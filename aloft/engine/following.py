"""Which model each account follows, where several are live.

Of the models that apply to an account the one that extends the others wins; of unrelated ones the one that it
follows already, else the first by name. An account that no model applies to follows none, and is in no phase.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from aloft.act.models import Due, DueKind
from aloft.engine.directory import Directory
from aloft.engine.mirror import Followed, Mirror
from aloft.engine.versions import Running
from aloft.measures.frame import Ask
from aloft.measures.models import Spell, SpellChange

NONE = ""


class Following:
    """Read from the projections when the engine starts, and kept for as long as several models are live."""

    def __init__(self, mirror: Mirror, directory: Directory) -> None:
        self._mirror = mirror
        self._directory = directory

    def assign(
        self,
        live: Sequence[Running],
        at: datetime,
        accounts: Iterable[int] | None,
        zones: Sequence[str] | None,
    ) -> None:
        """Settle which model these accounts follow as of `at`; None: all of them, or all of some zones."""
        was = self._mirror.followed()
        candidates: dict[int, list[str]] = {}
        for running in live:
            name = running.program.model.name
            for account, applies in _judged(running, at, accounts, zones).items():
                found = candidates.setdefault(account, [])
                if applies or (applies is None and _follows(was, account, name)):
                    found.append(name)
        models = {running.program.model.name: running for running in live}
        bases = {name: running.version.bases for name, running in models.items()}
        chosen = {account: choose(names, was.get(account), bases) for account, names in candidates.items()}
        moved = {account: name for account, name in chosen.items() if not _follows(was, account, name)}
        self._mirror.follow(Followed(account, name, at) for account, name in moved.items())
        self._let_go(moved, models, at)

    def of(self, models: Collection[str]) -> Mapping[int, datetime]:
        """The accounts that follow one of these models, each with the instant since when."""
        return {account: one.since for account, one in self._mirror.followed().items() if one.model in models}

    def _let_go(self, moved: Mapping[int, str], models: Mapping[str, Running], at: datetime) -> None:
        """Conditions that the model now followed does not know hold no longer; what is open stays open."""
        for name, running in models.items():
            ours = [account for account, now in moved.items() if now == name and account in self._directory]
            rows = [self._directory[account].row for account in ours]
            known = list(running.program.model.moments)
            spells = Spell.objects.filter(account__in=rows, holds=True).exclude(moment__in=known)
            SpellChange.objects.bulk_create(
                SpellChange(account_id=one.account_id, moment=one.moment, at=at, holds=False, n=one.n)
                for one in spells
            )
            spells.update(holds=False, since=at)
            Due.objects.filter(account__in=rows, kind=DueKind.HOLD).exclude(moment__in=known).delete()
            self._mirror.end_spells(ours, known, at)


def _judged(
    running: Running, at: datetime, accounts: Iterable[int] | None, zones: Sequence[str] | None
) -> dict[int, bool | None]:
    """Whether the model applies: true, false or unknown, by account."""
    frames = running.frames
    if accounts is None:
        frames.ask_all(at, zones)
    else:
        frames.ask(Ask(account, account, at) for account in sorted(accounts))
    frames.build()
    found = frames.connection.execute(f"select _account, ({running.program.applies})::boolean from frame")
    return dict(found.fetchall())


def _follows(was: Mapping[int, Followed], account: int, name: str) -> bool:
    return account in was and was[account].model == name


def choose(names: Sequence[str], held: Followed | None, bases: Mapping[str, Sequence[str]]) -> str:
    """Of the models that apply, in their order; `NONE` where none does."""
    narrowest = unextended(names, bases) or [NONE]
    return held.model if held and held.model in narrowest else narrowest[0]


def unextended(names: Sequence[str], bases: Mapping[str, Sequence[str]]) -> list[str]:
    """Those of the models that apply which none of the others extends."""
    extended = {base for name in names for base in bases[name]}
    return [name for name in names if name not in extended]
