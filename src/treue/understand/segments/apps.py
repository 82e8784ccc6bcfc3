from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "treue.understand.segments"
    label = "segments"
