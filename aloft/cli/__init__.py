"""The `aloft` command."""

from __future__ import annotations

import os


def main() -> None:
    """Entry point: Django first, as every command but none of the imports above needs it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aloft.settings")
    import django

    django.setup()
    from aloft.cli.commands import app

    app()
