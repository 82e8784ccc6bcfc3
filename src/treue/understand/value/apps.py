from django.apps import AppConfig


class ValueConfig(AppConfig):
    name = "treue.understand.value"
    label = "value"
