from __future__ import annotations

from django.db import models

from aloft.records.models import ModelVersion


class Decided(models.Model):
    """How far the engine has decided: the one row moves in the transaction that stores the decisions."""

    inbox = models.BigIntegerField(default=0)
    changes = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)


class Live(models.Model):
    """The version in force of each model, by the model's name."""

    name = models.CharField(max_length=100, unique=True)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")


class DataAlert(models.Model):
    """A source is late: nothing arrived within its usual gap, or it has not declared for too long.

    It is complete to `mark`; what depends on it is unknown from there on. One open alert per source.
    """

    source = models.CharField(max_length=100)
    since = models.DateTimeField()
    mark = models.DateTimeField()
    last = models.DateTimeField(null=True, help_text="When something last arrived")
    usual_seconds = models.PositiveIntegerField(null=True, help_text="Within which something usually arrives")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(ended_at=None), name="one_data_alert_per_source"
            ),
        ]
        ordering = ["-since"]


class ZoneReading(models.Model):
    """Up to which local midnight the accounts of a zone have had their daily reading."""

    zone = models.CharField(max_length=64, unique=True)
    read_at = models.DateTimeField()
