"""A page is its main part in a frame: the same part answers an action, without the frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@dataclass(frozen=True)
class Main:
    """`name`: of the template `workspace/_<name>.html`, and how a form says where it stands."""

    name: str
    title: str
    context: Mapping[str, object]


def is_partial(request: HttpRequest) -> bool:
    """Whether the main part alone is asked for; who goes back in the browser's history is shown all of it."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not getattr(htmx, "history_restore_request", False)


def whole(request: HttpRequest, main: Main, status: int = 200) -> HttpResponse:
    return render(request, "workspace/page.html", _context(main), status=status)


def only(request: HttpRequest, main: Main, status: int = 200) -> HttpResponse:
    """The main part, with the toasts and the counts of the frame swapped beside it."""
    return render(request, "workspace/_part.html", _context(main), status=status)


def _context(main: Main) -> dict[str, object]:
    return {"page": main.name, "title": main.title, "main": f"workspace/_{main.name}.html", **main.context}
