"""The words at the head of a page: the answer first, then what closes the denominator."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from aloft.measures.daily import NO_PROFILE
from aloft.ui.words import compact, counted, humanised, number, percent
from aloft.workspace.listing.sums import Sums
from aloft.workspace.revenue import Figures
from aloft.workspace.selectors import Load


def needs_you(load: Load, *, team: bool) -> str:
    """“14 of your 62 accounts need you this week”; for a leader, “need the team”."""
    whom = "the team" if team else "you"
    if load.accounts == 0:
        return no_accounts(team)
    if load.accounts == 1:
        which = "The team’s only account" if team else "Your only account"
        return f"{which} {'needs' if load.needing else 'does not need'} {whom} this week"
    whose = f"{'' if team else 'your '}{counted(load.accounts, 'account')}"
    if load.needing == 0:
        return f"None of {whose} needs {whom} this week"
    verb = "needs" if load.needing == 1 else "need"
    return f"{number(load.needing)} of {whose} {verb} {whom} this week"


def no_accounts(team: bool) -> str:
    return "There are no accounts yet" if team else "You hold no accounts yet"


def closes_the_sum(load: Load) -> str:
    """Every account is counted once: by the most urgent thing that waits, as in order, or as silent."""
    if load.accounts == 0:
        return ""
    urgent = [
        _are(load.late, "late"),
        _are(load.today, "due today"),
        f"{number(load.week)} {'follows' if load.week == 1 else 'follow'} this week" if load.week else "",
    ]
    return " ".join(_sentence(parts) for parts in (urgent, _the_others(load)) if any(parts))


def _the_others(load: Load) -> list[str]:
    if not load.in_order:
        send = "sends" if load.no_data == 1 else "send"
        return [f"{counted(load.no_data, 'account')} {send} no data"] if load.no_data else []
    silent = f"{number(load.no_data)} {'sends' if load.no_data == 1 else 'send'} no data"
    return [
        f"{counted(load.in_order, 'account')} {'is' if load.in_order == 1 else 'are'} in order",
        silent if load.no_data else "",
    ]


def _are(n: int, what: str) -> str:
    return f"{number(n)} {'is' if n == 1 else 'are'} {what}" if n else ""


def _sentence(parts: list[str]) -> str:
    return ", ".join(part for part in parts if part) + "."


def account_stands(name: str, waiting: int, late: int, left: date | None = None) -> str:
    """`left`: the first day after its last contract, if that is over."""
    if left is not None:
        stays = f"and {_are(waiting, 'open still')}" if waiting else "nothing waits"
        return f"{name} left on {left.day} {left:%b %Y}{',' if waiting else ':'} {stays}"
    if not waiting:
        return f"{name} is in order: nothing waits"
    also = f", {number(late)} late" if late else ""
    return f"{name} has {counted(waiting, 'open moment')}{also}"


def accounts_found(total: int, busy: int, *, team: bool) -> str:
    if not total:
        return no_accounts(team)
    whose = f"{'' if team else 'your '}{counted(total, 'account')}"
    return f"{number(busy) if busy else 'None'} of {whose} {'have' if busy > 1 else 'has'} something open"


def accounts_by_health(total: int, red: int, yellow: int, *, team: bool) -> str:
    """“5 of your 62 accounts are red, 11 yellow”."""
    whose = f"{'' if team else 'your '}{counted(total, 'account')}"
    if not red:
        also = f", {_are(yellow, 'yellow')}" if yellow else ""
        return f"None of {whose} is red{also}"
    also = f", {number(yellow)} yellow" if yellow else ""
    return f"{number(red)} of {whose} {'is' if red == 1 else 'are'} red{also}"


def accounts_match(found: int, whole: int, *, team: bool) -> str:
    """“9 of your 62 accounts match”."""
    whose = f"{'' if team else 'your '}{counted(whole, 'account')}"
    return f"{number(found) if found else 'None'} of {whose} {'match' if found > 1 else 'matches'}"


def none_current(whole: int, *, team: bool) -> str:
    return f"None of {'' if team else 'your '}{counted(whole, 'account')} is current"


def closes_the_list(sums: Sums) -> str:
    """“157,500 MRR, 19,840 of it red. 44 accounts are green; 2 send no data.”"""
    money = f"{number(sums.mrr)} MRR" + (f", {number(sums.red_mrr)} of it red" if sums.red_mrr else "")
    send = "sends" if sums.silent == 1 else "send"
    others = [
        f"{counted(sums.green, 'account')} {'is' if sums.green == 1 else 'are'} green" if sums.green else "",
        f"{number(sums.silent)} {send} no data" if sums.silent else "",
    ]
    told = "; ".join(one for one in others if one)
    return f"{money}. {told}." if told else f"{money}."


def have_left(accounts: int) -> str:
    """“3 others have left.”"""
    return f"{counted(accounts, 'other')} {'has' if accounts == 1 else 'have'} left." if accounts else ""


def accounts_matching(found: int, query: str) -> str:
    return f"{counted(found, 'account')} {'matches' if found == 1 else 'match'} “{query}”"


def notices_stand(fresh: int, kept: int) -> str:
    if not kept:
        return "Nothing has come to you"
    return f"{counted(fresh, 'notice')} {'is' if fresh == 1 else 'are'} new" if fresh else "No notice is new"


def found(hits: int, query: str) -> str:
    if not query:
        return "Where do you want to go?"
    return f"{number(hits) if hits else 'Nothing'} found for “{query}”"


def mrr_stands(found: Figures, *, team: bool) -> str:
    """“MRR is 10.16 M USD from 500 customers, +2.1 % on last month”."""
    last = found.rows[-1]
    if not last.closing and not last.cells[0].amount:
        return "There is no MRR yet" if team else "Your accounts bring no MRR yet"
    whose = "MRR" if team else "MRR of your accounts"
    whole = f"{whose} is {compact(last.closing)} {found.currency} from {counted(last.customers, 'customer')}"
    return f"{whole}{_on_last_month(last.cells[0].amount, last.closing)}"


def _on_last_month(opening: Decimal, closing: Decimal) -> str:
    if opening <= 0:
        return ""
    change = (closing - opening) / opening
    return f", {'+' if change > 0 else ''}{percent(change)} on last month" if change else ", as last month"


def year_kept(found: Figures, *, team: bool) -> str:
    """What is left of the MRR of twelve months ago."""
    kept = found.rows[-1].retained
    grr, nrr, lost = kept["grr_12m"], kept["nrr_12m"], kept["logo_churn_12m"]
    if grr is None or nrr is None or lost is None:
        return "Nobody paid twelve months ago, so there is no retention over a year yet."
    whom = "customers" if team else "your customers"
    return (
        f"Of the MRR of {whom} of twelve months ago {percent(grr)} is kept, {percent(nrr)} with what they added; "
        f"{percent(lost)} of them left."
    )


def accounts_behind(total: int, what: str, amount: Decimal, currency: str) -> str:
    """“5 accounts: churn of 12,000 USD in December 2024”."""
    return f"{counted(total, 'account')}: {what}, {number(amount)} {currency}"


def scored_as(profile: str, since: date | None = None) -> str:
    """“Scored as onboarding since 3 Mar 2026”; nothing where there is but one way to score."""
    if profile in ("", NO_PROFILE):
        return ""
    return f"Scored as {humanised(profile).lower()}{f' since {since:%-d %b %Y}' if since else ''}"
