"""What is understood of each account as of the last decision: projections that the engine writes."""

from __future__ import annotations

from django.db import models

from aloft.records.models import Account, Person
from aloft.records.relationships import LONGEST_ID


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

    class Meta:
        indexes = [
            models.Index(fields=["phase_since"]),
            models.Index(fields=["segment_since"]),
            # What is counted of a model, without looking at rows, which are wide.
            models.Index(fields=["model", "segment", "phase", "mrr"]),
        ]


PLACES = 40
"""How many metrics lists can be sorted and filtered by."""


class ListedMetric(models.Model):
    """Which column of `Listing` holds the values of a metric, of whatever model."""

    name = models.CharField(max_length=100, unique=True)
    place = models.PositiveSmallIntegerField(unique=True)

    @property
    def column(self) -> str:
        return f"n{self.place}"


LONGEST_STATUS = 40  # letters; sources tell others than ours


class Listing(models.Model):
    """What lists of accounts sort and filter by: one narrow row for each, so that reading all is quick.

    `name`, `external_id` and `country` are those of the account; `is_customer`: it is a whole one, and part of no
    other.

    `status` is what a rule reads by that name, cut off where a source tells a long one, empty where none does.
    `touch` holds its levels between commas: “,tech,community,”. `score`, `band` and `profile` are those of health.
    Columns `n0` and on are numbers of metrics; an instant is told in seconds since 1970, a truth as 1 or 0.
    """

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, related_name="listing", primary_key=True
    )
    name = models.CharField(max_length=LONGEST_ID + 2, default="")
    external_id = models.CharField(max_length=LONGEST_ID, default="")
    country = models.CharField(max_length=2, default="", blank=True)
    is_customer = models.BooleanField(default=False)
    status = models.CharField(max_length=LONGEST_STATUS, default="", blank=True)
    phase = models.CharField(max_length=100, blank=True)
    segment = models.CharField(max_length=100, blank=True)
    touch = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    mrr = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    renews_at = models.DateTimeField(null=True, blank=True)
    band = models.CharField(max_length=6, blank=True)
    score = models.FloatField(null=True)
    trend = models.FloatField(null=True)
    profile = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [
            # With the status, so that a page far down passes over those before it without looking at rows.
            models.Index(fields=["is_customer", "name", "external_id", "status"]),
            models.Index(fields=["is_customer", "country"]),
            models.Index(fields=["status"]),
        ]


for _place in range(PLACES):
    Listing.add_to_class(f"n{_place}", models.FloatField(null=True))


class PositionChange(models.Model):
    """The history of positions: how an account stood from `at` on, until its next change. Never rewritten.

    The last row of an instant counts. The fields are those of `AccountProjection`.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    model = models.CharField(max_length=100, blank=True)
    model_since = models.DateTimeField(null=True)
    phase = models.CharField(max_length=100, blank=True)
    phase_since = models.DateTimeField(null=True)
    phase_entry = models.PositiveIntegerField(default=0)
    segment = models.CharField(max_length=100, blank=True)
    segment_since = models.DateTimeField(null=True)
    segment_waits = models.CharField(max_length=100, blank=True)
    touch = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["account", "at"])]


class SpellChange(models.Model):
    """The history of conditions: one began or ceased to hold at `at`. It opens at `waits_until` where it has to hold
    for a time first, or the cooldown is not over."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    moment = models.CharField(max_length=100)
    at = models.DateTimeField()
    holds = models.BooleanField()
    n = models.PositiveIntegerField()
    waits_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "at"])]


class Spell(models.Model):
    """A condition of a moment at an account: does it hold, since when, for which time, and when it last opened."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    moment = models.CharField(max_length=100)
    holds = models.BooleanField()
    since = models.DateTimeField()
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "moment"], name="one_spell_at_a_time")]


class Daily(models.Model):
    """What the newest daily reading found of an account, by the key of what was judged (`measures.daily`).

    `states` are the last 21 states of each signal as text: 1 raised, 0 not, u unknown, the newest last.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="daily")
    read_at = models.DateTimeField()
    values = models.JSONField(default=dict)
    states = models.JSONField(default=dict)


class Signal(models.Model):
    """What a detector found of an account on a day: kept while it is raised, and on the day that it changes.

    `raised` None is unknown. `statistic` is the rate of change of `declined` and `grew` (-0.4: 40 % less), the
    days of quiet of `silent`; `threshold` is in the same unit. `baseline` is a rate a week, or a mean gap in
    days. `flapping` is the share of the last 21 readings at which the state changed.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="signals")
    detector = models.CharField(max_length=300, help_text="The call, as rules spell it")
    key = models.CharField(max_length=16)
    day = models.DateField(help_text="The account's local day that had just ended")
    at = models.DateTimeField()
    raised = models.BooleanField(null=True)
    statistic = models.FloatField(null=True)
    p = models.FloatField(null=True)
    threshold = models.FloatField(null=True)
    baseline = models.FloatField(null=True)
    dispersion = models.FloatField(null=True)
    flapping = models.FloatField(default=0)
    evidence = models.JSONField(default=dict)
    says = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key", "day"], name="one_signal_a_day"),
        ]
        indexes = [models.Index(fields=["account", "-day"])]
        ordering = ["-day", "detector"]


class AccountHealth(models.Model):
    """The health of an account as of its newest daily reading (`domain.md` F18).

    `score` is empty where it is grey. `held` and `recent` are what the next reading settles the band by: the band
    that stands (0 none, 1 red, 2 yellow, 3 green), and the last scores. `trend` is in points a week. `turned_at` is
    the reading at which the band last became another; `was` and `score_was` are those of the reading before.
    `profile` scored it, from the local day `profile_since` on: empty where the model scores everybody alike, a hyphen
    where no profile takes the account.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="health")
    day = models.DateField()
    at = models.DateTimeField()
    score = models.FloatField(null=True)
    band = models.CharField(max_length=6)
    held = models.PositiveSmallIntegerField(default=0)
    recent = models.JSONField(default=list)
    coverage = models.FloatField()
    profile = models.CharField(max_length=100, blank=True)
    profile_since = models.DateField(null=True)
    trend = models.FloatField(null=True)
    turned_at = models.DateTimeField(null=True, db_index=True)
    was = models.CharField(max_length=6, blank=True)
    score_was = models.FloatField(null=True)
    ceiling = models.FloatField(null=True, help_text="No score lies above it while its condition holds")
    dimensions = models.JSONField(
        default=list, help_text="name, says, value, score, weight, share, points, age"
    )


class HealthDay(models.Model):
    """The history: one row for each account and local day, with the profile that scored it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="health_days")
    day = models.DateField()
    score = models.FloatField(null=True)
    band = models.CharField(max_length=6)
    coverage = models.FloatField()
    profile = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="one_health_a_day")]
