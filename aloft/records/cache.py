"""Django's cache in the database: for all processes, kept over a restart; JSON only, never pickles."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction

from aloft import clock
from aloft.records.models import CachedValue


class RowCache(BaseCache):
    """For what is small and counted, such as attempts to sign in. Keys are at most 250 characters."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        row = self._row(key, value, timeout, version)
        try:
            with transaction.atomic():
                CachedValue.objects.filter(expires_at__lte=clock.now()).delete()
                row.save(force_insert=True)
        except IntegrityError:
            return False
        return True

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        row = CachedValue.objects.filter(key=self.make_and_validate_key(key, version)).first()
        alive = row is not None and (row.expires_at is None or row.expires_at > clock.now())
        return row.value if row is not None and alive else default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        row = self._row(key, value, timeout, version)
        CachedValue.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["key"], update_fields=["value", "expires_at"]
        )

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        row = CachedValue.objects.filter(key=self.make_and_validate_key(key, version))
        return bool(row.update(expires_at=self._expires_at(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        gone, _ = CachedValue.objects.filter(key=self.make_and_validate_key(key, version)).delete()
        return bool(gone)

    def clear(self) -> None:
        CachedValue.objects.all().delete()

    def _row(self, key: str, value: Any, timeout: Any, version: int | None) -> CachedValue:
        named = self.make_and_validate_key(key, version)
        return CachedValue(key=named, value=value, expires_at=self._expires_at(timeout))

    def _expires_at(self, timeout: Any) -> datetime | None:
        seconds = self.get_backend_timeout(timeout)
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
