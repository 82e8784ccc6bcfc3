from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "treue.core.jobs"
    label = "jobs"
