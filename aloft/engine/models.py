from __future__ import annotations

import uuid

from django.db import models

from aloft.records.models import Account, ModelVersion


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


class Planned(models.Model):
    """What the due rows of an account rested on as a version made them: while it is the same, they stand.

    What the fields say is known to `engine.planned` alone.
    """

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    flags = models.BinaryField()
    digest = models.BigIntegerField()
    decided = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    newest = models.BigIntegerField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "account"], name="planned_once_by_a_version"),
        ]


class Joined(models.Model):
    """What became of the occurrences of an account as it was merged, to be taken back as it comes apart.

    `told`: those that were `absorbed`, with their clocks; those of the other account that were `moved`; and those
    that it was `handed`.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="+")
    into = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    told = models.JSONField(default=dict)


class Erasure(models.Model):
    """Somebody who is erased: `ids` until files are done with them, then none. `told`: what was removed, in numbers."""

    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=40, help_text="What stands in their place")
    ids = models.JSONField(default=list)
    told = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-id"]


class Restore(models.Model):
    """The home was restored from a backup: whatever was on its way out before may have left already."""

    epoch = models.CharField(max_length=16, unique=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]


class BacktestRun(models.Model):
    """A backtest that somebody asked for on a page, and what it told (`backtest.told.summary`, with `against` in it).

    `document` is the text as it was when it was asked for, `says` whence it came; `against`: another beside it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    says = models.CharField(max_length=200)
    document = models.TextField()
    against_says = models.CharField(max_length=200, blank=True)
    against = models.TextField(blank=True)
    first = models.DateField()
    last = models.DateField()
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    told = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
