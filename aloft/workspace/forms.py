"""What people say of a moment: until when, why, and what happened with whom."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms

from aloft.act.models import Occurrence
from aloft.records.models import Account, Contact, Person
from aloft.records.policies import who_may_see
from aloft.ui import words
from aloft.workspace import noting
from aloft.workspace.model_in_force import notes_of
from aloft.workspace.reader import Reader

MORNING = time(9)
PULSE_WORDS = {1: "lost", 2: "at risk", 3: "worried", 4: "fair", 5: "good", 6: "thriving"}
FACTS = {
    "contacted": "Contacted: we spoke, both ways",
    "attended": "Attended: they came",
    "confirmed": "Confirmed: they said yes",
    "trained": "Trained: they can do it alone",
    "signed": "Signed",
    "no_show": "No show: they did not come",
}

TOUCHES = {name: FACTS[name] for name in ("contacted", "attended", "confirmed", "trained", "no_show")}
CHANNELS = {
    "call": "Call",
    "video": "Video call",
    "meeting": "Meeting",
    "mail": "Mail",
    "chat": "Chat",
    "visit": "Visit",
}


class ContactField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    def label_from_instance(self, obj: Contact) -> str:
        return f"{obj}, {words.humanised(obj.persona).lower()}" if obj.persona else str(obj)


def contact_field(account: Account, about: Contact | None = None) -> ContactField:
    """`about`: whom it is about, and so most likely with."""
    return ContactField(
        initial=about.pk if about else None,
        label="With whom?",
        queryset=Contact.objects.filter(account=account.customer_id, status="active"),
        required=False,
        empty_label="Nobody in particular",
        error_messages={"invalid_choice": "Choose somebody of this account."},
    )


class ActForm(forms.Form):
    """A form about one occurrence; its ids are its own, because several may stand on one page."""

    heading: str
    submit: str

    def __init__(self, occurrence: Occurrence, reader: Reader, **kwargs: Any) -> None:
        super().__init__(**kwargs, auto_id=f"{self.prefix_of(occurrence)}_%s")
        self.occurrence, self.reader = occurrence, reader
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True

    @staticmethod
    def prefix_of(occurrence: Occurrence) -> str:
        return f"act_{occurrence.pk}"


class DoneForm(ActForm):
    heading, submit = "Done: what came of it?", "Done"
    note = forms.CharField(
        label="In a sentence", max_length=300, required=False, help_text="Kept with the moment."
    )
    fact = forms.ChoiceField(
        label="What happened?",
        required=False,
        choices=[("", "Nothing that a rule asks about"), *FACTS.items()],
        help_text="Only facts make the expected outcome met: “done” is your word that the work is finished.",
    )

    def __init__(self, occurrence: Occurrence, reader: Reader, **kwargs: Any) -> None:
        super().__init__(occurrence, reader, **kwargs)
        self.fields["contact"] = contact_field(occurrence.account, occurrence.contact)


class HandOverForm(ActForm):
    heading, submit = "Hand over", "Hand over"
    to = forms.ModelChoiceField(
        label="To whom?",
        queryset=Person.objects.none(),
        empty_label="Choose",
        help_text="Who holds the account, covers for who does, or sees everything. The clocks run on.",
        error_messages={
            "required": "Choose somebody.",
            "invalid_choice": "Choose somebody who may see the account.",
        },
    )
    reason = forms.CharField(
        label="Why?", max_length=300, error_messages={"required": "Say why: it goes to them with the moment."}
    )

    def __init__(self, occurrence: Occurrence, reader: Reader, **kwargs: Any) -> None:
        super().__init__(occurrence, reader, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = who_may_see(occurrence.account).exclude(pk=occurrence.owner_id or 0)


class TouchForm(forms.Form):
    """A contact that happened besides any moment."""

    heading, submit = "Log a touch", "Log it"
    fact = forms.ChoiceField(label="What happened?", choices=list(TOUCHES.items()))
    channel = forms.ChoiceField(label="How?", choices=list(CHANNELS.items()))
    occurred_at = forms.DateTimeField(
        label="When?",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "Give the day and time.", "invalid": "Give the day and time."},
    )
    remark = forms.CharField(label="What was it about?", max_length=500, required=False)

    def __init__(self, account: Account, reader: Reader, panel: str, data: Any = None) -> None:
        super().__init__(data, auto_id=f"touch_{panel}_%s")
        self.account, self.reader, self.panel = account, reader, panel
        self.fields["contact"] = contact_field(account)
        self.order_fields(["fact", "channel", "contact", "occurred_at", "remark"])
        self.fields["fact"].widget.attrs["autofocus"] = True
        at = self.fields["occurred_at"]
        at.initial = reader.now.astimezone(reader.zone).replace(second=0, microsecond=0, tzinfo=None)
        at.widget.attrs["max"] = f"{at.initial:%Y-%m-%dT%H:%M}"

    def clean_occurred_at(self) -> datetime:
        """On the reader's clock; Django read it as of UTC."""
        said: datetime = self.cleaned_data["occurred_at"].replace(tzinfo=self.reader.zone)
        if said > self.reader.now:
            raise forms.ValidationError("It lies ahead. A touch is logged once it has happened.")
        return said


