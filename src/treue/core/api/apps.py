from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "treue.core.api"
    label = "api"
