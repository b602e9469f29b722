from __future__ import annotations

from django.db.models import QuerySet

from aloft.collect.models import DeadLetter, Source
from aloft.collect.services import hash_of


def source_of_key(key: str) -> str | None:
    """The name of the enabled source that this write key belongs to."""
    found = Source.objects.filter(write_key_hash=hash_of(key), enabled=True)
    return found.values_list("name", flat=True).first()


def dead_letters(source: str = "") -> QuerySet[DeadLetter]:
    """The newest first; of one source, or of all."""
    letters = DeadLetter.objects.all()
    return letters.filter(source=source) if source else letters
