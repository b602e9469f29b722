"""The forms of phases, segments and moments: what a draft says of one, as fields; and fields as what it is to say.

What a reader left as it was keeps the way it is written: only fields that differ are taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from aloft.engagement.moment_document import KEYS_OF_TRIGGERS
from aloft.engagement.tree import Unreadable, plain, read_tree
from aloft.engagement.writing import block, flat

SECTIONS = {"phases": "phase", "segments": "segment", "moments": "moment"}
NAME = r"^[a-z][a-z0-9_]*$"
TRIGGERS = {
    "schedule": "On a schedule",
    "event": "After an event",
    "when": "When a condition comes true",
    "expect": "When something has not happened",
    "manual": "By hand",
}


class PartForm(forms.Form):
    """`value`: what the draft says of the part now. `PATHS` are the keys that the fields stand for."""

    PATHS: Mapping[str, tuple[str, ...]] = {}
    name = forms.RegexField(
        NAME,
        label="Name",
        max_length=60,
        error_messages={
            "required": "Give it a name.",
            "invalid": "A name is a lower-case letter, then letters, digits and _.",
        },
    )

    def __init__(self, name: str, value: object, data: Any = None) -> None:
        super().__init__(data, auto_id="part_%s", initial={"name": name, **self.shown(value)})
        self.value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        for path, field in ((self.PATHS.get(key), field) for key, field in self.fields.items()):
            if path and path[-1] in CONDITIONS:
                field.widget.attrs |= {"class": "mono", "spellcheck": "false", "autocomplete": "off"}

    def shown(self, value: object) -> dict[str, object]:
        told = value if isinstance(value, Mapping) else {}
        return {key: as_text(_at(told, path)) for key, path in self.PATHS.items()}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for key, path in self.PATHS.items():
            if key in said and said[key].strip() != self.initial[key]:
                try:
                    said[key] = of_text(path, said[key])
                except ValueError as misread:
                    self.add_error(key, str(misread))
        return said

    def amended(self) -> dict[str, Any]:
        """What the part is to say. Only of a form that is valid."""
        told = {**self.value}
        for key, path in self.PATHS.items():
            said = self.cleaned_data.get(key, self.initial[key])
            if not isinstance(said, str) or said.strip() != self.initial[key]:
                told = _with(told, path, said)
        return self.in_order(told)

    def in_order(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """The keys that were there as they stood, those that come where the fields have them."""
        wanted = list(dict.fromkeys(path[0] for path in self.PATHS.values()))
        order = [key for key in self.value if key in told]
        for key in (one for one in wanted if one in told and one not in order):
            before = [one for one in wanted[: wanted.index(key)] if one in order]
            order.insert(order.index(before[-1]) + 1 if before else 0, key)
        return {key: told[key] for key in [*order, *(one for one in told if one not in order)]}


class PhaseForm(PartForm):
    PATHS = {name: (name,) for name in ("enters", "leaves", "expected")}
    enters = forms.CharField(
        label="Enters when", required=False, help_text="Empty: comes after the phase before it."
    )
    leaves = forms.CharField(label="Leaves when", required=False, help_text="Empty: it lasts.")
    expected = forms.CharField(label="Expected to last", required=False, help_text="90d, 3 months")
    keep_segment = forms.BooleanField(
        label="A change of segment waits until the phase is left", required=False
    )
    may_return = forms.BooleanField(label="An account may come back to it", required=False)

    def shown(self, value: object) -> dict[str, object]:
        told = value if isinstance(value, Mapping) else {}
        return super().shown(value) | {flag: told.get(flag) == "true" for flag in self.FLAGS}

    FLAGS = ("keep_segment", "may_return")

    def amended(self) -> dict[str, Any]:
        told = super().amended()
        for flag in self.FLAGS:
            if self.cleaned_data[flag] != (told.get(flag) == "true"):
                told = _with(told, (flag,), "true" if self.cleaned_data[flag] else "")
        return told


class SegmentForm(PartForm):
    PATHS = {"when": ("when",), "exit": ("exit",)}
    when = forms.CharField(
        label="Enters when", required=False, help_text="Empty: whoever no segment above takes."
    )
    exit = forms.CharField(
        label="Leaves when",
        required=False,
        help_text="Empty: as soon as it no longer enters. A lower bar holds it.",
    )

    def __init__(self, name: str, value: object, data: Any = None, phases: Sequence[str] = ()) -> None:
        touch = value.get("touch") if isinstance(value, Mapping) else None
        by_phase = isinstance(touch, Mapping) or touch is None
        levels = (
            {f"touch_{phase}": ("touch", phase) for phase in phases} if by_phase else {"touch": ("touch",)}
        )
        self.PATHS = {**SegmentForm.PATHS, **levels}
        super().__init__(name, value, data)
        for key, path in levels.items():
            where = f" in {path[-1].replace('_', ' ')}" if len(path) > 1 else ""
            self.fields[key] = forms.CharField(label=f"Touch{where}", required=False)


class MomentForm(PartForm):
    PATHS = {
        **{name: (name,) for keys in KEYS_OF_TRIGGERS.values() for name in keys},
        **{
            name: (name,)
            for name in (
                "phase", "segment", "touch", "owner", "channel", "objective", "complete_within", "effort", "steps",
                "escalate",
            )
        },
        "only_if": ("if",),
        "outcome": ("outcome", "expect"),
        "outcome_within": ("outcome", "within"),
    }  # fmt: skip
    OF_TRIGGERS = {kind: keys for kind, keys in KEYS_OF_TRIGGERS.items() if kind != "manual"}
    trigger = forms.ChoiceField(label="Opens", choices=list(TRIGGERS.items()), widget=forms.RadioSelect)
    schedule = forms.CharField(
        label="When",
        required=False,
        help_text="5bd after contract_start · every 3 months from phase_start at 10:00",
    )
    lead = forms.CharField(label="Opens before it is due by", required=False, help_text="10bd")
    roll = forms.CharField(label="On days off", required=False, help_text="none, following, preceding")
    event = forms.CharField(label="Event", required=False, help_text="As it is sent: Ticket Opened")
    where = forms.CharField(label="Where", required=False, help_text="priority = 'urgent'")
    by = forms.CharField(label="One for each", required=False, help_text="A property of the event: ticket_id")
    when = forms.CharField(label="Condition", required=False, help_text="declined('Signed In', 0.30)")
    holds_for = forms.CharField(label="Holds for", required=False, help_text="2 readings, or 3d")
    cooldown = forms.CharField(label="Not again within", required=False, help_text="30d")
    expect = forms.CharField(label="Expected", required=False, help_text="users_created >= 10")
    within = forms.CharField(label="Within", required=False, help_text="4w")
    of = forms.CharField(label="Of", required=False, help_text="phase_start, unless another instant is named")
    warn_at = forms.CharField(label="Warn at", required=False, help_text="50%, 75%")
    phase = forms.CharField(label="In phases", required=False, help_text="Empty: all")
    segment = forms.CharField(label="For segments", required=False, help_text="Empty: all")
    touch = forms.CharField(label="With touch", required=False, help_text="high, low, tech, community")
    only_if = forms.CharField(label="Only if", required=False)
    owner = forms.CharField(
        label="Owner", help_text="A role, or by touch: {high: csm, tech: digital}",
        error_messages={"required": "Every moment has an owner."},
    )  # fmt: skip
    objective = forms.CharField(
        label="Objective", error_messages={"required": "Say what it is to achieve, for people."}
    )
    outcome = forms.CharField(
        label="Expected outcome", help_text="What facts must show: attended('exec_sponsor')",
        error_messages={"required": "Say what must be true for it to be met."},
    )  # fmt: skip
    outcome_within = forms.CharField(
        label="Within", help_text="7d", error_messages={"required": "Say by when: 7d, 10bd."}
    )
    channel = forms.CharField(label="Channel", required=False, help_text="In order: onsite, video")
    complete_within = forms.CharField(label="Done within", required=False, help_text="4bh")
    effort = forms.CharField(label="Effort", required=False, help_text="2h")
    escalate = forms.CharField(label="Escalates", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    steps = forms.CharField(label="Steps", required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, name: str, value: object, data: Any = None) -> None:
        super().__init__(name, value, data)
        kind = next((kind for kind in TRIGGERS if kind in self.value), "manual" if self.value else "schedule")
        self.initial["trigger"] = kind
        for key in ("escalate", "steps"):
            self.fields[key].widget.attrs |= {"class": "mono", "spellcheck": "false"}

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        kind = said.get("trigger")
        first = KEYS_OF_TRIGGERS[kind][0] if kind else "manual"
        if first != "manual" and not said.get(first):
            self.add_error(first, "It cannot open without this.")
        if kind == "expect" and not said.get("within"):
            self.add_error("within", "Say by when it is expected.")
        return said

    def amended(self) -> dict[str, Any]:
        told = super().amended()
        kind = self.cleaned_data["trigger"]
        gone = {key for keys in KEYS_OF_TRIGGERS.values() for key in keys} - {*KEYS_OF_TRIGGERS[kind]}
        kept = {key: value for key, value in told.items() if key not in gone}
        return self.in_order({**kept, "manual": "true"} if kind == "manual" else kept)

    def groups(self) -> list[tuple[str, str, list[Any]]]:
        """The fields of each trigger, for one of which is asked at a time."""
        return [
            (kind, TRIGGERS[kind], [self[key] for key in keys])
            for kind, keys in self.OF_TRIGGERS.items()
            if keys
        ]

    def rest(self) -> list[Any]:
        asked = {"name", "trigger", *(key for keys in self.OF_TRIGGERS.values() for key in keys)}
        return [self[key] for key in self.fields if key not in asked]


CONDITIONS = frozenset(("enters", "leaves", "when", "exit", "expect", "where", "if"))
_LISTS = frozenset(("phase", "segment", "touch", "channel", "warn_at", "owner", "event"))
_WORDS = frozenset((*CONDITIONS, "schedule", "objective"))
"""What is text whatever it looks like."""


def as_text(value: object) -> str:
    """As a field shows it: a text as it is, a list of texts with commas, anything else as YAML."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) and "," not in one for one in value):
        return ", ".join(value)
    if isinstance(value, list):
        return "\n".join(block(value, 0))
    return flat(value)


def of_text(path: tuple[str, ...], text: str) -> Any:
    """The value that a field says; empty: none. Raises ValueError where it is not well formed."""
    text = text.replace("\r\n", "\n").strip()
    if not text or (path[-1] in _WORDS and not text.startswith("{")):
        return text
    if text.startswith(("{", "[", "- ")):
        return _read(text)
    named = [one.strip() for one in text.split(",")]
    return named if path[0] in _LISTS and len(named) > 1 else text


def _read(text: str) -> Any:
    inset = "\n".join(f"  {line}" for line in text.split("\n"))
    try:
        return plain(read_tree(f"v:\n{inset}").root)["v"]
    except Unreadable as unreadable:
        flaw = unreadable.flaw
        raise ValueError(f"Line {max(1, flaw.place.line - 1)}: {flaw.message}") from None


def _at(value: Any, path: tuple[str, ...]) -> object:
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _with(told: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """With the value there; without the key where there is none."""
    key, *rest = path
    if rest:
        below = told.get(key)
        value = _with(below if isinstance(below, Mapping) else {}, tuple(rest), value)
    if value in ("", {}, None):
        return {name: one for name, one in told.items() if name != key}
    return {**told, key: value}
