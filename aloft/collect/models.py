from __future__ import annotations

import json
from typing import Any

from django.db import models


class OrderedJSONField(models.JSONField):
    """JSON as text: it keeps the order of keys, which PostgreSQL's own type sorts."""

    def db_type(self, connection: Any) -> str:
        return "text"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> str:
        return json.dumps(value, ensure_ascii=False)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return json.loads(value)


class Source(models.Model):
    """Where messages come from. Message ids are counted once per source."""

    name = models.CharField(max_length=100, unique=True)
    write_key_prefix = models.CharField(max_length=12)
    write_key_hash = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the write key, in hex"
    )
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    complete_to = models.DateField(
        null=True, blank=True, help_text="The last day of which the source has everything, where it says so"
    )
    credit = models.CharField(max_length=200, blank=True, help_text="Whom to name wherever its data is shown")
    kept_days = models.PositiveIntegerField(
        null=True, blank=True, help_text="How many days its raw events are kept; empty: for ever"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DeadLetter(models.Model):
    """A message or a whole request that could not be taken in, kept so that its sender can be told."""

    source = models.CharField(max_length=100)
    received_at = models.DateTimeField()
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=500)
    body = models.BinaryField(max_length=65_536)
    index = models.PositiveIntegerField(null=True, blank=True, help_text="Its place in the batch, from 0")
    message_id = models.CharField(max_length=100, blank=True)
    path = models.CharField(
        max_length=100, blank=True, help_text="Where it came in: whose contract it speaks"
    )

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["source", "-received_at"], name="dead_letter_of_source")]

    def __str__(self) -> str:
        return f"{self.source}: {self.code}"


class Import(models.Model):
    """A run that took in files. `report` is that of `collect.files.report`, `mapping` the document in full."""

    source = models.CharField(max_length=100)
    at = models.DateTimeField()
    files = models.JSONField(default=list)
    mapping = models.TextField()
    report = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.source}, {self.at:%Y-%m-%d %H:%M}"


class Quarantined(models.Model):
    """A row of a file that cannot be used: where it stands, why, and its cells, which may be mended.

    `ordinal` is its place among the rows of the same key, and part of its identity. `table` is one of the
    mapping's; `column` is empty where the row as a whole is meant.
    """

    source = models.CharField(max_length=100)
    table = models.CharField(max_length=100)
    file = models.CharField(max_length=255)
    line = models.PositiveBigIntegerField()
    ordinal = models.PositiveBigIntegerField(default=1)
    column = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=500)
    cells = OrderedJSONField()
    mended_at = models.DateTimeField(null=True, blank=True)
    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="quarantined")

    class Meta:
        ordering = ["source", "table", "file", "line"]
        constraints = [
            models.UniqueConstraint(fields=["source", "table", "file", "line"], name="one_row_per_line")
        ]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"
