"""Experiments as they were drawn: who is in which arm since when, what came of it, and what spoils it."""

from __future__ import annotations

from django.db import models

from aloft.act.models import OutcomeState
from aloft.records.models import Account, ModelVersion


class Arm(models.TextChoices):
    TREATED = "treated"
    HELD_OUT = "held_out", "held out"


class Assignment(models.Model):
    """A unit's arm in an experiment, kept from the instant at which its moment would first have opened.

    An experiment is a moment and the day from which it runs. `account` is where that was, and where the primary
    outcome is read; `unit` is drawn for: the whole account, or the top of its family.
    """

    moment = models.CharField(max_length=100)
    called = models.CharField(max_length=100, help_text="The moment's name in the version that assigned it")
    start = models.DateField()
    unit = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="assignments")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    arm = models.CharField(max_length=8, choices=Arm)
    holdout = models.FloatField(help_text="The share that was held out as it was drawn")
    at = models.DateTimeField()
    opening = models.JSONField(
        default=dict, help_text="What `at_opening(...)` of the primary read, by its text"
    )

    outcome = models.CharField(max_length=8, choices=OutcomeState, default=OutcomeState.WATCHED)
    outcome_until = models.DateTimeField()
    outcome_at = models.DateTimeField(null=True, blank=True)
    excluded_at = models.DateTimeField(null=True, blank=True)
    excluded_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["moment", "start", "unit"], name="a_unit_is_assigned_once")
        ]
        indexes = [models.Index(fields=["account", "outcome"])]
        ordering = ["at", "id"]

    @property
    def holds_out(self) -> bool:
        """Whoever is left out of the analysis is held out of nothing."""
        return self.arm == Arm.HELD_OUT and self.excluded_at is None


class Contamination(models.Model):
    """A person approached a held-out unit by hand while its primary outcome was watched. It stays in the analysis."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="contaminations")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    change = models.BigIntegerField(help_text="The number of the change that told of it")
    at = models.DateTimeField()
    what = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "change"], name="a_touch_contaminates_once")
        ]
        ordering = ["at", "id"]
