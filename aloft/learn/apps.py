from django.apps import AppConfig


class LearnConfig(AppConfig):
    name = "aloft.learn"
    label = "learn"
