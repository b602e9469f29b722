"""Questions beside a question: the same account at an earlier instant (`lag`, `change`), and its family.

An aside is one more row of `asked`, `_of` the row that it is beside: so every name of the language that is a
number can be read of it, by the same statements. Its key is negative, which no key of a question is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from aloft.engagement.durations import duration
from aloft.engagement.expressions import Call, Expression, Name, Text, walk
from aloft.engagement.model import Duration
from aloft.measures import working
from aloft.measures.gathered import Stage

FAMILY = "family"
_UNITS = {"min": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}

# The newest parent that is told of each account, and of every account the root of its tree. Circles end.
FAMILIES = """
  with recursive told as (
    select t.account, p.id as parent from (
      select account, json_extract_string(value, '$') as named from attribute where field = 'parent'
      qualify row_number() over (partition by account
        order by rank desc, valid desc, recorded desc, seq desc) = 1) t
    join account p on p.external = t.named),
  risen as (
    select account, parent as root, 1 as height from told
    union select r.account, t.parent, r.height + 1 from risen r join told t on t.account = r.root
    where r.height < 20),
  rooted as (select account, arg_max(root, height) as root from risen group by account)
  select account, root from rooted
  union select root, root from rooted where root not in (select account from rooted)"""


@dataclass(frozen=True)
class Aside:
    """A number read elsewhere: `name` of the account `past` ago, or of all accounts of its family, added up."""

    name: str
    past: Duration | None = None

    @property
    def place(self) -> str:
        return str(self.past) if self.past else FAMILY

    @property
    def column(self) -> str:
        return f"_{self.place}.{self.name}"


def of_call(call: Call) -> Aside | None:
    """What a call reads elsewhere; None of any other function."""
    if call.function not in ("lag", "change", "family"):
        return None
    subject = call.arguments[0]
    assert isinstance(subject, Name)
    if call.function == "family":
        return Aside(subject.dotted)
    past = call.arguments[1]
    assert isinstance(past, Text)
    return Aside(subject.dotted, duration(past.value))


def asides(expressions: Iterable[Expression]) -> tuple[Aside, ...]:
    """Each once, in the order in which they are read."""
    calls = (part for one in expressions for part in walk(one) if isinstance(part, Call))
    return tuple(dict.fromkeys(aside for call in calls if (aside := of_call(call))))


def earlier(past: Duration) -> str:
    """SQL of an instant so long before `_at`: days and more keep the wall-clock time of `_zone`."""
    if past.unit in working.UNITS:
        return working.instants_ago(past)
    ago = f"interval {past.number} {_UNITS[past.unit]}"
    if past.unit in ("min", "h"):
        return f"_at - {ago}"
    return f"timezone('UTC', timezone(_zone, timezone(_zone, timezone('UTC', _at)) - {ago}))"


def places(read: Sequence[Aside]) -> list[tuple[str, Duration | None]]:
    return list({aside.place: aside.past for aside in read}.items())


def questions(read: Sequence[Aside]) -> str:
    """The rows to ask besides: _account, _at, _of and _place."""
    found = []
    for place, past in places(read):
        if past is None:
            found.append(
                f"select m.account as _account, a._at, a._key as _of, '{place}' as _place from asked a "
                "join families f on f.account = a._account join families m on m.root = f.root where a._of is null"
            )
        else:
            found.append(
                f"select _account, {earlier(past)} as _at, _key as _of, '{place}' as _place from "
                f"{_asked(past)} where _of is null"
            )
    return " union all ".join(found)


def _asked(past: Duration) -> str:
    if past.unit not in working.UNITS:
        return "asked"
    return (
        f"(select a.*, {working.instants_ago(past)} from asked a join {working.TABLE} w on w._key = a._key)"
    )


def answers(read: Sequence[Aside], source: str, unread: Collection[str]) -> list[Stage]:
    """What was read elsewhere joined to the questions themselves; who has no family stands for itself.

    `unread` are the names that are not known elsewhere: of a position, and what rests on other asides.
    """

    def value(name: str) -> str:
        return "null::double" if name in unread else f'try_cast("{name}" as double)'

    told = ", ".join(
        f"{'max' if one.past else 'sum'}({value(one.name)}) filter (where _place = '{one.place}') "
        f'as "{one.column}"'
        for one in read
    )
    columns = "".join(
        f', x."{one.column}"'
        if one.past
        else f', case when x._relatives > 0 then x."{one.column}" else {value(one.name)} end as "{one.column}"'
        for one in read
    )
    return [
        (
            "asides_then",
            f"select _of, count(*) filter (where _place = '{FAMILY}') as _relatives, {told} from {source} "
            "where _of is not null group by _of",
        ),
        (
            "facts_frame",
            f"select s.*{columns} from {source} s left join asides_then x on x._of = s._key where s._of is null",
        ),
    ]
