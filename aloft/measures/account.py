"""What an account is called by at an instant: attributes, declared fields, and what its contract says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from aloft.engagement.model import Model
from aloft.measures.gathered import Gather, Stage

NUMBERS = {"seats", "size", "arr", "acv", "clv", "mrr"}
TEXTS = {"status", "plan", "product", "country", "subdivision", "industry", "currency", "city", "locale"}
CONTRACT_INSTANTS = ("contract_signed", "contract_start", "contract_end", "renewal_date")
ALWAYS = frozenset({"mrr", "arr", "status", *CONTRACT_INSTANTS})
_PRODUCT = "coalesce(b._product, b._at_product) as product"
_STATUS = "coalesce(b._at_status, b._line_status)"
_IS_TOP = 'not exists (select 1 from account above where above.external = b."_at_parent") as _is_top'
_TERMS = """c.mrr as _line_mrr, c.status as _line_status, c.contract as _contract, c.contract_term as _contract_term,
  c.contract_signed as _signed, c.contract_start as _start, c.contract_end as _end,
  c.paused as _paused, c.resumes as _resumes"""
_BY_KEY = f"""
  select a.*, h.* exclude (_key), {_TERMS}, r.product as _product
  from asked a
  join account r on r.id = a._account
  left join held_then h on h._key = a._key
  left join standing c on c.account = a._account and c.opens <= a._date and a._date < c.closes"""


class AccountNames:
    """The columns of the names that are read, as queries over `asked` and the tables made before."""

    def __init__(self, model: Model, names: frozenset[str]) -> None:
        self.model = model
        self.names = names

    def held_sql(self) -> str:
        """The attributes in force: what people edited wins, then what was true last, then what was learned last."""
        return f"""
          with latest as ({self._latest()})
          select _key, {self._pivot()} from latest group by _key"""

    def _latest(self) -> str:
        return f"""
            select a._key, t.field, json_extract_string(t.value, '$') as value from asked a
            join attribute t on t.account = a._account and t.valid <= a._at and t.field in ({self._read()})
            qualify row_number() over (partition by a._key, t.field
              order by t.rank desc, t.valid desc, t.recorded desc, t.seq desc) = 1"""

    def stages(self, day: date | None) -> Iterator[Stage]:
        """`named` is what was asked, with attributes and contract, under the names of the language.

        `day`: the local day of all questions about accounts, each of which is the key of its own. They are many then:
        to put what is known of each beside it costs less than to join it.
        """
        if day is None:
            yield "held_then", self.held_sql()
            yield "named", self._named_sql(_BY_KEY)
            return
        yield "latest_held", self._latest()
        yield "known_of_many", Gather(list(self._known_on(day)), "asked")
        yield "named", self._named_sql("select a.*, k.* from asked a positional join known_of_many k")

    def _known_on(self, day: date) -> Iterator[str]:
        for field in self._attributes():
            yield f"select _key, value as \"_at_{field}\" from latest_held where field = '{field}'"
        then = f"date '{day}'"
        yield f"select account as _key, {_TERMS} from standing c where opens <= {then} and {then} < closes"
        yield "select id as _key, product as _product from account where product is not null"

    def _named_sql(self, based: str) -> str:
        return f"""
          with based as ({based})
          select b.* exclude ({", ".join(self._raw_columns())}), {self._built_in()}, {self._fields()}
          from based b"""

    def _attributes(self) -> list[str]:
        above = {"parent"} if self._by_family() else set()
        return sorted(ALWAYS | above | ((NUMBERS | TEXTS | set(self.model.fields)) & self.names))

    def _by_family(self) -> bool:
        return any(moment.per == "family" for moment in self.model.moments.values())

    def _pivot(self) -> str:
        return ", ".join(
            f"max(value) filter (field = '{field}') as \"_at_{field}\"" for field in self._attributes()
        )

    def _read(self) -> str:
        return ", ".join(f"'{field}'" for field in self._attributes())

    def _raw_columns(self) -> list[str]:
        raw = [f'"_at_{field}"' for field in self._attributes()]
        return [*raw, "_line_mrr", "_line_status", "_signed", "_start", "_end", "_product"]

    def _built_in(self) -> str:
        read = self.names - ALWAYS
        numbers = [f'try_cast(b."_at_{name}" as double) as {name}' for name in sorted(NUMBERS & read)]
        texts = [f'b."_at_{name}" as "{name}"' for name in sorted((TEXTS & read) - {"product"})]
        texts += [_PRODUCT] if "product" in read else []
        mrr = "coalesce(b._line_mrr::double, try_cast(b._at_mrr as double))"
        own = [
            f"{mrr} as mrr",
            f"coalesce(try_cast(b._at_arr as double), 12 * {mrr}) as arr",
            f"{_instant('b._signed', 'contract_signed')} as contract_signed",
            f"{_instant('b._start', 'contract_start')} as contract_start",
            f"{_instant('b._end', 'contract_end')} as contract_end",
            f"coalesce({_attribute('renewal_date')}, {_instant('b._end', 'contract_end')}) as renewal_date",
            f"{_STATUS} as status",
            "b._product is not null as _is_relationship",
            *([_IS_TOP] if self._by_family() else []),
        ]
        return ", ".join([*numbers, *texts, *own])

    def _fields(self) -> str:
        """Declared fields with their types; a last column of nothing keeps the list whole where there is none."""
        fields = [
            f'{_attribute(name, kind)} as "{name}"'
            for name, kind in self.model.fields.items()
            if name in self.names
        ]
        return ", ".join([*fields, "null as _nothing"])


def typed(text: str, kind: str, zone: str) -> str:
    """SQL of what a text says, by the kind of its field or record; unknown where it says no such thing.

    A date means the start of that local day.
    """
    if kind in {"date", "instant"}:
        return (
            f"case when length({text}) = 10 then aloft_instant(try_cast({text} as date), {zone}) "
            f"else timezone('UTC', try_cast({text} as timestamptz)) end"
        )
    return f"try_cast({text} as {_CASTS.get(kind, 'text')})"


_CASTS = {"number": "double", "money": "double", "boolean": "boolean"}


def _attribute(name: str, kind: str = "instant") -> str:
    return typed(f'b."_at_{name}"', kind, "b._zone")


def _instant(day: str, attribute: str) -> str:
    return f"coalesce(aloft_instant({day}, b._zone), {_attribute(attribute)})"
