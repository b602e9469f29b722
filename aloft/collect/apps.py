from __future__ import annotations

from django.apps import AppConfig


class CollectConfig(AppConfig):
    name = "aloft.collect"
    label = "collect"
    verbose_name = "Collect"
