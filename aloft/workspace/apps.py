from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "aloft.workspace"
    label = "workspace"
