"""Occurrences of moments, the verdicts on them, and the instants at which the engine must look again."""

from __future__ import annotations

import uuid

from django.db import models

from aloft.records.models import Account, Contact, ModelVersion, Person


class OccurrenceState(models.TextChoices):
    """`language.md`, What is done with a model. `done`: its owner's word, while the outcome is still watched."""

    PLANNED = "planned"
    OPEN = "open"
    STARTED = "started"
    DONE = "done"
    CLOSED = "closed"


class OutcomeState(models.TextChoices):
    WATCHED = "watched"
    MET = "met"
    MISSED = "missed"
    UNKNOWN = "unknown"


class Occurrence(models.Model):
    """One meeting of an account with a moment. Unique by moment, subject, anchor and n; the version stands beside.

    The subject is the account, or the contact where the moment is `per: contact`.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="occurrences")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    moment = models.CharField(max_length=100)
    called = models.CharField(max_length=100, help_text="The moment's name in the version that made it")
    anchor = models.CharField(max_length=300)
    n = models.PositiveIntegerField()
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="occurrences")
    trigger = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=OccurrenceState, default=OccurrenceState.OPEN)
    closed_as = models.CharField(max_length=12, blank=True, help_text="The verdict that closed it")

    title = models.CharField(max_length=200)
    objective = models.TextField()
    expected = models.TextField(help_text="The outcome's expression, as written")
    channel = models.CharField(max_length=20, blank=True)
    effort_minutes = models.PositiveIntegerField(default=0)
    because = models.CharField(max_length=500, help_text="The evidence in one sentence")
    evidence = models.JSONField(default=list, help_text="decide.values.Reason, as objects")
    event = models.JSONField(null=True, blank=True, help_text="The properties of the event that opened it")
    opening = models.JSONField(default=dict, help_text="What `at_opening(...)` read, by its text")

    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="occurrences"
    )
    role = models.CharField(max_length=50)
    owned_because = models.CharField(max_length=300, blank=True)
    handed_over = models.BooleanField(
        default=False, help_text="By a person: it stays with its owner, whatever becomes of books and leave"
    )
    escalated_to = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    escalations = models.PositiveIntegerField(default=0)

    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    anchored_at = models.DateTimeField(
        null=True, blank=True, help_text="Where the anchor of its schedule lay"
    )
    deadline_at = models.DateTimeField(null=True, blank=True, help_text="By when its expectation was to hold")
    snoozed_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    outcome = models.CharField(max_length=8, choices=OutcomeState, default=OutcomeState.WATCHED)
    outcome_until = models.DateTimeField()
    outcome_at = models.DateTimeField(null=True, blank=True)
    held_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when the outcome holds, where it has to hold for a time"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["moment", "account", "anchor", "n"],
                condition=models.Q(contact=None),
                name="an_occurrence_opens_once",
            ),
            models.UniqueConstraint(
                fields=["moment", "account", "contact", "anchor", "n"],
                name="an_occurrence_opens_once_per_contact",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "state", "due_at"]),
            models.Index(fields=["account", "state"]),
        ]
        ordering = ["due_at", "id"]


class Verdict(models.Model):
    """What was decided on a candidate, and by what rule; kept when it changes."""

    at = models.DateTimeField()
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="verdicts")
    moment = models.CharField(max_length=100)
    anchor = models.CharField(max_length=300)
    n = models.PositiveIntegerField(default=1)
    occurrence = models.ForeignKey(
        Occurrence, null=True, blank=True, on_delete=models.CASCADE, related_name="verdicts"
    )
    verdict = models.CharField(max_length=12)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    details = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["account", "moment", "at"]), models.Index(fields=["at"])]
        ordering = ["at", "id"]


class DueKind(models.TextChoices):
    OPEN = "open"  # a scheduled moment opens
    DEADLINE = "deadline"  # an expectation is judged
    WARN = "warn"  # an expectation is projected to its deadline
    HOLD = "hold"  # a condition has held long enough, or its cooldown has ended
    ESCALATE = "escalate"
    OUTCOME = "outcome"  # the outcome's window, and its lateness, have ended
    HELD = "held"  # an outcome has held long enough
    PHASE = "phase"  # a date in the account's life: a contract starts or ends


class Due(models.Model):
    """The next instant at which the engine must look at a subject and a moment; re-checked when it fires."""

    at = models.DateTimeField()
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=DueKind)
    moment = models.CharField(max_length=100, blank=True)
    anchor = models.CharField(max_length=300, blank=True)
    n = models.PositiveIntegerField(default=1)
    occurrence = models.ForeignKey(
        Occurrence, null=True, blank=True, on_delete=models.CASCADE, related_name="dues"
    )
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "moment", "anchor", "n"],
                condition=models.Q(occurrence=None),
                name="one_due_row_per_subject",
            ),
            models.UniqueConstraint(
                fields=["occurrence", "kind", "n"], name="one_due_row_per_clock_of_an_occurrence"
            ),
        ]
        indexes = [models.Index(fields=["at"]), models.Index(fields=["account", "moment"])]
