from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "treue.listen.imports"
    label = "imports"
