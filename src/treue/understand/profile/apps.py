from django.apps import AppConfig


class ProfileConfig(AppConfig):
    name = "treue.understand.profile"
    label = "profile"
