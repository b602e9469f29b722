from django.apps import AppConfig


class EngineConfig(AppConfig):
    name = "aloft.engine"
    label = "engine"
