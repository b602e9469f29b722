"""What is otherwise for one account, for a while, with a reason: a record beside the rule, never in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from aloft.records import fields as check
from aloft.records.changes import AccountExcepted, log_change
from aloft.records.models import Account, AccountException, Person
from aloft.records.refusals import Refused
from aloft.records.services.editing import Difference, editing, note

LEVEL, OWNER, SKIP = "touch", "owner", "skip"
KINDS = (LEVEL, OWNER, SKIP)


def except_account(
    *,
    account: Account,
    kind: str,
    reason: str,
    until: date,
    actor: str,
    at: datetime,
    moment: str = "",
    touch: Sequence[str] = (),
    owner: Person | None = None,
) -> AccountException:
    """Treat an account otherwise up to and including the day `until`, in its own zone.

    `touch` levels instead of its segment's, most personal first; an `owner` of what opens (of one `moment`, or of
    all); or a `moment` that is skipped. Raises Refused, also where one of the kind stands already.
    """
    reason = check.text("reason", reason, 300, required=True)
    _complete(kind, moment, touch, owner)
    if until < at.date():
        raise Refused("until", f"{until} has passed", "Give a day that is still to come.")
    with editing():
        standing = AccountException.objects.filter(
            account=account, kind=kind, moment=moment, ended_at=None, until__gte=at.date()
        )
        if standing.exists():
            raise Refused("kind", "there is such an exception already", "End that one first.")
        made = AccountException.objects.create(
            account=account, kind=kind, moment=moment, touch=list(touch), owner=owner, reason=reason,
            until=until, made_by=actor, made_at=at,
        )  # fmt: skip
        _tell(made, "exception.made", actor, at)
        return made


def end_exception(*, exception: AccountException, actor: str, at: datetime) -> AccountException:
    """The rule counts again from now on; what was decided by the exception stands."""
    with editing():
        kept = AccountException.objects.select_related("account", "owner").get(pk=exception.pk)
        if kept.ended_at is None:
            kept.ended_at = at
            kept.save()
            _tell(kept, "exception.ended", actor, at)
        return kept


def _complete(kind: str, moment: str, touch: Sequence[str], owner: Person | None) -> None:
    if kind not in KINDS:
        raise Refused("kind", f"{kind!r} is none", f"Give one of {', '.join(KINDS)}.")
    if kind == SKIP and not moment:
        raise Refused("moment", "none is named", "Choose the moment that is to be skipped.")
    if kind == LEVEL and not touch:
        raise Refused("touch", "no level is named", "Give at least one, the most personal first.")
    if kind == OWNER and owner is None:
        raise Refused("owner", "nobody is named", "Choose who is to own what opens.")


def _tell(made: AccountException, action: str, actor: str, at: datetime) -> None:
    told = {
        "kind": made.kind, "moment": made.moment, "touch": made.touch, "until": made.until,
        "owner": made.owner.handle if made.owner else "", "reason": made.reason,
    }  # fmt: skip
    note(actor=actor, action=action, subject=made.account, difference=Difference({}, told), at=at)
    log_change(AccountExcepted(account=made.account.external_id, exception=made.pk, kind_of=made.kind), at=at)
