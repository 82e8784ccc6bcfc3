from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "treue.design"
    label = "design"
