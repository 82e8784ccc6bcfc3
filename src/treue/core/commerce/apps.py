from django.apps import AppConfig


class CommerceConfig(AppConfig):
    name = "treue.core.commerce"
    label = "commerce"
