from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "treue.understand.metrics"
    label = "metrics"
