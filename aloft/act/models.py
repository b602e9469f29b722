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
    rank = models.PositiveSmallIntegerField(
        default=6, help_text="The place of its priority, 0 the first; what joins it moves it up"
    )
    state = models.CharField(max_length=10, choices=OccurrenceState, default=OccurrenceState.OPEN)
    closed_as = models.CharField(max_length=12, blank=True, help_text="The verdict that closed it")

    title = models.CharField(max_length=200)
    objective = models.TextField()
    expected = models.TextField(help_text="The outcome's expression, as written")
    channel = models.CharField(max_length=20, blank=True)
    effort_minutes = models.PositiveIntegerField(default=0)
    group = models.BooleanField(
        default=False, help_text="One session serves all accounts at which the moment is due at its instant"
    )
    because = models.CharField(max_length=500, help_text="The evidence in one sentence")
    evidence = models.JSONField(default=list, help_text="decide.values.Reason, as objects")
    event = models.JSONField(null=True, blank=True, help_text="The properties of the event that opened it")
    guests = models.JSONField(
        default=list, help_text="Whom to invite: external id, name and persona of contacts"
    )
    actor = models.CharField(max_length=200, blank=True, help_text="The user who caused that event")
    actor_contact = models.CharField(
        max_length=200, blank=True, help_text="The contact that is this user, by external id"
    )
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
            # With all that counting and finding what waits reads, so that rows, which are wide, are left alone.
            models.Index(
                fields=[
                    *("state", "due_at", "snoozed_until", "account", "effort_minutes", "group", "rank"),
                    *("title", "moment", "role"),
                ]
            ),
            models.Index(fields=["done_at"]),
            # What is open by moment, and at whom, without looking at rows.
            models.Index(fields=["state", "model_version", "moment", "account"]),
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
    STEP = "step"  # a wait is over
    SEND = "send"  # a message that was held may leave
    PHASE = "phase"  # a date in the account's life: a contract starts or ends


class Due(models.Model):
    """The next instant at which the engine must look at a subject and a moment; re-checked when it fires."""

    at = models.DateTimeField()
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=DueKind)
    moment = models.CharField(max_length=100, blank=True)
    anchor = models.CharField(max_length=300, blank=True)
    n = models.PositiveIntegerField(default=1)
    occurrence = models.ForeignKey(
        Occurrence, null=True, blank=True, on_delete=models.CASCADE, related_name="dues", db_index=False
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
                fields=["occurrence", "kind", "n"],
                condition=models.Q(occurrence__isnull=False),
                name="one_due_row_per_clock_of_an_occurrence",
            ),
        ]
        # A version that goes live writes these by the million: no index that another one can stand in for.
        indexes = [
            models.Index(fields=["at"]),
            models.Index(fields=["account", "moment"]),
            models.Index(fields=["n"], condition=models.Q(kind="send"), name="messages_held"),
        ]


class StepKind(models.TextChoices):
    MESSAGE = "message"
    SURVEY = "survey"
    WEBHOOK = "webhook"
    TASK = "task"
    WAIT = "wait"
    SPLIT = "split"
    BRANCH = "branch"
    GOAL = "goal"


class StepState(models.TextChoices):
    WAITING = "waiting"  # a task that is to be done, or a wait
    DONE = "done"
    SKIPPED = "skipped"  # a person let a task pass
    PASSED = "passed over"  # its `if` was not true
    DROPPED = "dropped"  # the occurrence ended, or its goal was reached, before it was done


class Step(models.Model):
    """A step of an occurrence that was begun, or passed over. `path` is its place among the steps of the moment:
    `1`, `2.then.0`."""

    occurrence = models.ForeignKey(Occurrence, on_delete=models.CASCADE, related_name="steps")
    path = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=StepKind)
    state = models.CharField(max_length=12, choices=StepState)
    awaited = models.BooleanField(
        default=False, help_text="Whether the next step waits for the engine's look"
    )
    title = models.CharField(max_length=200)
    way = models.CharField(max_length=100, blank=True, help_text="Where a split or a branch led")
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks")
    role = models.CharField(max_length=50, blank=True)
    effort_minutes = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True, help_text="By when a task is due, or a wait over")
    ended_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["occurrence", "path"], name="a_step_is_taken_once")]
        indexes = [
            models.Index(fields=["owner", "state"]),
            models.Index(fields=["occurrence"], condition=models.Q(awaited=True), name="steps_awaited"),
        ]
        ordering = ["id"]


