"""`python -m aloft.demo`: the company lives on. `aloft demo` starts it beside the web pages and the engine."""

from __future__ import annotations

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aloft.settings")
    django.setup()
    from aloft.demo.living import live_on

    live_on()
