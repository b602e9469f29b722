"""What the screens keep for their readers. None of it is the company's data, so it is neither audited nor a change."""

from __future__ import annotations

from django.db import models

from aloft.records.models import Person


class Seen(models.Model):
    """What a person has seen: notices up to these rows, and the tour, once it was walked or skipped.

    Rows rather than instants: an engine that catches up writes verdicts of earlier instants.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="seen")
    verdict = models.BigIntegerField(default=0, help_text="The last act.Verdict that was there when read")
    alert = models.BigIntegerField(default=0, help_text="The last engine.DataAlert")
    toured_at = models.DateTimeField(null=True, blank=True)
