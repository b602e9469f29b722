from __future__ import annotations

import pytest

from aloft.records.cache import RowCache
from aloft.records.models import CachedValue

pytestmark = pytest.mark.django_db


@pytest.fixture
def cache() -> RowCache:
    return RowCache("", {})


def test_what_is_set_is_found_by_every_process(cache: RowCache) -> None:
    cache.set("attempts", [1.5, 2.5], 900)
    cache.set("attempts", [3.5], 900)

    assert RowCache("", {}).get("attempts") == [3.5]
    assert cache.get("others", "none") == "none"


def test_the_first_to_add_wins(cache: RowCache) -> None:
    assert cache.add("lock", True, 10) is True
    assert cache.add("lock", True, 10) is False
    assert cache.delete("lock") is True
    assert cache.delete("lock") is False
    assert cache.add("lock", True, 10) is True


def test_what_has_expired_is_gone_and_makes_room(cache: RowCache) -> None:
    cache.set("lock", True, -1)

    assert cache.get("lock") is None
    assert cache.add("lock", True, 10) is True
    assert CachedValue.objects.count() == 1


def test_a_value_may_live_longer_or_for_ever(cache: RowCache) -> None:
    cache.set("kept", 1, None)
    cache.set("short", 1, -1)

    assert cache.touch("short", 900) is True
    assert cache.touch("missing", 900) is False
    assert (cache.get("kept"), cache.get("short")) == (1, 1)
    cache.clear()
    assert (cache.get("kept"), cache.get("short")) == (None, None)
