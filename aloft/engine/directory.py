"""The accounts under both their names: the fact store's integer, and the row in `records`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import F

from aloft.act.models import Due
from aloft.decide.calendar import WorkCalendar, for_account, zone_named
from aloft.engagement.model import WorkingTime
from aloft.facts.store import LISTED, FactStore, listed
from aloft.records.models import Account
from aloft.records.rows import batched


@dataclass(frozen=True)
class Known:
    """An account as the engine needs it; `row` is the primary key in `records`.

    `customer` is the row of the whole account: the own one, unless it is a relationship.
    """

    store: int
    row: int
    customer: int
    external: str
    name: str
    zone: str
    country: str
    subdivision: str
    locale: str = ""

    @property
    def is_whole(self) -> bool:
        return self.row == self.customer

    @property
    def language(self) -> str:
        """Two or three letters, or none where no locale is known: “ja” of “ja-JP”."""
        return self.locale.replace("_", "-").split("-")[0].lower()

    def today(self, at: datetime, home_zone: str) -> date:
        """The local day of an instant."""
        return at.astimezone(zone_named(self.zone or home_zone)).date()

    def calendar(self, clock: WorkingTime) -> WorkCalendar:
        return for_account(clock, self.zone, self.country, self.subdivision or None)


class Directory:
    """Read once, then kept current by `refresh` for the accounts that a step touched."""

    def __init__(self, store: FactStore) -> None:
        self._store = store
        self._by_store: dict[int, Known] = {}
        self._by_row: dict[int, Known] = {}
        self._by_external: dict[str, Known] = {}

    def load(self) -> None:
        self._by_store.clear()
        self._by_row.clear()
        self._by_external.clear()
        self._add(self._store.run("select id, external from account"))

    def refresh(self, accounts: Iterable[int]) -> None:
        ids = list(accounts)
        if ids:
            marks = ", ".join(str(int(one)) for one in ids)
            self._add(
                self._store.run(
                    f"select id, external from account where id in ({marks}) or whole in ({marks})"
                )
            )

    def date_back(self, told: Mapping[str, Mapping[str, str]]) -> None:
        """Give the accounts the zones, countries and locales that `told` says, by external id."""
        for external, known in list(self._by_external.items()):
            fields = told.get(external, {})
            self._put(
                replace(
                    known,
                    zone=fields.get("timezone", ""),
                    country=fields.get("country", ""),
                    subdivision=fields.get("subdivision", ""),
                    locale=fields.get("locale", ""),
                )
            )

    def _add(self, rows: list[tuple[int, str]]) -> None:
        external = {name: number for number, name in rows}
        names = list(external)
        for some in batched(names):
            found = Account.objects.filter(external_id__in=some)
            for row in found.annotate(of_merged=F("whole__merged_into")):
                if row.merged_into_id or row.of_merged:
                    self._drop(external[row.external_id])
                else:
                    self._keep(row, external[row.external_id])

    def _drop(self, store: int) -> None:
        """What is part of another account is looked at as that one."""
        known = self._by_store.pop(store, None)
        if known:
            del self._by_row[known.row], self._by_external[known.external]

    def _keep(self, row: Account, store: int) -> None:
        self._put(
            Known(
                store,
                row.pk,
                row.customer_id,
                row.external_id,
                row.name,
                row.timezone,
                row.country,
                row.subdivision,
                row.locale,
            )
        )

    def _put(self, known: Known) -> None:
        self._by_store[known.store] = known
        self._by_row[known.row] = known
        self._by_external[known.external] = known

    def __getitem__(self, store: int) -> Known:
        return self._by_store[store]

    def get(self, store: int) -> Known | None:
        return self._by_store.get(store)

    def of_row(self, row: int) -> Known | None:
        return self._by_row.get(row)

    def find(self, external: str) -> Known | None:
        return self._by_external.get(external)

    def stores(self, rows: Iterable[Due]) -> frozenset[int]:
        """The accounts of due rows, by the store's numbers."""
        found = (self.of_row(row.account_id) for row in rows)
        return frozenset(known.store for known in found if known)

    def all(self) -> list[int]:
        return list(self._by_store)

    def __contains__(self, store: int) -> bool:
        return store in self._by_store


class RolledDirectory(Directory):
    """Of a scratch store alone: accounts as its facts tell them. Their rows are the store's numbers."""

    def _add(self, rows: list[tuple[int, str]]) -> None:
        told = fields_then(self._store, [number for number, _ in rows])
        listed = {number for number, _ in rows}
        for number, external, whole in self._store.run("select id, external, whole from account"):
            if number in listed:
                fields = told.get(external, {})
                self._put(
                    Known(
                        number,
                        number,
                        whole or number,
                        external,
                        fields.get("name", external),
                        fields.get("timezone", ""),
                        fields.get("country", ""),
                        fields.get("subdivision", ""),
                        fields.get("locale", ""),
                    )
                )


def fields_then(store: FactStore, accounts: Iterable[int]) -> dict[str, dict[str, str]]:
    """Names, zones, countries and locales of accounts by external id, as the facts in a store say."""
    rows = store.run(
        f"""select a.external, t.field, t.value from account a join (
          select * from attribute where field in ('name', 'timezone', 'country', 'subdivision', 'locale')
            and account in {LISTED.format("?")}
          qualify row_number() over (partition by account, field
            order by rank desc, valid desc, recorded desc, seq desc) = 1) t on t.account = a.id
        where t.value is not null""",
        [listed(accounts)],
    )
    found: dict[str, dict[str, str]] = {}
    for external, field, value in rows:
        found.setdefault(external, {})[field] = str(json.loads(value))
    return found
