"""What is understood of each account as of the last decision: projections that the engine writes."""

from __future__ import annotations

from django.db import models

from aloft.records.models import Account, Person


class AccountProjection(models.Model):
    """Position and values of an account under the model that it follows.

    `phase_entry` counts its entries into phases, so that a second onboarding is another anchor.
    `segment_waits` names the segment that the account takes when it leaves a phase that keeps segments.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="projection")
    model = models.CharField(max_length=100, blank=True)
    model_since = models.DateTimeField(null=True, blank=True)
    phase = models.CharField(max_length=100, blank=True)
    phase_since = models.DateTimeField(null=True, blank=True)
    phase_entry = models.PositiveIntegerField(default=0)
    segment = models.CharField(max_length=100, blank=True)
    segment_since = models.DateTimeField(null=True, blank=True)
    segment_waits = models.CharField(max_length=100, blank=True)
    touch = models.JSONField(default=list)
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    mrr = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    values = models.JSONField(default=dict)
    as_of = models.DateTimeField()


class Spell(models.Model):
    """A condition of a moment at an account: does it hold, since when, for which time, and when it last opened."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    moment = models.CharField(max_length=100)
    holds = models.BooleanField()
    since = models.DateTimeField()
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "moment"], name="one_spell_at_a_time")]