class MessageState(models.TextChoices):
    BLOCKED = "blocked"  # nobody can be reached, or there is no approved text
    HELD = "held"  # by the contact policy, until an instant
    QUEUED = "queued"  # in the outbox: its delivery says how far it is
    KEPT = "kept"  # decided where nothing leaves: history, a demo, `aloft run` without --send
    SUPPRESSED = "suppressed"  # by the contact policy, for good
    WITHDRAWN = "withdrawn"  # what it was for had ended before it left


class Message(models.Model):
    """What a contact is told, or would have been. Once for each step of an occurrence and contact."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=64, unique=True, help_text="Of occurrence, step and contact")
    occurrence = models.ForeignKey(Occurrence, on_delete=models.CASCADE, related_name="messages")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="messages")
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.CASCADE, related_name="messages"
    )
    path = models.CharField(max_length=100, help_text="The step")
    kind = models.CharField(max_length=10, choices=StepKind, default=StepKind.MESSAGE)
    template = models.CharField(max_length=100)
    channel = models.CharField(max_length=20)
    purpose = models.CharField(max_length=10)
    priority = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=MessageState)
    reason = models.CharField(
        max_length=500, blank=True, help_text="Why it is in this state, in one sentence"
    )
    until = models.DateTimeField(null=True, blank=True, help_text="Till when it is held")
    planned_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="After that it is of no use")
    released_at = models.DateTimeField(null=True, blank=True, help_text="When it passed the contact policy")
    subject = models.CharField(max_length=300, blank=True, help_text="As it was sent")
    body = models.TextField(blank=True, help_text="As it was sent")

    class Meta:
        indexes = [
            models.Index(fields=["contact", "released_at"]),
            models.Index(fields=["account", "planned_at"]),
            models.Index(fields=["state"]),
        ]
        ordering = ["planned_at", "id"]


class DeliveryState(models.TextChoices):
    """The way of what leaves. Nothing is sent twice: a worker that died while handing over leaves `unknown`."""

    WAITING = "waiting"  # for its instant: at first, or to be tried again
    CLAIMED = "claimed"  # a worker has it, until its lease ends
    HANDING_OVER = "handing over"  # committed before the other side can have taken it
    SENT = "sent"
    FAILED = "failed"  # refused for good, or tried for long enough
    UNKNOWN = "unknown"  # handed over, and no answer heard: a person says what became of it
    WITHDRAWN = "withdrawn"
    ARRIVED = "arrived"  # unknown, until a person learned that it had


class Delivery(models.Model):
    """One thing to hand over to somebody else's machine: a mail, or a webhook. Written with what causes it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=64, unique=True)
    channel = models.CharField(max_length=10)
    message = models.OneToOneField(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="delivery"
    )
    step = models.ForeignKey(Step, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries")
    to = models.CharField(max_length=320, help_text="An address of mail, or the name of a webhook")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    created_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True, help_text="What the other side said last")

    class Meta:
        indexes = [models.Index(fields=["state", "channel", "next_at"])]
        ordering = ["created_at", "id"]


class Endpoint(models.Model):
    """Where the webhook of a name leads. Of the two secrets the former still signs, until the next renewal."""

    name = models.CharField(max_length=100, unique=True)
    url = models.CharField(max_length=2000)
    secret = models.CharField(max_length=100)
    former_secret = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True, help_text="When it answered 410: nobody is there")


class Unreachable(models.Model):
    """An address at which a mail server said that nobody is: nothing is sent there any more."""

    address = models.CharField(max_length=320, unique=True)
    since = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)


class Text(models.Model):
    """A version of what a template says in one language, in Liquid. The newest approved one is sent."""

    name = models.CharField(max_length=100)
    language = models.CharField(max_length=20, default="en")
    subject = models.CharField(max_length=300)
    body = models.TextField()
    written_by = models.CharField(max_length=200)
    written_at = models.DateTimeField()
    approved_by = models.CharField(max_length=200, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["name", "language", "approved_at"])]
        ordering = ["name", "language", "id"]
