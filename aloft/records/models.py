"""What people edit. Written by `services`, read by `selectors`; who may see it is for `policies` to say."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from aloft.records.relationships import LONGEST_ID, LONGEST_PRODUCT


class AccountStatus(models.TextChoices):
    PROSPECT = "prospect"
    FREE = "free"
    TRIAL = "trial"
    ACTIVE = "active"
    CHURNED = "churned"
    MERGED = "merged"


class Account(models.Model):
    """A customer. Observed fields are written by the engine, without a change; edited ones by services.

    With a `whole` it is a relationship: the part of that account that concerns one product. It has a phase, a
    segment and moments of its own; contacts, contracts and books are those of the whole account.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    external_id = models.CharField(max_length=LONGEST_ID, unique=True)
    name = models.CharField(max_length=LONGEST_ID + 2)
    whole = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="relationships"
    )
    product = models.CharField(max_length=LONGEST_PRODUCT, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    timezone = models.CharField(max_length=64, blank=True)
    country = models.CharField(max_length=2, blank=True)
    subdivision = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=100, blank=True)
    locale = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=10, choices=AccountStatus, blank=True)
    fields = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )

    class Meta:
        ordering = ["name", "external_id"]
        indexes = [
            models.Index(fields=["name", "external_id"]),
            models.Index(fields=["whole", "country"]),
            models.Index(fields=["whole", "merged_into"]),
            models.Index(fields=["whole", "name", "external_id"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def customer_id(self) -> int:
        """The row of the whole account: its own, unless it is a relationship."""
        return self.whole_id or self.pk


class Merge(models.Model):
    """An account that became part of another, and what came along: rows by kind, to be given back as it comes apart.

    `status` is what stood on the account before.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="merges")
    into = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=10, blank=True)
    moved = models.JSONField(default=dict)
    actor = models.CharField(max_length=200)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(undone_at=None), name="one_merge_at_a_time"
            )
        ]
        ordering = ["-at", "-id"]


class Persona(models.TextChoices):
    CHAMPION = "champion"
    EXEC_SPONSOR = "exec_sponsor"
    ADMIN = "admin"
    ECONOMIC_BUYER = "economic_buyer"
    END_USER = "end_user"


class Contact(models.Model):
    """Somebody at a customer. With a `sign_in` they see here what is meant for their account."""

    sign_in = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="contact"
    )
    external_id = models.CharField(max_length=200, unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    persona = models.CharField(max_length=20, choices=Persona, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    locale = models.CharField(max_length=20, blank=True)
    user_id = models.CharField(
        max_length=200, blank=True, help_text="The user of the customer's product, if any"
    )
    status = models.CharField(max_length=10, default="active")

    class Meta:
        ordering = ["name", "external_id"]
        indexes = [models.Index(fields=["name", "status"])]

    def __str__(self) -> str:
        return self.name or self.external_id


class Consent(models.Model):
    """What a contact allows, by purpose; the newest row of a purpose counts."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20)
    granted = models.BooleanField()
    basis = models.CharField(max_length=100, blank=True)
    captured_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)


class Invitation(models.Model):
    """A link by which a contact comes in, once. The link itself is kept nowhere: `digest` is of its secret."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class Product(models.Model):
    name = models.CharField(max_length=100, unique=True)
    is_core = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Contract(models.Model):
    """`ends_on` is exclusive: the first day no longer covered."""

    external_id = models.CharField(max_length=200, unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="contracts")
    signed_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    auto_renew = models.BooleanField(default=False)
    notice_days = models.PositiveIntegerField(default=0)


class ContractLine(models.Model):
    """One recorded version of a line of a contract, never edited: an amendment is a further row.

    The version in force at a valid time, as known at a recorded time, is the last recorded one.
    `mrr` is per month, in units of `currency`. `ends_on` is exclusive. `uplifts` are the steps agreed
    beforehand: [day, MRR from that day on] each, spelled as text, in order.
    """

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="lines")
    line = models.CharField(max_length=200)
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT)
    plan = models.CharField(max_length=100, blank=True)
    seats = models.PositiveIntegerField(null=True, blank=True)
    mrr = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3, default="USD")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    uplifts = models.JSONField(default=list, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["line", "recorded_at", "id"]


class LinePause(models.Model):
    """A line stands still from `starts_on` up to `ends_on` (exclusive; None: until it is resumed).

    One that was taken back ends where it starts.
    """

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="pauses")
    line = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "line", "starts_on"], name="one_pause_per_start")
        ]
        ordering = ["line", "starts_on"]


class ExchangeRate(models.Model):
    """One `currency` is worth `rate` of `into`, from `starts_on` until the next rate of the pair."""

    currency = models.CharField(max_length=3)
    into = models.CharField(max_length=3)
    starts_on = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "into", "starts_on"], name="one_rate_per_start")
        ]
        ordering = ["currency", "into", "starts_on"]


class Person(models.Model):
    """Someone of our team."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="person"
    )
    handle = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=50)
    hours_per_week = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    country = models.CharField(max_length=2, blank=True)
    backup = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    skills = models.JSONField(default=list, blank=True)
    languages = models.JSONField(default=list, blank=True, help_text="Two or three letters each, such as ja")
    segments = models.JSONField(default=list, blank=True, help_text="Which they serve; none: all of them")
    sees_everything = models.BooleanField(default=False, help_text="Heads, managers and operations")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Leave(models.Model):
    """Both days are included, in the person's zone."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="leaves")
    first_day = models.DateField()
    last_day = models.DateField()


class Book(models.Model):
    """Which accounts a person holds: a list, or a rule in the language of engagement models."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="books")
    name = models.CharField(max_length=100)
    rule = models.TextField(blank=True)
    accounts = models.ManyToManyField(Account, blank=True, related_name="books")
    position = models.PositiveIntegerField(
        default=0, help_text="Where two books hold an account, the lower wins"
    )

    class Meta:
        ordering = ["position", "id"]


