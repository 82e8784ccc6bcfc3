from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "treue.core.staff"
    label = "staff"
