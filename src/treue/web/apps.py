from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "treue.web"
    label = "web"
