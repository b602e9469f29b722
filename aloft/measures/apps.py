from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "aloft.measures"
    label = "measures"
