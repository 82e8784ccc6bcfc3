from django.apps import AppConfig


class RecommendationsConfig(AppConfig):
    name = "treue.understand.recommendations"
    label = "recommendations"
