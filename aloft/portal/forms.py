"""What a customer tells us."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms

from aloft.portal.customer import Customer
from aloft.portal.selectors import allows_marketing

KINDS = {"wish": "A wish", "problem": "Something is wrong", "praise": "Something is good"}
LANGUAGES = {
    "": "As the account’s",
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "it": "Italiano",
    "nl": "Nederlands",
    "es": "Español",
    "sv": "Svenska",
    "da": "Dansk",
    "ja": "日本語",
}


class FeedbackForm(forms.Form):
    kind = forms.ChoiceField(label="What is it?", choices=list(KINDS.items()))
    text = forms.CharField(
        label="In your words",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say in a sentence or two what it is."},
    )


class YouForm(forms.Form):
    timezone = forms.ChoiceField(label="Your time zone", required=False)
    locale = forms.ChoiceField(label="The language to write to you in", required=False)
    marketing = forms.BooleanField(label="Write to me about news, events and offers", required=False)

    def __init__(self, customer: Customer, data: object = None) -> None:
        contact = customer.contact
        assert contact is not None
        super().__init__(
            data,  # type: ignore[arg-type]
            initial={
                "timezone": contact.timezone,
                "locale": contact.locale,
                "marketing": allows_marketing(customer),
            },
        )
        named = {
            "": "As the account’s",
            **{name: name.replace("_", " ") for name in sorted(available_timezones())},
        }
        kept = {contact.locale: contact.locale, **LANGUAGES} if contact.locale not in LANGUAGES else LANGUAGES
        self.fields["timezone"].choices = list(named.items())  # type: ignore[attr-defined]
        self.fields["locale"].choices = list(kept.items())  # type: ignore[attr-defined]
