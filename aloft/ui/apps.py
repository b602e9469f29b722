from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "aloft.ui"
    label = "ui"
