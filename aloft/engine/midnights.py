"""The daily readings of the zones in which there are accounts: which come next, by the local midnight of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from aloft.engine.models import ZoneReading
from aloft.engine.timeline import next_midnight


def midnights(zones: Collection[str], at: datetime) -> dict[str, datetime]:
    """The next of each; a zone that is new is read from `at` on."""
    read = {row.zone: row.read_at for row in ZoneReading.objects.filter(zone__in=zones)}
    for zone in set(zones) - read.keys():
        ZoneReading.objects.create(zone=zone, read_at=at)
        read[zone] = at
    return {zone: next_midnight(zone, last) for zone, last in read.items()}


def readings(at: datetime, before: datetime) -> list[tuple[datetime, tuple[str, ...]]]:
    """Those that fall due before an instant, with their zones; what is late is due `at` once."""
    found: defaultdict[datetime, list[str]] = defaultdict(list)
    for row in ZoneReading.objects.all():
        if (midnight := next_midnight(row.zone, row.read_at)) < before:
            found[max(midnight, at)].append(row.zone)
    return [(midnight, tuple(zones)) for midnight, zones in found.items()]
