from django.apps import AppConfig


class LakeConfig(AppConfig):
    name = "treue.core.lake"
    label = "lake"
