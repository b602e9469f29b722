from __future__ import annotations

from django.db import models


class Source(models.Model):
    """Where messages come from. Message ids are counted once per source."""

    name = models.CharField(max_length=100, unique=True)
    write_key_prefix = models.CharField(max_length=12)
    write_key_hash = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the write key, in hex"
    )
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()

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

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["source", "-received_at"], name="dead_letter_of_source")]

    def __str__(self) -> str:
        return f"{self.source}: {self.code}"
