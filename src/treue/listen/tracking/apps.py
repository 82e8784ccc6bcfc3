from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "treue.listen.tracking"
    label = "tracking"