class Holding(models.Model):
    """Who holds an account, in which role: derived from books, so that asking who may see it is one query.

    A list's holdings are written with the list, a rule's by the engine.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="holdings")
    role = models.CharField(max_length=50)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="holdings")
    book = models.ForeignKey(Book, null=True, blank=True, on_delete=models.CASCADE, related_name="holdings")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "person", "role", "book"], name="one_holding_per_book"
            ),
            models.UniqueConstraint(
                fields=["account", "person", "role"],
                condition=models.Q(book=None),
                name="one_holding_without_a_book",
            ),
        ]
        indexes = [models.Index(fields=["person", "account"])]


class Assignment(models.Model):
    """Accounts that were put into a person's book together; it can be taken back once.

    `added` are the rows of the accounts that `book` had not held; `taken` those that other books gave up, by the row
    of the book.
    """

    book = models.ForeignKey(Book, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.CharField(max_length=200)
    at = models.DateTimeField()
    added = models.JSONField(default=list)
    taken = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)


class SavedView(models.Model):
    """A list of accounts that a person named: its filters, order and columns, as the address says them.

    One that was deleted is kept, so that this can be taken back.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="views")
    name = models.CharField(max_length=60)
    query = models.TextField(blank=True)
    shared = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"],
                condition=models.Q(deleted_at=None),
                name="one_view_of_a_name_per_person",
            )
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class UsualView(models.Model):
    """The view that a person's list of accounts opens with."""

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, related_name="usual_view", primary_key=True
    )
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")