class ConsentForm(forms.Form):
    """Whether a contact may be sent marketing messages, how we know, and by whose clock."""

    heading, submit = "How we may write", "Keep"
    marketing = forms.ChoiceField(
        label="Marketing messages",
        choices=[("granted", "They allow them"), ("withdrawn", "They want none")],
        help_text="What waits to be sent to somebody who wants none is withdrawn at once.",
    )
    basis = forms.CharField(
        label="How do we know?",
        max_length=100,
        error_messages={"required": "Say how we know: it is kept as the evidence."},
    )
    timezone = forms.CharField(
        label="Their zone",
        max_length=64,
        required=False,
        help_text="Such as Asia/Tokyo: by its clock we keep quiet hours. Empty: that of the account.",
    )

    def __init__(self, contact: Contact, data: Any = None) -> None:
        super().__init__(data, auto_id=f"consent_{contact.pk}_%s")
        self.contact, self.panel = contact, str(contact.pk)
        self.fields["timezone"].initial = contact.timezone
        newest = contact.consents.filter(purpose="marketing").order_by("captured_at", "id").last()
        if newest is not None:
            self.fields["marketing"].initial = "granted" if newest.granted else "withdrawn"
            self.fields["basis"].initial = newest.basis
        self.fields["marketing"].widget.attrs["autofocus"] = True


class SnoozeForm(ActForm):
    heading, submit = "Snooze", "Snooze"
    until = forms.DateField(
        label="Until",
        help_text="It is back on your list at 09:00 that day. Its due time and escalations stay.",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Choose a day after today.", "invalid": "Choose a day after today."},
    )
    reason = forms.CharField(
        label="Why can it wait?",
        max_length=300,
        error_messages={"required": "Say why: it is kept with the moment."},
    )

    def __init__(self, occurrence: Occurrence, reader: Reader, **kwargs: Any) -> None:
        super().__init__(occurrence, reader, **kwargs)
        tomorrow = self.today() + timedelta(days=1)
        self.fields["until"].initial = tomorrow
        self.fields["until"].widget.attrs["min"] = tomorrow.isoformat()

    def today(self) -> date:
        return self.reader.now.astimezone(self.reader.zone).date()

    def clean_until(self) -> datetime:
        """Nine in the morning of that day, in the reader's zone."""
        until: date = self.cleaned_data["until"]
        if until <= self.today():
            raise forms.ValidationError("Choose a day after today.")
        return datetime.combine(until, MORNING, self.reader.zone)


class SkipForm(ActForm):
    heading, submit = "Skip this moment", "Skip"
    reason = forms.CharField(
        label="Why is it not needed?",
        max_length=300,
        help_text="The moment closes as skipped; what it watched is no longer watched.",
        error_messages={"required": "Say why: it is kept with the moment."},
    )


class RecordForm(ActForm):
    heading, submit = "Record what happened", "Record"
    fact = forms.ChoiceField(label="What happened?")

    def __init__(self, occurrence: Occurrence, reader: Reader, **kwargs: Any) -> None:
        super().__init__(occurrence, reader, **kwargs)
        self.fields["contact"] = contact_field(occurrence.account, occurrence.contact)
        self.noted = notes_of(occurrence.model_version)
        fact: Any = self.fields["fact"]
        fact.choices = [*FACTS.items(), *((name, words.humanised(name)) for name in self.noted)]
        if self.noted:
            self.fields["value"] = forms.CharField(
                label="Which?", max_length=500, required=False, help_text=self._choices_in_words()
            )

    def _choices_in_words(self) -> str:
        """What may be said of each kind of note that the model declares."""
        told = [
            f"{words.humanised(name)}: {', '.join(one.choices) or noting.ASKED[one.kind]}"
            for name, one in self.noted.items()
        ]
        return f"For what the model asks about. {'; '.join(told)}."

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        fact, value = said.get("fact", ""), said.get("value", "")
        asked = self.noted.get(fact)
        if asked and not value:
            self.add_error("value", f"Say which {words.humanised(fact).lower()}.")
        elif asked and asked.choices and value not in asked.choices:
            self.add_error("value", f"Choose one of: {', '.join(asked.choices)}.")
        elif asked and (read := noting.spelled(asked.kind, value, self.reader.zone)) is None:
            self.add_error("value", f"Give {noting.ASKED[asked.kind]}.")
        elif asked:
            said["value"] = read
        return said


class PulseForm(forms.Form):
    """How a person sees the account, and why."""

    score = forms.TypedChoiceField(
        label="How do you see this customer?",
        choices=[("", "Choose")] + [(str(n), f"{n}, {word}") for n, word in PULSE_WORDS.items()],
        coerce=int,
        error_messages={"required": "Choose one of the six."},
    )
    reason = forms.CharField(
        label="Why?", max_length=500, error_messages={"required": "Say why: it is kept with your judgement."}
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="pulse_%s")
