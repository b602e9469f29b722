from django.apps import AppConfig


class ActConfig(AppConfig):
    name = "aloft.act"
    label = "act"