class AccountException(models.Model):
    """What is otherwise for one account than the model's rule: its touch, an owner, or a moment that is skipped.

    `until` is the last day of it, in the account's zone. `moment` empty: all of them. It counts from `made_at` until
    then, or until `ended_at`; one that ended is kept.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="exceptions")
    kind = models.CharField(max_length=10)
    moment = models.CharField(max_length=100, blank=True)
    touch = models.JSONField(default=list)
    owner = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300)
    until = models.DateField()
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["until", "id"]
        indexes = [models.Index(fields=["account", "kind"])]


class SuccessPlan(models.Model):
    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="success_plan")
    agreed_by = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)


class Goal(models.Model):
    plan = models.ForeignKey(SuccessPlan, on_delete=models.CASCADE, related_name="goals")
    title = models.CharField(max_length=200)
    value_metric = models.CharField(max_length=100)
    unit = models.CharField(max_length=50, blank=True)
    better = models.CharField(max_length=4, default="up", choices=[("up", "up"), ("down", "down")])
    baseline = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)


class PlanStep(models.Model):
    """A dated step on the way to the goals; overdue after its day, unless done."""

    plan = models.ForeignKey(SuccessPlan, on_delete=models.CASCADE, related_name="steps")
    title = models.CharField(max_length=200)
    due_on = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)


class GoalReading(models.Model):
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="readings")
    value = models.DecimalField(max_digits=18, decimal_places=4)
    read_at = models.DateTimeField()
    verified_by = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )


class RecordedFact(models.Model):
    """What a person noted on an occurrence: `contacted`, `attended`, ..., or one of the model's `records`.

    `moment`, `anchor` and `n` name the occurrence; facts on no occurrence (a logged touch) leave them empty.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recorded_facts")
    moment = models.CharField(max_length=100, blank=True)
    anchor = models.CharField(max_length=300, blank=True)
    n = models.PositiveIntegerField(default=1)
    fact = models.CharField(max_length=50)
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL)
    value = models.CharField(max_length=500, blank=True)
    remark = models.CharField(max_length=500, blank=True, help_text="For people; no rule reads it")
    noted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)


class ModelVersion(models.Model):
    """A published engagement model; immutable. `document` is the text as written.

    `bases` are the names of the models that it extends, the nearest first. `restores`: the number of the earlier
    version that it returns to, if it does. `timings`: a digest by moment, the same in every version that dates the
    moment alike.
    """

    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    document = models.TextField()
    digest = models.CharField(max_length=64)
    timings = models.JSONField(default=dict)
    bases = models.JSONField(default=list)
    live_from = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)
    restores = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="one_row_per_version")]
        ordering = ["name", "version"]


class ModelDraft(models.Model):
    """An engagement model that is being written, by several people in turn; its text may be no model yet.

    `base` is the version that it began from; None: `begun_from` says what else. `revision` counts the saves: who
    saves says which one they had before them.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100, help_text="Of the model, as the draft began")
    text = models.TextField()
    revision = models.PositiveIntegerField(default=1)
    base = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT, related_name="+")
    begun_from = models.CharField(max_length=200)
    begun_by = models.CharField(max_length=200)
    begun_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200)
    saved_at = models.DateTimeField()
    discarded_at = models.DateTimeField(null=True)
    published = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-saved_at", "-id"]


class DraftStep(models.Model):
    """The text of a draft before a save, so that the save can be taken back; the newest are kept."""

    draft = models.ForeignKey(ModelDraft, on_delete=models.CASCADE, related_name="steps")
    text = models.TextField()
    says = models.CharField(max_length=200, help_text="What was done then")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]


class Change(models.Model):
    """The numbered log of edits that the fact store folds in, in the order of `id`.

    `kind` and the shape of `data` are listed in `records.changes`.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=50)
    account = models.CharField(
        max_length=LONGEST_ID, blank=True, help_text="external id of the account it concerns"
    )
    data = models.JSONField()


class AuditEntry(models.Model):
    """Append-only; each entry carries the hash of the one before it."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=100)
    subject = models.CharField(max_length=300)
    payload = models.JSONField(null=True)
    salt = models.CharField(max_length=32)
    payload_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    entry_digest = models.CharField(max_length=64)


class CachedValue(models.Model):
    """What `records.cache` keeps: short-lived, JSON only, shared by all processes."""

    key = models.CharField(max_length=255, primary_key=True)
    value = models.JSONField()
    expires_at = models.DateTimeField(null=True, db_index=True)


class Pulse(models.Model):
    """A person's own judgement of an account, with the reason: it stands beside the computed health, never in it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="pulses")
    person = models.ForeignKey("Person", null=True, on_delete=models.SET_NULL, related_name="+")
    score = models.PositiveSmallIntegerField(
        help_text="1 lost, 2 at risk, 3 worried, 4 fair, 5 good, 6 thriving"
    )
    reason = models.CharField(max_length=500)
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["-given_at", "-id"]
