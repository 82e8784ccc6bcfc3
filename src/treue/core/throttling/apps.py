from django.apps import AppConfig


class ThrottlingConfig(AppConfig):
    name = "treue.core.throttling"
    label = "throttling"
