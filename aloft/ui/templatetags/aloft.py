"""Words, icons and instants for templates. The context gives `now` and `zone`, the reader's."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import cast

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from aloft.ui import words
from aloft.ui.pictures import path

register = template.Library()


@dataclass(frozen=True)
class Sign:
    """How a state or kind is drawn: its icon, its word, and the class that colours it."""

    icon: str
    word: str
    tone: str = ""


KINDS = {
    "schedule": Sign("clock", "Scheduled"),
    "event": Sign("zap", "Event"),
    "when": Sign("activity", "Condition"),
    "expect": Sign("hourglass", "Non-event"),
    "answer": Sign("hourglass", "Non-event"),
    "manual": Sign("hand", "Manual"),
}
STATES = {
    "planned": Sign("circle-dashed", "planned"),
    "open": Sign("circle-dot", "open", "due"),
    "opened": Sign("circle-dot", "opened", "due"),
    "appended": Sign("circle-plus", "appended"),
    "warned": Sign("triangle-alert", "warned", "held"),
    "moved": Sign("calendar", "moved"),
    "started": Sign("contrast", "in progress", "doing"),
    "late": Sign("circle-alert", "late", "late"),
    "done": Sign("check", "done"),
    "watched": Sign("eye", "watched"),
    "met": Sign("circle-check", "met", "met"),
    "satisfied": Sign("circle-check", "satisfied", "met"),
    "missed": Sign("circle-x", "missed", "missed"),
    "unknown": Sign("circle-question-mark", "unknown"),
    "deferred": Sign("circle-pause", "deferred", "held"),
    "snoozed": Sign("circle-pause", "snoozed", "held"),
    "held": Sign("circle-pause", "held", "held"),
    "absorbed": Sign("merge", "absorbed"),
    "suppressed": Sign("circle-slash", "suppressed", "held"),
    "blocked": Sign("ban", "blocked", "held"),
    "retracted": Sign("undo-2", "retracted"),
    "withdrawn": Sign("undo-2", "withdrawn"),
    "skipped": Sign("circle-minus", "skipped"),
    "escalated": Sign("circle-arrow-up", "escalated", "late"),
    "reassigned": Sign("user", "reassigned"),
    "sent": Sign("mail", "sent"),
    "cleared": Sign("circle-check", "cleared"),
    "closed": Sign("check", "closed"),
    "cancelled": Sign("circle-minus", "cancelled"),
    "not met": Sign("circle-dashed", "not met"),
    "waits": Sign("circle-dashed", "waits"),
    "expired": Sign("timer", "expired"),
}


@functools.cache
def drawn(name: str, css: str = "icon", label: str = "") -> SafeString:
    """A lucide icon, inline. Without a label it is decoration."""
    shapes = str(lucide(name, size=None)).partition(">")[2]
    name_of_it = (
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    )
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" {}>{}',
        css,
        name_of_it,
        mark_safe(shapes.strip()),  # noqa: S308  (from the package's own archive)
    )


@register.simple_tag
def icon(name: str, label: str = "", css: str = "icon") -> SafeString:
    return drawn(str(name), str(css), str(label))


@register.simple_tag
def kind_icon(trigger: str, css: str = "icon") -> SafeString:
    sign = KINDS.get(trigger, KINDS["manual"])
    return drawn(sign.icon, css, sign.word)


@register.simple_tag
def state(name: str) -> SafeString:
    """Icon and word, always both."""
    sign = STATES.get(name) or Sign("circle", words.humanised(name).lower())
    return format_html('<span class="state {}">{}{}</span>', sign.tone, _known(sign.icon), sign.word)


@register.simple_tag
def state_icon(name: str) -> SafeString:
    return _known(STATES[name].icon if name in STATES else "circle")


def _known(name: str) -> SafeString:
    try:
        return drawn(name)
    except IconDoesNotExist:
        return drawn("circle")


Spell = Callable[[datetime, datetime, tzinfo], str]


def _time(context: Mapping[str, object] | Context, at: datetime | None, spell: Spell) -> str:
    if at is None:
        return ""
    now, zone = _reader(context)
    local = at.astimezone(zone)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        f"{local:%a} {local.day} {local:%b %Y, %H:%M} {zone}",
        spell(at, now, zone),
    )


def _reader(context: Mapping[str, object] | Context) -> tuple[datetime, tzinfo]:
    return cast(datetime, context["now"]), cast(tzinfo, context["zone"])


@register.simple_tag(takes_context=True)
def at(context: Context, instant: datetime | None) -> str:
    return _time(context, instant, words.instant)


@register.simple_tag(takes_context=True)
def due(context: Context, instant: datetime | None) -> str:
    return _time(context, instant, words.due)


@register.simple_tag(takes_context=True)
def day(context: Context, instant: datetime | None) -> str:
    return _time(context, instant, words.day)


@register.simple_tag(takes_context=True)
def clock_time(context: Context, instant: datetime | None) -> str:
    return _time(context, instant, lambda at, now, zone: words.clock_time(at, zone))


_TOLD = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?(?= UTC\b)")


@register.simple_tag(takes_context=True)
def told(context: Context, sentence: object) -> SafeString:
    """A sentence of the engine, which gives instants as `2026-01-31 09:00 UTC`, with these in the reader's zone."""
    parts, end, text = [], 0, str(sentence or "")
    for found in _TOLD.finditer(text):
        at = datetime.fromisoformat(found[0]).replace(tzinfo=UTC)
        parts += [escape(text[end : found.start()]), _time(context, at, words.exactly)]
        end = found.end() + len(" UTC")
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308  (each part is escaped)


