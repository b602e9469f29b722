"""Who would own what a text names: books read over where accounts would stand, and roles that nobody fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from aloft.decide.ownership import may_own
from aloft.engagement.expressions import Expression
from aloft.engagement.load import check_book_rule
from aloft.engagement.model import Model, Role
from aloft.engagement.problems import InvalidModel
from aloft.engagement.words import CHOSEN
from aloft.engine.plan.sides import Side
from aloft.engine.plan.values import Lack
from aloft.engine.turn import Turn
from aloft.facts.store import FactStore
from aloft.measures.compile import sql
from aloft.records.models import Book, Holding, Person


@dataclass(frozen=True)
class RuledBook:
    """A book that a rule fills. `expression` None: the text has not what the rule reads; `refused` says what."""

    name: str
    person: str
    role: str
    rule: str
    expression: Expression | None
    refused: str = ""


def ruled_books(model: Model) -> tuple[RuledBook, ...]:
    found = []
    for book in Book.objects.exclude(rule="").select_related("person").order_by("position", "pk"):
        said = (book.name, book.person.name, book.person.role, book.rule)
        try:
            found.append(RuledBook(*said, check_book_rule(book.rule, model.fields).expression))
        except InvalidModel as invalid:
            found.append(RuledBook(*said, None, "; ".join(one.message for one in invalid.problems)))
    return tuple(found)


def read_books(store: FactStore, books: Sequence[RuledBook]) -> None:
    """Make `held`: the customers of each role's books, by lists and by rules as accounts would stand."""
    lists = Holding.objects.filter(book__rule="") | Holding.objects.filter(book=None)
    rows = list(lists.values_list("account", "role").distinct())
    table = pa.table(
        {
            "customer": pa.array([row[0] for row in rows], pa.int64()),
            "role": pa.array([row[1] for row in rows], pa.string()),
        }
    )
    store.load("held", table)
    for book in books:
        if book.expression is not None:
            store.run(
                "insert into held select c.customer, $role "
                f"from (select _account from frame where ({sql(book.expression)}) is true) f "
                'join concerned c on c.account = f._account where c.customer = c."row"',
                {"role": book.role},
            )


def lacks(turn: Turn, store: FactStore, model: Model, side: Side, books: Sequence[RuledBook]) -> list[Lack]:
    return [*_unread(books), *_unknown_roles(model), *_nobody(turn, store, model, side), *_unskilled(model)]


def _unread(books: Sequence[RuledBook]) -> list[Lack]:
    return [
        Lack(
            "book",
            book.name,
            (book.person,),
            0,
            f"its rule “{book.rule}” cannot be read under this text: {book.refused}",
        )
        for book in books
        if book.expression is None
    ]


def _unknown_roles(model: Model) -> list[Lack]:
    """People who hold accounts in a role that the text does not have."""
    found = []
    for person in Person.objects.exclude(role__in=list(model.roles)).order_by("name"):
        held = Holding.objects.filter(person=person).values("account").distinct().count()
        if held:
            says = f"the text has no role {person.role!r}: what {person.name} holds is owned by others"
            found.append(Lack("person", person.name, (person.role,), held, says))
    return found


def _nobody(turn: Turn, store: FactStore, model: Model, side: Side) -> list[Lack]:
    filled = set(Person.objects.values_list("role", flat=True))
    found = []
    for name, role in model.roles.items():
        moments = _owned_by(model, name)
        if role.automated or not moments:
            continue
        met, unheld = _met(turn, store, model, side, name, moments)
        if name not in filled and met:
            found.append(Lack("role", name, moments, met, f"nobody is {name}: what it owns lies with no one"))
        elif unheld and not role.pool:
            found.append(Lack("role", name, moments, unheld, _no_book(name, role)))
    return found


def _unskilled(model: Model) -> list[Lack]:
    """Skills that a moment asks for, and that nobody of a role that has it knows."""
    known: dict[str, set[str]] = {}
    for role, skills in Person.objects.values_list("role", "skills"):
        known.setdefault(role, set()).update(skills)
    found = []
    for name, moment in model.moments.items():
        for role in may_own(model, moment):
            missing = [skill for skill in moment.skills if skill not in known.get(role, set())]
            if missing and not model.roles[role].automated:
                says = f"nobody who is {role} knows {' or '.join(missing)}: somebody takes it all the same"
                found.append(Lack("skill", role, (name,), 0, says))
    return found


def _no_book(name: str, role: Role) -> str:
    told = f", and {role.reports_to} is told each time" if role.reports_to else ""
    return f"no book of a {name} holds them: {CHOSEN[role.choose]} gets what opens{told}"


def _owned_by(model: Model, role: str) -> tuple[str, ...]:
    return tuple(name for name, moment in model.moments.items() if role in may_own(model, moment))


def _met(
    turn: Turn, store: FactStore, model: Model, side: Side, role: str, moments: Sequence[str]
) -> tuple[int, int]:
    """Accounts at which the role owns a moment that meets them; and those of them that no book of the role holds."""
    tests = []
    for name in moments:
        whose = (
            _deals(model, side, role, name)
            if model.moments[name].transaction
            else _touches(store, model, side, role, name)
        )
        tests.append(f"(({turn.program.moments[name].place}) and {whose})")
    found = store.run(
        f"""select count(*), count(*) filter (where h.customer is null)
        from frame f join concerned c on c.account = f._account
        left join (select distinct customer from held where role = $role) h on h.customer = c.customer
        where {" or ".join(tests)}""",
        {"role": role},
    )
    return int(found[0][0]), int(found[0][1])


def _touches(store: FactStore, model: Model, side: Side, role: str, moment: str) -> str:
    """SQL of where the role owns the moment by touch."""
    owned = f"select touch from {side.owned} where model = $model and moment = $moment and role = $role"
    found = store.run(owned, {"model": model.name, "moment": moment, "role": role})
    listed = ", ".join(f"'{touch}'" for (touch,) in found) or "null"
    return f"array_to_string(f._touch_set, ',') in ({listed})"


def _deals(model: Model, side: Side, role: str, moment: str) -> str:
    """SQL of where a deal falls to the role."""
    return f"""f._account in (select account from {side.dealt}
      where model = '{model.name}' and moment = '{moment}' and role = '{role}')"""