@register.simple_tag(takes_context=True)
def ask(
    context: Context,
    name: str,
    of: object,
    word: str,
    key: str = "",
    css: str = "",
    icon: str = "",
    panel: object = "",
) -> SafeString:
    """A link that asks for what an act needs, in the panel of a row; by its name as an address, and a key."""
    at = f"{reverse(name, args=[of])}?page={context.get('page', '')}" + (f"&panel={panel}" if panel else "")
    keys = format_html(' data-key="{}" aria-keyshortcuts="{}"', key, key) if key else ""
    return format_html(
        '<a class="btn {}" href="{}" hx-get="{}" hx-target="#act-{}" hx-swap="innerHTML"{}>{}{}</a>',
        css, at, at, panel or of, keys, _known(icon) if icon else "", word,
    )  # fmt: skip


@register.filter
def number(value: float | Decimal | None) -> str:
    return "no data" if value is None else words.number(value)


@register.filter
def percent(share: float | Decimal | None) -> str:
    return "no data" if share is None else words.percent(share)


@register.filter
def effort(minutes: int) -> str:
    return words.effort(minutes)


@register.filter
def initials(name: object) -> str:
    return words.initials(str(name))


@register.filter
def humanised(name: str) -> str:
    return words.humanised(name)


@register.filter
def moved(points: object) -> str:
    """“▲ 3”, “▼ 7”; nothing where it stands still. Points are told whole."""
    whole = round(float(str(points)))
    if not whole:
        return ""
    way, word, arrow = ("up", "up", "▲") if whole > 0 else ("down", "down", "▼")
    return format_html(
        '<small class="{}"><span class="sr">{} </span>{}\u2009{}</small>', way, word, arrow, abs(whole)
    )


@register.filter
def held_of(answers: Collection[object]) -> str:
    """“2 of 3”: how many of them are so."""
    return f"{sum(map(bool, answers))} of {len(answers)}"


@register.simple_tag
def flight_path(label: str, climbing: bool) -> SafeString:
    return path(label, climbing=bool(climbing))


@register.simple_tag
def entry_icon(name: str, filled: bool) -> SafeString:
    """Of an entry in a timeline: of a state (“state:met”), or by its own name; filled for moments."""
    kind, _, state_name = name.partition(":")
    icon_name = STATES[state_name].icon if kind == "state" and state_name in STATES else "circle"
    return drawn(icon_name if kind == "state" else name, "icon fill" if filled else "icon")


@register.filter
def plus(value: float, more: float) -> float:
    """A place in a picture, a little further."""
    return round(value + more, 1)


@register.filter
def clamped(share: float) -> str:
    """Between 0 and 1, as HTML spells it."""
    return f"{min(1.0, max(0.0, share)):.2f}"
